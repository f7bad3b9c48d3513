// SPDX-License-Identifier: Apache-2.0
#include "filters/edge_parts.h"

#include <cmath>

#include "core/check.h"
#include "engine/pointwise.h"
#include "engine/smooth.h"

namespace opsin::OPSIN_TARGET::filters {
namespace {

/// sum += response^2, and the magnitude of such a sum.
struct AddSquare {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] + in[1] * in[1];
  }
};
struct Copy {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0];
  }
};
struct Square {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] * in[0];
  }
};
struct RootOverRoot {
  double count;
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = sqrt(in[0]) / sqrt(broadcast<V>(static_cast<Element<V>>(count)));
  }
};

template <class C>
void run_direct_edges(const Array& out, const Array& image, const EdgeKernel& k, std::span<const int> axes,
                      const opsin::filters::EdgeOptions& o) {
  if (axes.size() == 1) {
    engine::correlate<C>(out, image, edge_taps(k, image.ndim(), axes[0]), o.mode, o.cval);
    return;
  }
  const Array one = Array::empty(image.shape(), out.dtype(), image.device());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    engine::correlate<C>(one, image, edge_taps(k, image.ndim(), axes[i]), o.mode, o.cval);
    if (i == 0) {
      engine::pointwise<C, 1, 1>({out}, {one}, Square{});
    } else {
      engine::pointwise<C, 2, 1>({out}, {out, one}, AddSquare{});
    }
  }
  engine::pointwise<C, 1, 1>({out}, {out}, RootOverRoot{static_cast<double>(image.ndim())});
}

/// The product with 0 or 1, as scikit-image has it: NaN and infinity stay NaN where the mask is 0.
struct Masked {
  double whole;  // the sum over a window that is all set
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    using C = Element<V>;
    out[0] = in[0] * pick(in[1] == broadcast<V>(static_cast<C>(whole)), broadcast<V>(C(1)), broadcast<V>(C(0)));
  }
};

/// `a` seen with another shape, by NumPy's rules; false when it does not fit.
bool broadcast_view(Array& a, const Extents& shape) {
  if (a.ndim() > shape.size()) return false;
  Extents strides;
  for (int i = 0; i < shape.size(); ++i) {
    const int d = i - (shape.size() - a.ndim());
    if (d < 0) {
      strides.push_back(0);
      continue;
    }
    if (a.shape(d) != shape[i] && a.shape(d) != 1) return false;
    strides.push_back(a.shape(d) == shape[i] ? a.strides()[d] : 0);
  }
  a = Array::view_of(a.mutable_data(), shape, strides, a.dtype(), a.device(), a.buffer(), a.readonly());
  return true;
}

}  // namespace

Array as_float(const Array& image, DType dtype, const Scaling& scaling) {
  if (image.dtype() == dtype && scaling.identity()) return image;
  const Array as = Array::empty(image.shape(), dtype, image.device());
  with_real(dtype, [&]<class C>(Tag<C>) { engine::pointwise<C, 1, 1>({as}, {image}, Copy{}, {scaling}); });
  return as;
}

std::vector<engine::KernelElement> edge_taps(const EdgeKernel& k, int ndim, int axis) {
  const int size = static_cast<int>(k.edge.size());
  const int edge_axis = axis < 0 ? axis + ndim : axis;
  std::vector<engine::KernelElement> taps;
  std::int64_t total = 1;
  for (int d = 0; d < ndim; ++d) total *= size;
  for (std::int64_t i = 0; i < total; ++i) {
    engine::KernelElement t;
    std::array<std::size_t, max_ndim> at{};
    for (std::int64_t d = ndim - 1, rest = i; d >= 0; --d, rest /= size) {
      t.offset[static_cast<std::size_t>(d)] = static_cast<int>(rest % size) - size / 2;
      at[static_cast<std::size_t>(d)] = static_cast<std::size_t>(size - 1 - rest % size);
    }
    t.weight = k.edge[at[static_cast<std::size_t>(edge_axis)]];
    if (t.weight == 0) continue;
    for (int d = 0; d < ndim; ++d) {
      if (d != axis) t.weight *= k.smooth[at[static_cast<std::size_t>(d)]];
    }
    taps.push_back(t);
  }
  return taps;
}

void direct_edges(const Array& out, const Array& image, const Scaling& scaling, const EdgeKernel& k,
                  std::span<const int> axes, const opsin::filters::EdgeOptions& o) {
  const Array in = as_float(image, out.dtype(), scaling);
  with_real(out.dtype(), [&]<class C>(Tag<C>) { run_direct_edges<C>(out, in, k, axes, o); });
}

void mask_result(const Array& result, const std::optional<Array>& mask) {
  if (!mask) return;
  core::check(mask->device() == result.device(), "mask", "must lie on ", result.device(), ", not on ", mask->device());
  core::check_plain<TypeError>(!is_complex(mask->dtype()), "Complex type not supported");
  // Erosion is where the sum over the window of 3 along each axis is whole.
  const Array set = mask->astype(DType::boolean);
  Array sums = Array::empty(set.shape(), DType::float32, set.device());
  std::vector<engine::AxisFilter> axes;
  for (int i = 0; i < set.ndim(); ++i) {
    axes.push_back({i, opsin::engine::correlation_taps({1, 1, 1}), Border::constant});
  }
  engine::separable<float>(sums, set, {}, axes, 0);
  const double whole = std::pow(3.0, set.ndim());
  core::check_plain(broadcast_view(sums, result.shape()), "operands could not be broadcast together with shapes ",
                    result.shape(), " ", mask->shape());
  with_real(result.dtype(),
            [&]<class C>(Tag<C>) { engine::pointwise<C, 2, 1>({result}, {result, sums}, Masked{whole}); });
}

}  // namespace opsin::OPSIN_TARGET::filters
