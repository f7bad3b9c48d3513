// SPDX-License-Identifier: Apache-2.0
// Noise that was drawn meets the image.
#include "core/memory.h"
#include "core/target.h"
#include "engine/any_negative.h"
#include "engine/pointwise.h"
#include "opsin/util_noise.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

using opsin::util::NoiseUse;

/// -1 where the image has negative values, else 0: known on the device alone.
template <class C>
struct Lowest {
  const int* negative;

  template <class V>
  HD V value() const {
    return broadcast<V>(*negative ? C(-1) : C(0));
  }
  /// NaN stays.
  template <class V>
  HD V clipped(V x) const {
    const V low = value<V>(), one = broadcast<V>(C(1));
    const V raised = pick(x < low, low, x);
    return pick(raised > one, one, raised);
  }
};

struct Noisy {
  Lowest<double> low;
  NoiseUse use;
  bool clip;

  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    V x = in[1];
    if (use != NoiseUse::replace) x = in[0] + (use == NoiseUse::multiply ? in[0] * in[1] : in[1]);
    out[0] = clip ? low.clipped(x) : x;
  }
};

template <class C>
struct SaltAndPepper {
  Lowest<C> low;
  bool clip;

  template <class V>
  HD void operator()(const V (&in)[3], V (&out)[1]) const {
    const V zero = broadcast<V>(C(0));
    const V x = clip ? low.clipped(in[0]) : in[0];
    out[0] = pick(in[1] == zero, x, pick(in[2] == zero, low.template value<V>(), broadcast<V>(C(1))));
  }
};

void check_image(const Array& image, const char* op) {
  core::check_plain(image.size() > 0, "zero-size array to reduction operation minimum which has no identity");
  core::check(!is_complex(image.dtype()), op, "the image must be real");
}

}  // namespace

Array apply_noise(const Array& image, const Array& noise, NoiseUse use, bool clip) {
  check_image(image, "util.apply_noise");
  const Array negative = engine::any_negative(image.contiguous());
  const Array out = core::empty_result(image.shape(), DType::float64, image.device());
  engine::pointwise<double, 2, 1>({out}, {image, noise}, Noisy{{negative.data_as<int>()}, use, clip},
                                  {scaling_to_unit(image.dtype()), Scaling{}});
  return out;
}

Array apply_salt_and_pepper(const Array& image, const Array& changed, const Array& salted, bool clip) {
  check_image(image, "util.apply_salt_and_pepper");
  const Array negative = engine::any_negative(image.contiguous());
  const DType dtype = is_floating(image.dtype()) ? image.dtype() : DType::float64;
  const Array out = core::empty_result(image.shape(), dtype, image.device());
  const auto run = [&]<class C>(Tag<C>) {
    engine::pointwise<C, 3, 1>({out}, {image, changed, salted}, SaltAndPepper<C>{{negative.data_as<int>()}, clip},
                               {scaling_to_unit(image.dtype()), Scaling{}, Scaling{}});
  };
  dtype == DType::float64 ? run(Tag<double>{}) : run(Tag<float>{});
  return out;
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, apply_noise, Array, const Array&, const Array&, opsin::util::NoiseUse, bool)
OPSIN_EXPORT(util, apply_salt_and_pepper, Array, const Array&, const Array&, const Array&, bool)
