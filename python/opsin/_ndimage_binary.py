"""Binary morphology (scipy.ndimage)."""

import operator

import numpy as np

from opsin._documented import documented
from opsin._footprint_sequences import host, truths
from opsin._native import ndimage as _native
from opsin._ndimage_arguments import all_axes, as_input, as_output, is_complex, is_dtype, per_axis
from opsin._outer_sum import outer_sum

_PARAMETERS = """

    Parameters
    ----------
    input : array
        Array of any real dtype but float16; nonzero is true.
    structure : array, optional
        The neighbourhood, of as many axes as are filtered: elements other than 0 belong to it. By default the cross.{given}
    output : array, optional
        Where the result goes. It may be or overlap the input.{more}
    origin : int or sequence of int, optional
        Moves the neighbourhood.{last}
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array of bool
        The result, or `output`.

    Raises
    ------
    RuntimeError
        For a structure of another number of axes or without elements, a mask or output of another shape, an unsupported
        dtype, or an image that would change back and forth for ever.
    ValueError
        For an origin out of range, or axes out of range or repeated.
    TypeError
        For complex arrays, or iterations that are no integer.
    """

_ITERATIONS = """
    iterations : int, optional
        How often the step is repeated; below 1: until nothing changes, which waits for a GPU."""
_MASK = """
    mask : array, optional
        Where it is zero, elements stay as they are."""
_BORDER = """
    border_value : int, optional
        What lies beyond the edges."""
_FORCE = """
    brute_force : bool, optional
        Has no effect; SciPy's choice between two methods with one result."""


def generate_binary_structure(rank, connectivity):
    """The elements of a cube of side 3 whose coordinates differ from the centre's in at most `connectivity` axes.

    Parameters
    ----------
    rank : int
        Number of axes.
    connectivity : int
        From 1 (the cross) to `rank` (the cube).

    Returns
    -------
    numpy.ndarray of bool
        The structure; 0-d for a rank below 1.
    """
    if rank < 1:
        return np.array(True, dtype=bool)
    return np.asarray(outer_sum(np.array([1, 0, 1]), rank) <= max(connectivity, 1))


def iterate_structure(structure, iterations, origin=None):
    """A structure dilated with itself.

    Parameters
    ----------
    structure : array
        The structure.
    iterations : int
        Dilations less one.
    origin : int or sequence of int, optional
        The structure's origin.

    Returns
    -------
    numpy.ndarray of bool
        The dilated structure; a copy of the structure for iterations below 2.
    list of int
        Its origin, if `origin` is given and iterations are not below 2.
    """
    structure = host(structure)
    if iterations < 2:
        return structure.copy()
    more = iterations - 1
    out = np.zeros([n + more * (n - 1) for n in structure.shape], bool)
    starts = [more * (n // 2) for n in structure.shape]
    out[tuple(slice(at, at + n) for at, n in zip(starts, structure.shape))] = structure != 0
    out = binary_dilation(out, structure, iterations=more)
    if origin is None:
        return out
    return out, [iterations * o for o in per_axis(origin, structure.ndim)]


def _arguments(input, structure, origin, axes):
    """What all functions make of their arguments first."""
    input = as_input(input)
    if is_complex(input):
        raise TypeError("Complex type not supported")
    axes = all_axes(axes, len(input.shape))
    structure = generate_binary_structure(len(axes), 1) if structure is None else truths(structure)
    return input, structure, [operator.index(o) for o in per_axis(origin, len(axes))], axes


def _array_output(output, input):
    """An output array; a dtype is none."""
    if output is None or is_dtype(output) or isinstance(output, str):
        return None
    if is_complex(output):
        raise TypeError("Complex output type not supported")
    return as_output(output, input, False)[1]


def _step(name, input, structure, iterations, mask, output, border_value, origin, axes):
    try:
        iterations = operator.index(iterations)
    except TypeError as error:
        raise TypeError("iterations parameter should be an integer") from error
    input, structure, origin, axes = _arguments(input, structure, origin, axes)
    if mask is not None:
        mask = as_input(mask)
    out = _array_output(output, input)
    return getattr(_native, name)(input, structure, iterations, mask, out, bool(border_value), origin, axes)


@documented(_PARAMETERS.format(given=_ITERATIONS + _MASK, more=_BORDER, last=_FORCE))
def binary_erosion(
    input,
    structure=None,
    iterations=1,
    mask=None,
    output=None,
    border_value=0,
    origin=0,
    brute_force=False,
    *,
    axes=None,
):
    """Binary erosion: true where all elements of the neighbourhood are."""
    return _step("binary_erosion", input, structure, iterations, mask, output, border_value, origin, axes)


@documented(_PARAMETERS.format(given=_ITERATIONS + _MASK, more=_BORDER, last=_FORCE))
def binary_dilation(
    input,
    structure=None,
    iterations=1,
    mask=None,
    output=None,
    border_value=0,
    origin=0,
    brute_force=False,
    *,
    axes=None,
):
    """Binary dilation: true where an element of the mirrored neighbourhood is."""
    return _step("binary_dilation", input, structure, iterations, mask, output, border_value, origin, axes)


@documented(_PARAMETERS.format(given=_ITERATIONS, more="", last=_MASK + _BORDER + _FORCE))
def binary_opening(
    input,
    structure=None,
    iterations=1,
    output=None,
    origin=0,
    mask=None,
    border_value=0,
    brute_force=False,
    *,
    axes=None,
):
    """Binary opening: an erosion, then a dilation."""
    eroded = _step("binary_erosion", input, structure, iterations, mask, None, border_value, origin, axes)
    return _step("binary_dilation", eroded, structure, iterations, mask, output, border_value, origin, axes)


@documented(_PARAMETERS.format(given=_ITERATIONS, more="", last=_MASK + _BORDER + _FORCE))
def binary_closing(
    input,
    structure=None,
    iterations=1,
    output=None,
    origin=0,
    mask=None,
    border_value=0,
    brute_force=False,
    *,
    axes=None,
):
    """Binary closing: a dilation, then an erosion."""
    dilated = _step("binary_dilation", input, structure, iterations, mask, None, border_value, origin, axes)
    return _step("binary_erosion", dilated, structure, iterations, mask, output, border_value, origin, axes)


@documented(_PARAMETERS.format(given=_MASK, more=_BORDER, last=""))
def binary_propagation(input, structure=None, mask=None, output=None, border_value=0, origin=0, *, axes=None):
    """Binary dilation until nothing changes. With a mask, what is connected with the input inside the mask."""
    return _step("binary_dilation", input, structure, -1, mask, output, border_value, origin, axes)


def binary_hit_or_miss(input, structure1=None, structure2=None, output=None, origin1=0, origin2=None, *, axes=None):
    """Where a pattern is: all elements of one neighbourhood are true and all of another are false.

    Parameters
    ----------
    input : array
        Array of any real dtype but float16; nonzero is true.
    structure1, structure2 : array, optional
        What must be true (by default the cross), and what must be false (by default what is not in `structure1`); of as
        many axes as are filtered.
    output : array, optional
        Where the result goes; None is returned then, as SciPy does. It may be or overlap the input.
    origin1, origin2 : int or sequence of int, optional
        Move the neighbourhoods; the second one by default as the first.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array of bool or None
        The result.

    Raises
    ------
    RuntimeError
        For a structure of another number of axes or without elements, an unsupported dtype or an output of another shape.
    ValueError
        For an origin out of range, or axes out of range or repeated.
    TypeError
        For complex arrays.
    """
    input, structure1, origin1, axes = _arguments(input, structure1, origin1, axes)
    structure2 = structure1 == 0 if structure2 is None else truths(structure2)
    origin2 = origin1 if origin2 is None else [operator.index(o) for o in per_axis(origin2, len(axes))]
    out = _array_output(output, input)
    result = _native.binary_hit_or_miss(input, structure1, structure2, out, origin1, origin2, axes)
    if out is not None:
        return None
    # numpy.logical_and makes a scalar of 0-d arrays.
    return result[()] if isinstance(result, np.ndarray) and result.ndim == 0 else result


def binary_fill_holes(input, structure=None, output=None, origin=0, *, axes=None):
    """The image with its holes filled: background that is not connected with the outside.

    Parameters
    ----------
    input : array
        Array of any real dtype but float16; nonzero is true.
    structure : array, optional
        The neighbourhood by which background is connected; of as many axes as are filtered. By default the cross.
    output : array, optional
        Where the result goes; None is returned then, as SciPy does. It may be or overlap the input.
    origin : int or sequence of int, optional
        Moves the neighbourhood.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array of bool or None
        The result.

    Raises
    ------
    RuntimeError
        For a structure of another number of axes or without elements, an unsupported dtype or an output of another shape.
    ValueError
        For an origin out of range, or axes out of range or repeated.
    TypeError
        For complex arrays.

    Notes
    -----
    Waits for the GPU when the image lies there.
    """
    input, structure, origin, axes = _arguments(input, structure, origin, axes)
    out = _array_output(output, input)
    result = _native.binary_fill_holes(input, structure, out, origin, axes)
    return result if out is None else None
