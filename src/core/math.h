// SPDX-License-Identifier: Apache-2.0
// The value types that an operation's functor computes with, and the functions it may call on them.
//
// A functor is a template on its value type V: a SIMD vector on the CPU, a scalar on CUDA. The same spelling works for
// both: operators, fma, min, max, sqrt, abs, exp, ..., and pick(condition, a, b) in place of ?:.
#pragma once

#ifndef OPSIN_TARGET
#error "OPSIN_TARGET must name the target namespace (set by the build)"
#endif

#ifdef OPSIN_TARGET_CUDA
#define HD __host__ __device__ __forceinline__
#include "core/math_scalar.h"
#else
#define HD __attribute__((always_inline)) inline
#include "core/math_scalar.h"
#include "core/simd.h"
#endif
