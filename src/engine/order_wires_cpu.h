// SPDX-License-Identifier: Apache-2.0
// Selection networks for any rank of any small footprint on the CPU: the network is data.
#pragma once

#include "engine/order_rows_cpu.h"
#include "engine/rank_network_cpu.h"
#include "engine/unrolled.h"

namespace opsin::OPSIN_TARGET::engine {

/// The largest footprint that goes through a network: by its number of exchanges, it costs less than ranks do.
template <class K>
inline constexpr std::int64_t most_network_elements = sizeof(K) == 1   ? 128
                                                      : sizeof(K) == 2 ? 96
                                                      : sizeof(K) == 4 ? 64
                                                                       : 32;

/// Any rank of any small footprint: the network is data, run for a few vectors at a time.
template <class K>
void network_of_footprint(const OrderImage<K>& image) {
  using V = Vec<K>;
  constexpr int vectors = 4, chunk = vectors * V::lanes;
  const Reach& reach = image.reach;
  const auto rank = static_cast<int>(image.rank);
  const RankNetwork network(static_cast<int>(reach.count), rank, rank);
  TileCut(image.planes, image.height, image.width, reach.rows, reach.columns,
          static_cast<std::int64_t>(sizeof(K)) * reach.plane_count())
      .each([&](std::int64_t plane, std::int64_t y0, std::int64_t y1, std::int64_t x0, std::int64_t x1) {
        const std::int64_t line = order_line<K>(x1 - x0 + reach.columns - 1);
        const std::int64_t rows = y1 - y0 + reach.rows - 1;
        K* keys = reinterpret_cast<K*>(thread_scratch(
            static_cast<std::size_t>(reach.plane_count() * rows * line + (reach.count + 1) * chunk) * sizeof(K)));
        K* wires = keys + reach.plane_count() * rows * line;
        image.load(keys, line, plane, y0, x0, rows, x1 - x0 + reach.columns - 1);
        for (std::int64_t y = y0; y < y1; ++y) {
          for (std::int64_t x = x0; x < x1; x += chunk) {
            K* wire = wires;
            for (std::size_t p = 0; p < reach.planes.size(); ++p) {
              for (const auto& at : reach.planes[p].at) {
                const K* from = keys + (static_cast<std::int64_t>(p) * rows + y - y0 + at[0]) * line + at[1] + x - x0;
                unrolled<vectors>([&](auto i) { V::load(from + i * V::lanes).store(wire + i * V::lanes); });
                wire += chunk;
              }
            }
            for (const RankNetwork::Exchange& e : network.exchanges()) {
              K* a = wires + e.low * chunk;
              K* b = wires + e.high * chunk;
              unrolled<vectors>([&](auto i) {
                const V low = V::load(a + i * V::lanes), high = V::load(b + i * V::lanes);
                if (e.wants_low) min(low, high).store(a + i * V::lanes);
                if (e.wants_high) max(low, high).store(b + i * V::lanes);
              });
            }
            store_order_keys(image.out_row(plane, y) + x, wires + rank * chunk, std::min<std::int64_t>(chunk, x1 - x),
                             image.key);
          }
        }
      });
}

}  // namespace opsin::OPSIN_TARGET::engine
