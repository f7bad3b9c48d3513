// SPDX-License-Identifier: Apache-2.0
#include "filters/ridge_passes.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// The greatest by magnitude of e_i + alpha * (sum of the others), zero where it is negative.
template <int N, class C>
struct Neuriteness {
  static constexpr int peak_output = 0;
  C alpha;

  template <class V>
  HD void operator()(const V (&h)[hessian_elements<N>], V (&out)[1]) const {
    V e[N];
    engine::symmetric_eigenvalues(h, e);
    V best = broadcast<V>(C(0));
    for (int i = 0; i < N; ++i) {
      V value = e[i];
      for (int j = 0; j < N; ++j) {
        if (j != i) value = value + broadcast<V>(alpha) * e[j];
      }
      best = i == 0 ? value : pick(abs(value) > abs(best), value, best);
    }
    out[0] = max_nan(best, broadcast<V>(C(0)));
  }
};

}  // namespace

template <int N, class C>
void neuriteness(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out, C alpha,
                 C* peak) {
  engine::hessian_pass<N, C, 1>(plan, gradients, {out}, Neuriteness<N, C>{alpha}, peak);
}

template void neuriteness<OPSIN_AXES, OPSIN_REAL>(const engine::HessianPlan&, std::span<const Array>, const Array&,
                                                  OPSIN_REAL, OPSIN_REAL*);

}  // namespace opsin::OPSIN_TARGET::filters
