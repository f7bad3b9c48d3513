"""Integral images (skimage.transform)."""

import numpy as np

from opsin._native import transform as _native

__all__ = ["integral_image", "integrate"]


def integral_image(image, *, dtype=None):
    """Sums of everything up to each element, along all axes (a summed area table).

    Parameters
    ----------
    image : array
        Image of any number of axes.
    dtype : dtype, optional
        Of the sums. By default float64 for floats, complex128 for complex images, int64 for bool and signed integers, uint64
        for unsigned ones.

    Returns
    -------
    array
        ``sums[i, j] = image[: i + 1, : j + 1].sum()``, and so on for other numbers of axes. Sums are added one by one, the
        first axis first, so floats equal numpy.cumsum's to the bit.

    Raises
    ------
    TypeError
        For sums in float16, and real sums of complex images.

    References
    ----------
    F. C. Crow, "Summed-area tables for texture mapping", ACM SIGGRAPH Computer Graphics 18, 207-212, 1984.
    """
    return _native.integral_image(image, None if dtype is None else np.dtype(dtype))


def integrate(ii, start, end):
    """Sums of boxes from an integral image.

    Parameters
    ----------
    ii : array
        Integral image.
    start, end : tuple of int, or sequence of them
        First and last index of each box, both inclusive. Negative ones count from the end.

    Returns
    -------
    array of float64
        The sum of each box.

    Raises
    ------
    IndexError
        If an end lies before its start, or an index outside the image.
    """
    return _native.integrate(ii, _corners(start), _corners(end))


def _corners(x):
    """A sequence of sequences; NumPy takes several times as long over what is one as all the rest does."""
    nested = isinstance(x, (list, tuple)) and all(type(corner) in (list, tuple) for corner in x)
    return x if nested and len(x) > 0 else np.atleast_2d(np.array(x)).tolist()
