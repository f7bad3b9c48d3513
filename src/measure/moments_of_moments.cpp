// SPDX-License-Identifier: Apache-2.0
// What is made of moments: a few numbers of a few others.
#include "core/target.h"
#include "engine/jacobi.h"
#include "measure/small_arrays.h"
#include "opsin/measure.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

Array in_double(const Array& a) { return a.dtype() == DType::float64 ? a.contiguous() : a.astype(DType::float64); }

struct Normalised {
  double* out;
  const double* mu;
  std::int64_t shape[max_ndim];
  int ndim, order;
  double scale;

  HD void operator()(std::int64_t i) const {
    int total = 0;
    bool wanted = true;
    std::int64_t rest = i;
    for (int a = ndim - 1; a >= 0; --a) {
      const std::int64_t power = rest % shape[a];
      rest /= shape[a];
      wanted = wanted && power <= order;
      total += static_cast<int>(power);
    }
    const double normal = mu[i] / whole_power(scale, total) / ::pow(mu[0], static_cast<double>(total) / ndim + 1);
    out[i] = !wanted ? 0 : total < 2 ? NAN : normal;
  }
};

/// The invariants of M.-K. Hu, "Visual pattern recognition by moment invariants", 1962.
struct Hu {
  double* out;
  const double* nu;
  std::int64_t columns;

  HD double at(int p, int q) const { return nu[p * columns + q]; }
  HD void operator()() const {
    const double sum = at(2, 0) + at(0, 2), difference = at(2, 0) - at(0, 2), mixed = at(1, 1);
    const double a = at(3, 0) + at(1, 2), b = at(2, 1) + at(0, 3);          // of the third order, along both axes
    const double c = at(3, 0) - 3 * at(1, 2), d = 3 * at(2, 1) - at(0, 3);  // and their skew parts
    const double aa = a * a, bb = b * b;
    out[0] = sum;
    out[1] = difference * difference + 4 * mixed * mixed;
    out[2] = c * c + d * d;
    out[3] = aa + bb;
    out[4] = c * a * (aa - 3 * bb) + d * b * (3 * aa - bb);
    out[5] = difference * (aa - bb) + 4 * mixed * a * b;
    out[6] = d * a * (aa - 3 * bb) - c * b * (3 * aa - bb);
  }
};

struct Inertia {
  double* out;
  const double* mu;
  std::int64_t step[max_ndim];  // of mu, in elements
  int ndim;

  HD void operator()() const {
    double trace = 0;
    for (int a = 0; a < ndim; ++a) trace += mu[2 * step[a]];
    for (int a = 0; a < ndim; ++a) {
      for (int b = 0; b < ndim; ++b) {
        out[a * ndim + b] = a == b ? (trace - mu[2 * step[a]]) / mu[0] : -mu[step[a] + step[b]] / mu[0];
      }
    }
  }
};

struct Eigenvalues {
  double* out;
  const double* matrix;
  int n;

  HD void operator()() const {
    double a[max_ndim][max_ndim];
    // The lower triangle, as LAPACK is asked for.
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j <= i; ++j) a[i][j] = a[j][i] = matrix[i * n + j];
    }
    engine::jacobi_eigenvalues(a, n, out);
    for (int i = 0; i < n; ++i) out[i] = out[i] < 0 ? 0 : out[i];
  }
};

}  // namespace

Array moments_normalized(const Array& mu, const opsin::measure::MomentsNormalizedOptions& o) {
  for (const std::int64_t n : mu.shape()) {
    core::check_plain(n > o.order, "Shape of image moments must be >= `order`");
  }
  core::check_plain(is_floating(mu.dtype()), "cannot convert float NaN to integer");
  const Array from = in_double(mu);
  const Array out = Array::empty(mu.shape(), DType::float64, mu.device());
  Normalised f{out.mutable_data_as<double>(), from.data_as<double>(), {}, mu.ndim(), o.order, 1};
  for (int a = 0; a < mu.ndim(); ++a) f.shape[a] = mu.shape(a);
  if (!o.spacing.empty()) f.scale = *std::min_element(o.spacing.begin(), o.spacing.end());
  engine::each(out.size(), 256, f);
  return as_result(out, mu.dtype());
}

Array moments_hu(const Array& nu) {
  core::check_plain<TypeError>(nu.ndim() == 2, "Buffer has wrong number of dimensions (expected 2, got ", nu.ndim(),
                               ")");
  core::check<TypeError>(!is_complex(nu.dtype()), "measure.moments_hu", "complex moments are not supported");
  core::check(nu.shape(0) >= 4 && nu.shape(1) >= 4, "measure.moments_hu", "moments of order 3 are needed, got shape ",
              nu.shape());
  const Array from = in_double(nu);
  const Array out = Array::empty({7}, DType::float64, nu.device());
  once(Hu{out.mutable_data_as<double>(), from.data_as<double>(), nu.shape(1)});
  return as_result(out, nu.dtype() == DType::float32 ? DType::float32 : DType::float64);
}

Array inertia_tensor(const Array& mu, int ndim) {
  core::check<IndexError>(mu.ndim() == ndim && ndim > 0, "measure.inertia_tensor", "mu has ", mu.ndim(), " axes, not ",
                          ndim);
  for (const std::int64_t n : mu.shape()) {
    core::check_plain<IndexError>(n > 2, "index 2 is out of bounds for an axis with size ", n);
  }
  const Array from = in_double(mu);
  const Array out = Array::empty({ndim, ndim}, DType::float64, mu.device());
  Inertia f{out.mutable_data_as<double>(), from.data_as<double>(), {}, ndim};
  for (int a = 0; a < ndim; ++a) f.step[a] = from.strides()[a] / static_cast<std::int64_t>(sizeof(double));
  once(f);
  return as_result(out, mu.dtype());
}

Array inertia_tensor_eigvals(const Array& tensor) {
  core::check(tensor.ndim() == 2 && tensor.shape(0) == tensor.shape(1) && tensor.shape(0) <= max_ndim,
              "measure.inertia_tensor_eigvals", "a square matrix is needed, got shape ", tensor.shape());
  core::check<TypeError>(tensor.dtype() != DType::float16 && !is_complex(tensor.dtype()),
                         "measure.inertia_tensor_eigvals", "array type ", tensor.dtype(), " is unsupported");
  const Array from = in_double(tensor);
  const Array out = Array::empty({tensor.shape(0)}, DType::float64, tensor.device());
  once(Eigenvalues{out.mutable_data_as<double>(), from.data_as<double>(), static_cast<int>(tensor.shape(0))});
  return as_result(out, tensor.dtype() == DType::float32 ? DType::float32 : DType::float64);
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, moments_normalized, Array, const Array&, const opsin::measure::MomentsNormalizedOptions&)
OPSIN_EXPORT(measure, moments_hu, Array, const Array&)
OPSIN_EXPORT(measure, inertia_tensor, Array, const Array&, int)
OPSIN_EXPORT(measure, inertia_tensor_eigvals, Array, const Array&)
