"""Filters of a caller's own function (scipy.ndimage)."""

import functools
import itertools
import operator

import numpy as np

from opsin._native import asarray
from opsin._native import ndimage as _native
from opsin._ndimage_arguments import as_input, as_output, is_complex, one_axis
from opsin._ndimage_order import window_arguments

# In the order of opsin::ndimage::Reduction.
_REDUCTIONS = (np.min, np.max, np.ptp, np.median, np.sum, np.prod, np.mean, np.var, np.std)
_BATCH = 1 << 18


def _on_host(x):
    return str(asarray(x, None, None).device).startswith("cpu")


def _check(function, input, dtype, out):
    if not callable(function):
        raise ValueError("invalid callable given")
    for given in (input.dtype, dtype if out is None else out.dtype):
        if "float16" in str(given):
            raise RuntimeError(f"array type {given!r} not supported")


def _numbers(values):
    """What a caller's function returned, as float64."""
    if set(map(type, values)) <= {float, np.float64}:
        return np.array(values, np.float64)
    return np.array([float(1.0 * value) for value in values])


def _window_values(function, input, window, arguments, keywords):
    """The function's values, one for each window, in a few arrays."""
    count, host = int(np.prod(input.shape)), _on_host(input)
    # Every batch reads the image in double.
    source = asarray(input, "float64", None) if host else input
    size = _native.windows(source, *window, 0, min(count, 1)).shape[1]
    batch = max(1, _BATCH // max(size, 1)) if host else max(1, 64 * _BATCH // max(size, 1))
    for first in range(0, count, batch):
        windows = _native.windows(source, *window, first, min(batch, count - first))
        if host:
            called = functools.partial(function, **keywords) if keywords else function
            yield _numbers(list(map(called, np.asarray(windows), *(itertools.repeat(a) for a in arguments))))
        else:
            yield function(windows, *arguments, axis=-1, **keywords)


def generic_filter(
    input,
    function,
    size=None,
    footprint=None,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    extra_arguments=(),
    extra_keywords=None,
    *,
    axes=None,
):
    """A function of every neighbourhood.

    Parameters
    ----------
    input : array
        Bool, integer, float32 or float64 array.
    function : callable
        ``function(window, *extra_arguments, **extra_keywords)`` is called for every element with the neighbourhood's
        elements, in C order, as a one-dimensional float64 NumPy array, and returns a number. For an array on a GPU it
        is called as ``function(windows, *extra_arguments, axis=-1, **extra_keywords)`` with a batch of windows: a
        float64 array of the caller's kind and shape (m, n), for which it returns m values in an array of that kind.
        ``numpy.min``, ``max``, ``ptp``, ``median``, ``sum``, ``prod``, ``mean``, ``var`` and ``std`` without further
        arguments are compiled, for every kind and device.
    size : int or sequence of int, optional
        Sizes of a box, in place of `footprint`.
    footprint : array, optional
        The neighbourhood, of as many axes as are filtered: elements other than 0 belong to it.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str, optional
        What lies beyond the edges, see `correlate1d`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int or sequence of int, optional
        Moves the neighbourhood.
    extra_arguments : sequence, optional
        Further positional arguments of the function.
    extra_keywords : dict, optional
        Further keyword arguments of the function.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array
        The function's values, of the input's shape.

    Raises
    ------
    RuntimeError
        For no neighbourhood or one of another number of axes, an unknown mode, an unsupported dtype or an output of
        another shape.
    ValueError
        For an origin outside the neighbourhood, axes out of range or repeated, or a function that is not callable (such
        as scipy.LowLevelCallable).
    TypeError
        For complex arrays, or a function that returns no number, or for an array on a GPU not one for each window.
    """
    input, size, footprint, origin, axes = window_arguments(input, size, footprint, origin, axes, 3)
    dtype, out = as_output(output, input, False)
    _check(function, input, dtype, out)
    window = (size, footprint, mode, cval, origin, axes)
    keywords = extra_keywords or {}
    known = [i for i, reduction in enumerate(_REDUCTIONS) if function is reduction]
    if known and not extra_arguments and not keywords:
        return _native.reduce_windows(input, known[0], size, footprint, dtype, out, *window[2:])
    return _native.collect(
        input, list(_window_values(function, input, window, extra_arguments, keywords)), dtype, out, None
    )


def generic_filter1d(
    input,
    function,
    filter_size,
    axis=-1,
    output=None,
    mode="reflect",
    cval=0.0,
    origin=0,
    extra_arguments=(),
    extra_keywords=None,
):
    """A function of every line along an axis.

    Parameters
    ----------
    input : array
        Bool, integer, float32 or float64 array.
    function : callable
        ``function(line, result, *extra_arguments, **extra_keywords)`` is called for every line with its n elements and
        the ``filter_size - 1`` that a window reaches beyond them, and writes the n elements of `result`. Both are
        one-dimensional float64 arrays: NumPy's, or for an array on a GPU the caller's kind, or opsin.Array in
        place of JAX's, which never change.
    filter_size : int
        Length of the window.
    axis : int, optional
        The filtered axis.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str, optional
        What lies beyond the edges, see `correlate1d`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int, optional
        Moves the window.
    extra_arguments : sequence, optional
        Further positional arguments of the function.
    extra_keywords : dict, optional
        Further keyword arguments of the function.

    Returns
    -------
    array
        What the function wrote, of the input's shape.

    Raises
    ------
    RuntimeError
        For a size below 1, an unknown mode, an unsupported dtype or an output of another shape.
    ValueError
        For an axis or origin out of range, or a function that is not callable.
    TypeError
        For complex arrays, or what the function raises.
    """
    input = as_input(input)
    if is_complex(input):
        raise TypeError("Complex type not supported")
    dtype, out = as_output(output, input, False)
    if filter_size < 1:
        raise RuntimeError("invalid filter size")
    axis = one_axis(axis, len(input.shape))
    size, origin = operator.index(filter_size), operator.index(origin)
    if not 0 <= size // 2 + origin < size:
        raise ValueError("invalid origin")
    _check(function, input, dtype, out)
    n, keywords = input.shape[axis], extra_keywords or {}
    count, host = int(np.prod(input.shape)) // max(n, 1), _on_host(input)
    # Arrays of JAX never change.
    source = asarray(input, "float64", None) if host or type(input).__module__.startswith("jax") else input
    if host:
        batch = max(1, _BATCH // (n + size))
        # Memory that was used before: the pages of new memory took as long as SciPy's whole filter of a large image.
        results = np.asarray(_native.zero_line(source, count * n)).reshape(count, n)
        for first in range(0, count, batch):
            lines = np.asarray(_native.lines(source, size, axis, mode, cval, origin, first, min(batch, count - first)))
            for line, result in zip(lines, results[first:]):
                function(line, result, *extra_arguments, **keywords)
        pieces = [results]
    else:
        pieces = []
        for which in range(count):
            line = _native.line(source, size, axis, mode, cval, origin, which)
            pieces.append(_native.zero_line(source, n))
            function(line, pieces[-1], *extra_arguments, **keywords)
    return _native.collect(input, pieces, dtype, out, axis)
