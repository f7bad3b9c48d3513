"""Minimum and maximum filters and grey morphology (scipy.ndimage)."""

import operator
import warnings

import numpy as np

from opsin._documented import documented
from opsin._footprint_sequences import host
from opsin._native import ndimage as _native
from opsin._ndimage_arguments import all_axes, as_input, as_output, is_complex, is_dtype, one_axis, per_axis

_LINE = """

    Parameters
    ----------
    input : array
        Bool, integer, float32 or float64 array.
    size : int
        Length of the window. The cost grows with its logarithm.
    axis : int, optional
        The filtered axis.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : str, optional
        What lies beyond the edges, see `correlate1d`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int, optional
        Moves the window.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError
        For a size below 1, an unknown mode, an unsupported dtype or an output of another shape.
    ValueError
        For an axis or origin out of range.
    TypeError
        For complex arrays.
    """

_FILTER = """

    Parameters
    ----------
    input : array
        Bool, integer, float32 or float64 array.
    size : int or sequence of int, optional
        Sizes of a box, in place of `footprint`.
    footprint : array, optional
        The neighbourhood, of as many axes as are filtered: elements other than 0 belong to it.{structure}
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : str or sequence of str, optional
        What lies beyond the edges, see `correlate1d`; one for each axis is taken for boxes alone.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
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
    ValueError
        For no neighbourhood or one without elements, an origin out of range, or axes out of range or repeated.
    RuntimeError
        For a neighbourhood of another number of axes, an unknown mode, an unsupported dtype or an output of another
        shape.
    TypeError
        For complex arrays.
    """

_STRUCTURE = """
    structure : array, optional
        Heights of the neighbourhood's elements, which are subtracted (erosion) or added (dilation); without
        `footprint` all of its elements belong to the neighbourhood."""

_FLAT = documented(_FILTER.format(structure=""))
_RAISED = documented(_FILTER.format(structure=_STRUCTURE))


def _line(name, input, size, axis, output, mode, cval, origin):
    input = as_input(input)
    if is_complex(input):
        raise TypeError("Complex type not supported")
    axis = one_axis(axis, len(input.shape))
    if size < 1:
        raise RuntimeError("incorrect filter size")
    dtype, out = as_output(output, input, False, stacklevel=4)
    size, origin = operator.index(size), operator.index(origin)
    if not 0 <= size // 2 + origin < size:
        raise ValueError("invalid origin")
    return getattr(_native, name)(input, size, axis, dtype, out, mode, cval, origin)


@documented(_LINE)
def minimum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """Minimum of `size` neighbours along one axis."""
    return _line("minimum_filter1d", input, size, axis, output, mode, cval, origin)


@documented(_LINE)
def maximum_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """Maximum of `size` neighbours along one axis."""
    return _line("maximum_filter1d", input, size, axis, output, mode, cval, origin)


def _warn_of_size(size, footprint, stacklevel):
    if size is not None and footprint is not None:
        warnings.warn("ignoring size because footprint is set", UserWarning, stacklevel=stacklevel)


# Here a neighbourhood of too few axes is another error, as in SciPy.
_DILATE_FIRST = ("grey_dilation", "grey_closing", "black_tophat", "morphological_gradient", "morphological_laplace")


def _filter(name, input, size, footprint, structure, output, mode, cval, origin, axes):
    input = as_input(input)
    ndim = len(input.shape)
    if size is None and footprint is None and structure is None:
        raise ValueError("size, footprint, or structure must be specified")
    if is_complex(input):
        raise TypeError("Complex type not supported")
    if footprint is not None:
        footprint = host(footprint).astype(bool)
        if structure is None and not footprint.any():
            raise ValueError("All-zero footprint is not supported.")
    if structure is not None:
        structure = host(structure).astype(np.float64)
    dtype, out = as_output(output, input, False, stacklevel=4)
    axes = all_axes(axes, ndim)
    origin = [operator.index(o) for o in per_axis(origin, len(axes))]
    if name in _DILATE_FIRST:
        given = footprint if footprint is not None else structure
        if (np.size(size) if given is None else given.ndim) < (1 if given is None and np.isscalar(size) else len(axes)):
            raise IndexError("the neighbourhood has fewer axes than are filtered")
    box = structure is None and (footprint is None or footprint.all())
    if box:
        mode = per_axis(mode, len(axes))
        size = per_axis(size if footprint is None else footprint.shape, len(axes))
        # SciPy asks nothing of an axis that is not filtered.
        used = [s > 1 for s in size]
        mode = [m if u else "reflect" for m, u in zip(mode, used)]
        size, footprint = [int(s) for s in size], None
        if not axes:
            size = None
            footprint = np.ones((), bool)
    else:
        size = None
        if not isinstance(mode, str) and np.iterable(mode):
            raise RuntimeError("A sequence of modes is not supported for non-separable footprints")
        if structure is not None and footprint is not None and structure.shape != footprint.shape:
            raise RuntimeError("structure array has incorrect shape")
    return getattr(_native, name)(input, size, footprint, structure, dtype, out, mode, cval, origin, axes)


@_FLAT
def minimum_filter(input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    """Minimum of a neighbourhood."""
    _warn_of_size(size, footprint, 3)
    if size is None and footprint is None:
        raise RuntimeError("no footprint provided")
    return _filter("minimum_filter", input, size, footprint, None, output, mode, cval, origin, axes)


@_FLAT
def maximum_filter(input, size=None, footprint=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    """Maximum of a neighbourhood."""
    _warn_of_size(size, footprint, 3)
    if size is None and footprint is None:
        raise RuntimeError("no footprint provided")
    return _filter("maximum_filter", input, size, footprint, None, output, mode, cval, origin, axes)


def _grey(name, size, footprint, *arguments):
    _warn_of_size(size, footprint, 4)
    return _filter(name, arguments[0], size, footprint, *arguments[1:])


def _fresh(output):
    """gradient and laplace take an array alone for their output."""
    return None if output is not None and (is_dtype(output) or isinstance(output, str)) else output


@_RAISED
def grey_erosion(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """Grey erosion: the least of element - height in a neighbourhood."""
    return _grey("grey_erosion", size, footprint, input, structure, output, mode, cval, origin, axes)


@_RAISED
def grey_dilation(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """Grey dilation: the greatest of element + height in the mirrored neighbourhood."""
    return _grey("grey_dilation", size, footprint, input, structure, output, mode, cval, origin, axes)


@_RAISED
def grey_opening(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """Grey opening: an erosion, then a dilation."""
    return _grey("grey_opening", size, footprint, input, structure, output, mode, cval, origin, axes)


@_RAISED
def grey_closing(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """Grey closing: a dilation, then an erosion."""
    return _grey("grey_closing", size, footprint, input, structure, output, mode, cval, origin, axes)


@_RAISED
def morphological_gradient(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """Dilation - erosion. Integers wrap; bool arrays are refused with TypeError; a dtype as `output` has no effect."""
    output = _fresh(output)
    result = _grey("morphological_gradient", size, footprint, input, structure, output, mode, cval, origin, axes)
    # numpy's subtraction makes a scalar of 0-d arrays.
    return result[()] if output is None and isinstance(result, np.ndarray) and result.ndim == 0 else result


@_RAISED
def morphological_laplace(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """Dilation + erosion - 2 input. Integers wrap; bool arrays are refused with TypeError; a dtype as `output` has no
    effect."""
    output = _fresh(output)
    return _grey("morphological_laplace", size, footprint, input, structure, output, mode, cval, origin, axes)


@_RAISED
def white_tophat(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """What an opening takes away. Integers wrap; bool arrays give what differs."""
    return _grey("white_tophat", size, footprint, input, structure, output, mode, cval, origin, axes)


@_RAISED
def black_tophat(
    input, size=None, footprint=None, structure=None, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None
):
    """What a closing adds. Integers wrap; bool arrays give what differs."""
    return _grey("black_tophat", size, footprint, input, structure, output, mode, cval, origin, axes)
