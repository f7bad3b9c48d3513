"""Gabor filters (skimage.filters)."""

import math

import numpy as np

from opsin._native import filters as _native

__all__ = ["gabor", "gabor_kernel"]


def _check_arithmetic(frequency, bandwidth, sigma_x, sigma_y, n_stds):
    """What Python's own arithmetic refuses in scikit-image's formulas."""
    derived = sigma_x is None or sigma_y is None
    if (derived and (frequency == 0 or bandwidth == 0)) or sigma_x == 0 or sigma_y == 0:
        raise ZeroDivisionError("float division by zero")
    if any(v is not None and math.isinf(v) for v in (sigma_x, sigma_y, n_stds)):
        raise OverflowError("cannot convert float infinity to integer")


def gabor_kernel(
    frequency,
    theta=0,
    bandwidth=1,
    sigma_x=None,
    sigma_y=None,
    n_stds=3,
    offset=0,
    dtype=np.complex128,
):
    """Complex 2-D Gabor kernel: a harmonic wave under a Gaussian.

    Parameters
    ----------
    frequency : float
        Periods per pixel of the wave.
    theta : float, optional
        Direction of the wave in radians; 0 is along x, the last axis.
    bandwidth : float, optional
        Half-response bandwidth in octaves: gives the standard deviations that are not given.
    sigma_x, sigma_y : float, optional
        Standard deviations in pixels, along x and y before the rotation by `theta`.
    n_stds : float, optional
        The kernel ends at this many standard deviations, and not below one pixel.
    offset : float, optional
        Phase of the wave in radians.
    dtype : {complex64, complex128}, optional
        Precision of the kernel.

    Returns
    -------
    numpy.ndarray, shape (2 m + 1, 2 n + 1)
        The kernel.

    Raises
    ------
    ValueError
        For a `dtype` that is not complex, and parameters that give no finite kernel.
    ZeroDivisionError
        For a `frequency` or `bandwidth` of 0 that a standard deviation is derived from, and for one that is 0.
    OverflowError
        For an infinite standard deviation or `n_stds`.

    References
    ----------
    .. [1] N. Petkov, M. B. Wieling, "Gabor filter for image processing and computer vision", University of Groningen.
    """
    _check_arithmetic(frequency, bandwidth, sigma_x, sigma_y, n_stds)
    return _native.gabor_kernel(frequency, theta, bandwidth, sigma_x, sigma_y, n_stds, offset, dtype)


def gabor(
    image,
    frequency,
    theta=0,
    bandwidth=1,
    sigma_x=None,
    sigma_y=None,
    n_stds=3,
    offset=0,
    mode="reflect",
    cval=0,
):
    """Responses of an image to the real and the imaginary part of a Gabor kernel.

    Parameters
    ----------
    image : array, shape (M, N)
        Image of any dtype; values are not scaled.
    frequency, theta, bandwidth, sigma_x, sigma_y, n_stds, offset
        The kernel: see `gabor_kernel`.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    real, imag : array, shape (M, N)
        The responses, in the image's dtype (integers truncated toward zero); float32 for float16.

    Raises
    ------
    ValueError
        Unless the image is 2-D and not empty.
    ZeroDivisionError, OverflowError
        As `gabor_kernel`.
    RuntimeError
        For an unknown `mode`.

    Notes
    -----
    With equal standard deviations (the default), or a direction along an axis, the kernel is a sum of products of 1-D
    filters and applied as such: results are within rounding of scikit-image's, but a NaN or an infinity may spread to
    elements of its window whose weight in the 2-D kernel is 0.
    """
    _check_arithmetic(frequency, bandwidth, sigma_x, sigma_y, n_stds)
    real, imag = _native.gabor(image, frequency, theta, bandwidth, sigma_x, sigma_y, n_stds, offset, mode, cval)
    return real, imag
