// SPDX-License-Identifier: Apache-2.0
// What the kernels of engine/order.h share: an image as planes of rows, and a tile's surroundings as keys.
#pragma once

#include "core/cuda/launch.h"
#include "core/cuda/memory_access.h"
#include "engine/on_device.h"
#include "engine/order.h"

namespace opsin::OPSIN_TARGET::engine {

/// Planes of a footprint whose offsets travel with the kernel's arguments.
inline constexpr int most_inline_planes = 16;

template <class K>
struct OrderView {
  const K* image;
  K* out;
  std::int64_t planes, height, width;
  int leading;  // axes before the last two, and their sizes
  std::int64_t shape[max_ndim];
  const Offset* offsets;  // of the footprint's planes; null: the small ones
  Offset small_offsets[most_inline_planes];
  int plane_count;
  std::int64_t top, left;
  Border border;
  OrderKey<K> key;
  K constant;

  /// The plane that the footprint's plane p shows from `plane`; below 0: what lies beyond the edges.
  __device__ std::int64_t source(std::int64_t plane, int p) const {
    if (leading == 0) return plane;
    return met_index(shape, leading, plane, (offsets ? offsets : small_offsets)[p].data(), border);
  }
};

/// `memory` keeps the planes' offsets until the kernel is queued.
template <class K>
OrderView<K> order_view(const OrderJob<K>& job, Array& memory) {
  const Array& image = job.image;
  const Reach& reach = job.reach;
  const int ndim = image.ndim();
  OrderView<K> v{};
  v.image = image.data_as<K>();
  v.out = job.out.template mutable_data_as<K>();
  v.planes = 1;
  v.height = image.shape(ndim - 2);
  v.width = image.shape(ndim - 1);
  v.leading = ndim - 2;
  for (int a = 0; a < v.leading; ++a) v.planes *= v.shape[a] = image.shape(a);
  if (v.leading > 0 && reach.planes.size() <= most_inline_planes) {
    for (std::size_t p = 0; p < reach.planes.size(); ++p) v.small_offsets[p] = reach.planes[p].offset;
  } else if (v.leading > 0) {
    std::vector<Offset> offsets;
    for (const ReachPlane& p : reach.planes) offsets.push_back(p.offset);
    memory = on_device(offsets, image.device());
    v.offsets = static_cast<const Offset*>(memory.data());
  }
  constexpr std::int64_t most = 1 << 28;
  core::check(reach.rows < most && reach.columns < most && std::abs(reach.top) < most && std::abs(reach.left) < most,
              "order", "the footprint is too large");
  v.plane_count = static_cast<int>(reach.planes.size());
  v.top = reach.top;
  v.left = reach.left;
  v.border = job.border;
  v.key = job.key;
  v.constant = to_order_key(constant_of<K>(image.dtype(), job.cval), job.key);
  return v;
}

/// Keys of `rows` rows from (y0, x0) on, for each plane of the footprint: calls store(row, column, of(column, key)) for
/// every column below `columns`, where key(c) reads the key at x0 + c. Rows count on over the planes. A warp takes a
/// row; `reach` columns may be asked for.
template <class K, class Of, class Store>
__device__ __forceinline__ void load_order_tile(const OrderView<K>& v, std::int64_t plane, std::int64_t y0,
                                                std::int64_t x0, int rows, int columns, int reach, const Of& of,
                                                const Store& store) {
  constexpr int ahead = 3;  // elements of a lane on their way, without branches between them
  const int warps = static_cast<int>(blockDim.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  const bool inside = x0 >= 0 && x0 + reach <= v.width;
  for (int p = 0; p < v.plane_count; ++p) {
    const std::int64_t source = v.source(plane, p);
    for (int r = static_cast<int>(threadIdx.x) / 32; r < rows; r += warps) {
      const std::int64_t y = source < 0 ? -1 : border_index(y0 + r, v.height, v.border);
      const K* from = v.image + (source * v.height + y) * v.width;
      if (inside && y >= 0) {
        const auto key = [&](int column) { return to_order_key(from[x0 + column], v.key); };
        for (int c = lane; c < columns; c += 32 * ahead) {
          decltype(of(c, key)) read[ahead];
#pragma unroll
          for (int i = 0; i < ahead; ++i) read[i] = of(min(c + 32 * i, columns - 1), key);
#pragma unroll
          for (int i = 0; i < ahead; ++i) {
            if (c + 32 * i < columns) store(p * rows + r, c + 32 * i, read[i]);
          }
        }
        continue;
      }
      for (int c = lane; c < columns; c += 32) {
        store(p * rows + r, c, of(c, [&](int column) {
                const std::int64_t x = y < 0 ? -1 : border_index(x0 + column, v.width, v.border);
                return x < 0 ? v.constant : to_order_key(from[x], v.key);
              }));
      }
    }
  }
}

}  // namespace opsin::OPSIN_TARGET::engine
