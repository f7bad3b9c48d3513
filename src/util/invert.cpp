// SPDX-License-Identifier: Apache-2.0
#include "core/memory.h"
#include "core/target.h"
#include "engine/pointwise.h"
#include "opsin/util.h"

namespace opsin::OPSIN_TARGET::util {
namespace {

/// All bits turned round: max - x of an unsigned integer, -1 - x of a signed one.
struct Flip {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0] ^ broadcast<V>(static_cast<Element<V>>(~Element<V>{0}));
  }
};

struct Not {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = pick(in[0] == broadcast<V>(0), broadcast<V>(1), broadcast<V>(0));
  }
};

struct FromTop {
  double top;

  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = broadcast<V>(static_cast<Element<V>>(top)) - in[0];
  }
};

struct Negate {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = -in[0];
  }
};

void invert_float(const Array& out, const Array& image, bool negate, double top) {
  const auto run = [&]<class C>(Tag<C>) {
    if (negate) return static_cast<void>(engine::pointwise<C, 1, 1>({out}, {image}, Negate{}));
    engine::pointwise<C, 1, 1>({out}, {image}, FromTop{top});
  };
  out.dtype() == DType::float64 ? run(Tag<double>{}) : run(Tag<float>{});
}

Array as(const Array& a, DType bits) {
  return Array::view_of(a.mutable_data(), a.shape(), a.strides(), bits, a.device(), a.buffer());
}

}  // namespace

Array invert(const Array& image, const opsin::util::InvertOptions& o) {
  const DType t = image.dtype();
  const Array out = core::empty_result(image.shape(), t, image.device());
  if (t == DType::boolean) {
    engine::pointwise<std::uint8_t, 1, 1>({as(out, DType::uint8)}, {as(image, DType::uint8)}, Not{});
  } else if (is_integer(t)) {
    with_bits(itemsize(t), [&]<class U>(Tag<U>) {
      engine::pointwise<U, 1, 1>({as(out, dtype_of<U>)}, {as(image, dtype_of<U>)}, Flip{});
    });
  } else if (is_complex(t)) {
    // 1 - z as 1 - re and 0 - im.
    for (int part = 0; part < 2; ++part) {
      const auto of = [&](const Array& a) { return a.view_real().slice(a.ndim(), part, 1); };
      invert_float(of(out), of(image), o.signed_float, part == 0 ? 1 : 0);
    }
  } else {
    invert_float(out, image, o.signed_float, 1);
  }
  return out;
}

}  // namespace opsin::OPSIN_TARGET::util

OPSIN_EXPORT(util, invert, Array, const Array&, const opsin::util::InvertOptions&)
