"""Views, mosaics, grids and marks (skimage.util)."""

import operator
from numbers import Number

import numpy as np

from opsin._native import util as _native
from opsin._ndimage_arguments import as_dtype


def _strided(array, shape, strides):
    return np.lib.stride_tricks.as_strided(array, shape=shape, strides=strides)


def view_as_blocks(arr_in, block_shape):
    """An image cut into blocks that do not overlap, as a view.

    Parameters
    ----------
    arr_in : array
        Of any dtype. Arrays that are not NumPy's have up to 4 axes.
    block_shape : tuple of ints
        Size of a block along each axis.

    Returns
    -------
    array
        The view, with the axes (blocks along each axis..., elements of a block along each axis...). JAX has no views: it gets a
        copy.

    Raises
    ------
    TypeError
        If `block_shape` is no tuple.
    ValueError
        If it has another number of sizes than the image has axes, sizes below 1, or sizes that do not divide the image.
    """
    if not isinstance(block_shape, tuple):
        raise TypeError("block needs to be a tuple")
    if len(block_shape) != arr_in.ndim:
        raise ValueError("'block_shape' must have the same length as 'arr_in.shape'")
    if not isinstance(arr_in, np.ndarray):
        return _native.view_as_blocks(arr_in, block_shape)  # which makes these checks itself
    sizes = [operator.index(n) for n in block_shape]
    if any(n <= 0 for n in sizes):
        raise ValueError("'block_shape' elements must be strictly positive")
    if any(length % n for length, n in zip(arr_in.shape, sizes)):
        raise ValueError("'block_shape' is not compatible with 'arr_in'")
    blocks = tuple(length // n for length, n in zip(arr_in.shape, sizes))
    steps = tuple(stride * n for stride, n in zip(arr_in.strides, sizes))
    return _strided(arr_in, (*blocks, *sizes), (*steps, *arr_in.strides))


def view_as_windows(arr_in, window_shape, step=1):
    """All windows of an image, as a view.

    Parameters
    ----------
    arr_in : array
        Of any dtype. Arrays that are not NumPy's have up to 4 axes.
    window_shape : int or sequence of ints
        Size of a window along each axis.
    step : int or sequence of ints, optional
        From one window to the next along each axis.

    Returns
    -------
    array
        The view, with the axes (windows along each axis..., elements of a window along each axis...). JAX has no views: it gets a
        copy.

    Raises
    ------
    TypeError
        If `arr_in` is no array.
    ValueError
        For sizes or steps of another number than axes, below 1, or windows larger than the image.

    Notes
    -----
    The view takes no memory, but what is computed from it may take as many times the image's as a window has elements.
    """
    if not hasattr(arr_in, "shape") or not hasattr(arr_in, "ndim") or isinstance(arr_in, np.generic):
        raise TypeError("`arr_in` must be a numpy ndarray")
    ndim = arr_in.ndim
    sizes = (window_shape,) * ndim if isinstance(window_shape, Number) else window_shape
    if len(sizes) != ndim:
        raise ValueError("`window_shape` is incompatible with `arr_in.shape`")
    if isinstance(step, Number):
        if step < 1:
            raise ValueError("`step` must be >= 1")
        step = (step,) * ndim
    if len(step) != ndim:
        raise ValueError("`step` is incompatible with `arr_in.shape`")
    sizes, step = [int(n) for n in sizes], [int(n) for n in step]
    if not isinstance(arr_in, np.ndarray):
        return _native.view_as_windows(arr_in, sizes, step)
    if any(n > length for n, length in zip(sizes, arr_in.shape)):
        raise ValueError("`window_shape` is too large")
    if any(n < 1 for n in sizes):
        raise ValueError("`window_shape` is too small")
    windows = tuple((length - n) // by + 1 for length, n, by in zip(arr_in.shape, sizes, step))
    steps = tuple(stride * by for stride, by in zip(arr_in.strides, step))
    return _strided(arr_in, (*windows, *sizes), (*steps, *arr_in.strides))


def slice_along_axes(image, slices, axes=None, copy=False):
    """Cut an image along some of its axes.

    Parameters
    ----------
    image : array
        Of any dtype and number of axes.
    slices : sequence of (int, int)
        First and one past the last element along each axis; a negative one counts from the other end.
    axes : sequence of ints, optional
        Which axes; by default the first ones.
    copy : bool, optional
        Return a copy. Otherwise the result is a view.

    Returns
    -------
    array
        The part of the image.

    Raises
    ------
    ValueError
        For ends out of order or outside the image, axes that repeat or are not there, and more slices than axes.
    """
    if not slices:
        return image
    ndim, shape = image.ndim, image.shape
    if axes is None:
        if ndim < len(slices):
            raise ValueError("More `slices` than available axes")
        axes = range(ndim)
    elif len(axes) != len(slices):
        raise ValueError("`axes` and `slices` must have equal length")
    if len(axes) != len(set(axes)):
        raise ValueError("`axes` must be unique")
    if not all(0 <= axis < ndim for axis in axes):
        raise ValueError(f"axes {axes} out of range; image has only {ndim} dimensions")
    parts = [slice(None)] * ndim
    for (first, second), axis in zip(slices, axes):
        start = first % shape[axis] if first < 0 else first
        end = second % shape[axis] if second < 0 else second
        if start > end:
            raise ValueError(f"Invalid slice ({start}, {end}): must be ordered `(min_val, max_val)`")
        if end > shape[axis]:
            raise ValueError(f"Invalid slice ({start}, {end}) for image with dimensions {shape}")
        parts[axis] = slice(start, end)
    part = image[tuple(parts)]
    return _native.crop_copy(part, [(0, 0)], "C") if copy else part


def montage(arr_in, fill="mean", rescale_intensity=False, grid_shape=None, padding_width=0, *, channel_axis=None):
    """Images of one size side by side in one image.

    Parameters
    ----------
    arr_in : (K, M, N[, C]) array
        K images, of any dtype.
    fill : float, sequence of floats or 'mean', optional
        The colour between images and of places without one: a value for each channel, or the images' mean.
    rescale_intensity : bool, optional
        Stretch each image over the range of its dtype before.
    grid_shape : (int, int), optional
        Rows and columns of images; by default a square.
    padding_width : int, optional
        Pixels between images and around them.
    channel_axis : int, optional
        The axis of the channels; None for grey images.

    Returns
    -------
    (M', N'[, C]) array
        The mosaic, of the images' dtype; channels lie along its last axis.

    Raises
    ------
    ValueError
        If `arr_in` has another number of axes.
    IndexError
        For fewer values of `fill` than channels, or a grid that has too few places.
    """
    if not hasattr(arr_in, "shape") or not hasattr(arr_in, "ndim"):
        arr_in = np.asarray(arr_in)
    if channel_axis is not None and not -arr_in.ndim <= channel_axis < arr_in.ndim:
        raise np.exceptions.AxisError(channel_axis, arr_in.ndim)
    if rescale_intensity:
        from opsin.exposure import rescale_intensity as rescale

        if arr_in.ndim != (3 if channel_axis is None else 4):
            raise ValueError(
                "Input array has to be 3-dimensional for grayscale images, or 4-dimensional with a channel_axis"
            )
        first = 1 if channel_axis in (0, -arr_in.ndim) else 0
        count = arr_in.shape[first]
        if channel_axis is None:
            images = [arr_in[k] for k in range(count)]
        else:
            images = [_native.montage_image(arr_in, k, channel_axis) for k in range(count)]
        arr_in = _native.stack([rescale(image) for image in images])
        channel_axis = None if channel_axis is None else -1
    if isinstance(fill, str):
        if fill != "mean":
            raise ValueError(f"fill must be numbers or 'mean', got {fill!r}")
        fill = None
    else:
        fill = np.atleast_1d(np.asarray(fill, float)).tolist()
    grid = None if not grid_shape else [int(n) for n in grid_shape]
    if grid is not None and len(grid) != 2:
        raise ValueError(f"grid_shape must be two numbers, got {grid_shape}")
    return _native.montage(arr_in, fill, grid, padding_width, channel_axis)


def label_points(coords, output_shape):
    """A label image with the number of each point at its place.

    Parameters
    ----------
    coords : (N, D) array
        Coordinates of N points; they are rounded to integers.
    output_shape : sequence of D ints
        Of the result.

    Returns
    -------
    array of uint64
        i + 1 at the i-th point, 0 elsewhere. Of points at one place the last one counts.

    Raises
    ------
    ValueError
        For coordinates below 0, or of another number of axes than `output_shape`.
    IndexError
        For a point outside the image.

    Notes
    -----
    On CUDA the function waits for the device, to find out whether a point lies outside.
    """
    if len(coords.shape) > 1 and coords.shape[1] != len(output_shape):
        raise ValueError("Dimensionality of points should match the output shape")
    return _native.label_points(coords, [operator.index(n) for n in output_shape])


def regular_grid(ar_shape, n_points):
    """About `n_points` points, regularly spaced over an image.

    Parameters
    ----------
    ar_shape : sequence of ints
        Of the image.
    n_points : number
        How many points are wanted.

    Returns
    -------
    tuple of slices
        One for each axis: ``image[regular_grid(image.shape, n)]`` are the points.

    Raises
    ------
    ValueError
        Unless `n_points` is positive.
    """
    if np.prod(ar_shape) <= n_points:
        return (slice(None),) * len(ar_shape)
    sizes = [operator.index(n) for n in ar_shape]
    return tuple(
        slice(start, None, step) if step else slice(None) for start, step in _native.regular_grid(sizes, n_points)
    )


def regular_seeds(ar_shape, n_points, dtype=int):
    """An image with about `n_points` numbered points, regularly spaced.

    Parameters
    ----------
    ar_shape : sequence of ints
        Of the image.
    n_points : number
        How many points are wanted.
    dtype : dtype, optional
        Of the image.

    Returns
    -------
    NumPy array
        1, 2, ... at the points and 0 elsewhere.

    Raises
    ------
    ValueError
        Unless `n_points` is positive.
    """
    seeds = _native.regular_seeds([operator.index(n) for n in ar_shape], n_points)
    return seeds.astype(as_dtype(dtype), copy=False)


class FailedEstimationAccessError(AttributeError):
    """What an estimation that failed raises when it is used."""


class PendingSkimage2Change(PendingDeprecationWarning):
    """Warns of behaviour that will change with skimage2; not shown unless a filter asks for it."""
