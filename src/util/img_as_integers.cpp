// SPDX-License-Identifier: Apache-2.0
// Integers and bool to integers.
#include "util/img_as.h"

#include "core/check.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

/// Integer to integer of at least as many bits: (x + before) * factor >> shift, then + after, at least `low`.
struct Widen {
  template <class T, class U>
  static constexpr bool meets() {
    return digits<T> < digits<U>;
  }

  int before;
  int factor;
  int shift;
  int after;
  int low;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    const V y = (in[0] + broadcast<V>(before)) * broadcast<V>(factor) >> shift;
    out[0] = max(y + broadcast<V>(after), broadcast<V>(low));
  }
};

/// Integer to integer of fewer bits: x >> shift, at least `low`. Reports 1 for a value of more than `bits` bits: when
/// there is none, scikit-image keeps the values. `mask` clears what an arithmetic shift brings into an unsigned x.
template <class C>
struct Narrow {
  template <class T, class U>
  static constexpr bool meets() {
    return digits<T> > digits<U>;
  }

  int shift;
  int bits;
  bool is_unsigned;
  C mask;
  C low;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1], V& report) const {
    const V zero = broadcast<V>(C(0));
    const V beyond = in[0] >> bits;
    const auto large = is_unsigned ? beyond != zero : beyond > zero;
    report = max(report, pick(large, broadcast<V>(C(1)), zero));
    out[0] = max((in[0] >> shift) & broadcast<V>(mask), broadcast<V>(low));
  }
};

/// The values as they are, wrapped to signed integers of the bits below and with `sign`, at least `low`; reports the
/// largest, 0 when none is positive.
template <class C>
struct Keep {
  C mask;
  C sign;
  C low;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1], V& report) const {
    const V sign_bit = broadcast<V>(sign);
    out[0] = max(((in[0] & broadcast<V>(mask)) ^ sign_bit) - sign_bit, broadcast<V>(low));
    report = max(report, in[0]);
  }
};

}  // namespace

void narrow_integer(const Array& out, const Array& image) {
  core::check_plain(image.size() > 0, "zero-size array to reduction operation maximum which has no identity");
  const DType from = image.dtype();
  const DType to = out.dtype();
  const int bits = value_bits(to);
  const int shift = value_bits(from) - bits;
  const bool loses_sign = is_signed(from) && !is_signed(to);
  with_integer(from, [&]<class C>(Tag<C>) {
    const C low = loses_sign ? C(0) : std::numeric_limits<C>::min();
    const C mask = is_unsigned(from) ? static_cast<C>((std::int64_t{1} << bits) - 1) : C(-1);
    int report = 0;
    with_output(to, [&]<class U>(Tag<U>) {
      report = from_integer<C, U>(out, image, Narrow<C>{shift, bits, is_unsigned(from), mask, low});
    });
    if (report > 0) return;
    // All values fit: the rare case, so it may cost a second pass. Where the sign goes, scikit-image's values pass
    // through a signed integer of twice the output's size.
    Keep<C> keep{C(-1), C(0), low};
    if (const int between = 2 * bits; loses_sign && between < bits_of(dtype_of<C>)) {
      keep.mask = static_cast<C>((std::int64_t{1} << between) - 1);
      keep.sign = static_cast<C>(std::int64_t{1} << (between - 1));
    }
    const int largest = engine::pointwise<C, 1, 1>({out}, {image}, keep);
    core::warn(Warning::Category::user,
               core::text("Downcasting ", from, " to ", to, " without scaling because max value ",
                          is_signed(from) && largest == 0 ? "<= " : "", largest, " fits in ", to));
  });
}

void widen_integer(const Array& out, const Array& image) {
  const DType from = image.dtype();
  const DType to = out.dtype();
  Widen f{0, 1, 0, 0, is_signed(to) ? std::numeric_limits<int>::min() : 0};
  int n = value_bits(from);
  int m = value_bits(to);
  if (is_signed(from) && is_signed(to)) {  // Over the whole range, the least value to the least.
    f.before = 1 << n++;
    f.after = -(1 << m++);
  }
  const int o = (m + n - 1) / n * n;  // Bits repeat: up to a multiple of n bits, then down to m.
  f.factor = static_cast<int>(((std::int64_t{1} << o) - 1) / ((std::int64_t{1} << n) - 1));
  f.shift = o - m;
  with_output(to, [&]<class U>(Tag<U>) { from_integer<std::int32_t, U>(out, image, f); });
}

void integer_from_bool(const Array& out, const Array& image) {
  const DType t = out.dtype();
  with_output(t, [&]<class U>(Tag<U>) {
    engine::convert<std::int32_t, bool, U>(out, image, Widen{0, (1 << value_bits(t)) - 1, 0, 0, 0});
  });
}

}  // namespace opsin::OPSIN_TARGET::util
