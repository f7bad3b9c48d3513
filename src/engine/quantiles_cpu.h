// SPDX-License-Identifier: Apache-2.0
// CPU side of engine/quantiles.h: selection in place.
#pragma once

namespace opsin::OPSIN_TARGET::engine {

template <class C>
void find_quantiles(double* out, const Array& values, const QuantileRanks& ranks) {
  C* const first = values.mutable_data_as<C>();
  C* const last = first + values.size();
  const auto less = [](C a, C b) { return a < b || (a == a && b != b); };
  C value[quantile_ranks];
  std::int64_t done = 0;  // Nothing before it is above what stands from it on.
  for (int i = 0; i < quantile_ranks; ++i) {
    const std::int64_t rank = ranks.rank[i];
    std::nth_element(first + (rank < done ? 0 : done), first + rank, last, less);
    value[i] = first[rank];
    done = rank;
  }
  quantiles_from(out, value, ranks);
}

}  // namespace opsin::OPSIN_TARGET::engine
