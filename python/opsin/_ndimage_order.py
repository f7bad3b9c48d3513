"""Rank, median and percentile filters (scipy.ndimage)."""

import operator
import warnings

import numpy as np

from opsin._documented import documented
from opsin._footprint_sequences import host
from opsin._native import ndimage as _native
from opsin._ndimage_arguments import all_axes, as_input, as_output, is_complex, per_axis

_PARAMETERS = """
    size : int or sequence of int, optional
        Sizes of a box, in place of `footprint`.
    footprint : array, optional
        The neighbourhood, of as many axes as are filtered: elements other than 0 belong to it.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : str or sequence of str, optional
        What lies beyond the edges, see `correlate1d`; one for each axis is taken for boxes alone, and only where the
        rank is the least or the greatest.
    cval : scalar, optional
        The value beyond the edges for mode 'constant', cast to the input's dtype.
    origin : int or sequence of int, optional
        Moves the neighbourhood.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError
        For no neighbourhood, one of another number of axes, a rank outside it, an unknown mode, an unsupported dtype or
        an output of another shape.
    ValueError
        For an origin outside the neighbourhood, or axes out of range or repeated.
    TypeError
        For complex arrays.

    Notes
    -----
    A NaN is greater than every number (SciPy leaves it undefined). Footprints with holes are what they say for
    one-dimensional arrays too, where SciPy 1.17 takes them for full.

    Small neighbourhoods are sorted by networks whose parts neighbours share [1]_, bytes under a box are counted [2]_,
    and larger windows are sets of ranks that change at their edges as they move [3]_.

    References
    ----------
    .. [1] L. Sugy, "Fast median filter using hierarchical tiling", SIGGRAPH 2025.
    .. [2] S. Perreault and P. Hebert, "Median filtering in constant time", IEEE Transactions on Image Processing 16,
           2389-2394, 2007.
    .. [3] B. Weiss, "Fast median and bilateral filtering", ACM Transactions on Graphics 25, 519-526, 2006.
    """

_documented = documented(_PARAMETERS)


def window_arguments(input, size, footprint, origin, axes, stacklevel):
    """(input, size, footprint, origins, axes) as the compiled functions take them."""
    if size is not None and footprint is not None:
        warnings.warn("ignoring size because footprint is set", UserWarning, stacklevel=stacklevel)
    input = as_input(input)
    if is_complex(input):
        raise TypeError("Complex type not supported")
    axes = all_axes(axes, len(input.shape))
    if footprint is not None:
        size, footprint = None, host(footprint).astype(bool)
    elif size is None:
        raise RuntimeError("no footprint or filter size provided")
    else:
        size = [operator.index(s) for s in per_axis(size, len(axes))]
    if not axes and footprint is None:
        size, footprint = None, np.ones((), bool)
    origin = [operator.index(o) for o in per_axis(origin, len(axes))]
    return input, size, footprint, origin, axes


def _filter(name, input, values, size, footprint, output, mode, cval, origin, axes):
    input, size, footprint, origin, axes = window_arguments(input, size, footprint, origin, axes, 4)
    if not isinstance(mode, str):
        mode = per_axis(mode, len(axes))
    dtype, out = as_output(output, input, False, stacklevel=4)
    return getattr(_native, name)(input, *values, size, footprint, dtype, out, mode, cval, origin, axes)


@_documented
def rank_filter(input, rank, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    """The element of a rank in a neighbourhood.

    Parameters
    ----------
    input : array
        Bool, integer, float32 or float64 array.
    rank : int
        0 is the least element, -1 the greatest."""
    values = (operator.index(rank),)
    return _filter("rank_filter", input, values, size, footprint, output, mode, cval, origin, axes)


@_documented
def median_filter(input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    """The median of a neighbourhood: of n elements the one of rank n // 2.

    Parameters
    ----------
    input : array
        Bool, integer, float32 or float64 array."""
    return _filter("median_filter", input, (), size, footprint, output, mode, cval, origin, axes)


@_documented
def percentile_filter(
    input, percentile, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """A percentile of a neighbourhood: of n elements the one of rank int(n * percentile / 100).

    Parameters
    ----------
    input : array
        Bool, integer, float32 or float64 array.
    percentile : scalar
        In [0, 100]; a negative one counts from 100."""
    values = (float(percentile),)
    return _filter("percentile_filter", input, values, size, footprint, output, mode, cval, origin, axes)
