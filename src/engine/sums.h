// SPDX-License-Identifier: Apache-2.0
// Sums over all elements of what a functor makes of several arrays at each: one pass, and a result on the device.
//
// The functor has   template <class V> HD void operator()(const V (&in)[I], V (&term)[K]) const
// with V the value type of C, double or int64. The order of additions depends on shapes and strides alone. A functor
// with F::of_bytes makes bytes of bytes, takes no scaling, and is content with them as V. One with F::of_words makes of
// integers of at most 16 bits terms of at most 16 bits, takes no scaling, and is content with int32.
#pragma once

#include "core/dispatch.h"
#include "core/scaling.h"
#include "engine/loop.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/sums_cuda.h"
#else
#include "engine/sums_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// K sums, an array of type C on the arrays' device. Arrays of one shape, of any strides and real dtypes.
template <class C, int I, int K, class F>
Array sums(const std::array<Array, I>& inputs, const F& f, const std::array<Scaling, I>& scaling = {}) {
  const Array out = Array::zeros({K}, dtype_of<C>, inputs[0].device());
  const auto loop = opsin::engine::make_loop<I>(inputs);
  if (loop.size() > 0) run_sums<C, I, K>(out.template mutable_data_as<C>(), loop, f, scaling);
  return out;
}

}  // namespace opsin::OPSIN_TARGET::engine
