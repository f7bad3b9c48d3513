// SPDX-License-Identifier: Apache-2.0
// The logarithm, and libmvec's functions of two arguments. Beside core/math.h, so that only what needs them compiles
// them.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET {

HD float log(float a) { return ::logf(a); }
HD double log(double a) { return ::log(a); }

}  // namespace opsin::OPSIN_TARGET

#ifndef OPSIN_TARGET_CUDA

OPSIN_MVEC(log)

// Two vectors in: "vv" in the place of "v".
#if HWY_TARGET <= HWY_AVX3
#define OPSIN_MVEC2_F(function) _ZGVeN16vv_##function##f
#define OPSIN_MVEC2_D(function) _ZGVeN8vv_##function
#elif HWY_TARGET <= HWY_AVX2
#define OPSIN_MVEC2_F(function) _ZGVdN8vv_##function##f
#define OPSIN_MVEC2_D(function) _ZGVdN4vv_##function
#else
#define OPSIN_MVEC2_F(function) _ZGVbN4vv_##function##f
#define OPSIN_MVEC2_D(function) _ZGVbN2vv_##function
#endif

#define OPSIN_MVEC2(function)                                                              \
  extern "C" decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw) OPSIN_MVEC2_F(function)(  \
      decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw),                                 \
      decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw)) noexcept;                       \
  extern "C" decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw) OPSIN_MVEC2_D(function)( \
      decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw),                                \
      decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw)) noexcept;                      \
  namespace opsin::OPSIN_TARGET {                                                          \
  HD Vec<float> function(Vec<float> a, Vec<float> b) {                                     \
    return {hn::Vec<Vec<float>::Tag>{OPSIN_MVEC2_F(function)(a.v.raw, b.v.raw)}};          \
  }                                                                                        \
  HD Vec<double> function(Vec<double> a, Vec<double> b) {                                  \
    return {hn::Vec<Vec<double>::Tag>{OPSIN_MVEC2_D(function)(a.v.raw, b.v.raw)}};         \
  }                                                                                        \
  }

#endif
