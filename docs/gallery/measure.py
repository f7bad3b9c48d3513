"""measure: profiles, colocalisation, focus

The calibre of a vessel is read off its profile: grey values along a line across it, averaged over a few pixels' width.
"""

from matplotlib import pyplot as plt
from support import host, load, panels

import opsin as ski

green = load("retina")[500:700, 850:1050, 1]
start, end = (150, 40), (90, 130)
profile = ski.measure.profile_line(green, start, end, linewidth=5)
figure, (photograph, curve) = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained", width_ratios=(1, 2))
photograph.imshow(host(green), cmap="gray")
photograph.plot(*zip(start[::-1], end[::-1]), "r")
photograph.set_axis_off()
curve.plot(host(profile))
curve.set(xlabel="pixels along the line", ylabel="grey")

# %%
# ## Are two stains in the same place?
#
# Pearson's coefficient of the two densities, Manders' share of the first one's intensity where the second is present, and the share of
# the first one's area.
stains = ski.color.rgb2hed(load("immunohistochemistry")).clip(0, None)
haematoxylin, dab = stains[..., 0], stains[..., 2]
present = dab > ski.filters.threshold_otsu(dab)
nuclei = haematoxylin > ski.filters.threshold_otsu(haematoxylin)
pearson, _ = ski.measure.pearson_corr_coeff(haematoxylin, dab)
manders = ski.measure.manders_coloc_coeff(haematoxylin, present)
share = ski.measure.intersection_coeff(nuclei, present)
panels(
    {f"haematoxylin; Pearson {pearson:.2f}": nuclei, f"DAB; Manders {manders:.2f}, area {share:.2f}": present}, width=7
)

# %%
# ## Is it in focus?
#
# A scanner takes each field at several depths and keeps the sharpest. `blur_effect` needs no reference: 0 is sharp, 1 is blurred.
cell = load("cell")
sigmas = [0, 1, 2, 3, 4, 6]
stack = [ski.filters.gaussian(cell, sigma=s) for s in sigmas]
figure, axis = plt.subplots(figsize=(5, 2.2), layout="constrained")
axis.plot(sigmas, [float(ski.measure.blur_effect(image)) for image in stack], "o-")
axis.set(xlabel="Gaussian blur, pixels", ylabel="blur_effect")

# %%
# ## In C++
#
# ```cpp
# #include <opsin/measure.h>
#
# opsin::Array profile(const opsin::Array& green) {
#   return opsin::measure::profile_line(green, {150, 40}, {90, 130}, {.linewidth = 5});
# }
# ```
