"""color: stains and perceived colours

A section of colon, its nuclei blue with haematoxylin, a protein brown with diaminobenzidine (DAB). Each dye darkens light by its own
spectrum, so a pixel's optical densities are a mixture that a 3 x 3 matrix undoes. Where the haematoxylin lies are the nuclei.
"""

from support import load, panels, xp

import opsin as ski

tissue = load("immunohistochemistry")
stains = ski.color.rgb2hed(tissue)
haematoxylin, dab = stains[..., 0], stains[..., 2]
panels({"tissue": tissue, "haematoxylin": haematoxylin, "DAB": dab})

# %%
# ## Nuclei
#
# Otsu's threshold parts the haematoxylin from the rest; an opening drops what is smaller than a nucleus. The threshold of a GPU image
# stays on the GPU.
nuclei = haematoxylin > ski.filters.threshold_otsu(haematoxylin)
nuclei = ski.morphology.opening(nuclei, ski.morphology.disk(3))
outline = nuclei ^ ski.morphology.erosion(nuclei)
drawn = tissue.copy()
drawn[outline] = xp.asarray([0, 255, 0], dtype="uint8")
panels({"nuclei": nuclei, "their outlines": drawn})

# %%
# ## How brown a pixel looks
#
# CIEDE2000 is a distance of colours as the eye sees them. Here it is taken from a brown of this slide, in CIE L\*a\*b\*.
brown = xp.broadcast_to(xp.asarray([0.52, 0.40, 0.28]), tissue.shape)
difference = ski.color.deltaE_ciede2000(ski.color.rgb2lab(tissue), ski.color.rgb2lab(brown))
panels({"L*": ski.color.rgb2lab(tissue)[..., 0], "CIEDE2000 from brown": difference}, width=7)

# %%
# ## In C++
#
# ```cpp
# #include <opsin/color.h>
#
# opsin::Array stains_of(const opsin::Array& tissue) { return opsin::color::rgb2hed(tissue); }
# ```
