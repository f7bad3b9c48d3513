// SPDX-License-Identifier: Apache-2.0
// random_noise(): what is drawn on the host, and how numbers meet the image.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "opsin/util.h"
#include "opsin/util_noise.h"

namespace opsin::util {
namespace {

template <class F>
Array drawn(const Array& image, const F& draw) {
  const Array numbers = Array::empty(image.shape(), DType::float64);
  auto* to = numbers.mutable_data_as<double>();
  for (std::int64_t i = 0; i < numbers.size(); ++i) to[i] = draw(i);
  return numbers.to(image.device());
}

/// The numbers; the stream goes on after them.
Array advanced(random::Generator& rng, const DrawnNoise& drawn) {
  rng = random::Generator(drawn.after);
  return drawn.noise;
}

/// In a float32 image scikit-image's steps round to float32.
template <class C>
Array poisson(const Array& image, random::Generator& rng) {
  const Array host = img_as(image, sizeof(C) == 4 ? DType::float32 : DType::float64).to(Device{}).contiguous();
  const auto* values = host.data_as<C>();
  // As poisson() says it; NaN has no place in a sorted list.
  core::check_plain(std::none_of(values, values + host.size(), [](C x) { return x != x; }),
                    "lam < 0 or lam contains NaNs");
  std::vector<C> sorted(values, values + host.size());
  std::sort(sorted.begin(), sorted.end());
  const auto levels = static_cast<double>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  const double scale = std::exp2(std::ceil(std::log2(levels)));
  const bool negative = *std::min_element(values, values + host.size()) < 0;
  const C range = *std::max_element(values, values + host.size()) + C(1);
  return drawn(image, [&](std::int64_t i) {
    const C shifted = negative ? (values[i] + C(1)) / range : values[i];
    const double count = static_cast<double>(rng.poisson(static_cast<double>(shifted) * scale)) / scale;
    return negative ? count * static_cast<double>(range) - 1 : count;
  });
}

}  // namespace

Array random_noise(const Array& image, random::Generator& rng, const RandomNoiseOptions& o) {
  core::check_plain(image.size() > 0, "zero-size array to reduction operation minimum which has no identity");
  core::check(!is_complex(image.dtype()), "util.random_noise", "the image must be real");
  switch (o.mode) {
    case Noise::salt:
    case Noise::pepper:
    case Noise::salt_and_pepper: {
      const double share = o.mode == Noise::salt ? 1 : o.mode == Noise::pepper ? 0 : o.salt_vs_pepper;
      const Array changed = advanced(rng, bernoulli_noise(image, o.amount, rng.state()));
      return apply_salt_and_pepper(image, changed, advanced(rng, bernoulli_noise(image, share, rng.state())), o.clip);
    }
    case Noise::poisson: {
      const bool wide = image.dtype() != DType::float32 && image.dtype() != DType::float16;
      return apply_noise(image, wide ? poisson<double>(image, rng) : poisson<float>(image, rng), NoiseUse::replace,
                         o.clip);
    }
    case Noise::localvar: {
      Array variance;
      if (o.local_vars) {
        core::check(o.local_vars->shape() == image.shape(), "util.random_noise", "local_vars must have the shape ",
                    image.shape());
        variance = o.local_vars->astype(DType::float64).to(Device{});
      }
      const auto noise = drawn(image, [&](std::int64_t i) {
        const double var = o.local_vars ? variance.data_as<double>()[i] : 0.01;
        core::check_plain(var > 0, "All values of `local_vars` must be > 0.");
        return std::sqrt(var) * rng.normal();
      });
      return apply_noise(image, noise, NoiseUse::add, o.clip);
    }
    default: {
      const Array noise = advanced(rng, normal_noise(image, o.mean, std::sqrt(o.var), rng.state()));
      return apply_noise(image, noise, o.mode == Noise::speckle ? NoiseUse::multiply : NoiseUse::add, o.clip);
    }
  }
}

}  // namespace opsin::util
