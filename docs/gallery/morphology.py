"""morphology: what fits, and what does not

Microaneurysms are the first sign of diabetic retinopathy: small dark spots. A closing fills what a disk does not fit into, so the
closing less the image (black top-hat) holds the spots and little else.
"""

from support import load, panels

import opsin as ski
from opsin.morphology import disk

photograph = load("microaneurysms")
closed = ski.morphology.closing(photograph, disk(5))
spots = ski.morphology.black_tophat(photograph, disk(5))
panels({"photograph": photograph, "closing": closed, "black_tophat": spots})

# %%
# ## Cleaning a mask
#
# A threshold leaves specks and gaps. An opening drops specks, a closing fills gaps; large footprints may be given as a sequence of small
# ones.
haematoxylin = ski.color.rgb2hed(load("immunohistochemistry"))[:300, :300, 0]
mask = haematoxylin > ski.filters.threshold_otsu(haematoxylin)
opened = ski.morphology.opening(mask, disk(2))
filled = ski.morphology.closing(opened, ski.morphology.diamond(3, decomposition="sequence"))
panels({"threshold": mask, "opening": opened, "then closing": filled})

# %%
# ## Footprints
#
# Every maker of scikit-image, with its decompositions.
makers = ski.morphology
panels(
    {
        "disk": makers.disk(7),
        "diamond": makers.diamond(7),
        "octagon": makers.octagon(7, 4),
        "star": makers.star(5),
        "ellipse": makers.ellipse(7, 4),
        "rectangle": makers.footprint_rectangle((9, 15)),
    },
    cmap="Blues",
    vmin=-0.2,
    vmax=1.5,
)

# %%
# ## In C++
#
# ```cpp
# #include <opsin/morphology.h>
#
# opsin::Array spots(const opsin::Array& photograph, const opsin::Array& disk) {
#   return opsin::morphology::black_tophat(photograph, {{disk}});
# }
# ```
