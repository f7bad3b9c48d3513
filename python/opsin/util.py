"""Utilities (skimage.util)."""

import functools
from numbers import Integral

import numpy as np

from opsin._map_values import map_array, unique_rows
from opsin._native import util as _native
from opsin._util_arrange import (
    FailedEstimationAccessError,
    PendingSkimage2Change,
    label_points,
    montage,
    regular_grid,
    regular_seeds,
    slice_along_axes,
    view_as_blocks,
    view_as_windows,
)
from opsin._util_noise import random_noise

__all__ = [
    "FailedEstimationAccessError",
    "PendingSkimage2Change",
    "compare_images",
    "crop",
    "dtype_limits",
    "img_as_bool",
    "img_as_float",
    "img_as_float32",
    "img_as_float64",
    "img_as_int",
    "img_as_ubyte",
    "img_as_uint",
    "invert",
    "label_points",
    "map_array",
    "montage",
    "random_noise",
    "regular_grid",
    "regular_seeds",
    "slice_along_axes",
    "unique_rows",
    "view_as_blocks",
    "view_as_windows",
]

_FLOAT32, _FLOAT64 = np.dtype("float32"), np.dtype("float64")
_UINT8, _UINT16, _INT16, _BOOL = np.dtype("uint8"), np.dtype("uint16"), np.dtype("int16"), np.dtype("bool")


def img_as_float32(image, force_copy=False):
    """Convert an image to float32.

    Parameters
    ----------
    image : array
        Real image of any dtype and number of axes.
    force_copy : bool, optional
        Return a copy even when the image is float32 already.

    Returns
    -------
    array of float32
        Floats are cast; bool and unsigned integers come to lie in [0, 1], signed integers in [-1, 1].

    Raises
    ------
    ValueError
        If the image is complex.
    """
    return _native.img_as(image, _FLOAT32, bool(force_copy))


def img_as_float64(image, force_copy=False):
    """Convert an image to float64; see `img_as_float32`."""
    return _native.img_as(image, _FLOAT64, bool(force_copy))


def img_as_float(image, force_copy=False):
    """Convert an image to float64 unless it is a float image of any width; see `img_as_float32`."""
    return _native.img_as(image, None, bool(force_copy))


def img_as_uint(image, force_copy=False):
    """Convert an image to uint16; see `img_as_ubyte`.

    Notes
    -----
    float16 images become 0 everywhere, as in scikit-image: it computes in float16, which cannot hold 65535.
    """
    return _native.img_as(image, _UINT16, bool(force_copy))


def img_as_int(image, force_copy=False):
    """Convert an image to int16; see `img_as_ubyte`. Unsigned images come to lie in [0, 32767].

    Notes
    -----
    In a float16 image 1 becomes -32768, as in scikit-image: it computes in float16, which cannot hold 32767.
    """
    return _native.img_as(image, _INT16, bool(force_copy))


def img_as_ubyte(image, force_copy=False):
    """Convert an image to uint8.

    Parameters
    ----------
    image : array
        Real image of any dtype and number of axes; floats in [-1, 1].
    force_copy : bool, optional
        Return a copy even when the image is uint8 already.

    Returns
    -------
    array of uint8
        The image's range scaled to 0 ... 255; negative values become 0. Floats are rounded to nearest, ties to even. An
        integer image whose values all fit keeps them.

    Raises
    ------
    ValueError
        If a float image has values outside [-1, 1] and no NaN, if the image is complex, or if it is empty and of another
        dtype.

    Warns
    -----
    UserWarning
        If the values of a wider integer image were kept.

    Notes
    -----
    Values are checked in the same pass that converts them. On CUDA this function waits for the device, to read the result of
    the check, and cannot be captured into a graph.
    """
    return _native.img_as(image, _UINT8, bool(force_copy))


def img_as_bool(image, force_copy=False):
    """Convert an image to bool.

    Parameters
    ----------
    image : array
        Real image of any dtype and number of axes.
    force_copy : bool, optional
        Return a copy even when the image is bool already.

    Returns
    -------
    array of bool
        True above half of the dtype's largest value; that is 1 for floats.

    Raises
    ------
    ValueError
        If the image is complex.
    """
    return _native.img_as(image, _BOOL, bool(force_copy))


# By NumPy's type and `clip_negative`: to look at the array takes longer than to look here.
_limits = {}


def dtype_limits(image, clip_negative=False):
    """The least and the largest value of an image's dtype.

    Parameters
    ----------
    image : array
        Only its dtype counts.
    clip_negative : bool, optional
        Give 0 as the least value.

    Returns
    -------
    tuple of int or bool
        (-1, 1) for floats.

    Raises
    ------
    KeyError
        If the image is complex.
    """
    key = getattr(getattr(image, "dtype", None), "type", None), bool(clip_negative)
    limits = _limits.get(key)
    if limits is None:
        limits = _native.dtype_limits(image, key[1])
        if key[0] is not None:
            _limits[key] = limits
    return limits


def invert(image, signed_float=False):
    """Turn the range of an image round.

    Parameters
    ----------
    image : array
        Image of any dtype and number of axes.
    signed_float : bool, optional
        Floats lie in [-1, 1] and change their sign, instead of lying in [0, 1].

    Returns
    -------
    array
        Of the image's dtype: not x for bool, max - x for unsigned integers, -1 - x for signed ones, 1 - x or -x for floats.
    """
    return _native.invert(image, bool(signed_float))


def _crop_widths(crop_width, ndim):
    """(before, after) for each axis."""
    if isinstance(crop_width, Integral):
        return [(crop_width, crop_width)] * ndim
    count = len(crop_width)
    if isinstance(crop_width[0], Integral):
        if count in (1, 2):
            return [(crop_width[0], crop_width[-1])] * ndim
    elif count in (1, ndim):
        return [(before, after) for before, after in crop_width] * (ndim if count == 1 else 1)
    raise ValueError(
        f"crop_width has an invalid length: {count}\n"
        "crop_width should be a sequence of N pairs, a single pair, or a single integer"
    )


def crop(ar, crop_width, copy=False, order="K"):
    """Take elements off the ends of each axis.

    Parameters
    ----------
    ar : array
        Of any dtype and number of axes.
    crop_width : int or sequence
        How many elements: ``((before_1, after_1), ...)`` for each axis, ``((before, after),)`` or ``(before, after)`` for
        all axes, ``(n,)`` or ``n`` for both ends of all axes.
    copy : bool, optional
        Return a copy. Otherwise the result is a view.
    order : {'C', 'F', 'A', 'K'}, optional
        How a copy lies in memory: as numpy.copy has it.

    Returns
    -------
    array
        The middle of `ar`.

    Raises
    ------
    ValueError
        For a `crop_width` of the wrong length.
    """
    if not hasattr(ar, "ndim"):
        from opsin import asarray

        ar = asarray(ar).__array__()
    widths = _crop_widths(crop_width, ar.ndim)
    if copy:
        return _native.crop_copy(ar, widths, order)
    return ar[tuple(slice(before, n - after) for n, (before, after) in zip(ar.shape, widths))]


def _takes_positions(function):
    """scikit-image still takes the keyword-only parameters by position."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for name, value in zip(("image0", "image1", "method", "n_tiles"), args):
            if name in kwargs:
                raise ValueError(f"{name} passed both as positional and keyword argument.")
            kwargs[name] = value
        return function(**kwargs)

    return wrapper


@_takes_positions
def compare_images(image0, image1, *, method="diff", n_tiles=(8, 8)):
    """Show the differences between two images.

    Parameters
    ----------
    image0, image1 : array
        Two images of one shape, taken as `img_as_float` gives them.
    method : {'diff', 'blend', 'checkerboard'}, optional
        The absolute difference, the mean, or tiles that show the first and the second image in turn.
    n_tiles : tuple of two ints, optional
        Rows and columns of tiles; 'checkerboard' only.

    Returns
    -------
    array
        A float image of the same shape.

    Raises
    ------
    ValueError
        If the shapes differ, for an unknown `method`, or for a checkerboard of images that are not 2-d.
    """
    return _native.compare_images(image0, image1, method, (n_tiles[0], n_tiles[1]))
