"""transform: sums of any box, at once

How much of each field of view is nucleus? With the integral image of the mask the sum of any box takes four values, whatever its
size: ten thousand fields cost as much as reading the mask once.
"""

import numpy as np
from support import host, load, panels

import opsin as ski

tissue = load("immunohistochemistry")
haematoxylin = ski.color.rgb2hed(tissue)[..., 0]
nuclei = haematoxylin > ski.filters.threshold_otsu(haematoxylin)
sums = ski.transform.integral_image(nuclei)

side = 48
corners = np.stack(np.mgrid[0 : 512 - side : 4, 0 : 512 - side : 4], axis=-1).reshape(-1, 2)
counts = host(ski.transform.integrate(sums, corners, corners + side - 1))
density = (counts / side**2).reshape(116, 116)
axes = panels({"tissue": tissue, "nuclei": nuclei, "share of nuclei in 48 x 48 pixels": density})
densest = corners[counts.argmax()]
for axis in axes[:2]:
    axis.plot(densest[1] + np.array([0, 1, 1, 0, 0]) * side, densest[0] + np.array([0, 0, 1, 1, 0]) * side, "r")

# %%
# ## In C++
#
# ```cpp
# #include <opsin/transform_integral.h>
#
# opsin::Array share(const opsin::Array& nuclei) {
#   const opsin::Array sums = opsin::transform::integral_image(nuclei);
#   return opsin::transform::integrate(sums, {{0, 0}, {100, 60}}, {{47, 47}, {147, 107}});
# }
# ```
