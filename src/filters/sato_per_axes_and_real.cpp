// SPDX-License-Identifier: Apache-2.0
#include "filters/ridge_passes.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// sigma^2 times the geometric mean of all eigenvalues but the lowest, zero where one of them is negative.
template <int N, class C>
struct Tubeness {
  C weight;
  bool accumulate = true;

  template <class V>
  HD void operator()(const V (&h)[hessian_elements<N>], V (&out)[1]) const {
    V e[N];
    engine::symmetric_eigenvalues(h, e);
    V mean = max_nan(e[0], broadcast<V>(C(0)));
    if constexpr (N == 3) mean = sqrt(mean * max_nan(e[1], broadcast<V>(C(0))));
    out[0] = max_nan(out[0], broadcast<V>(weight) * mean);
  }
};

}  // namespace

template <int N, class C>
void tubeness(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out, C weight,
              bool accumulate) {
  engine::hessian_pass<N, C, 1>(plan, gradients, {out}, Tubeness<N, C>{weight, accumulate});
}

template void tubeness<OPSIN_AXES, OPSIN_REAL>(const engine::HessianPlan&, std::span<const Array>, const Array&,
                                               OPSIN_REAL, bool);

}  // namespace opsin::OPSIN_TARGET::filters
