// SPDX-License-Identifier: Apache-2.0
// Minimum and maximum filters one after the other, each from one dtype to another as SciPy's are.
#pragma once

#include <span>
#include <vector>

#include "engine/extreme.h"
#include "opsin/array.h"

namespace opsin::OPSIN_TARGET::ndimage {

/// One filter: a box (`windows`, in SciPy's order of axes), a flat footprint (`elements`, in C order), or a footprint
/// with heights that are added to the elements. Neither windows nor elements: a copy.
struct Step {
  bool minimum = true;
  std::vector<engine::Window> windows = {};
  std::vector<engine::Offset> elements = {};
  std::vector<double> heights = {};
  Border border = Border::reflect;  // of elements
  double cval = 0;
  DType to = DType::float64;  // the result's dtype
};

/// Both arrays are C-contiguous, of one shape, real but not float16, and do not overlap. `out` has the last step's
/// dtype. Between steps at most two images are held.
void run_steps(const Array& out, const Array& image, std::span<const Step> steps,
               const engine::Finished& finished = {});

/// True when the last of the steps can finish: it stays in one dtype, so that its differences are of that dtype too.
bool can_finish(const Array& image, std::span<const Step> steps);

}  // namespace opsin::OPSIN_TARGET::ndimage
