// SPDX-License-Identifier: Apache-2.0
#include "core/assign.h"

#include "core/target.h"
#include "engine/pointwise.h"

namespace opsin::OPSIN_TARGET::memory {
namespace {

Array as_bits(Array a, DType bits) {
  return Array::view_of(a.mutable_data(), a.shape(), a.strides(), bits, a.device(), a.buffer());
}

void assign_real(const Array& to, const Array& from) {
  if (to.dtype() == from.dtype()) {
    with_bits(itemsize(to.dtype()),
              [&]<class U>(Tag<U>) { engine::copy<U>(as_bits(to, dtype_of<U>), as_bits(from, dtype_of<U>)); });
  } else if (!is_floating(to.dtype()) && !is_floating(from.dtype())) {
    engine::pointwise<std::int64_t, 1, 1>({to}, {from}, engine::Unchanged{});
  } else {
    engine::pointwise<double, 1, 1>({to}, {from}, engine::Unchanged{});
  }
}

}  // namespace

void assign(const Array& to, const Array& from) {
  core::check(to.shape() == from.shape(), "assign", "shapes differ: ", to.shape(), " and ", from.shape());
  const auto part = [](const Array& a, int i) {
    const Array pairs = a.view_real();
    Array one = pairs.slice(pairs.ndim() - 1, i, 1);
    return one;
  };
  if (is_complex(to.dtype()) && is_complex(from.dtype())) {
    assign_real(part(to, 0), part(from, 0));
    assign_real(part(to, 1), part(from, 1));
  } else if (is_complex(to.dtype())) {
    Extents shape = from.shape();
    Extents strides = from.strides();
    shape.push_back(1);
    strides.push_back(0);
    const Array real = part(to, 0);
    assign_real(real, Array::view_of(from.mutable_data(), shape, strides, from.dtype(), from.device(), from.buffer()));
    const Array zero = Array::zeros({}, real.dtype(), to.device());
    Extents none = shape;
    for (int i = 0; i < none.size(); ++i) none[i] = 0;
    assign_real(part(to, 1),
                Array::view_of(zero.mutable_data(), shape, none, zero.dtype(), zero.device(), zero.buffer()));
  } else if (is_complex(from.dtype())) {
    const Array real = part(from, 0);
    Extents shape = to.shape();
    Extents strides = to.strides();
    shape.push_back(1);
    strides.push_back(static_cast<std::int64_t>(itemsize(to.dtype())));
    assign_real(Array::view_of(to.mutable_data(), shape, strides, to.dtype(), to.device(), to.buffer()), real);
  } else {
    assign_real(to, from);
  }
}

}  // namespace opsin::OPSIN_TARGET::memory

OPSIN_EXPORT(memory, assign, void, const Array&, const Array&)
