"""segmentation: where active contours begin, and what stops them

A contour that grows or shrinks needs a first shape, and an image that is small at edges. Both are made here.
"""

from support import load, panels

import opsin as ski

cell = load("cell")[180:480, 120:520]
stops = ski.segmentation.inverse_gaussian_gradient(ski.util.img_as_float(cell), alpha=800, sigma=5)
first = ski.segmentation.disk_level_set(cell.shape, center=(190, 312), radius=95)
board = ski.segmentation.checkerboard_level_set(cell.shape, square_size=25)
axes = panels({"cell": cell, "near 0 at edges": stops, "checkerboard_level_set": board})
for axis in axes[:2]:
    axis.contour(first, [0.5], colors="red")

# %%
# ## In C++
#
# ```cpp
# #include <opsin/segmentation.h>
#
# opsin::Array stops(const opsin::Array& cell) {
#   return opsin::segmentation::inverse_gaussian_gradient(cell, {.alpha = 800, .sigma = {5}});
# }
# ```
