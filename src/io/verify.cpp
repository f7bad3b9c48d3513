// SPDX-License-Identifier: Apache-2.0
// Decoding every stored tile of a slide, to find the broken ones.
#include <algorithm>
#include <memory>
#include <set>

#include "core/check.h"
#include "core/memory.h"
#include "core/threads.h"
#include "io/decode.h"
#include "io/limits.h"
#include "io/slide_impl.h"

namespace opsin {
namespace io {
namespace {

/// The tiles of the levels and associated images, numbered through, each stored one once.
class Tiles {
 public:
  Tiles(const SlideData& data, const SlideLimits& limits);
  std::uint64_t count() const { return count_; }
  TileReport run(std::uint64_t first, std::uint64_t last) const;

 private:
  struct Part {
    const StoredImage* image;
    bool sparse_allowed;
    std::uint64_t first;
  };
  void add(const StoredImage& image, bool sparse_allowed);

  const SlideLimits& limits_;
  std::vector<Part> parts_;
  std::uint64_t count_ = 0;
};

std::uint64_t planes_of(const StoredImage& image) { return image.encoding->planar ? image.encoding->samples : 1; }

std::uint64_t tiles_of(const StoredImage& image) {
  return static_cast<std::uint64_t>(image.columns() * image.rows()) * planes_of(image);
}

/// Decodes a tile that has bytes; rows in blocks, as uncompressed strips may be larger than memory.
void decode_whole(const Tile& tile, const SlideLimits& limits) {
  const StoredImage& image = *tile.image;
  const std::uint64_t pixel = static_cast<std::uint64_t>(tile.samples()) * itemsize(image.encoding->dtype());
  const std::uint64_t row = product(tile.where(), image.tile_width, pixel);
  constexpr std::uint64_t block_bytes = 16 << 20;
  const bool blocks = image.encoding->compression == Compression::none && decodes_areas(*image.encoding);
  const auto height = static_cast<std::uint64_t>(tile.height());
  const std::uint64_t step = blocks ? std::clamp<std::uint64_t>(block_bytes / row, 1, height) : height;
  const std::uint64_t bytes = product(tile.where(), row, step);
  core::check_plain<IoError>(bytes <= limits.region_bytes, tile.where(), bytes,
                             " bytes of pixels are more than the limit of ", limits.region_bytes);
  const auto pixels = core::allocate(bytes, Device{});
  for (std::uint64_t y = 0; y < height; y += step) {
    const Area area{0, static_cast<std::uint32_t>(y), static_cast<std::uint32_t>(image.tile_width),
                    static_cast<std::uint32_t>(std::min(step, height - y))};
    decode(tile, area, static_cast<std::byte*>(pixels->data), row, limits);
  }
}

Tiles::Tiles(const SlideData& data, const SlideLimits& limits) : limits_(limits) {
  std::set<std::size_t> seen;
  for (const Level& level : data.levels) {
    for (const Plane& plane : level.planes) {
      for (const Placement& p : plane.placements) {
        const StoredImage& image = data.images[p.image];
        // Shrunk levels are the tiles of another one.
        if (image.encoding->shrink == 1 && seen.insert(p.image).second) add(image, level.sparse != Sparse::error);
      }
    }
  }
  for (const auto& [name, associated] : data.associated) add(associated.image, false);
}

void Tiles::add(const StoredImage& image, bool sparse_allowed) {
  parts_.push_back({&image, sparse_allowed, count_});
  const auto sum = io::add<std::uint64_t>(count_, tiles_of(image));
  core::check_plain<IoError>(sum.has_value(), image.source->name(), ": too many tiles");
  count_ = *sum;
}

TileReport Tiles::run(std::uint64_t first, std::uint64_t last) const {
  last = std::min(last, count_);
  if (first >= last) return {};
  const std::size_t n = last - first;
  std::vector<std::string> errors(n);
  const auto sparse = std::make_unique<bool[]>(n);
  core::parallel_for(static_cast<std::int64_t>(n), 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint64_t number = first + static_cast<std::uint64_t>(i);
      const auto part = std::prev(std::upper_bound(parts_.begin(), parts_.end(), number,
                                                   [](std::uint64_t k, const Part& p) { return k < p.first; }));
      const StoredImage& image = *part->image;
      const auto at = static_cast<std::int64_t>(number - part->first), columns = image.columns();
      const Tile tile{&image, at % columns, at / columns % image.rows(), at / (columns * image.rows())};
      try {
        if (tile.range().length == 0 && part->sparse_allowed) {
          sparse[static_cast<std::size_t>(i)] = true;
          continue;
        }
        core::check_plain<IoError>(tile.range().length > 0, tile.where(), "it has no bytes");
        decode_whole(tile, limits_);
      } catch (const IoError& e) {
        errors[static_cast<std::size_t>(i)] = e.what();
      }
    }
  });
  TileReport result;
  for (std::size_t i = 0; i < n; ++i) {
    result.sparse += sparse[i] ? 1 : 0;
    if (!errors[i].empty()) result.broken.push_back(std::move(errors[i]));
  }
  return result;
}

}  // namespace
}  // namespace io

std::string Slide::level_codec(int level) const {
  (void)level_dimensions(level);  // Throws where there is none.
  const io::SlideData& data = impl_->data;
  const io::Plane& plane = data.levels[static_cast<std::size_t>(level)].planes[0];
  if (plane.placements.empty()) return {};
  return std::string(io::name(data.images[plane.placements[0].image].encoding->compression));
}

std::uint64_t Slide::tile_count() const { return io::Tiles(impl_->data, impl_->options.limits).count(); }

TileReport Slide::verify_tiles(std::uint64_t first, std::uint64_t last) const {
  return io::Tiles(impl_->data, impl_->options.limits).run(first, last);
}

}  // namespace opsin
