// SPDX-License-Identifier: Apache-2.0
// adjust_gamma, adjust_log and adjust_sigmoid.
#include <cmath>

#include "core/math_pow.h"
#include "core/target.h"
#include "exposure/curve.h"
#include "opsin/exposure_adjust.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

struct Gamma {
  double gamma, gain, scale;

  template <class V>
  HD V operator()(V x, const Rounded& r) const {
    using C = Element<V>;
    const V power = r(pow(x, broadcast<V>(C(gamma))));
    return r(r(power * broadcast<V>(C(scale))) * broadcast<V>(C(gain)));
  }
};

struct Log {
  double gain, scale;

  template <class V>
  HD V operator()(V x, const Rounded& r) const {
    using C = Element<V>;
    const V log2 = r(log(r(broadcast<V>(C(1)) + x)) * broadcast<V>(C(1.4426950408889634)));
    return r(r(log2 * broadcast<V>(C(scale))) * broadcast<V>(C(gain)));
  }
};

struct InverseLog {
  double gain, scale;

  template <class V>
  HD V operator()(V x, const Rounded& r) const {
    using C = Element<V>;
    const V power = r(r(exp(x * broadcast<V>(C(0.6931471805599453)))) - broadcast<V>(C(1)));
    return r(r(power * broadcast<V>(C(scale))) * broadcast<V>(C(gain)));
  }
};

struct Sigmoid {
  double cutoff, gain, scale;
  bool inverse;

  template <class V>
  HD V operator()(V x, const Rounded& r) const {
    using C = Element<V>;
    const V one = broadcast<V>(C(1));
    const V falling = r(exp(r(broadcast<V>(C(gain)) * r(broadcast<V>(C(cutoff)) - x))));
    V y = r(one / r(one + falling));
    if (inverse) y = r(one - y);
    return r(y * broadcast<V>(C(scale)));
  }
};

/// The table of scikit-image's own way with uint8: rounded to nearest, at most 255.
std::array<std::uint8_t, 256> gamma_table(double gamma, double gain) {
  std::array<std::uint8_t, 256> table;
  for (std::size_t i = 0; i < 256; ++i) {
    const double x = i == 255 ? 1.0 : static_cast<double>(i) * (1.0 / 255);
    table[i] = store_as<std::uint8_t>(std::min(std::rint(255 * gain * std::pow(x, gamma)), 255.0));
  }
  return table;
}

}  // namespace

Array adjust_gamma(const Array& image, const opsin::exposure::AdjustGammaOptions& o) {
  core::check_plain(!(o.gamma < 0), "Gamma should be a non-negative real number.");
  if (image.dtype() == DType::uint8) return in_table(image, gamma_table(o.gamma, o.gain));
  core::check_plain(!is_complex(image.dtype()), "complex images are not supported");
  return along_curve(image, Gamma{o.gamma, o.gain, scale_of(image.dtype())});
}

Array adjust_log(const Array& image, const opsin::exposure::AdjustLogOptions& o) {
  core::check_plain(!is_complex(image.dtype()), "complex images are not supported");
  const double scale = scale_of(image.dtype());
  if (o.inv) return along_curve(image, InverseLog{o.gain, scale});
  return along_curve(image, Log{o.gain, scale});
}

Array adjust_sigmoid(const Array& image, const opsin::exposure::AdjustSigmoidOptions& o) {
  core::check_plain(!is_complex(image.dtype()), "complex images are not supported");
  return along_curve(image, Sigmoid{o.cutoff, o.gain, scale_of(image.dtype()), o.inv});
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, adjust_gamma, Array, const Array&, const opsin::exposure::AdjustGammaOptions&)
OPSIN_EXPORT(exposure, adjust_log, Array, const Array&, const opsin::exposure::AdjustLogOptions&)
OPSIN_EXPORT(exposure, adjust_sigmoid, Array, const Array&, const opsin::exposure::AdjustSigmoidOptions&)
