"""Footprints as arrays and as sequences of (array, repeats), as skimage.morphology takes them."""

from collections.abc import Sequence
from numbers import Integral

import numpy as np


def host(array):
    """`array` as a NumPy array; one of another library is copied from its device."""
    if isinstance(array, np.ndarray) or hasattr(array, "__array_interface__"):
        return np.asarray(array)
    if hasattr(array, "dtype") and hasattr(array, "shape"):
        from opsin import asarray

        return np.asarray(asarray(array, device="cpu"))
    return np.asarray(array)


def truths(footprint):
    """A footprint on the host, as bytes that are zero outside of it."""
    footprint = host(footprint)
    return footprint if footprint.dtype.char in "?B" else footprint.astype(bool)


def is_array(x):
    return hasattr(x, "dtype") and hasattr(x, "shape")


def is_sequence(footprint):
    """Whether a footprint is a sequence of (array, repeats) rather than an array.

    Raises
    ------
    ValueError
        For what is neither.
    """
    if is_array(footprint):
        return False
    if not isinstance(footprint, Sequence):
        raise ValueError("footprint must be an array or a sequence of (array, repeats)")
    for part in footprint:
        if not (isinstance(part, Sequence) and len(part) == 2 and is_array(part[0]) and isinstance(part[1], Integral)):
            raise ValueError("a footprint sequence must hold pairs of an array and the number of times it is applied")
    return True


def mirror_footprint(footprint):
    """A footprint, or each of a sequence, turned by 180 degrees.

    Parameters
    ----------
    footprint : array or sequence of (array, int)
        The footprint.

    Returns
    -------
    numpy.ndarray or tuple of (numpy.ndarray, int)
        A view of the mirrored footprint.
    """
    if is_sequence(footprint):
        return tuple((mirror_footprint(part), count) for part, count in footprint)
    footprint = host(footprint)
    return footprint[(slice(None, None, -1),) * footprint.ndim]


def pad_footprint(footprint, *, pad_end=True):
    """A footprint, or each of a sequence, with zeros added to what has an even size.

    Parameters
    ----------
    footprint : array or sequence of (array, int)
        The footprint.
    pad_end : bool, optional
        Whether the zeros come after the elements of an axis, or before them.

    Returns
    -------
    numpy.ndarray or tuple of (numpy.ndarray, int)
        The padded footprint.
    """
    if is_sequence(footprint):
        return tuple((pad_footprint(part, pad_end=pad_end), count) for part, count in footprint)
    footprint = host(footprint)
    padded = np.zeros([n + 1 - n % 2 for n in footprint.shape], footprint.dtype)
    starts = [0 if pad_end or n % 2 else 1 for n in footprint.shape]
    padded[tuple(slice(at, at + n) for at, n in zip(starts, footprint.shape))] = footprint
    return padded


def footprint_from_sequence(footprints):
    """The one footprint that has the effect of a sequence.

    Parameters
    ----------
    footprints : sequence of (array, int)
        Arrays, of odd sizes, and how many times each is applied.

    Returns
    -------
    numpy.ndarray of bool
        The footprint.

    Raises
    ------
    ValueError
        For what is no sequence.
    """
    from opsin._morphology_grey import dilation

    if not is_sequence(footprints):
        raise ValueError("expected a sequence of footprints")
    shape = [1] * footprints[0][0].ndim
    for i, (part, count) in enumerate(footprints):
        for axis, size in enumerate(part.shape):
            shape[axis] += (max(int(count), 1) if i == 0 else int(count)) * (size - 1)
    point = np.zeros(shape, dtype=bool)
    point[tuple(n // 2 for n in shape)] = True
    return dilation(point, footprints)
