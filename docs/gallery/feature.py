"""feature: edges, corners, textures

Canny's edges are thin lines along the steepest slopes. The width of the Gaussian decides which details count: rims of the coins, or
their portraits too.
"""

from support import host, load, panels, xp

import opsin as ski

coins = load("coins")
panels({"coins": coins, "sigma 1": ski.feature.canny(coins, sigma=1), "sigma 3": ski.feature.canny(coins, sigma=3)})

# %%
# ## Corners to a fraction of a pixel
#
# A calibration board: Harris' measure is high where two edges meet, its peaks are whole pixels, and the crossing of the edges' tangents
# gives the place between pixels.
board = ski.filters.gaussian(load("checkerboard"), sigma=1)
measure = ski.feature.corner_harris(board)
peaks = ski.feature.corner_peaks(measure, min_distance=5, threshold_rel=0.02)
exact = host(ski.feature.corner_subpix(board, peaks, window_size=13))
whole, close = panels({"Harris' measure": measure.clip(0, None), "peaks (+) and subpixel places (o)": board}, width=8)
close.plot(host(peaks)[:, 1], host(peaks)[:, 0], "r+", markersize=14)
close.plot(exact[:, 1], exact[:, 0], "co", markersize=14, markerfacecolor="none")
close.set(xlim=(15.5, 35.5), ylim=(35.5, 15.5))

# %%
# ## Features of every pixel
#
# Intensity, edges and texture at several scales, for a classifier of pixels. Three of them shown as red, green and blue.
cell = load("cell")[180:480, 120:520]
features = ski.feature.multiscale_basic_features(cell, sigma_min=1, sigma_max=8)
chosen = xp.stack([ski.exposure.rescale_intensity(features[..., k], out_range=(0, 1)) for k in (8, 9, 11)], axis=-1)
curvature = ski.feature.shape_index(cell, sigma=8)
panels({"cell": cell, "three features": chosen, "shape_index: cups to caps": curvature})

# %%
# ## In C++
#
# ```cpp
# #include <opsin/feature.h>
#
# opsin::Array corners(const opsin::Array& board) { return opsin::feature::corner_harris(board); }
# ```
