// SPDX-License-Identifier: Apache-2.0
#include "engine/spacing.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/spacing_cuda.h"
#else
#include "engine/spacing_cpu.h"
#endif
