// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/half.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/extent.h"
#include "engine/pointwise.h"
#include "engine/team.h"
#include "opsin/exposure.h"

namespace opsin::OPSIN_TARGET::exposure {
namespace {

/// The numbers of a call. Ends that are the image's own stay on the device.
struct Ends {
  double in_low, in_high, out_low, out_high;

  HD bool any_nan() const {
    return in_low != in_low || in_high != in_high || out_low != out_low || out_high != out_high;
  }
};

struct MakeEnds {
  Ends given;
  bool own_in, own_out;
  bool clip_negative;
  const engine::Extent* extent;
  bool integers;  // the extent is of int64
  Ends* ends;

  HD double least() const {
    if (extent->nan) return NAN;
    return integers ? static_cast<double>(extent->least<std::int64_t>()) : extent->least<double>();
  }
  HD double greatest() const {
    if (extent->nan) return NAN;
    return integers ? static_cast<double>(extent->greatest<std::int64_t>()) : extent->greatest<double>();
  }
  HD Ends make() const {
    Ends e = given;
    if (own_in) {
      e.in_low = least();
      e.in_high = greatest();
    }
    if (own_out) {
      e.out_low = least();
      e.out_high = greatest();
    } else if (clip_negative && e.in_low >= 0) {
      e.out_low = 0;
    }
    return e;
  }
  HD void operator()(const engine::Team& team) const {
    team.alone(0, [&] { *ends = make(); });
  }
};

/// float16 images are computed in binary16, as NumPy does.
struct Stretch {
  const Ends* ends;
  bool half;

  template <class V>
  HD V rounded(V x) const {
    if constexpr (std::is_same_v<Element<V>, float>) {
      if (half) return round_to_half(x);
    }
    return x;
  }
  template <class V>
  HD V number(double x) const {
    return rounded(broadcast<V>(static_cast<Element<V>>(x)));
  }
  /// NaN stays.
  template <class V>
  HD static V clip(V x, V low, V high) {
    const V y = pick(x < low, low, x);
    return pick(y > high, high, y);
  }
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    const Ends e = *ends;
    const V low = number<V>(e.in_low);
    const V x = clip(in[0], low, number<V>(e.in_high));
    const V from = number<V>(e.out_low);
    const V y = rounded(rounded(x - low) / number<V>(e.in_high - e.in_low));
    const V stretched = rounded(rounded(y * number<V>(e.out_high - e.out_low)) + from);
    out[0] = e.in_low != e.in_high ? stretched : clip(x, from, number<V>(e.out_high));
  }
};

}  // namespace

Array rescale_intensity(const Array& image, const opsin::exposure::RescaleIntensityOptions& o) {
  const DType t = image.dtype();
  core::check_plain(!is_complex(t) && !is_complex(o.dtype), "complex images are not supported");
  MakeEnds make{};
  make.own_in = !o.in_range;
  make.own_out = !o.out_range;
  const bool looks = make.own_in || make.own_out;
  core::check_plain(!looks || image.size() > 0, "zero-size array to reduction operation minimum which has no identity");
  if (o.in_range) {
    make.given.in_low = (*o.in_range)[0];
    make.given.in_high = (*o.in_range)[1];
  }
  if (o.out_range) {
    make.given.out_low = (*o.out_range)[0];
    make.given.out_high = (*o.out_range)[1];
  }
  make.clip_negative = o.clip_negative;
  make.integers = is_integer(t);
  Array extent;
  if (looks) {
    extent = engine::extent_of(image);
    make.extent = engine::extent_in(extent);
  }
  const bool on_host = image.device().kind == DeviceKind::cpu;
  Ends known = make.given;
  if (on_host || !looks) known = make.make();
  if ((on_host || !looks) && known.any_nan()) {
    core::warn(
        Warning::Category::user,
        "One or more intensity levels are NaN. Rescaling will broadcast NaN to the full image. Provide intensity "
        "levels yourself to avoid this. E.g. with np.nanmin(image), np.nanmax(image).");
  }
  const Array memory = Array::empty({4}, DType::float64, image.device());
  make.ends = static_cast<Ends*>(memory.mutable_data());
  engine::run_team(make);
  const Array out = core::empty_result(image.shape(), o.dtype, image.device());
  const bool single = t == DType::float32 || t == DType::float16;
  with_real(single ? DType::float32 : DType::float64, [&]<class C>(Tag<C>) {
    engine::pointwise<C, 1, 1>({out}, {image}, Stretch{make.ends, t == DType::float16});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, rescale_intensity, Array, const Array&, const opsin::exposure::RescaleIntensityOptions&)
