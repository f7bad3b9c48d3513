// SPDX-License-Identifier: Apache-2.0
#include "filters/gabor_folds.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// The same where the harmonic does not change along y: (1, cos), (1, sin).
struct Pair {
  static constexpr bool harmonics_alone = true;
  bool to_bool;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[2]) const {
    out[0] = to_bool ? TowardZero::cut(in[0]) : in[0];
    out[1] = to_bool ? TowardZero::cut(in[1]) : in[1];
  }
};

}  // namespace

template <class C>
void run_gabor_pair(const engine::Bank<2, 2>& bank, bool to_bool) {
  engine::run_bank<C, 2, 2>(bank, Pair{to_bool});
}

template void run_gabor_pair<OPSIN_REAL>(const engine::Bank<2, 2>&, bool);

}  // namespace opsin::OPSIN_TARGET::filters
