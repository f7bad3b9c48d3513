"""Profiles of images along lines (skimage.measure)."""

import numpy as np

from opsin._native import measure as _native
from opsin._ndimage_arguments import as_input
from opsin._reductions import native_name


def profile_line(image, src, dst, linewidth=1, order=None, mode="reflect", cval=0.0, *, reduce_func=np.mean):
    """Values of an image along a line.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array
        Real image, with channels along its last axis or without.
    src, dst : sequence of two float
        Row and column of the line's ends, both of which belong to it.
    linewidth : int, optional
        Width of the scan in pixels, perpendicular to the line.
    order : int, optional
        Of the spline interpolation, 0 to 5; by default 0 for bool images, else 1.
    mode : {'constant', 'nearest', 'reflect', 'mirror', 'wrap'}, optional
        What lies beyond the image's edges.
    cval : float, optional
        The value beyond the edges for mode 'constant'.
    reduce_func : callable, optional
        What makes one value of those across the line. NumPy's sum, prod, mean, var, std, min, max and median run natively
        on every device; anything else is called with all values, in the image's kind of array, and ``axis=1``, or on
        NumPy arrays with the values of one place where it takes no axis. None keeps all values.

    Returns
    -------
    array
        One value (for each channel) for each pixel's length of the line; with a second axis across the line when
        `reduce_func` is None. Interpolated values have the image's dtype.

    Raises
    ------
    ValueError
        For an `order` outside 0 to 5, or other than 0 for bool images.
    RuntimeError
        For float16 images, another number of axes or an unknown `mode`.
    """
    image = as_input(image)
    name = None if reduce_func is None else native_name(reduce_func)
    values = _native.profile_line(image, src, dst, linewidth, order, mode, cval, name)
    if reduce_func is None or name is not None:
        return values
    try:
        return reduce_func(values, axis=1)
    except TypeError:
        if not isinstance(values, np.ndarray):
            raise
        return np.apply_along_axis(reduce_func, arr=values, axis=1)
