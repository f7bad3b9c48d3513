"""Adaptive equalisation and contrast (skimage.exposure)."""

import operator
from numbers import Number

import numpy as np

from opsin._native import exposure as _native

__all__ = ["equalize_adapthist", "is_low_contrast"]


def equalize_adapthist(image, kernel_size=None, clip_limit=0.01, nbins=256):
    """Contrast-limited adaptive histogram equalisation (CLAHE).

    Parameters
    ----------
    image : array
        Real image of any number of axes; floats in [-1, 1]. Of a colour image, of shape (M, N, 3) or (M, N, 4), the value of
        hue, saturation and value is equalised, and alpha is left out.
    kernel_size : int or sequence of int, optional
        Size of the tiles whose histograms are taken: one for all axes, or one for each. By default an eighth of the image.
    clip_limit : float, optional
        The share of a tile that a bin may hold: what is above goes evenly to the other bins. 0 for no limit.
    nbins : int, optional
        Bins of a histogram.

    Returns
    -------
    array
        Image in [0, 1]: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For floats outside [-1, 1] (on CUDA that waits for the device), complex and empty images, and a number of sizes that
        is not the image's.

    References
    ----------
    K. Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 474-485, 1994.
    """
    if kernel_size is None:
        sizes = []
    elif isinstance(kernel_size, Number):
        sizes = [int(kernel_size)]
    else:
        sizes = [int(k) for k in kernel_size]
    return _native.equalize_adapthist(image, sizes, float(clip_limit), operator.index(nbins))


def is_low_contrast(image, fraction_threshold=0.05, lower_percentile=1, upper_percentile=99, method="linear"):
    """Whether an image has low contrast.

    Parameters
    ----------
    image : array
        Real image. Of a 3-d image with 3 or 4 elements along the last axis, the luminance is taken.
    fraction_threshold : float, optional
        Contrast is low where the range of values is a smaller share of the dtype's range than this.
    lower_percentile, upper_percentile : float, optional
        Values outside these percentiles do not count.
    method : str, optional
        Not used, as in scikit-image.

    Returns
    -------
    bool
        On CUDA a 0-d array. Bool images have low contrast unless they hold both values.

    Raises
    ------
    IndexError
        For empty images.
    ValueError
        For percentiles outside [0, 100].
    """
    if not hasattr(image, "dtype"):
        from opsin import asarray

        image = asarray(image).__array__()
    low = _native.is_low_contrast(image, fraction_threshold, lower_percentile, upper_percentile)
    # scikit-image's "not" makes a Python bool.
    return bool(low) if isinstance(low, np.generic) and image.dtype == bool else low
