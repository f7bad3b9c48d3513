"""util: patches, mosaics, noise, labels

A network reads patches. Windows of an image are views, no copies; a mosaic shows what the network is fed.
"""

from support import load, panels, xp

import opsin as ski

tissue = load("immunohistochemistry")
patches = ski.util.view_as_blocks(tissue, (64, 64, 3)).reshape(-1, 64, 64, 3)
dark_first = xp.argsort(patches.mean(axis=(1, 2, 3)))
mosaic = ski.util.montage(
    patches[dark_first][:24], channel_axis=-1, padding_width=3, fill=(255, 255, 255), grid_shape=(4, 6)
)
panels({"tissue": tissue, "its 24 darkest patches": mosaic}, width=8)

# %%
# ## Noise that can be repeated
#
# NumPy's streams, so that a seed gives scikit-image's very pixels.
cell = load("cell")[180:480, 120:520]
panels({kind: ski.util.random_noise(cell, kind, rng=7) for kind in ("gaussian", "poisson", "s&p")})

# %%
# ## Values for labels
#
# Each label gets a value of its own, such as what was measured in its region. Here the seeds of a regular grid get scattered ones.
seeds = ski.ndimage.grey_dilation(ski.util.regular_seeds((120, 160), n_points=48), size=9)
labels = xp.asarray(seeds, dtype="int64")
keys = xp.unique(labels)
values = keys * 37 % len(keys) / len(keys)
panels({"labels": labels, "map_array": ski.util.map_array(labels, keys, values)}, width=7, cmap="viridis")

# %%
# ## In C++
#
# ```cpp
# #include <opsin/util_arrange.h>
#
# opsin::Array mosaic(const opsin::Array& patches) {
#   return opsin::util::montage(patches, {.fill = {{255, 255, 255}}, .grid_shape = {{4, 6}}, .padding_width = 3, .channel_axis = -1});
# }
# ```
