// SPDX-License-Identifier: Apache-2.0
// Regions from tiles, once for all formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/slide_data.h"
#include "opsin/slide.h"

namespace opsin::io {

class TileWindow;
struct Tile;

/// What a region is read from.
struct RegionSource {
  const SlideData* data = nullptr;
  std::uint64_t slide = 0;  ///< of TileKey; 0: nothing of it is cached
  SlideLimits limits;
  TileErrors errors = TileErrors::raise;
  const TileWindow* window = nullptr;  ///< of regions that are read together; null for one alone
};

/// Memory that a region goes to: pixel (x, y), channel c of those wanted is at
/// data + y * row + x * pixel + c * channel; strides in bytes, of any sign.
struct RegionTarget {
  std::byte* data = nullptr;
  std::ptrdiff_t row = 0, pixel = 0, channel = 0;
  std::byte* coverage = nullptr;  ///< null, or width * height bytes: 255 where a pixel comes from the slide
};

struct RegionRequest {
  std::size_t level = 0;
  std::int64_t x = 0, y = 0;  ///< level pixels
  std::int64_t width = 0, height = 0;
  std::vector<int> channels;  ///< checked
  std::int64_t z = 0, t = 0;
};

/// Fills the whole target. Tiles are decoded by several threads when there are many. Returns how many tiles were filled
/// because of TileErrors::fill; `first_error` then says why the first was. Throws IoError.
std::size_t read_region(const RegionSource& source, const RegionRequest& request, const RegionTarget& target,
                        std::string* first_error = nullptr);

/// Calls f(tile, image number) for what read_region would decode, without the tiles of finer levels that Aperio's
/// sparse ones stand for. Several placements may name a tile more than once.
void visit_tiles(const RegionSource& source, const RegionRequest& request,
                 const std::function<void(const Tile&, std::uint32_t)>& f);

}  // namespace opsin::io
