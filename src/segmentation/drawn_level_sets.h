// SPDX-License-Identifier: Apache-2.0
// Level sets drawn where the result lies: contiguous arrays of int8.
#pragma once

#include <cstdint>
#include <vector>

#include "opsin/array.h"

namespace opsin::segmentation {

void draw_checkerboard(const Array& out, std::int64_t square_size);
/// `center`: a coordinate for each axis.
void draw_ball(const Array& out, const std::vector<double>& center, double radius);

}  // namespace opsin::segmentation
