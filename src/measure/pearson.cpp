// SPDX-License-Identifier: Apache-2.0
#include "core/target.h"
#include "engine/beta.h"
#include "measure/colocalization.h"

namespace opsin::OPSIN_TARGET::measure {
namespace {

/// In: both images, mask. Terms: elements, the sums of both, and of their sizes.
struct Sums {
  template <class V>
  HD void operator()(const V (&in)[3], V (&term)[5]) const {
    const V zero = broadcast<V>(0);
    const auto outside = in[2] == zero;
    term[0] = truth(in[2]);
    term[1] = pick(outside, zero, in[0]);
    term[2] = pick(outside, zero, in[1]);
    term[3] = abs(term[1]);
    term[4] = abs(term[2]);
  }
};

/// The means, and powers of two that bring the elements near 1: squares would vanish or overflow where they are not,
/// and everything else rounds as it does without.
struct Centres {
  const double* totals;
  double* to;

  HD static double scale_of(double size) {
    if (!(size > 0) || size > 1.7976931348623157e308) return 1;
    const int exponent = ::ilogb(size);
    return ::ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
  }
  HD void operator()() const {
    for (int i = 0; i < 2; ++i) {
      to[i] = totals[1 + i] / totals[0];
      to[2 + i] = scale_of(totals[3 + i] / totals[0]);
    }
  }
};

/// Sums of squares and products about the means.
struct Deviations {
  const double* centres;

  template <class V>
  HD void operator()(const V (&in)[3], V (&term)[3]) const {
    const V zero = broadcast<V>(0);
    const auto outside = in[2] == zero;
    const V x = pick(outside, zero, (in[0] - broadcast<V>(centres[0])) * broadcast<V>(centres[2]));
    const V y = pick(outside, zero, (in[1] - broadcast<V>(centres[1])) * broadcast<V>(centres[3]));
    term[0] = x * x;
    term[1] = y * y;
    term[2] = x * y;
  }
};

struct Correlation {
  double* r;
  double* p;
  const double* totals;
  const double* centres;
  const double* deviations;

  /// Nothing left but the rounding of the mean.
  HD bool constant(int i) const {
    const double mean = centres[i] * centres[2 + i];
    return deviations[i] <= totals[0] * 1e-30 * mean * mean;
  }

  HD void operator()() const {
    const double n = totals[0];
    double value = deviations[2] / sqrt(deviations[0]) / sqrt(deviations[1]);
    value = value > 1 ? 1 : value < -1 ? -1 : value;
    if (constant(0) || constant(1)) value = NAN;
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
  const Array totals = engine::sums<double, 3, 5>({image0, image1, weights}, Sums{});
  if (mask && image0.device().kind == DeviceKind::cpu) {
    core::check_plain(seen(totals, 0) >= 2, "`x` and `y` must have length at least 2.");
  }
  const Array centres = Array::empty({4}, DType::float64, image0.device());
  once(Centres{totals.data_as<double>(), centres.mutable_data_as<double>()});
  const Array deviations = engine::sums<double, 3, 3>({image0, image1, weights}, Deviations{centres.data_as<double>()});
  const std::vector<Array> out{core::empty_result({}, DType::float64, image0.device()),
                               core::empty_result({}, DType::float64, image0.device())};
  once(Correlation{out[0].mutable_data_as<double>(), out[1].mutable_data_as<double>(), totals.data_as<double>(),
                   centres.data_as<double>(), deviations.data_as<double>()});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::measure

OPSIN_EXPORT(measure, pearson_corr_coeff, std::vector<Array>, const Array&, const Array&, const opsin::measure::Mask&)
