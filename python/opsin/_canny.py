"""Canny's edge detector (skimage.feature)."""

from opsin._native import feature as _native
from opsin._ndimage_arguments import as_input


def canny(
    image,
    sigma=1.0,
    low_threshold=None,
    high_threshold=None,
    mask=None,
    use_quantiles=False,
    *,
    mode="constant",
    cval=0.0,
):
    """Edges by Canny's method: maxima of the gradient across the edge, above a low threshold and connected with one above
    a high threshold.

    Parameters
    ----------
    image : (M, N) array
        Real image of any dtype but int64 and uint64. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    sigma : float or sequence of float, optional
        Standard deviation of the Gaussian in pixels.
    low_threshold, high_threshold : float, optional
        Of the gradient's magnitude, in units of the image's dtype: a tenth and a fifth of its maximum by default.
    mask : (M, N) array, optional
        Where it is 0, pixels count neither for the smoothing nor as edges.
    use_quantiles : bool, optional
        The thresholds are shares, in [0, 1], of all pixels' magnitudes.
    mode : {'constant', 'reflect', 'wrap', 'nearest', 'mirror'}, optional
        What lies beyond the image's edges, for the smoothing.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    (M, N) array of bool
        True on edges, which are one pixel wide.

    Raises
    ------
    ValueError
        For images of other dtypes or number of axes, an empty image, a negative `sigma`, quantiles outside [0, 1], a high
        threshold below the low one.
    IndexError
        For a mask of another shape.
    RuntimeError
        For an unknown `mode`.

    References
    ----------
    Canny (1986), A computational approach to edge detection, IEEE Trans. PAMI 8, 679-714, doi:10.1109/TPAMI.1986.4767851.
    """
    mask = None if mask is None else as_input(mask)
    return _native.canny(as_input(image), sigma, low_threshold, high_threshold, mask, bool(use_quantiles), mode, cval)
