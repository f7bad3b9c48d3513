"""Correlations with a caller's weights (scipy.ndimage)."""

import operator

import numpy as np

from opsin._native import ndimage as _native
from opsin._ndimage_arguments import all_axes, as_input, as_output, is_complex, one_axis, per_axis


def _weights(weights):
    return weights if hasattr(weights, "dtype") and hasattr(weights, "shape") else np.asarray(weights)


def _along_axis(function, input, weights, axis, output, mode, cval, origin):
    input = as_input(input)
    weights = _weights(weights)
    complex_result = is_complex(input) or is_complex(weights)
    dtype, out = as_output(output, complex_result, stacklevel=4)
    axis = one_axis(axis, len(input.shape))
    return function(input, weights, axis, dtype, out, mode, cval, operator.index(origin))


def correlate1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """Correlate the lines along an axis with 1-D weights.

    Parameters
    ----------
    input : array
        Real or complex array of any shape; float16 is refused.
    weights : array-like
        One-dimensional, real or complex; complex weights are conjugated. Weights on a GPU are copied to the host, which
        waits for the GPU.
    axis : int, optional
        The axis along which to correlate.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap', 'grid-mirror', 'grid-constant', 'grid-wrap'}, optional
        What lies beyond the edges.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int, optional
        Moves the weights: 0 centres them, positive values shift to the left of the array.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError
        For weights that are empty or not one-dimensional, an unknown mode, an unsupported dtype, an output of another
        shape, or a real output of a complex result.
    ValueError
        For an axis or origin out of range.
    TypeError
        For a complex `cval` with real data.

    Notes
    -----
    Integer and float64 results equal SciPy's bit for bit on every device. A float32 result of a float32 image or of 8
    and 16 bit integers is summed in float32, within a few ulp of the largest value under the weights.

    Examples
    --------
    >>> from opsin.ndimage import correlate1d
    >>> correlate1d([2, 8, 0, 4, 1, 9, 9, 0], weights=[1, 3])
    array([ 8, 26,  8, 12,  7, 28, 36,  9])
    """
    return _along_axis(_native.correlate1d, input, weights, axis, output, mode, cval, origin)


def convolve1d(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """Convolve the lines along an axis with 1-D weights.

    The same as `correlate1d` with the weights reversed and not conjugated.

    Parameters
    ----------
    input : array
        Real or complex array of any shape; float16 is refused.
    weights : array-like
        One-dimensional, real or complex.
    axis : int, optional
        The axis along which to convolve.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str, optional
        What lies beyond the edges, see `correlate1d`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int, optional
        Moves the weights.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError, ValueError, TypeError
        See `correlate1d`.
    """
    return _along_axis(_native.convolve1d, input, weights, axis, output, mode, cval, origin)


def _all_axes(function, input, weights, output, mode, cval, origin, axes):
    input = as_input(input)
    weights = _weights(weights)
    if not isinstance(mode, str) and np.iterable(mode):
        raise RuntimeError("A sequence of modes is not supported")
    axes = all_axes(axes, len(input.shape))
    origin = per_axis(origin, len(axes))
    dtype, out = as_output(output, is_complex(input) or is_complex(weights), stacklevel=4)
    return function(input, weights, dtype, out, mode, cval, origin, axes)


def correlate(input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    """Correlate an array with weights of as many axes.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    weights : array-like
        One axis per filtered axis of the input, real or complex; complex weights are conjugated. Elements of at most
        2.2e-16 are left out. Weights on a GPU are copied to the host, which waits for the GPU.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap', 'grid-mirror', 'grid-constant', 'grid-wrap'}, optional
        What lies beyond the edges.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int or sequence of int, optional
        Moves the weights, for all filtered axes or one by one.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError
        For weights of another number of axes, an unknown mode or a sequence of them, an unsupported dtype, an output of
        another shape, or a real output of a complex result.
    ValueError
        For axes or an origin out of range, or a complex `cval` with real data and complex weights.
    TypeError
        For a complex `cval` with real data.

    Notes
    -----
    Integer and float64 results equal SciPy's bit for bit on every device: sums run in float64 over the weights in C
    order. A float32 result of a float32 image or of 8 and 16 bit integers is summed in float32.
    """
    return _all_axes(_native.correlate, input, weights, output, mode, cval, origin, axes)


def convolve(input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    """Convolve an array with weights of as many axes.

    The same as `correlate` with the weights reversed along every axis and not conjugated.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    weights : array-like
        One axis per filtered axis of the input, real or complex.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str, optional
        What lies beyond the edges, see `correlate`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int or sequence of int, optional
        Moves the weights, for all filtered axes or one by one.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError, ValueError, TypeError
        See `correlate`.
    """
    return _all_axes(_native.convolve, input, weights, output, mode, cval, origin, axes)
