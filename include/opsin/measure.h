// SPDX-License-Identifier: Apache-2.0
// Measurements: skimage.measure.
#pragma once

#include "opsin/measure_blocks.h"
#include "opsin/measure_blur.h"
#include "opsin/measure_colocalization.h"
#include "opsin/measure_entropy.h"
#include "opsin/measure_moments.h"
#include "opsin/measure_profile.h"
