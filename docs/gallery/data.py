"""data: porous media from a seed

Blobs of a given size that fill a given share of an image, to try a measurement on before the samples arrive. The stream is NumPy's:
a seed gives the blobs of scikit-image.
"""

from support import panels

import opsin as ski

shares = (0.2, 0.5, 0.8)
blobs = {
    f"{share:.0%}": ski.data.binary_blobs(256, blob_size_fraction=0.1, volume_fraction=share, rng=3) for share in shares
}
panels(blobs)

# %%
# ## In three dimensions
#
# Slices of a volume, and the share of pores that the volume has.
volume = ski.data.binary_blobs(96, blob_size_fraction=0.2, n_dim=3, volume_fraction=0.6, rng=3)
panels({f"slice {z}": volume[z] for z in (20, 40, 60)} | {f"mean {volume.mean():.2f}": volume.mean(axis=0)})

# %%
# ## In C++
#
# ```cpp
# #include <opsin/data.h>
#
# opsin::Array blobs() {
#   opsin::random::Generator rng(3);
#   return opsin::data::binary_blobs(rng, {.length = 256, .volume_fraction = 0.5});
# }
# ```
