// SPDX-License-Identifier: Apache-2.0
// CUDA side of engine/extreme.h.
#pragma once

#include "engine/extreme_box_cuda.h"
#include "engine/extreme_footprint_cuda.h"
