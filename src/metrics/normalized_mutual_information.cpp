// SPDX-License-Identifier: Apache-2.0
// Both images' extremes, the edges of the bins, the joint histogram, its entropies: each a kernel, and nothing of it
// comes back to the host. Edges are rounded as numpy.linspace rounds them, in the type that numpy.histogramdd would
// have them in, so that every element falls into its bin.
#include <algorithm>
#include <cmath>

#include "core/assign.h"
#include "core/device_api.h"
#include "core/half.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/each.h"
#include "engine/joint_histogram.h"
#include "engine/total.h"
#include "opsin/metrics.h"

namespace opsin::OPSIN_TARGET::metrics {
namespace {

struct BothImages {
  static constexpr int sums = 0, extremes = 2;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[2]) const {
    out[0] = in[0];
    out[1] = in[1];
  }
};

/// Extremes of the first image, then of the second, and whether one of them is not finite.
struct PutRanges {
  double* range;
  bool empty;
  template <class T>
  HD void operator()(const T& totals) const {
    bool finite = true;
    for (int i = 0; i < 2; ++i) {
      range[2 * i] = empty ? 0 : static_cast<double>(totals.least[i]);
      range[2 * i + 1] = empty ? 1 : static_cast<double>(totals.greatest[i]);
      finite = finite && range[2 * i + 1] - range[2 * i] < std::numeric_limits<double>::infinity();
    }
    range[4] = finite ? 0 : 1;
  }
};

/// Edge k of the first image's n0 + 1, then of the second's. `Half`: every operation rounds to binary16.
template <class C, bool Half>
struct PutEdges {
  const double* range;
  C* edge;
  std::int64_t n0, n1;

  static HD C rounded(C x) {
    if constexpr (Half) {
      return round_to_half(x);
    } else {
      return x;
    }
  }
  HD void operator()(std::int64_t k) const {
    const bool second = k > n0;
    const std::int64_t n = second ? n1 : n0;
    const std::int64_t i = second ? k - n0 - 1 : k;
    C first = static_cast<C>(range[second ? 2 : 0]);
    C last = static_cast<C>(range[second ? 3 : 1]);
    if (first == last) {
      first = rounded(first - C(0.5));
      last = rounded(last + C(0.5));
    }
    const C parts = rounded(static_cast<C>(n));
    const C whole = rounded(last - first);
    const C step = rounded(whole / parts);
    const C at = rounded(static_cast<C>(i));
    const C offset = step == C(0) ? rounded(rounded(at / parts) * whole) : rounded(at * step);
    edge[k] = i == n ? last : rounded(offset + first);
  }
};

/// The densities of the joint bins, then those of the first image's own bins and of the second's.
template <class C, bool Half>
struct PutDensities {
  const std::uint64_t* count;
  const C* edge0;
  const C* edge1;
  std::int64_t n0, n1;
  double* density;

  HD double width(const C* edge, std::int64_t i) const {
    const C w = edge[i + 1] - edge[i];
    if constexpr (Half) {
      return static_cast<double>(round_to_half(w));
    } else {
      return static_cast<double>(w);
    }
  }
  HD double at(std::int64_t i, std::int64_t j) const {
    return static_cast<double>(count[i * n1 + j]) / width(edge0, i) / width(edge1, j);
  }
  HD void operator()(std::int64_t k) const {
    double sum = 0;
    if (k < n0 * n1) {
      sum = at(k / n1, k % n1);
    } else if (k < n0 * n1 + n0) {
      for (std::int64_t j = 0; j < n1; ++j) sum += at(k - n0 * n1, j);
    } else {
      for (std::int64_t i = 0; i < n0; ++i) sum += at(i, k - n0 * n1 - n0);
    }
    density[k] = sum;
  }
};

/// In place: -p log p of the probabilities p that the densities are to their sum.
struct PutTerms {
  double* value;
  const double* sum;
  HD void operator()(std::int64_t k) const {
    const double p = value[k] / *sum;
    value[k] = p == 0 ? 0 : -p * ::log(p);
  }
};

struct PutSum {
  double* result;
  template <class T>
  HD void operator()(const T& totals) const {
    *result = totals.sum[0];
  }
};

/// (H(A) + H(B)) / H(A, B), of which the first is what was summed.
struct PutInformation {
  double* result;
  const double* joint;
  template <class T>
  HD void operator()(const T& totals) const {
    *result = totals.sum[0] / *joint;
  }
};

/// The type that numpy.histogramdd has the edges in: that of both images together, double for integers.
DType edge_type(DType a, DType b) {
  if (!is_floating(a) && !is_floating(b)) return DType::float64;
  // What a float meets an integer as: one that holds all its values.
  const auto least = [](DType t) {
    if (is_floating(t)) return t;
    return itemsize(t) == 1 ? DType::float16 : itemsize(t) == 2 ? DType::float32 : DType::float64;
  };
  return std::max(least(a), least(b));
}

/// Extended by zeros to the shape.
Array extended(const Array& image, const Extents& shape) {
  if (image.shape() == shape) return image.contiguous();
  const Array whole = Array::zeros(shape, image.dtype(), image.device());
  Array part = whole;
  for (int i = 0; i < shape.size(); ++i) part = part.slice(i, 0, image.shape(i));
  opsin::memory::assign(part, image);
  return whole;
}

template <class C, bool Half>
void information(const Array& result, const Array& range, const Array& a, const Array& b, std::int64_t n0,
                 std::int64_t n1) {
  const Device device = a.device();
  // First, as it is what there may be no memory for.
  const Array counts = Array::zeros({n0, n1}, DType::uint64, device);
  const PutRanges put{range.mutable_data_as<double>(), a.size() == 0};
  const bool narrow = itemsize(a.dtype()) <= 2 && itemsize(b.dtype()) <= 2;
  if (sizeof(C) == 4 || narrow) {
    engine::total<float, 2>({a, b}, BothImages{}, put);
  } else {
    engine::total<double, 2>({a, b}, BothImages{}, put);
  }
  const Array edges = Array::empty({n0 + n1 + 2}, dtype_of<C>, device);
  C* edge = edges.mutable_data_as<C>();
  engine::each(n0 + n1 + 2, 1 << 12, PutEdges<C, Half>{range.data_as<double>(), edge, n0, n1});
  engine::joint_histogram<C>(counts.mutable_data_as<std::uint64_t>(), a, b, engine::Bins<C>{edge, n0},
                             engine::Bins<C>{edge + n0 + 1, n1});
  const std::int64_t joint = n0 * n1, all = joint + n0 + n1;
  const Array terms = Array::empty({all}, DType::float64, device);
  const Array sums = Array::empty({2}, DType::float64, device);
  double* term = terms.mutable_data_as<double>();
  double* sum = sums.mutable_data_as<double>();
  engine::each(all, 1 << 10, PutDensities<C, Half>{counts.data_as<std::uint64_t>(), edge, edge + n0 + 1, n0, n1, term});
  engine::total<double, 1>({terms.slice(0, 0, joint)}, engine::Itself{}, PutSum{sum});
  engine::each(all, 1 << 10, PutTerms{term, sum});
  engine::total<double, 1>({terms.slice(0, 0, joint)}, engine::Itself{}, PutSum{sum + 1});
  engine::total<double, 1>({terms.slice(0, joint, n0 + n1)}, engine::Itself{},
                           PutInformation{result.mutable_data_as<double>(), sum + 1});
}

}  // namespace

Array normalized_mutual_information(const Array& image0, const Array& image1,
                                    const opsin::metrics::NormalizedMutualInformationOptions& o) {
  core::check_plain(image0.ndim() == image1.ndim(), "NMI requires images of same number of dimensions. Got ",
                    image0.ndim(), "D for `image0` and ", image1.ndim(), "D for `image1`.");
  core::check_plain(!is_complex(image0.dtype()) && !is_complex(image1.dtype()),
                    "complex valued input is not supported");
  core::check_plain(o.bins.size() == 1 || o.bins.size() == 2,
                    "The dimension of bins must be equal to the dimension of the sample x.");
  const std::int64_t n0 = o.bins.front(), n1 = o.bins.back();
  core::check_plain(n0 >= 1, "`bins[0]` must be positive, when an integer");
  core::check_plain(n1 >= 1, "`bins[1]` must be positive, when an integer");
  constexpr std::int64_t most = std::int64_t{1} << 31;
  core::check_plain<MemoryError>(n0 < most && n1 < most, "too many bins");
  const DType type = edge_type(image0.dtype(), image1.dtype());
  const Device device = image0.device();
  const bool checks = is_floating(image0.dtype()) || is_floating(image1.dtype());
  core::check<CudaError>(
      !checks || device.kind != DeviceKind::cuda || !core::device_api().is_capturing(current_stream()), "cuda",
      "normalized_mutual_information of floats checks the values of its input, which cannot be captured into a graph");
  Extents shape;
  for (int i = 0; i < image0.ndim(); ++i) shape.push_back(std::max(image0.shape(i), image1.shape(i)));
  const Array a = extended(image0, shape);
  const Array b = extended(image1, shape);
  const Array result = core::empty_result({}, DType::float64, device);
  const Array range = Array::empty({5}, DType::float64, device);
  if (type == DType::float16) {
    information<float, true>(result, range, a, b, n0, n1);
  } else if (type == DType::float32) {
    information<float, false>(result, range, a, b, n0, n1);
  } else {
    information<double, false>(result, range, a, b, n0, n1);
  }
  const auto value = [&](int i) { return range.slice(0, i, 1).item(); };
  if (checks && value(4) != 0) {
    const int wrong = std::isfinite(value(0)) && std::isfinite(value(1)) ? 2 : 0;
    throw ValueError(core::text("autodetected range of [", value(wrong), ", ", value(wrong + 1), "] is not finite"));
  }
  return result;
}

}  // namespace opsin::OPSIN_TARGET::metrics

OPSIN_EXPORT(metrics, normalized_mutual_information, Array, const Array&, const Array&,
             const opsin::metrics::NormalizedMutualInformationOptions&)
