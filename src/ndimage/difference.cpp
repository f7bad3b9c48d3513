// SPDX-License-Identifier: Apache-2.0
#include "ndimage/difference.h"

#include "core/check.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::ndimage {
namespace {

struct Subtract {
  static constexpr const char* name = "subtract";
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] - in[1];
  }
};

struct Add {
  static constexpr const char* name = "add";
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] + in[1];
  }
};

struct Differ {
  template <class V>
  HD void operator()(const V (&in)[2], V (&out)[1]) const {
    out[0] = in[0] ^ in[1];
  }
};

/// NumPy's order of kinds: what casting "same_kind" lets through goes upwards.
int kind(DType t) { return t == DType::boolean ? 0 : is_floating(t) ? 3 : is_signed(t) ? 2 : 1; }

Array as_bits(const Array& a, DType bits) {
  return Array::view_of(a.mutable_data(), a.shape(), a.strides(), bits, a.device(), a.buffer());
}

template <class F>
void combine(const Array& out, const Array& a, const Array& b, const F& f) {
  const DType s = a.dtype(), t = b.dtype();
  const bool no_common_integer = (s == DType::uint64 && kind(t) == 2) || (t == DType::uint64 && kind(s) == 2);
  const int result = no_common_integer ? 3 : std::max(kind(s), kind(t));
  core::check_plain<TypeError>(result <= kind(out.dtype()), "Cannot cast ufunc '", F::name, "' output from ", s,
                               " and ", t, " to ", out.dtype(), " with casting rule 'same_kind'");
  if (result < 3 && s == t && s == out.dtype() && s != DType::boolean) {
    // Two's complement does not ask for the sign, and narrow elements stay narrow.
    with_bits(itemsize(s), [&]<class U>(Tag<U>) {
      engine::pointwise<U, 2, 1>({as_bits(out, dtype_of<U>)}, {as_bits(a, dtype_of<U>), as_bits(b, dtype_of<U>)}, f);
    });
    return;
  }
  if (result < 3 && !is_floating(out.dtype())) {
    engine::pointwise<std::int64_t, 2, 1>({out}, {a, b}, f);
    return;
  }
  const auto in_single = [](DType x) { return x == DType::float32 || itemsize(x) <= 2; };
  if (in_single(s) && in_single(t) && (s == DType::float32 || t == DType::float32)) {
    engine::pointwise<float, 2, 1>({out}, {a, b}, f);
  } else {
    engine::pointwise<double, 2, 1>({out}, {a, b}, f);
  }
}

}  // namespace

void subtract(const Array& out, const Array& a, const Array& b) {
  core::check_plain<TypeError>(kind(a.dtype()) + kind(b.dtype()) > 0,
                               "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the "
                               "`^` operator, or the logical_xor function instead.");
  combine(out, a, b, Subtract{});
}

void add(const Array& out, const Array& a, const Array& b) { combine(out, a, b, Add{}); }

void differ(const Array& out, const Array& a, const Array& b) {
  const auto bytes = [](const Array& x) { return as_bits(x, DType::uint8); };
  engine::pointwise<std::uint8_t, 2, 1>({bytes(out)}, {bytes(a), bytes(b)}, Differ{});
}

void run_tophat(const Array& out, const Array& image, std::span<const Step> steps, bool white, bool truths) {
  const bool boolean = image.dtype() == DType::boolean;
  if (can_finish(image, steps) && boolean == truths) {
    run_steps(out, image, steps, {white ? engine::Finish::subtracted_from : engine::Finish::less, image});
    return;
  }
  run_steps(out, image, steps);
  if (truths) {
    differ(out, boolean ? image : image.astype(DType::boolean), out);
  } else if (white) {
    subtract(out, image, out);
  } else {
    subtract(out, out, image);
  }
}

}  // namespace opsin::OPSIN_TARGET::ndimage
