// SPDX-License-Identifier: Apache-2.0
// Logarithm and power. Beside core/math.h, so that only what needs them compiles them.
#pragma once

#include "core/math.h"

namespace opsin::OPSIN_TARGET {

HD float log(float a) { return ::logf(a); }
HD double log(double a) { return ::log(a); }
HD float pow(float a, float b) { return ::powf(a, b); }
HD double pow(double a, double b) { return ::pow(a, b); }

}  // namespace opsin::OPSIN_TARGET

#ifndef OPSIN_TARGET_CUDA

OPSIN_MVEC(log)

// Two vectors in: "vv" in the place of "v".
#if HWY_TARGET <= HWY_AVX3
#define OPSIN_MVEC_POW_F _ZGVeN16vv_powf
#define OPSIN_MVEC_POW_D _ZGVeN8vv_pow
#elif HWY_TARGET <= HWY_AVX2
#define OPSIN_MVEC_POW_F _ZGVdN8vv_powf
#define OPSIN_MVEC_POW_D _ZGVdN4vv_pow
#else
#define OPSIN_MVEC_POW_F _ZGVbN4vv_powf
#define OPSIN_MVEC_POW_D _ZGVbN2vv_pow
#endif

extern "C" decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw) OPSIN_MVEC_POW_F(
    decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw), decltype(::opsin::OPSIN_TARGET::Vec<float>().v.raw)) noexcept;
extern "C" decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw) OPSIN_MVEC_POW_D(
    decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw),
    decltype(::opsin::OPSIN_TARGET::Vec<double>().v.raw)) noexcept;

namespace opsin::OPSIN_TARGET {
HD Vec<float> pow(Vec<float> a, Vec<float> b) { return {hn::Vec<Vec<float>::Tag>{OPSIN_MVEC_POW_F(a.v.raw, b.v.raw)}}; }
HD Vec<double> pow(Vec<double> a, Vec<double> b) {
  return {hn::Vec<Vec<double>::Tag>{OPSIN_MVEC_POW_D(a.v.raw, b.v.raw)}};
}
}  // namespace opsin::OPSIN_TARGET

#endif
