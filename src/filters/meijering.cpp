// SPDX-License-Identifier: Apache-2.0
#include "core/assign.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "feature/symmetric.h"
#include "filters/ridge_passes.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// One more eigenvalue of a matrix of any size: the value farthest from zero so far.
template <class C>
struct FarthestSoFar {
  C alpha;
  bool first;

  template <class V>
  HD void operator()(const V (&in)[3], V (&out)[1]) const {
    // in: this eigenvalue, the sum of all, the value so far.
    const V value = in[0] + broadcast<V>(alpha) * (in[1] - in[0]);
    out[0] = first ? value : pick(abs(value) > abs(in[2]), value, in[2]);
  }
};

struct Sum {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] + in[1];
  }
};

struct ClipAtZero {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = max_nan(in[0], broadcast<V>(Element<V>(0)));
  }
};

/// Divided by its maximum, unless that is zero or NaN; then the greater of that and what was there.
template <class C>
struct Normalise {
  const C* peak;
  bool first;

  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    const C p = *peak;
    const V value = in[0] / broadcast<V>(p > C(0) ? p : C(1));
    out[0] = first ? value : max_nan(in[1], value);
  }
};

/// The response at one sigma and its maximum for images of one or of more than three axes.
template <class C>
void neuriteness_of_any(const engine::HessianPlan& plan, std::span<const Array> gradients, const Array& out, C alpha,
                        C* peak) {
  const int n = out.ndim();
  std::vector<Array> elements;
  for (int i = 0; i < n; ++i) {
    for (int j = i; j < n; ++j) {
      elements.push_back(Array::empty(out.shape(), out.dtype(), out.device()));
      engine::second_derivative(plan, elements.back(), gradients[static_cast<std::size_t>(i)], j);
    }
  }
  Extents shape = out.shape();
  shape.insert(0, n);
  const Array stack = Array::empty(shape, out.dtype(), out.device());
  feature::symmetric_eigenvalues(stack, elements, n);
  const auto eigenvalue = [&](int i) {
    const Array one = stack.slice(0, i, 1);
    return Array::view_of(one.mutable_data(), out.shape(), out.strides(), out.dtype(), out.device(), one.buffer());
  };
  const Array sum = elements[0];
  opsin::memory::assign(sum, eigenvalue(0));
  for (int i = 1; i < n; ++i) engine::pointwise<C, 2, 1>({sum}, {sum, eigenvalue(i)}, Sum{});
  for (int i = 0; i < n; ++i) {
    engine::pointwise<C, 3, 1>({out}, {eigenvalue(i), sum, out}, FarthestSoFar<C>{alpha, i == 0});
  }
  engine::pointwise<C, 1, 1>({out}, {out}, ClipAtZero{});
  engine::find_peak<C>(peak, out);
}

}  // namespace

Array meijering(const Array& image, const opsin::filters::MeijeringOptions& o) {
  const DType dtype = float_result(image.dtype());
  const int ndim = image.ndim();
  const double alpha = o.alpha.value_or(1.0 / (ndim + 1));
  const Array source = image.contiguous();
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  if (o.sigmas.empty()) core::fill_zero(out);
  const auto count = static_cast<std::int64_t>(o.sigmas.size());
  const Array peaks = Array::zeros({count}, dtype, image.device());  // one for each sigma, cleared at once
  std::vector<Array> gradients;
  Array later;  // the response of all sigmas but the first
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& sigma = o.sigmas[static_cast<std::size_t>(i)];
    const bool first = i == 0;
    core::check_plain<IndexError>(ndim > 0, "list index out of range");
    core::check_plain(image.size() > 0, "zero-size array to reduction operation maximum which has no identity");
    const auto plan = engine::hessian_plan(ndim, sigma, o.mode, o.cval, dtype);
    gradients = engine::gaussian_gradients(plan, source, ridge_scaling(o.black_ridges), dtype, std::move(gradients));
    if (i == 1) later = Array::empty(image.shape(), dtype, image.device());
    const Array& values = first ? out : later;
    with_real(dtype, [&]<class C>(Tag<C>) {
      C* const p = peaks.mutable_data_as<C>() + i;
      const auto a = static_cast<C>(alpha);
      if (ndim == 2) {
        neuriteness<2, C>(plan, gradients, values, a, p);
      } else if (ndim == 3) {
        neuriteness<3, C>(plan, gradients, values, a, p);
      } else {
        neuriteness_of_any<C>(plan, gradients, values, a, p);
      }
      engine::pointwise<C, 2, 1>({out}, {values, out}, Normalise<C>{p, first});
    });
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::filters

OPSIN_EXPORT(filters, meijering, Array, const Array&, const opsin::filters::MeijeringOptions&)
