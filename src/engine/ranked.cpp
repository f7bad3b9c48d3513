// SPDX-License-Identifier: Apache-2.0
#include "engine/ranked.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/ranked_cuda.h"
#else
#include "engine/ranked_cpu.h"
#endif
