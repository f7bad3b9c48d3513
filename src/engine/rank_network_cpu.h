// SPDX-License-Identifier: Apache-2.0
// Selection networks for any number of elements on the CPU, as data.
#pragma once

#include <algorithm>
#include <vector>

#include "core/target.h"

namespace opsin::OPSIN_TARGET::engine {

/// Compare-exchanges that leave the elements of some ranks of `count` in the wires of these numbers.
class RankNetwork {
 public:
  struct Exchange {
    int low, high;
    bool wants_low, wants_high;  // where one is not wanted, what it holds does not matter
  };

  /// Batcher's odd-even merge sort for any number of wires, cut down to what leads to those from `first` to `last`.
  RankNetwork(int count, int first, int last) {
    for (int p = 1; p < count; p *= 2) {
      for (int k = p; k >= 1; k /= 2) {
        for (int j = k % p; j + k < count; j += 2 * k) {
          for (int i = 0; i < std::min(k, count - j - k); ++i) {
            if ((i + j) / (2 * p) == (i + j + k) / (2 * p)) exchanges_.push_back({i + j, i + j + k, false, false});
          }
        }
      }
    }
    std::vector<bool> wanted(static_cast<std::size_t>(count));
    for (int rank = first; rank <= last; ++rank) wanted[static_cast<std::size_t>(rank)] = true;
    std::vector<Exchange> kept;
    for (auto e = exchanges_.rbegin(); e != exchanges_.rend(); ++e) {
      const auto low = static_cast<std::size_t>(e->low), high = static_cast<std::size_t>(e->high);
      if (!wanted[low] && !wanted[high]) continue;
      kept.push_back({e->low, e->high, wanted[low], wanted[high]});
      wanted[low] = wanted[high] = true;
    }
    exchanges_.assign(kept.rbegin(), kept.rend());
  }

  const std::vector<Exchange>& exchanges() const { return exchanges_; }

 private:
  std::vector<Exchange> exchanges_;
};

}  // namespace opsin::OPSIN_TARGET::engine
