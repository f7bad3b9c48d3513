// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/half.h"
#include "core/memory.h"
#include "core/target.h"
#include "engine/extent.h"
#include "engine/pointwise.h"
#include "engine/read_only.h"
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

/// float16 images are computed in binary16, as NumPy does.
template <class V>
HD V rounded(V x, bool half) {
  if constexpr (std::is_same_v<Element<V>, float>) {
    if (half) return round_to_half(x);
  }
  return x;
}

/// The ends in the type they are computed in.
template <class C>
struct Levels {
  C in_low, in_high, in_span, out_low, out_high, out_span;
  std::int32_t one_value;  // whether the input is

  HD static Levels of(const Ends& e, bool half) {
    const auto number = [&](double x) { return rounded(static_cast<C>(x), half); };
    return {number(e.in_low),     number(e.in_high),  number(e.in_high - e.in_low),
            number(e.out_low),    number(e.out_high), number(e.out_high - e.out_low),
            e.in_low == e.in_high};
  }
};

struct FindEnds {
  Ends given;
  bool own_in, own_out;
  bool clip_negative;
  const engine::Extent* extent;
  bool integers;  // the extent is of int64

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
};

template <class C>
struct MakeLevels {
  FindEnds find;
  bool half;
  Levels<C>* levels;

  HD void operator()(const engine::Team& team) const {
    team.alone(0, [&] { *levels = Levels<C>::of(find.make(), half); });
  }
};

template <class C>
struct Stretch {
  const Levels<C>* levels;
  bool half;

  /// NaN stays.
  template <class V>
  HD static V clip(V x, V low, V high) {
    const V y = pick(x < low, low, x);
    return pick(y > high, high, y);
  }
  template <class T>
  HD T level(T Levels<C>::*member) const {
    return engine::read_only(&(levels->*member));
  }
  template <class V>
  HD V spread(C Levels<C>::*member) const {
    return broadcast<V>(level(member));
  }
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    using L = Levels<C>;
    const V low = spread<V>(&L::in_low), from = spread<V>(&L::out_low);
    const V x = clip(in[0], low, spread<V>(&L::in_high));
    const V y = rounded(rounded(x - low, half) / spread<V>(&L::in_span), half);
    const V stretched = rounded(rounded(y * spread<V>(&L::out_span), half) + from, half);
    out[0] = level(&L::one_value) ? clip(x, from, spread<V>(&L::out_high)) : stretched;
  }
};

}  // namespace

Array rescale_intensity(const Array& image, const opsin::exposure::RescaleIntensityOptions& o) {
  const DType t = image.dtype();
  core::check_plain(!is_complex(t) && !is_complex(o.dtype), "complex images are not supported");
  FindEnds find{};
  find.own_in = !o.in_range;
  find.own_out = !o.out_range;
  const bool looks = find.own_in || find.own_out;
  core::check_plain(!looks || image.size() > 0, "zero-size array to reduction operation minimum which has no identity");
  if (o.in_range) {
    find.given.in_low = (*o.in_range)[0];
    find.given.in_high = (*o.in_range)[1];
  }
  if (o.out_range) {
    find.given.out_low = (*o.out_range)[0];
    find.given.out_high = (*o.out_range)[1];
  }
  find.clip_negative = o.clip_negative;
  find.integers = is_integer(t);
  Array extent;
  if (looks) {
    extent = engine::extent_of(image);
    find.extent = engine::extent_in(extent);
  }
  const bool on_host = image.device().kind == DeviceKind::cpu;
  Ends known = find.given;
  if (on_host || !looks) known = find.make();
  if ((on_host || !looks) && known.any_nan()) {
    core::warn(
        Warning::Category::user,
        "One or more intensity levels are NaN. Rescaling will broadcast NaN to the full image. Provide intensity "
        "levels yourself to avoid this. E.g. with np.nanmin(image), np.nanmax(image).");
  }
  const Array out = core::empty_result(image.shape(), o.dtype, image.device());
  const bool half = t == DType::float16, single = half || t == DType::float32;
  with_real(single ? DType::float32 : DType::float64, [&]<class C>(Tag<C>) {
    const Array memory = Array::empty({static_cast<std::int64_t>(sizeof(Levels<C>))}, DType::uint8, image.device());
    auto* const levels = static_cast<Levels<C>*>(memory.mutable_data());
    engine::run_team(MakeLevels<C>{find, half, levels});
    engine::pointwise<C, 1, 1>({out}, {image}, Stretch<C>{levels, half});
  });
  return out;
}

}  // namespace opsin::OPSIN_TARGET::exposure

OPSIN_EXPORT(exposure, rescale_intensity, Array, const Array&, const opsin::exposure::RescaleIntensityOptions&)
