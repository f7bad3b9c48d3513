"""ndimage: SciPy's filters

Programs that call `scipy.ndimage` (or CuPy's copy of it) keep their calls. Coins by their rims: the gradient's magnitude, a
threshold, holes filled, and what is too thin for a coin dropped.
"""

from support import load, panels, xp

import opsin as ski
from opsin import ndimage

coins = ski.util.img_as_float32(load("coins"))
slope = ndimage.gaussian_gradient_magnitude(coins, sigma=1.5)
rims = slope > ski.filters.threshold_otsu(slope)
closed = ndimage.binary_closing(rims, ski.morphology.disk(3))
filled = ndimage.binary_opening(ndimage.binary_fill_holes(closed), ski.morphology.disk(5))
panels({"coins": coins, "gradient": slope, "filled": filled})

# %%
# ## A background that is not even
#
# A low percentile of a wide window is the light without the coins.
background = ndimage.uniform_filter(ndimage.percentile_filter(coins, 20, size=61), size=61)
panels({"coins": coins, "background": background, "difference": coins - background})

# %%
# ## Shifts by fractions of a pixel
#
# In the Fourier domain a shift is a phase. Rows that a line scanner took half a pixel late are put straight.
board = load("checkerboard")[:100, :100].astype("float32")
spectrum = ndimage.fourier_shift(xp.fft.fft2(board), shift=(0, 2.5))
panels({"board": board, "moved 2.5 pixels": xp.fft.ifft2(spectrum).real}, width=6, vmin=0, vmax=255)

# %%
# ## In C++
#
# ```cpp
# #include <opsin/ndimage.h>
#
# opsin::Array slope(const opsin::Array& coins) {
#   return opsin::ndimage::gaussian_gradient_magnitude(coins, {.sigma = {1.5}});
# }
# ```
