// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "engine/beta.h"
#include "measure/colocalization.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

/// In: both images, mask. Terms: elements, and the sums of both.
struct Totals {
  template <class V>
  HD void operator()(const V (&in)[3], V (&term)[3]) const {
    const V zero = broadcast<V>(0);
    const auto outside = in[2] == zero;
    term[0] = truth(in[2]);
    term[1] = pick(outside, zero, in[0]);
    term[2] = pick(outside, zero, in[1]);
  }
};

/// Sums of squares and products about the means.
struct Deviations {
  const double* totals;

  template <class V>
  HD void operator()(const V (&in)[3], V (&term)[3]) const {
    const V zero = broadcast<V>(0);
    const auto outside = in[2] == zero;
    const V x = pick(outside, zero, in[0] - broadcast<V>(totals[1] / totals[0]));
    const V y = pick(outside, zero, in[1] - broadcast<V>(totals[2] / totals[0]));
    term[0] = x * x;
    term[1] = y * y;
    term[2] = x * y;
  }
};

struct Correlation {
  double* r;
  double* p;
  const double* totals;
  const double* deviations;

  /// Nothing left but the rounding of the mean.
  HD static bool constant(double squares, double total, double n) {
    const double mean = total / n;
    return squares <= n * 1e-30 * mean * mean;
  }

  HD void operator()() const {
    const double n = totals[0];
    double value = deviations[2] / sqrt(deviations[0]) / sqrt(deviations[1]);
    value = value > 1 ? 1 : value < -1 ? -1 : value;
    if (constant(deviations[0], totals[1], n) || constant(deviations[1], totals[2], n)) value = NAN;
    if (n == 2) value = rint(value);
    *r = value;
    const double tail = 2 * engine::symmetric_beta_tail(n / 2 - 1, abs(value));
    *p = value != value ? value : n == 2 ? 1 : tail > 1 ? 1 : tail;
  }
};

}  // namespace

std::vector<Array> pearson_corr_coeff(const Array& image0, const Array& image1, const opsin::measure::Mask& mask) {
  if (mask) check_binary(*mask, "mask");
  check_shapes(image0, image1, mask);
  core::check_plain(!is_complex(image0.dtype()) && !is_complex(image1.dtype()),
                    "This function does not support complex data");
  core::check_plain(image0.size() >= 2, "`x` and `y` must have length at least 2.");
  const Array weights = weights_of(mask, image0);
  const Array totals = engine::sums<double, 3, 3>({image0, image1, weights}, Totals{});
  if (mask && image0.device().kind == DeviceKind::cpu) {
    core::check_plain(seen(totals, 0) >= 2, "`x` and `y` must have length at least 2.");
  }
  const Array deviations = engine::sums<double, 3, 3>({image0, image1, weights}, Deviations{totals.data_as<double>()});
  const std::vector<Array> out{core::empty_result({}, DType::float64, image0.device()),
                               core::empty_result({}, DType::float64, image0.device())};
  once(Correlation{out[0].mutable_data_as<double>(), out[1].mutable_data_as<double>(), totals.data_as<double>(),
                   deviations.data_as<double>()});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, pearson_corr_coeff, std::vector<Array>, const Array&, const Array&, const opsin::measure::Mask&)
