// SPDX-License-Identifier: Apache-2.0
// Long because one class draws a region, and its steps share all its state.
#include "io/region.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>

#include "core/memory.h"
#include "core/threads.h"
#include "io/cache.h"
#include "io/decode.h"
#include "io/fill.h"
#include "io/limits.h"
#include "io/rect.h"
#include "io/resample.h"
#include "io/samples.h"
#include "io/window.h"

namespace opsin::io {
namespace {

std::int64_t place(double origin, std::int64_t i, double pitch) {
  return static_cast<std::int64_t>(std::floor(origin + static_cast<double>(i) * pitch));
}

/// Samples of one group that go to channels of the target.
struct Wanted {
  int sample;
  int channel;
};

class RegionReader {
 public:
  using Visitor = std::function<void(const Tile&, std::uint32_t)>;

  RegionReader(const RegionSource& source, const RegionRequest& request, const RegionTarget& target,
               const Visitor* visitor = nullptr)
      : source_(source),
        data_(*source.data),
        level_(data_.levels[request.level]),
        r_(request),
        target_(target),
        visitor_(visitor),
        size_(itemsize(data_.dtype)),
        region_{request.x, request.y, request.x + request.width, request.y + request.height} {}

  std::size_t run(std::string* first_error) {
    if (target_.coverage) std::memset(target_.coverage, 0, static_cast<std::size_t>(r_.width * r_.height));
    for (std::int64_t group = 0; group < data_.groups; ++group) {
      wanted_.clear();
      for (std::size_t c = 0; c < r_.channels.size(); ++c) {
        if (r_.channels[c] / data_.samples == group) {
          wanted_.push_back({static_cast<int>(r_.channels[c] % data_.samples), static_cast<int>(c)});
        }
      }
      if (!wanted_.empty())
        plane(level_.planes[static_cast<std::size_t>((r_.t * data_.z + r_.z) * data_.groups + group)]);
    }
    if (first_error) *first_error = first_error_;
    return failures_;
  }

 private:
  const StoredImage& image(const Placement& p) const { return data_.images[p.image]; }

  /// Tiles side by side, at whole pixels: they cannot overlap.
  bool aligned(const Placement& p) const {
    const StoredImage& i = image(p);
    return p.cells == 1 && p.pitch_x == static_cast<double>(i.tile_width) &&
           p.pitch_y == static_cast<double>(i.tile_height) && p.x == std::floor(p.x) && p.y == std::floor(p.y);
  }

  /// A tile, or a part of one, and where it is drawn.
  struct Cell {
    Tile tile;
    std::int64_t x = 0, y = 0;  // in the tile
    Rect rect;                  // on the level
  };

  Cell cell(const Placement& p, std::int64_t i, std::int64_t j) const {
    const std::int64_t column = p.column + i, row = p.row + j;
    Cell c;
    c.tile = {&image(p), column / p.cells, row / p.cells};
    const auto part = [&](std::int64_t index, std::int64_t size) { return index % p.cells * size / p.cells; };
    const auto end = [&](std::int64_t index, std::int64_t size) { return (index % p.cells + 1) * size / p.cells; };
    c.x = part(column, c.tile.image->tile_width);
    c.y = part(row, c.tile.image->tile_height);
    const std::int64_t width = std::min(end(column, c.tile.image->tile_width), c.tile.valid_width()) - c.x;
    const std::int64_t height = std::min(end(row, c.tile.image->tile_height), c.tile.valid_height()) - c.y;
    const std::int64_t x = place(p.x, i, p.pitch_x), y = place(p.y, j, p.pitch_y);
    c.rect = {x, y, x + width, y + height};
    return c;
  }

  Rect level_rect() const { return {0, 0, level_.width, level_.height}; }

  void plane(const Plane& plane) {
    const bool simple = plane.placements.size() == 1 && aligned(plane.placements[0]);
    if (simple) {
      const Placement& p = plane.placements[0];
      const Rect last = cell(p, p.columns - 1, p.rows - 1).rect;
      const Rect covered = meet(meet(region_, level_rect()), {place(p.x, 0, 1), place(p.y, 0, 1), last.x1, last.y1});
      if (covered.empty()) {
        fill(region_);
      } else if (!(covered == region_)) {
        fill({region_.x0, region_.y0, region_.x1, covered.y0});
        fill({region_.x0, covered.y0, covered.x0, covered.y1});
        fill({covered.x1, covered.y0, region_.x1, covered.y1});
        fill({region_.x0, covered.y1, region_.x1, region_.y1});
      }
    } else {
      fill(region_);
    }
    for (const Placement& p : plane.placements) placement(p);
  }

  /// First and last + 1 of the tiles along one axis that touch [from, to).
  static std::pair<std::int64_t, std::int64_t> touched(double origin, double pitch, std::int64_t size,
                                                       std::int64_t count, std::int64_t from, std::int64_t to) {
    // One more on both sides than the division says: the loop drops what does not touch, rounding cannot lose a tile.
    const double first = std::floor((static_cast<double>(from - size) - origin) / pitch);
    const double last = std::ceil((static_cast<double>(to) - origin) / pitch) + 1;
    const auto clamp = [&](double v) {
      return static_cast<std::int64_t>(std::clamp(v, 0.0, static_cast<double>(count)));
    };
    return {clamp(first), clamp(last)};
  }

  void placement(const Placement& p) {
    const Rect wanted = meet(region_, level_rect());
    if (wanted.empty()) return;
    const StoredImage& i = image(p);
    const auto [c0, c1] = touched(p.x, p.pitch_x, i.tile_width / p.cells + 1, p.columns, wanted.x0, wanted.x1);
    const auto [r0, r1] = touched(p.y, p.pitch_y, i.tile_height / p.cells + 1, p.rows, wanted.y0, wanted.y1);
    if (c0 >= c1 || r0 >= r1) return;
    const std::int64_t columns = c1 - c0, count = columns * (r1 - r0);
    const auto draw = [&, c0 = c0, r0 = r0](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        const std::int64_t column = c0 + n % columns, row = r0 + n / columns;
        const Cell drawn = cell(p, column, row);
        const Rect seen = meet(drawn.rect, wanted);
        if (!seen.empty()) tile(p, drawn, seen);
      }
    };
    // Where tiles overlap their order decides what is seen. Few tiles are not worth waking threads for.
    constexpr std::int64_t grain = 8;
    if (aligned(p) && !visitor_) {
      core::parallel_for(count, grain, draw);
    } else {
      draw(0, count);
    }
  }

  std::byte* at(std::int64_t x, std::int64_t y) const {
    return target_.data + (y - region_.y0) * target_.row + (x - region_.x0) * target_.pixel;
  }

  void fill(const Rect& rect) {
    if (rect.empty() || visitor_) return;
    for (const Wanted& w : wanted_) {
      const auto channel = static_cast<std::size_t>(r_.channels[static_cast<std::size_t>(w.channel)]);
      const double value = data_.fill.size() == 1 ? data_.fill[0] : data_.fill[channel];
      const bool packed = w.channel == 0 && uniform();
      const std::int64_t samples = packed ? static_cast<std::int64_t>(wanted_.size()) : 1;
      fill_samples(at(rect.x0, rect.y0) + w.channel * target_.channel, target_.row,
                   packed ? static_cast<std::ptrdiff_t>(size_) : target_.pixel, rect.width() * samples, rect.height(),
                   data_.dtype, value);
      if (packed) return;
    }
  }

  /// One fill value for pixels whose channels adjoin and are all wanted.
  bool uniform() const {
    return data_.fill.size() == 1 && wanted_.size() == r_.channels.size() &&
           target_.channel == static_cast<std::ptrdiff_t>(size_) &&
           target_.pixel == static_cast<std::ptrdiff_t>(size_ * wanted_.size());
  }

  void cover(const Rect& rect) {
    if (!target_.coverage) return;
    for (std::int64_t y = rect.y0; y < rect.y1; ++y) {
      std::memset(target_.coverage + (y - region_.y0) * r_.width + (rect.x0 - region_.x0), 255,
                  static_cast<std::size_t>(rect.width()));
    }
  }

  void tile(const Placement& p, const Cell& cell, const Rect& seen) {
    Tile tile = cell.tile;
    if (visitor_) {
      for (const Wanted& w : wanted_) {
        tile.plane = tile.image->encoding->planar ? w.sample : 0;
        (*visitor_)(tile, static_cast<std::uint32_t>(p.image));
        if (!tile.image->encoding->planar) break;
      }
      return;
    }
    try {
      bool missing = true;
      if (tile.image->encoding->planar) {
        std::size_t empty = 0;
        for (const Wanted& w : wanted_) {
          tile.plane = w.sample;
          empty += tile.range().length == 0;
        }
        missing = empty == wanted_.size();
        // One sample without the others is damage, whatever the format says about sparse tiles.
        core::check_plain<IoError>(missing || empty == 0, tile.where(), "some of its samples have no bytes");
      } else {
        missing = tile.range().length == 0;
      }
      if (missing) {
        sparse(tile, seen);
        return;
      }
      if (tile.image->encoding->planar) {
        for (const Wanted& w : wanted_) {
          tile.plane = w.sample;
          stored(p, tile, cell, seen, std::span(&w, 1));
        }
      } else {
        stored(p, tile, cell, seen, wanted_);
      }
      cover(seen);
    } catch (const IoError& e) {
      if (source_.errors == TileErrors::raise) throw;
      fill(seen);
      const std::lock_guard lock(error_lock_);
      if (failures_++ == 0) first_error_ = e.what();
    }
  }

  void sparse(const Tile& tile, const Rect& seen) {
    core::check_plain<IoError>(level_.sparse != Sparse::error, tile.where(), "it has no bytes");
    if (level_.sparse == Sparse::fill || r_.level == 0) {
      fill(seen);
      return;
    }
    const Level& finer = data_.levels[r_.level - 1];
    const double sx = static_cast<double>(finer.width) / static_cast<double>(level_.width);
    const double sy = static_cast<double>(finer.height) / static_cast<double>(level_.height);
    RegionRequest request = r_;
    request.level = r_.level - 1;
    const auto x0 = static_cast<double>(seen.x0) * sx, y0 = static_cast<double>(seen.y0) * sy;
    request.x = static_cast<std::int64_t>(std::floor(x0));
    request.y = static_cast<std::int64_t>(std::floor(y0));
    request.width = static_cast<std::int64_t>(std::ceil(static_cast<double>(seen.x1) * sx)) - request.x;
    request.height = static_cast<std::int64_t>(std::ceil(static_cast<double>(seen.y1) * sy)) - request.y;
    request.channels.clear();
    for (const Wanted& w : wanted_) request.channels.push_back(r_.channels[static_cast<std::size_t>(w.channel)]);
    const auto n = static_cast<std::int64_t>(wanted_.size());
    const Array pixels = Array::empty({request.height, request.width, n}, data_.dtype);
    const Array coverage = Array::empty({request.height, request.width}, DType::uint8);
    RegionTarget target;
    target.data = pixels.mutable_data_as<std::byte>();
    target.channel = static_cast<std::ptrdiff_t>(size_);
    target.pixel = target.channel * n;
    target.row = target.pixel * request.width;
    target.coverage = coverage.mutable_data_as<std::byte>();
    std::string error;
    const std::size_t failed = RegionReader(source_, request, target).run(&error);
    if (failed > 0) {
      const std::lock_guard lock(error_lock_);
      if (failures_ == 0) first_error_ = error;
      failures_ += failed;
    }
    fill(seen);
    const Scaled scaled =
        shrink_covered(pixels, coverage, {seen.width(), seen.height()},
                       {x0 - static_cast<double>(request.x), y0 - static_cast<double>(request.y), sx, sy});
    for (std::int64_t y = seen.y0; y < seen.y1; ++y) {
      for (std::int64_t x = seen.x0; x < seen.x1; ++x) {
        const std::int64_t pixel = (y - seen.y0) * seen.width() + (x - seen.x0);
        if (scaled.coverage.data_as<std::uint8_t>()[pixel] == 0) continue;
        for (std::int64_t c = 0; c < n; ++c) {
          std::memcpy(at(x, y) + wanted_[static_cast<std::size_t>(c)].channel * target_.channel,
                      scaled.pixels.data_as<std::byte>() + static_cast<std::size_t>(pixel * n + c) * size_, size_);
        }
        cover({x, y, x + 1, y + 1});
      }
    }
  }

  /// True when the tile's samples are exactly the pixels of the target.
  bool direct(std::span<const Wanted> wanted, std::int64_t samples) const {
    if (std::ssize(wanted) != samples || target_.channel != static_cast<std::ptrdiff_t>(size_) ||
        target_.pixel != static_cast<std::ptrdiff_t>(size_) * samples || target_.row < 0) {
      return false;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i].sample != wanted[0].sample + static_cast<int>(i) || wanted[i].channel != static_cast<int>(i))
        return false;
    }
    return samples == 1 || wanted[0].sample == 0;
  }

  void stored(const Placement& p, const Tile& tile, const Cell& cell, const Rect& seen,
              std::span<const Wanted> wanted) {
    const Encoding& e = *tile.image->encoding;
    const std::int64_t samples = tile.samples();
    const Area area{static_cast<std::uint32_t>(cell.x + seen.x0 - cell.rect.x0),
                    static_cast<std::uint32_t>(cell.y + seen.y0 - cell.rect.y0),
                    static_cast<std::uint32_t>(seen.width()), static_cast<std::uint32_t>(seen.height())};
    const std::size_t pixel_bytes = static_cast<std::size_t>(samples) * size_;
    const bool areas = decodes_areas(e), never_cached = e.compression == Compression::none && areas;
    const std::size_t tile_bytes = pixel_bytes * static_cast<std::size_t>(tile.image->tile_width * tile.height());
    const TileKey key{source_.slide, static_cast<std::uint32_t>(p.image), tile.index()};
    bool keep = false;
    const auto show = [&](const TilePixels& pixels) {
      scatter(static_cast<const std::byte*>(pixels->data), tile.image->tile_width, area.x, area.y, tile, seen, wanted);
    };
    if (source_.window) {
      const auto whole = [&] {
        const TilePixels known = TileCache::shared().find(key);
        return known ? known : decode_whole(tile, key);
      };
      if (const TilePixels pixels = source_.window->shared(key, whole)) return show(pixels);
    }
    if (source_.slide != 0 && !never_cached) {
      if (const TilePixels known = TileCache::shared().find(key)) return show(known);
      // What would not be kept is decoded in part every time: a whole of it would be for nothing.
      keep = TileCache::shared().would_keep(tile_bytes) &&
             (TileCache::shared().wanted_before(key, tile_bytes) || (!areas && (p.cells > 1 || !(seen == cell.rect))));
    }
    if (keep) return show(decode_whole(tile, key));
    if (direct(wanted, samples)) {
      decode_part(tile, key, area, at(seen.x0, seen.y0), static_cast<std::size_t>(target_.row));
      return;
    }
    const auto part = core::allocate(pixel_bytes * area.width * area.height, Device{});
    decode_part(tile, key, area, static_cast<std::byte*>(part->data), pixel_bytes * area.width);
    scatter(static_cast<const std::byte*>(part->data), area.width, 0, 0, tile, seen, wanted);
  }

  /// The whole tile, which is kept in the cache.
  TilePixels decode_whole(const Tile& tile, const TileKey& key) const {
    const Area all{0, 0, static_cast<std::uint32_t>(tile.image->tile_width), static_cast<std::uint32_t>(tile.height())};
    const std::size_t row = static_cast<std::size_t>(tile.samples()) * size_ * all.width;
    const auto pixels = core::allocate(row * all.height, Device{});
    decode_part(tile, key, all, static_cast<std::byte*>(pixels->data), row);
    TileCache::shared().insert(key, pixels);
    return pixels;
  }

  void decode_part(const Tile& tile, const TileKey& key, const Area& area, std::byte* out, std::size_t row) const {
    const StoredBytes ahead = source_.window ? source_.window->bytes(key) : StoredBytes{};
    decode(tile, area, out, row, source_.limits, ahead.bytes);
  }

  /// From a decoded tile, or a part of one that is `width` pixels wide, to the target.
  void scatter(const std::byte* pixels, std::int64_t width, std::size_t x, std::size_t y, const Tile& tile,
               const Rect& seen, std::span<const Wanted> wanted) const {
    const std::size_t pixel = static_cast<std::size_t>(tile.samples()) * size_,
                      row = pixel * static_cast<std::size_t>(width);
    const std::byte* from = pixels + y * row + x * pixel;
    SampleCopy copy{from, pixel, row, at(seen.x0, seen.y0), target_.pixel, target_.row};
    if (direct(wanted, tile.samples())) {
      copy_samples(copy, seen.width(), seen.height(), pixel);
      return;
    }
    for (const Wanted& w : wanted) {
      copy.from = from + (tile.image->encoding->planar ? 0 : static_cast<std::size_t>(w.sample) * size_);
      copy.to = at(seen.x0, seen.y0) + w.channel * target_.channel;
      copy_samples(copy, seen.width(), seen.height(), size_);
    }
  }

  const RegionSource& source_;
  const SlideData& data_;
  const Level& level_;
  const RegionRequest& r_;
  const RegionTarget& target_;
  const Visitor* visitor_;
  const std::size_t size_;
  const Rect region_;
  std::vector<Wanted> wanted_;
  std::mutex error_lock_;
  std::size_t failures_ = 0;
  std::string first_error_;
};

}  // namespace

void visit_tiles(const RegionSource& source, const RegionRequest& request,
                 const std::function<void(const Tile&, std::uint32_t)>& f) {
  if (request.width == 0 || request.height == 0 || request.channels.empty()) return;
  RegionReader(source, request, {}, &f).run(nullptr);
}

std::size_t read_region(const RegionSource& source, const RegionRequest& request, const RegionTarget& target,
                        std::string* first_error) {
  if (request.width == 0 || request.height == 0 || request.channels.empty()) return 0;
  return RegionReader(source, request, target).run(first_error);
}

}  // namespace opsin::io
