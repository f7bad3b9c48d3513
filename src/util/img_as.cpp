// SPDX-License-Identifier: Apache-2.0
#include "util/img_as.h"

#include "core/assign.h"
#include "core/memory.h"
#include "core/target.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

constexpr const char* no_minimum = "zero-size array to reduction operation minimum which has no identity";

/// Integer to float: the largest value to 1, what lies beyond the other end to `low`.
template <class C>
struct ToUnit {
  template <class T, class U>
  static constexpr bool meets() {
    return true;
  }

  C scale;
  C low;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = max(in[0] * broadcast<V>(scale), broadcast<V>(low));
  }
};

/// 1 above the threshold. Unsigned integers of the compute type's width arrive as signed ones: `flip` is the sign bit,
/// which brings them into order.
template <class C>
struct Above {
  template <class T, class U>
  static constexpr bool meets() {
    return true;
  }

  C threshold;
  C flip;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    V x = in[0];
    if constexpr (std::is_integral_v<C>) x = x ^ broadcast<V>(flip);
    out[0] = pick(x > broadcast<V>(threshold), broadcast<V>(C(1)), broadcast<V>(C(0)));
  }
};

/// Float to integer: rint(x * scale - half), clipped. Reports 1 for a value outside [-1, 1] and 2 for NaN: scikit-image
/// looks at the minimum and maximum, and NaN hides everything else there. With `through_half` every step rounds to
/// binary16.
template <class C, bool through_half = false>
struct Quantize {
  C scale;
  C half;
  C low;
  C high;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1], V& report) const {
    const V one = broadcast<V>(C(1));
    const V x = in[0];
    report = max(report, pick(x == x, pick(abs(x) > one, one, broadcast<V>(C(0))), broadcast<V>(C(2))));
    V y = step(x * broadcast<V>(scale));
    if (half != C(0)) y = step(y - broadcast<V>(half));
    y = rint(y);
    y = max(y, broadcast<V>(low));  // NaN becomes the lowest value here and 0 below, as in NumPy's cast.
    y = min(y, broadcast<V>(high));
    out[0] = pick(x == x, y, broadcast<V>(C(0)));
  }

  template <class V>
  HD V step(V y) const {
    if constexpr (through_half) return round_to_half(y);
    return y;
  }
};

void to_bool(const Array& out, const Array& image) {
  const DType t = image.dtype();
  if (t == DType::float16) {
    engine::pointwise<float, 1, 1>({out}, {image}, Above<float>{0.5f, 0});
    return;
  }
  if (is_floating(t)) {
    return with_real(t, [&]<class C>(Tag<C>) { engine::convert<C, C, bool>(out, image, Above<C>{C(0.5), C(0)}); });
  }
  if (t == DType::uint8) {  // Four times as many lanes as in int32.
    engine::convert<std::uint8_t, std::uint8_t, bool>(out, image, Above<std::uint8_t>{127, 0});
    return;
  }
  with_integer(t, [&]<class C>(Tag<C>) {
    Above<C> above{};
    // Half of the largest value, through float64 as scikit-image has it: 2^62 and 2^63 for 64 bits, one less than a
    // power of two for fewer. The largest uint64 that stays false is thus 2^63, which flips to 0.
    above.threshold = static_cast<C>((std::int64_t{1} << (std::min(value_bits(t), 63) - 1)) - (sizeof(C) == 8 ? 0 : 1));
    if (is_unsigned(t) && itemsize(t) == sizeof(C)) {
      above.flip = std::numeric_limits<C>::min();
      above.threshold = sizeof(C) == 8 ? C(0) : C(-1);
    }
    from_integer<C, bool>(out, image, above);
  });
}

void integer_to_float(const Array& out, const Array& image) {
  const Scaling scaling = scaling_to_unit(image.dtype());
  const auto unit = [&]<class C>(Tag<C>) {
    return ToUnit<C>{C(scaling.scale), is_signed(image.dtype()) ? C(-1) : C(0)};
  };
  if (out.dtype() == DType::float64) {
    from_integer<double, double>(out, image, unit(Tag<double>{}));
  } else if (itemsize(image.dtype()) <= 4) {
    from_integer<float, float>(out, image, unit(Tag<float>{}));
  } else {
    engine::pointwise<double, 1, 1>({out}, {image}, unit(Tag<double>{}));
  }
}

void float_to_integer(const Array& out, const Array& image) {
  core::check<TypeError>(image.ndim() > 0, "util.img_as", "a 0-d float image cannot become an integer one");
  core::check_plain(image.size() > 0, no_minimum);
  const DType t = out.dtype();
  const double high = static_cast<double>((std::int64_t{1} << value_bits(t)) - 1);
  const double low = is_signed(t) ? -high - 1 : 0;
  const double scale = is_signed(t) ? (high - low) / 2 : high;
  const double half = is_signed(t) ? 0.5 : 0;
  int report = 0;
  if (image.dtype() == DType::float16) {
    const Quantize<float, true> f{round_to_half(float(scale)), float(half), float(low), round_to_half(float(high))};
    report = engine::pointwise<float, 1, 1>({out}, {image}, f);
  } else {
    with_real(image.dtype(), [&]<class C>(Tag<C>) {
      const Quantize<C> f{C(scale), C(half), C(low), C(high)};
      with_output(t, [&]<class U>(Tag<U>) { report = engine::convert<C, C, U>(out, image, f); });
    });
  }
  core::check_plain(report != 1, "Images of type float must be between -1 and 1.");
}

void from_bool(const Array& out, const Array& image) {
  if (!is_floating(out.dtype())) return integer_from_bool(out, image);
  with_real(out.dtype(), [&]<class C>(Tag<C>) { engine::convert<C, bool, C>(out, image, engine::Unchanged{}); });
}

void float_to_float(const Array& out, const Array& image) {
  if (image.dtype() == DType::float16) {
    engine::pointwise<float, 1, 1>({out}, {image}, engine::Unchanged{});
  } else if (image.dtype() == DType::float32) {
    engine::convert<double, float, double>(out, image, engine::Unchanged{});
  } else {
    engine::convert<double, double, float>(out, image, engine::Unchanged{});
  }
}

}  // namespace

Array img_as(const Array& image, DType to, const opsin::util::ImgAsOptions& options) {
  const DType from = image.dtype();
  if (from == to && !options.force_copy) return image;
  const auto result = [&] { return core::empty_result(image.shape(), to, image.device()); };
  if (from == to) {
    const Array out = result();
    opsin::memory::assign(out, image);
    return out;
  }
  const bool known = to == DType::boolean || to == DType::uint8 || to == DType::uint16 || to == DType::int16 ||
                     to == DType::float32 || to == DType::float64;
  core::check_plain(known && !is_complex(from), "Cannot convert from ", from, " to ", to, ".");
  const Array out = result();
  if (to == DType::boolean) {
    to_bool(out, image);
  } else if (from == DType::boolean) {
    from_bool(out, image);
  } else if (is_floating(from)) {
    is_floating(to) ? float_to_float(out, image) : float_to_integer(out, image);
  } else if (is_floating(to)) {
    integer_to_float(out, image);
  } else {
    value_bits(from) > value_bits(to) ? narrow_integer(out, image) : widen_integer(out, image);
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, img_as, Array, const Array&, DType, const opsin::util::ImgAsOptions&)
