"""filters.rank: statistics of a neighbourhood's histogram

Before a slide is analysed, its tissue is found: glass is even, tissue is not. The entropy of the greys about each pixel tells them
apart whatever the stain.
"""

from support import load, panels

import opsin as ski
from opsin.filters import rank

grey = ski.util.img_as_ubyte(ski.color.rgb2gray(load("immunohistochemistry")))
entropy = rank.entropy(grey, ski.morphology.disk(5))
panels({"section": grey, "entropy, bits": entropy, "tissue": entropy > ski.filters.threshold_otsu(entropy)})

# %%
# ## Local contrast
#
# `autolevel` stretches each neighbourhood to the whole range; between two percentiles single bright pixels do not decide. The
# bilateral mean smooths what is alike and leaves edges.
green = load("retina")[300:1100:2, 200:1200:2, 1]
footprint = ski.morphology.disk(12)
panels(
    {
        "green channel": green,
        "autolevel_percentile": rank.autolevel_percentile(green, footprint, p0=0.02, p1=0.98),
        "mean_bilateral": rank.mean_bilateral(green, footprint, s0=10, s1=10),
    }
)

# %%
# ## Thresholds and masks
#
# Otsu's threshold of every neighbourhood, and the same where only a mask counts: the footprint is cropped there, as at the image's
# edges.
local = rank.otsu(grey, ski.morphology.disk(15))
inside = ski.util.img_as_ubyte(entropy > ski.filters.threshold_otsu(entropy))
masked = rank.otsu(grey, ski.morphology.disk(15), mask=inside)
panels({"below otsu's": grey < local, "of the tissue alone": (grey < masked) & (inside > 0)}, width=7)

# %%
# ## In C++
#
# ```cpp
# #include <opsin/filters_rank.h>
#
# opsin::Array entropy(const opsin::Array& grey, const opsin::Array& disk) { return opsin::filters::rank::entropy(grey, disk); }
# ```
