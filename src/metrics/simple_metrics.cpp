// SPDX-License-Identifier: Apache-2.0
// Mean squared error and what is made of it: one pass over both images, the numbers are put together where they lie.
#include <cmath>

#include "core/device_api.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/total.h"
#include "metrics/dtype_range.h"
#include "opsin/metrics.h"

namespace opsin::OPSIN_TARGET::metrics {
namespace {

using opsin::metrics::DtypeRange;
using opsin::metrics::Normalization;

struct SquaredError {
  static constexpr int sums = 1, extremes = 0;
  static constexpr bool of_bytes = true;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    const V d = in[0] - in[1];
    out[0] = d * d;
  }
};

/// The squared error, what the first image's root mean square or mean is made of, and its extremes.
struct ErrorAndNorm {
  static constexpr int sums = 2, extremes = 1;
  static constexpr bool of_bytes = true;
  bool square;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[3]) const {
    const V d = in[0] - in[1];
    out[0] = d * d;
    out[1] = square ? in[0] * in[0] : in[0];
    out[2] = in[0];
  }
};

/// The squared error and the first image's extremes.
struct ErrorAndRange {
  static constexpr int sums = 1, extremes = 1;
  static constexpr bool of_bytes = true;
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[2]) const {
    const V d = in[0] - in[1];
    out[0] = d * d;
    out[1] = in[0];
  }
};

struct PutMean {
  double* result;
  double count;
  template <class T>
  HD void operator()(const T& totals) const {
    *result = totals.sum[0] / count;
  }
};

struct PutNormalizedRoot {
  double* result;
  double count;
  Normalization normalization;
  template <class C>
  HD void operator()(const engine::Totals<C, 2, 1>& totals) const {
    double norm = totals.sum[1] / count;
    // The range and the mean have the images' precision, as in NumPy.
    if (normalization == Normalization::euclidean) norm = sqrt(norm);
    if (normalization == Normalization::min_max) norm = static_cast<double>(totals.greatest[0] - totals.least[0]);
    if (normalization == Normalization::mean) norm = static_cast<double>(static_cast<C>(norm));
    *result = sqrt(totals.sum[0] / count) / norm;
  }
};

/// Decibels; with `guess`, the range follows from the extremes, and result[1] says that they lie outside the dtype's.
struct PutDecibels {
  double* result;
  double count;
  double range;
  bool guess;
  DtypeRange dtype;
  template <class C>
  HD void operator()(const engine::Totals<C, 1, 1>& totals) const {
    double r = range;
    if (guess) {
      const auto least = static_cast<double>(totals.least[0]);
      const auto greatest = static_cast<double>(totals.greatest[0]);
      r = least >= 0 ? dtype.greatest : dtype.greatest - dtype.least;
      result[1] = greatest > dtype.greatest || least < dtype.least ? 1 : 0;
    }
    *result = 10 * ::log10(r * r / (totals.sum[0] / count));
  }
};

/// The type that both images are computed in.
DType common_type(const Array& image0, const Array& image1) {
  core::check_plain(image0.shape() == image1.shape(), "Input images must have the same dimensions.");
  const DType first = float_result(image0.dtype());
  const DType second = float_result(image1.dtype());
  return first == DType::float32 && second == DType::float32 ? DType::float32 : DType::float64;
}

/// The type of squared differences and extremes: float32 holds those of 8-bit images exactly.
DType type_of_squares(const Array& image0, const Array& image1) {
  const DType common = common_type(image0, image1);
  return itemsize(image0.dtype()) == 1 && itemsize(image1.dtype()) == 1 ? DType::float32 : common;
}

void check_extremes(const Array& image) {
  core::check_plain(image.size() > 0, "zero-size array to reduction operation maximum which has no identity");
}

}  // namespace

Array mean_squared_error(const Array& image0, const Array& image1) {
  const DType type = type_of_squares(image0, image1);
  const Array result = core::empty_result({}, DType::float64, image0.device());
  const PutMean put{result.mutable_data_as<double>(), static_cast<double>(image0.size())};
  with_real(type, [&]<class C>(Tag<C>) { engine::total<C, 2>({image0, image1}, SquaredError{}, put); });
  return result;
}

Array normalized_root_mse(const Array& image_true, const Array& image_test,
                          const opsin::metrics::NormalizedRootMseOptions& o) {
  const DType type = common_type(image_true, image_test);
  if (o.normalization == Normalization::min_max) check_extremes(image_true);
  const Array result = core::empty_result({}, DType::float64, image_true.device());
  const PutNormalizedRoot put{result.mutable_data_as<double>(), static_cast<double>(image_true.size()),
                              o.normalization};
  const ErrorAndNorm f{o.normalization == Normalization::euclidean};
  with_real(type, [&]<class C>(Tag<C>) { engine::total<C, 2>({image_true, image_test}, f, put); });
  return result;
}

Array peak_signal_noise_ratio(const Array& image_true, const Array& image_test,
                              const opsin::metrics::PeakSignalNoiseRatioOptions& o) {
  const DType type = type_of_squares(image_true, image_test);
  const bool guess = !o.data_range;
  const DType dtype = image_true.dtype();
  const bool may_leave_range = guess && is_floating(dtype);
  if (guess) {
    if (dtype != image_test.dtype()) {
      core::warn(Warning::Category::user, "Inputs have mismatched dtype.  Setting data_range based on image_true.");
    }
    check_extremes(image_true);
  }
  const Device device = image_true.device();
  const bool waits = may_leave_range && device.kind == DeviceKind::cuda;
  core::check<CudaError>(!waits || !core::device_api().is_capturing(current_stream()), "cuda",
                         "peak_signal_noise_ratio without data_range checks the values of its input, which cannot be "
                         "captured into a graph");
  // The result, and whether the image leaves its dtype's range.
  const Array made = core::empty_result({2}, DType::float64, device);
  const PutDecibels put{made.mutable_data_as<double>(), static_cast<double>(image_true.size()),
                        o.data_range.value_or(0), guess, opsin::metrics::dtype_range(dtype)};
  with_real(type, [&]<class C>(Tag<C>) { engine::total<C, 2>({image_true, image_test}, ErrorAndRange{}, put); });
  core::check_plain(!may_leave_range || made.slice(0, 1, 1).item() == 0,
                    "image_true has intensity values outside the range expected for its data type. Please manually "
                    "specify the data_range.");
  return made.slice(0, 0, 1).reshape({});
}

}  // namespace opsin::OPSIN_TARGET::metrics

OPSIN_EXPORT(metrics, mean_squared_error, Array, const Array&, const Array&)
OPSIN_EXPORT(metrics, normalized_root_mse, Array, const Array&, const Array&,
             const opsin::metrics::NormalizedRootMseOptions&)
OPSIN_EXPORT(metrics, peak_signal_noise_ratio, Array, const Array&, const Array&,
             const opsin::metrics::PeakSignalNoiseRatioOptions&)
