// SPDX-License-Identifier: Apache-2.0
// Histograms of the tiles that an image is cut into, from its origin on. The last tile along an axis reaches beyond the
// image, which is mirrored there about its outermost elements.
#pragma once

#include <vector>

#include "core/border.h"
#include "core/dispatch.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::engine {

struct Tiling {
  int ndim = 1;
  std::int64_t shape[max_ndim] = {};
  std::int64_t tile[max_ndim] = {};
  std::int64_t count[max_ndim] = {};

  HD std::int64_t tiles() const {
    std::int64_t n = 1;
    for (int a = 0; a < ndim; ++a) n *= count[a];
    return n;
  }
  HD std::int64_t elements() const {
    std::int64_t n = 1;
    for (int a = 0; a < ndim; ++a) n *= tile[a];
    return n;
  }
};

inline Tiling tiling_of(const Extents& shape, const std::vector<std::int64_t>& tile) {
  Tiling t;
  t.ndim = shape.size();
  for (int a = 0; a < t.ndim; ++a) {
    t.shape[a] = shape[a];
    t.tile[a] = tile[static_cast<std::size_t>(a)];
    t.count[a] = (shape[a] + t.tile[a] - 1) / t.tile[a];
  }
  return t;
}

/// Adds to counts (int32, tiles x bins) how often each bin occurs in each tile. `image` is C-contiguous, of uint16,
/// every element below `bins`.
void count_tiles(std::int32_t* counts, std::int64_t bins, const Array& image, const Tiling& tiling);

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/tile_histogram_cuda.h"
#else
#include "engine/tile_histogram_cpu.h"
#endif
