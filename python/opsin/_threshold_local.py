"""Thresholds that differ from pixel to pixel (skimage.filters)."""

import operator
from collections.abc import Iterable

from opsin import ndimage
from opsin._native import filters as _native

__all__ = ["threshold_local", "threshold_niblack", "threshold_sauvola"]


def _window(window_size):
    if isinstance(window_size, Iterable):
        return [operator.index(w) for w in window_size]
    return [operator.index(window_size)]


def threshold_local(image, block_size=3, method="gaussian", offset=0, mode="reflect", param=None, cval=0):
    """Threshold of each pixel from the window about it: a mean, the median, or a function of one's own.

    Parameters
    ----------
    image : array
        Real image of any number of axes.
    block_size : int or sequence of int, optional
        Odd sizes of the window: one for all axes, or one for each.
    method : {'generic', 'gaussian', 'mean', 'median'}, optional
        'gaussian' takes the Gaussian filter, 'generic' calls `param` for each window.
    offset : float, optional
        Subtracted from what the method gives.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    param : float, sequence of float or callable, optional
        Standard deviation for 'gaussian' (a sixth of ``block_size - 1`` by default), the function for 'generic' (see
        `opsin.ndimage.generic_filter`).
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For even sizes, a number of sizes that is not the image's, an unknown `method`, and complex images.
    RuntimeError
        For an unknown `mode`.
    """
    if not isinstance(block_size, Iterable):
        block_size = (block_size,) * image.ndim
    sizes = _window(block_size)
    if len(sizes) != image.ndim:
        raise ValueError("len(block_size) must equal image.ndim.")
    if any(size % 2 == 0 for size in sizes):
        raise ValueError(f"block_size must be odd! Given block_size {tuple(sizes)} contains even values.")
    if method in ("generic", "median"):
        image = _native.less_by(image, 0.0)
        if method == "median":
            values = ndimage.median_filter(image, sizes, mode=mode, cval=cval)
        else:
            values = ndimage.generic_filter(image, param, sizes, mode=mode, cval=cval)
        return _native.less_by(values, offset)
    if method not in ("gaussian", "mean"):
        raise ValueError("Invalid method specified. Please use `generic`, `gaussian`, `mean`, or `median`.")
    sigma = param if method == "gaussian" else None
    return _native.threshold_local(image, sizes, method, offset, mode, sigma, cval)


def threshold_niblack(image, window_size=15, k=0.2):
    """Threshold of each pixel from the mean and the deviation of the window about it, by Niblack's rule.

    Parameters
    ----------
    image : array
        Real image of any number of axes, mirrored about its outermost pixels.
    window_size : int or sequence of int, optional
        Odd sizes of the window: one for all axes, or one for each.
    k : float, optional
        Weight of the deviation.

    Returns
    -------
    array
        ``mean - k * deviation``: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For even sizes, a number of sizes that is not the image's, and empty or complex images.

    Notes
    -----
    A NaN or infinite pixel spoils the windows that hold it, and no others.

    References
    ----------
    W. Niblack, "An introduction to digital image processing", Prentice-Hall, 1986.
    """
    return _native.threshold_niblack(image, _window(window_size), k)


def threshold_sauvola(image, window_size=15, k=0.2, r=None):
    """Threshold of each pixel from the mean and the deviation of the window about it, by Sauvola's rule.

    Parameters
    ----------
    image : array
        Real image of any number of axes, mirrored about its outermost pixels.
    window_size : int or sequence of int, optional
        Odd sizes of the window: one for all axes, or one for each.
    k : float, optional
        Weight of the deviation.
    r : float or None, optional
        Range of the deviation; half the range of the image's dtype by default.

    Returns
    -------
    array
        ``mean * (1 + k * (deviation / r - 1))``: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For even sizes, a number of sizes that is not the image's, and empty or complex images.

    Notes
    -----
    A NaN or infinite pixel spoils the windows that hold it, and no others.

    References
    ----------
    J. Sauvola and M. Pietikainen, "Adaptive document image binarization", Pattern Recognition 33, 225-236, 2000.
    """
    return _native.threshold_sauvola(image, _window(window_size), k, r)
