"""Footprints of the usual shapes, and sequences of small ones that amount to them (skimage.morphology)."""

import warnings

import numpy as np

from opsin import _sphere_series
from opsin._deprecation import deprecated
from opsin._outer_sum import centred, outer_sum

_INSTEAD = "Use `skimage.morphology.footprint_rectangle` instead."


def _unknown(decomposition):
    raise ValueError(f"Unrecognized decomposition: {decomposition}")


def footprint_rectangle(shape, *, dtype=np.uint8, decomposition=None):
    """Rectangle or box.

    Parameters
    ----------
    shape : tuple of int
        Sizes along each axis.
    dtype : dtype, optional
        Of the footprint's elements.
    decomposition : {None, 'separable', 'sequence'}, optional
        None gives one array. 'separable' gives a line for each axis, with the same effect at less cost. 'sequence'
        gives repeated cubes of side 3 and lines for what is left; its effect differs near the edges of an image. With
        an even size it becomes 'separable', with a warning.

    Returns
    -------
    numpy.ndarray or tuple of (numpy.ndarray, int)
        The footprint, or arrays and how many times each is applied.

    Raises
    ------
    ValueError
        For another `decomposition`.
    """
    return _rectangle(shape, dtype, decomposition, 3)


def _rectangle(shape, dtype, decomposition, stacklevel):
    if decomposition == "sequence" and any(n % 2 == 0 for n in shape):
        warnings.warn(
            "decomposition='sequence' is only supported for uneven footprints, "
            "falling back to decomposition='separable'",
            stacklevel=stacklevel,
        )
        decomposition = "separable"

    def line(axis, size):
        sizes = [1] * len(shape)
        sizes[axis] = size
        return np.ones(sizes, dtype=dtype), 1

    if decomposition is None:
        return np.ones(shape, dtype=dtype)
    if decomposition == "separable":
        return tuple(line(axis, size) for axis, size in enumerate(shape))
    if decomposition != "sequence":
        _unknown(decomposition)
    least = min(shape)
    cubes = np.ones((3,) * len(shape), dtype=dtype), _repeats(least)
    return (cubes, *(line(axis, size - least + 1) for axis, size in enumerate(shape) if size > least))


def _repeats(size):
    """How many times a footprint of side 3 is applied to reach `size`."""
    return 1 + (size - 3) // 2


@deprecated("0.25", "0.27", _INSTEAD)
def square(width, dtype=np.uint8, *, decomposition=None):
    """Square of side `width`; see `footprint_rectangle`."""
    return _rectangle((width, width), dtype, decomposition, 4)


@deprecated("0.25", "0.27", _INSTEAD)
def rectangle(nrows, ncols, dtype=np.uint8, *, decomposition=None):
    """Rectangle of `nrows` x `ncols`; see `footprint_rectangle`."""
    return _rectangle((nrows, ncols), dtype, decomposition, 4)


@deprecated("0.25", "0.27", _INSTEAD)
def cube(width, dtype=np.uint8, *, decomposition=None):
    """Cube of side `width`; see `footprint_rectangle`."""
    return _rectangle((width, width, width), dtype, decomposition, 4)


def _city_block(radius, ndim, dtype, decomposition):
    if decomposition is None:
        return np.array(outer_sum(abs(centred(radius)), ndim) <= radius, dtype=dtype)
    if decomposition != "sequence":
        _unknown(decomposition)
    return ((_city_block(1, ndim, dtype, None), _repeats(2 * radius + 1)),)


def diamond(radius, dtype=np.uint8, *, decomposition=None):
    """Diamond: the pixels at a city-block distance of at most `radius`.

    Parameters
    ----------
    radius : int
        In pixels; the footprint has 2 radius + 1 rows and columns.
    dtype : dtype, optional
        Of the footprint's elements.
    decomposition : {None, 'sequence'}, optional
        'sequence' gives the diamond of radius 1 and how many times it is applied, with the same effect.

    Returns
    -------
    numpy.ndarray or tuple of (numpy.ndarray, int)
        The footprint.

    Raises
    ------
    ValueError
        For another `decomposition`.
    """
    return _city_block(radius, 2, dtype, decomposition)


def octahedron(radius, dtype=np.uint8, *, decomposition=None):
    """Octahedron: the voxels at a city-block distance of at most `radius`; see `diamond`."""
    return _city_block(radius, 3, dtype, decomposition)


def _sphere(radius, ndim, dtype, strict_radius):
    squared = outer_sum(centred(radius) ** 2, ndim)
    if not strict_radius:
        radius += 0.5
    return np.array(squared <= radius * radius, dtype=dtype)


def _sphere_sequence(radius, ndim, dtype):
    if radius == 1:
        return ((_sphere(1, ndim, dtype, False), 1),)
    table = (_sphere_series.DISK if ndim == 2 else _sphere_series.BALL).split()
    if radius > len(table):
        raise ValueError(f"precomputed {ndim}D decomposition unavailable for radius > {len(table)}")
    if radius < 1:
        return ()
    rounds, crosses, squares = _sphere_series.parts(table, 2 * ndim, int(radius))
    sequence = [(t, np.uint8(rounds)) for t in _t_shapes(ndim, dtype)] if rounds else []
    if crosses:
        sequence.append((_city_block(1, ndim, dtype, None), np.uint8(crosses)))
    if squares:
        sequence.append((np.ones((3,) * ndim, dtype=dtype), np.uint8(squares)))
    return tuple(sequence)


def _t_shapes(ndim, dtype):
    """A face of the cube of side 3 and the line from its centre through the cube, for every face."""
    faces = [(axis, side) for axis in range(ndim) for side in (0, 2)]
    if ndim == 2:
        faces = [(0, 0), (1, 0), (0, 2), (1, 2)]
    shapes = []
    for axis, side in faces:
        shape = np.zeros((3,) * ndim, dtype=dtype)
        shape[(slice(None),) * axis + (side,)] = 1
        shape[(1,) * axis + (slice(None),) + (1,) * (ndim - axis - 1)] = 1
        shapes.append(shape)
    return shapes


def _crosses(footprint, dtype=np.uint8):
    """Crosses whose dilations by each other make a convex footprint with two axes of symmetry (D. Li and G. X. Ritter,
    "Decomposition of separable and symmetric convex templates", 1990, doi:10.1117/12.23608)."""
    quadrant = footprint[footprint.shape[0] // 2 :, footprint.shape[1] // 2 :]
    heights = [*quadrant.sum(0, dtype=int).tolist(), 0]
    counts = {}
    before, used = 0, 0
    for i in range(1, len(heights) - 1):
        if heights[i] > heights[i + 1]:
            key = (heights[before] - heights[i], i - before)
            counts[key] = counts.get(key, 0) + 1
            used += key[0]
            before = i
    if quadrant.shape[0] - 1 > used:
        key = (quadrant.shape[0] - 1 - used, 0)
        counts[key] = counts.get(key, 0) + 1
    sequence = []
    for (rows, columns), count in counts.items():
        cross = np.zeros((2 * rows + 1, 2 * columns + 1), dtype=dtype)
        if columns:
            cross[rows, :] = 1
        if rows:
            cross[:, columns] = 1
        sequence.append((cross, count))
    return tuple(sequence)


def disk(radius, dtype=np.uint8, *, strict_radius=True, decomposition=None):
    """Disk: the pixels at a distance of at most `radius`.

    Parameters
    ----------
    radius : int
        In pixels; the footprint has 2 radius + 1 rows and columns.
    dtype : dtype, optional
        Of the footprint's elements.
    strict_radius : bool, optional
        If False, the radius counts half a pixel more.
    decomposition : {None, 'sequence', 'crosses'}, optional
        'sequence' gives footprints of side 3 that approximate the disk, for a radius of up to 250. 'crosses' gives
        crosses with the effect of the disk.

    Returns
    -------
    numpy.ndarray or tuple of (numpy.ndarray, int)
        The footprint, or arrays and how many times each is applied.

    Raises
    ------
    ValueError
        For another `decomposition` or a radius for which there is none.
    """
    if decomposition is None:
        return _sphere(radius, 2, dtype, strict_radius)
    if decomposition == "sequence":
        return _sphere_sequence(radius, 2, dtype)
    if decomposition == "crosses":
        return _crosses(_sphere(radius, 2, dtype, strict_radius))
    return _unknown(decomposition)


def ball(radius, dtype=np.uint8, *, strict_radius=True, decomposition=None):
    """Ball: the voxels at a distance of at most `radius`.

    As `disk`, but for `decomposition`: None or 'sequence', the latter for a radius of up to 100.
    """
    if decomposition is None:
        return _sphere(radius, 3, dtype, strict_radius)
    if decomposition != "sequence":
        _unknown(decomposition)
    return _sphere_sequence(radius, 3, dtype)


def ellipse(width, height, dtype=np.uint8, *, decomposition=None):
    """Ellipse whose half axes are `width` + 1 and `height` + 1, without its edge.

    Parameters
    ----------
    width, height : int
        Columns and rows on each side of the centre: the footprint is (2 height + 1, 2 width + 1).
    dtype : dtype, optional
        Of the footprint's elements.
    decomposition : {None, 'crosses'}, optional
        'crosses' gives crosses with the effect of the ellipse.

    Returns
    -------
    numpy.ndarray or tuple of (numpy.ndarray, int)
        The footprint, or arrays and how many times each is applied.

    Raises
    ------
    ValueError
        For another `decomposition`.
    """
    if decomposition not in (None, "crosses"):
        _unknown(decomposition)
    y, x = centred(height)[:, None], centred(width)
    footprint = np.array((y / (height + 1)) ** 2 + (x / (width + 1)) ** 2 < 1, dtype=dtype)
    return footprint if decomposition is None else _crosses(footprint)


def octagon(m, n, dtype=np.uint8, *, decomposition=None):
    """Octagon with horizontal and vertical sides of `m` pixels, and `n` pixels up along the slanted ones.

    Parameters
    ----------
    m, n : int
        The footprint has m + 2 n rows and columns.
    dtype : dtype, optional
        Of the footprint's elements.
    decomposition : {None, 'sequence'}, optional
        'sequence' gives a square and diamonds of side 3 with the effect of the octagon.

    Returns
    -------
    numpy.ndarray or tuple of (numpy.ndarray, int)
        The footprint, or arrays and how many times each is applied.

    Raises
    ------
    ValueError
        When both sizes are 0, or for another `decomposition`.
    """
    if m == n == 0:
        raise ValueError("m and n cannot both be zero")
    if decomposition is None:
        size = m + 2 * n
        if size < 1 or min(m, n) < 0:
            raise ValueError("m and n must not be negative")
        from_edge = np.minimum(np.arange(size), np.arange(size)[::-1])
        return (from_edge[:, None] + from_edge >= min(n, m + n - 1)).astype(dtype)
    if decomposition != "sequence":
        _unknown(decomposition)
    if m <= 2 and n <= 2:
        return ((octagon(m, n, dtype=dtype), 1),)
    if m == 0:
        m, n = 2, n - 1
    sequence = list(_rectangle((m, m), dtype, "sequence", 3)) if m > 1 else []
    if n > 0:
        sequence.append((diamond(1, dtype=dtype), n))
    return tuple(sequence)


def star(a, dtype=np.uint8):
    """Star with eight points: a square of side 2 a + 1 and one turned by 45 degrees.

    Parameters
    ----------
    a : int
        Half the side of the square; the footprint has 2 a + 1 + 2 (a // 2) rows and columns, 3 for a = 1.
    dtype : dtype, optional
        Of the footprint's elements.

    Returns
    -------
    numpy.ndarray
        The footprint.
    """
    if a == 1:
        return np.ones((3, 3), dtype)
    centre = a + a // 2
    x = abs(centred(centre))
    y = x[:, None]
    return ((np.maximum(y, x) <= a) | (y + x <= centre)).astype(dtype)
