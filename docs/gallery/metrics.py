"""metrics: how like two images are

A phantom of a head, as a tomograph's tests use it, and three ways to spoil it. The mean squared error is nearly the same for each; the
structural similarity is not, and its map shows where structure is lost.
"""

from support import load, panels, xp

import opsin as ski

phantom = load("shepp_logan_phantom").astype("float32")
noisy = xp.asarray(ski.util.random_noise(phantom, rng=1, var=0.004), dtype="float32")
spoiled = {
    "brighter": (phantom + 0.058).clip(0, 1),
    "noisy": noisy,
    "blurred": ski.filters.gaussian(phantom, sigma=1.6),
}
titles = {}
maps = {}
for name, image in spoiled.items():
    similarity, where = ski.metrics.structural_similarity(phantom, image, data_range=1, full=True)
    error = ski.metrics.mean_squared_error(phantom, image)
    titles[f"{name}: MSE {float(error):.4f}"] = image
    maps[f"SSIM {float(similarity):.2f}"] = where
panels(titles, vmin=0, vmax=1)
panels(maps, vmin=0, vmax=1)

# %%
# ## Images of two kinds
#
# Registration of two modalities cannot compare greys: what is bright in one may be dark in the other. Normalised mutual information asks
# how well one image tells the other: 1 for nothing, 2 for all.
inverted = ski.util.invert(phantom)
aligned = ski.metrics.normalized_mutual_information(phantom, inverted)
shifted = ski.metrics.normalized_mutual_information(phantom, xp.roll(inverted, 8, axis=1))
panels(
    {
        "one kind": phantom,
        f"aligned: NMI {float(aligned):.2f}": inverted,
        f"shifted: NMI {float(shifted):.2f}": xp.roll(inverted, 8, 1),
    }
)

# %%
# ## In C++
#
# ```cpp
# #include <opsin/metrics.h>
#
# opsin::Array similarity(const opsin::Array& one, const opsin::Array& other) {
#   return opsin::metrics::structural_similarity(one, other, {.data_range = 1, .full = true}).full.value();
# }
# ```
