// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/quantiles.h: the elements at the ranks, and one thread that makes quantiles of them.
#pragma once

#include "engine/ranked.h"
#include "engine/team.h"

namespace opsin::OPSIN_TARGET::engine {

static_assert(quantile_ranks == most_ranks);

template <class C>
struct QuantilesOfRanked {
  const Ranked* ranked;
  KeyOfBits key;
  QuantileRanks ranks;
  double* out;

  HD void operator()(const Team& team) const {
    team.alone(0, [&] {
      C value[quantile_ranks];
      for (int i = 0; i < quantile_ranks; ++i) value[i] = static_cast<C>(key.value(ranked->key[i]));
      quantiles_from(out, value, ranks);
    });
  }
};

template <class C>
void find_quantiles(double* out, const Array& values, const QuantileRanks& ranks) {
  const KeyOfBits key = key_of_bits(values.dtype());
  const Array ranked = find_ranked(values, ranks.rank, key);
  run_team(QuantilesOfRanked<C>{ranked_in(ranked), key, ranks, out});
}

}  // namespace opsin::OPSIN_TARGET::engine
