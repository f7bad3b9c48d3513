// SPDX-License-Identifier: Apache-2.0
#include "engine/select.h"

#ifdef OPSIN_TARGET_CUDA
#include "engine/select_cuda.h"
#else
#include "engine/select_cpu.h"
#endif
