// SPDX-License-Identifier: Apache-2.0
// Logarithm and power. Beside core/math.h, so that only what needs them compiles them.
#pragma once

#include "core/math_log.h"

namespace opsin::OPSIN_TARGET {

HD float pow(float a, float b) { return ::powf(a, b); }
HD double pow(double a, double b) { return ::pow(a, b); }

}  // namespace opsin::OPSIN_TARGET

#ifndef OPSIN_TARGET_CUDA

OPSIN_MVEC2(pow)

#endif
