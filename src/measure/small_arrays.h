// SPDX-License-Identifier: Apache-2.0
// Arithmetic on a handful of numbers that stay where they are: on CUDA one thread does it, and the host waits for
// nothing.
#pragma once

#include "core/assign.h"
#include "core/memory.h"
#include "engine/each.h"

namespace opsin::OPSIN_TARGET::measure {

/// f() once, on the device.
template <class F>
struct Once {
  F f;
  HD void operator()(std::int64_t) const { f(); }
};

template <class F>
void once(const F& f) {
  engine::each(1, 1, Once<F>{f});
}

/// The result in the dtype that is asked for.
inline Array as_result(const Array& computed, DType dtype) {
  const Array out = core::empty_result(computed.shape(), dtype, computed.device());
  if (out.size() > 0) memory::assign(out, computed);
  return out;
}

/// A power with a whole, not negative exponent.
HD double whole_power(double x, int n) {
  double power = 1;
  for (; n > 0; --n) power *= x;
  return power;
}

}  // namespace opsin::OPSIN_TARGET::measure
