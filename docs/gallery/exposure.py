"""exposure: contrast, and staining that differs from day to day

The green channel of a fundus photograph shows vessels best, and fades towards the edge of the eye. Equalisation of the whole image
follows its commonest greys; adaptive equalisation (CLAHE) does so in tiles and limits how far contrast may be raised.
"""

from matplotlib import pyplot as plt
from support import host, load, panels

import opsin as ski

green = load("retina")[300:1100:2, 200:1200:2, 1]
equalized = ski.exposure.equalize_hist(green)
adaptive = ski.exposure.equalize_adapthist(green, clip_limit=0.02)
panels({"green channel": green, "equalize_hist": equalized, "equalize_adapthist": adaptive})

# %%
# ## Histograms
#
# Integer images have a bin for each value, floats NumPy's bins to the bit.
figure, axis = plt.subplots(figsize=(6, 2.2), layout="constrained")
for name, image in {"green channel": green, "equalize_adapthist": adaptive}.items():
    counts, centers = ski.exposure.histogram(ski.util.img_as_ubyte(image))
    axis.plot(host(centers), host(counts), label=name)
axis.set(xlabel="grey", ylabel="pixels")
axis.legend()

# %%
# ## One batch of slides made like another
#
# A section that was stained too faintly, and the same with the histogram of each channel matched to a reference.
reference = load("immunohistochemistry")
faint = ski.exposure.adjust_gamma(reference[:, ::-1], 0.4)
matched = ski.exposure.match_histograms(faint, reference, channel_axis=-1)
panels({"reference": reference, "faint": faint, "matched": matched})

# %%
# ## In C++
#
# ```cpp
# #include <opsin/exposure.h>
#
# opsin::Array clahe(const opsin::Array& green) { return opsin::exposure::equalize_adapthist(green, {.clip_limit = 0.02}); }
# ```
