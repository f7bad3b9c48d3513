// SPDX-License-Identifier: Apache-2.0
#include "io/formats/ndpi_jpeg.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "core/check.h"
#include "io/formats/tiff_image.h"
#include "io/limits.h"

namespace opsin::io {
namespace {

namespace tag = tiff::tag;

constexpr std::uint64_t max_head = 1 << 20;  // Markers before the data: tables, and comments at most.

/// What the head of a JPEG says about its intervals.
struct Head {
  std::size_t size = 0;  // to the end of SOS
  bool baseline = false;
  std::int64_t mcu_width = 0, mcu_height = 0;
  std::int64_t interval = 0;  // MCUs; 0: none
};

class HeadReader {
 public:
  explicit HeadReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  /// `size` stays 0 where the markers cannot be followed.
  Head read() {
    if (bytes_.size() < 4 || word(0) != 0xffd8) return {};
    std::size_t at = 2;
    while (bytes_.size() - at >= 4) {
      if (byte(at) != 0xff) return {};
      const unsigned marker = byte(at + 1);
      if (marker == 0xff) {
        ++at;
        continue;
      }
      const std::size_t length = word(at + 2);
      if (length < 2 || length > bytes_.size() - at - 2) return {};
      segment(marker, bytes_.subspan(at + 4, length - 2));
      at += 2 + length;
      if (marker == 0xda) {
        head_.size = at;
        return head_;
      }
    }
    return {};
  }

 private:
  unsigned byte(std::size_t i) const { return std::to_integer<unsigned>(bytes_[i]); }
  unsigned word(std::size_t i) const { return byte(i) << 8 | byte(i + 1); }

  void segment(unsigned marker, std::span<const std::byte> payload) {
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(payload[i]); };
    if (marker == 0xdd && payload.size() >= 2) head_.interval = at(0) << 8 | at(1);
    const bool frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (!frame || payload.size() < 6) return;
    // Only in baseline and extended Huffman streams is an interval all there is of its pixels.
    head_.baseline = marker == 0xc0 || marker == 0xc1;
    const std::size_t components = at(5);
    if (payload.size() < 6 + 3 * components) return;
    std::int64_t h = 1, v = 1;
    for (std::size_t i = 0; i < components; ++i) {
      h = std::max<std::int64_t>(h, at(7 + 3 * i) >> 4);
      v = std::max<std::int64_t>(v, at(7 + 3 * i) & 15);
    }
    // Of one component the blocks count, whatever its factors say.
    head_.mcu_width = components == 1 ? 8 : 8 * h;
    head_.mcu_height = components == 1 ? 8 : 8 * v;
  }

  std::span<const std::byte> bytes_;
  Head head_;
};

bool is_restart(const std::byte* p, std::size_t index) {
  return p[0] == std::byte{0xff} && p[1] == static_cast<std::byte>(0xd0 + (index - 1) % 8);
}

/// Where the intervals of one JPEG lie in the file. The range of each but the first starts with its restart marker, so
/// that whoever decodes it can see that it is one.
class Intervals {
 public:
  Intervals(std::shared_ptr<const tiff::File> file, const tiff::Directory& directory, TileRange strip,
            std::uint64_t head, std::size_t count)
      : file_(std::move(file)), directory_(directory), strip_(strip), head_(head), count_(count) {}

  std::vector<TileRange> load() const {
    std::vector<std::uint64_t> starts = stated();
    if (!plausible(starts)) starts = found();
    std::vector<TileRange> out(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      const std::uint64_t begin = i == 0 ? starts[0] : starts[i] - 2;
      const std::uint64_t end = i + 1 < count_ ? starts[i + 1] - 2 : strip_.length;
      out[i] = {strip_.offset + begin, end - begin};
    }
    return out;
  }

 private:
  /// Tags 65426 and 65432: low and high halves of the starts, counted from the JPEG's first byte.
  std::vector<std::uint64_t> stated() const {
    const auto values = [&](std::uint16_t tag) {
      const tiff::Entry* entry = directory_.find(tag);
      if (!entry || entry->count != count_) return std::vector<std::uint64_t>();
      try {
        return directory_.uints(tag);
      } catch (const IoError&) {
        return std::vector<std::uint64_t>();  // The JPEG itself will tell.
      }
    };
    std::vector<std::uint64_t> starts = values(tag::ndpi_mcu_starts);
    const std::vector<std::uint64_t> high = values(tag::ndpi_mcu_starts_high);
    if (high.size() == starts.size()) {
      for (std::size_t i = 0; i < starts.size(); ++i) starts[i] |= high[i] << 32;
    }
    return starts;
  }

  /// The tag is known to be wrong at times. All starts must grow and stay inside; that there are markers is looked up
  /// at some places, as reading all would read the level. Decoding looks at its own.
  bool plausible(const std::vector<std::uint64_t>& starts) const {
    if (starts.size() != count_ || starts[0] != head_ || starts.back() >= strip_.length) return false;
    for (std::size_t i = 1; i < count_; ++i) {
      if (starts[i] < starts[i - 1] + 3) return false;
    }
    constexpr std::size_t probes = 32;
    const std::size_t step = std::max<std::size_t>(1, count_ / probes);
    for (std::size_t i = step; i < count_; i += step) {
      if (!marker_at(starts[i] - 2, i)) return false;
    }
    return count_ == 1 || marker_at(starts.back() - 2, count_ - 1);
  }

  bool marker_at(std::uint64_t at, std::size_t index) const {
    std::byte two[2];
    file_->source()->read(strip_.offset + at, two);
    return is_restart(two, index);
  }

  /// Reads the JPEG from front to end for its markers.
  std::vector<std::uint64_t> found() const {
    constexpr std::uint64_t block = 1 << 20;
    std::vector<std::uint64_t> starts{head_};
    std::vector<std::byte> buffer;
    for (std::uint64_t at = head_; at < strip_.length && starts.size() < count_; at += block) {
      // One byte more, for a marker across the border.
      buffer.resize(std::min(block + 1, strip_.length - at));
      file_->source()->read(strip_.offset + at, buffer);
      const std::byte* const first = buffer.data();
      const std::byte* const last = first + buffer.size() - (buffer.empty() ? 0 : 1);
      const std::byte* p = first;
      while (p < last && starts.size() < count_) {
        p = static_cast<const std::byte*>(std::memchr(p, 0xff, static_cast<std::size_t>(last - p)));
        if (!p) break;
        if (is_restart(p, starts.size())) starts.push_back(at + static_cast<std::uint64_t>(p - first) + 2);
        ++p;
      }
    }
    core::check_plain<IoError>(starts.size() == count_ && starts.back() <= strip_.length, directory_.where(),
                               starts.size(), " restart intervals instead of ", count_);
    return starts;
  }

  std::shared_ptr<const tiff::File> file_;
  const tiff::Directory& directory_;  // Lives as long as the file.
  TileRange strip_;
  std::uint64_t head_;
  std::size_t count_;
};

}  // namespace

StoredImage ndpi_level(const std::shared_ptr<const tiff::File>& file, const tiff::Directory& directory) {
  StoredImage image = tiff_image(file, directory, TileLimit::later);
  core::check_plain<IoError>(
      !directory.tiled() && image.tiles->size() == 1 && image.encoding->compression == Compression::jpeg,
      directory.where(), "a level of NDPI is one JPEG");
  const TileRange strip = (*image.tiles)[0];
  core::check_plain<IoError>(inside(strip.offset, strip.length, file->source()->size()), directory.where(),
                             "the JPEG reaches beyond the end of the file");
  image.short_last_row = false;
  std::vector<std::byte> bytes = file->source()->read(strip.offset, std::min(strip.length, max_head));
  const Head head = HeadReader(bytes).read();
  core::check_plain<IoError>(head.size > 0 && head.mcu_width > 0, directory.where(), "the head of the JPEG is damaged");
  auto encoding = std::make_shared<Encoding>(*image.encoding);
  const std::int64_t per_row = ceil_div(image.width, head.mcu_width);
  if (head.baseline && head.interval > 0 && head.interval <= per_row && per_row % head.interval == 0) {
    image.tile_width = head.interval * head.mcu_width;
    image.tile_height = head.mcu_height;
    bytes.resize(head.size);
    encoding->jpeg_head = std::move(bytes);
    const std::uint64_t count = product(directory.where() + "restart intervals", image.columns(), image.rows());
    core::check_plain<IoError>(count <= file->limits().tiles, directory.where(), count,
                               " restart intervals are more than the limit of ", file->limits().tiles);
    const auto intervals = std::make_shared<const Intervals>(file, directory, strip, head.size, count);
    image.tiles = std::make_shared<const TileTable>(count, [intervals] { return intervals->load(); });
  } else {
    image.tile_width = image.width;
    image.tile_height = image.height;
    check_tile_pixels(image, file->limits(), directory.where());
  }
  image.encoding = std::move(encoding);
  return image;
}

}  // namespace opsin::io
