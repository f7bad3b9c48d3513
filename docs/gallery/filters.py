"""filters: vessels, noise, thresholds

Vessels of the retina are dark ridges of several widths. Ridge filters look at the eigenvalues of the Hessian at several scales; a
threshold with hysteresis keeps faint stretches that are connected with clear ones.
"""

from support import load, panels, xp

import opsin as ski

green = ski.util.img_as_float32(load("retina")[300:1100:2, 200:1200:2, 1])
vesselness = ski.filters.frangi(green, sigmas=[1, 2, 3])
vesselness = vesselness / vesselness.max()
vessels = ski.filters.apply_hysteresis_threshold(vesselness, 0.05, 0.25)
panels({"green channel": green, "frangi": vesselness**0.5, "hysteresis": vessels})

# %%
# ## Hot pixels
#
# A camera's defective pixels are outliers: a median leaves the cell as it is, a Gaussian smears them.
cell = load("cell")[180:480, 120:520]
hot = xp.asarray(ski.util.random_noise(cell, "s&p", rng=1, amount=0.08), dtype="float32")
smoothed = ski.filters.gaussian(hot, sigma=1.5)
median = ski.filters.median(hot, ski.morphology.disk(1))
panels({"hot pixels": hot, "gaussian": smoothed, "median": median})

# %%
# ## Uneven light
#
# One threshold cannot serve a page whose one side lies in the shade. Sauvola's follows the mean and the deviation of a window.
page = load("page")
otsu = page > ski.filters.threshold_otsu(page)
sauvola = page > ski.filters.threshold_sauvola(page, window_size=25)
panels({"page": page, "threshold_otsu": otsu, "threshold_sauvola": sauvola})

# %%
# ## In C++
#
# ```cpp
# #include <opsin/filters.h>
#
# opsin::Array vesselness(const opsin::Array& green) { return opsin::filters::frangi(green, {.sigmas = {1, 2, 3}}); }
# ```
