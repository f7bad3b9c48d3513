// SPDX-License-Identifier: Apache-2.0
// Pointwise engine: outputs at an element from inputs at the same element.
//
// The functor has   template <class V> HD void operator()(const V (&in)[I], V (&out)[O]) const
// with V the value type of the compute type C. Inputs are converted from their dtype by their Scaling on load, outputs
// to theirs on store; all arrays have one shape (broadcast a constant by stride 0). Channels that lie interleaved, in
// or out, travel together.
//
// A functor that checks values has a third parameter V& report, which it raises to a small positive level where it
// finds something; an input of zeros must leave it at 0.
#pragma once

#include "core/dispatch.h"
#include "core/scaling.h"
#include "engine/loop.h"

namespace opsin::OPSIN_TARGET::engine {

/// The input itself.
struct Unchanged {
  template <class V>
  HD void operator()(const V (&in)[1], V (&out)[1]) const {
    out[0] = in[0];
  }
};

template <class F, class C, int I, int O>
concept Reporting = requires(const F& f, const C (&in)[I], C (&out)[O], C& report) { f(in, out, report); };

}  // namespace opsin::OPSIN_TARGET::engine

#ifdef OPSIN_TARGET_CUDA
#include "engine/pointwise_cuda.h"
#else
#include "engine/pointwise_cpu.h"
#endif

namespace opsin::OPSIN_TARGET::engine {

/// Returns the highest level that was reported. Only a reporting functor makes this wait for a CUDA device; it throws
/// CudaError under stream capture.
template <class C, int I, int O, class F>
int pointwise(const std::array<Array, O>& outputs, const std::array<Array, I>& inputs, const F& f,
              const std::array<Scaling, I>& scaling = {}) {
  std::array<Array, I + O> all;
  for (int i = 0; i < I; ++i) all[i] = inputs[i];
  for (int o = 0; o < O; ++o) all[I + o] = outputs[o];
  const auto loop = opsin::engine::make_loop<I + O>(all);
  if (loop.size() == 0) return 0;
  return run_pointwise<C, I, O>(loop, f, scaling);
}

/// pointwise() of one input with elements T and one output with elements U, for operations that are hardly more than a
/// conversion: on the CPU it is compiled for the pair, without buffers of the compute type between. A float
/// result that goes into an integer must lie in its range.
template <class C, class T, class U, class F>
int convert(const Array& output, const Array& input, const F& f) {
#ifdef OPSIN_TARGET_CUDA
  return pointwise<C, 1, 1>({output}, {input}, f);
#else
  if (input.size() == 0) return 0;
  return run_convert<C, T, U>(opsin::engine::make_loop<2>({input, output}), f);
#endif
}

/// The elements of one array into another of the same dtype, U standing for its bits.
template <class U>
void copy(const Array& output, const Array& input) {
  if (input.size() == 0) return;
#ifndef OPSIN_TARGET_CUDA
  const auto loop = opsin::engine::make_loop<2>({input, output});
  if (convertible<U, U>(loop)) return run_copy<U>(loop);
#endif
  pointwise<U, 1, 1>({output}, {input}, Unchanged{});
}

}  // namespace opsin::OPSIN_TARGET::engine
