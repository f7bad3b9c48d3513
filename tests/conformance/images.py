"""Input makers: make(shape, dtype, rng) -> the positional arguments of a call. Small, odd-sized, different along each axis."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np

SHAPES = {1: (157,), 2: (37, 53), 3: (11, 13, 17), 4: (5, 6, 7, 8)}
SMALL = {1: (29,), 2: (13, 17), 3: (5, 7, 9), 4: (3, 4, 5, 6)}


def _floats(shape, rng):
    """A smooth wave with noise in [0, 1): gradients and second derivatives are everywhere well away from zero."""
    grid = np.indices(shape, dtype=float)
    wave = sum((np.sin(0.35 * (k + 1.3) * g + k) for k, g in enumerate(grid)), np.zeros(shape))
    return 0.5 + 0.35 * np.tanh(wave) * 0.6 + 0.2 * (rng.random(shape) - 0.5)


def array(shape, dtype, rng, *, signed=False):
    """Floats in [0, 1) or (-1, 1), integers over their whole range, bools half and half, complex with both parts."""
    dtype = np.dtype(dtype)
    x = _floats(shape, rng)
    if dtype.kind == "b":
        return np.asarray(x > 0.5)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        whole = rng.integers(info.min, info.max, size=shape, dtype=dtype, endpoint=True)
        wave = (info.min * (1 - x) + info.max * x).astype(dtype)
        return np.asarray(np.where(rng.random(shape) < 0.2, whole, wave))
    x = 2 * x - 1 if signed else x
    return np.asarray((x + 1j * _floats(shape, rng)) if dtype.kind == "c" else x).astype(dtype)


def unit(shape, dtype, rng):
    return (array(shape, dtype, rng),)


def signed(shape, dtype, rng):
    return (array(shape, dtype, rng, signed=True),)


def complex_image(shape, dtype, rng):
    """Complex whatever real dtype was asked for: complex64 for float32, complex128 for the rest."""
    return (array(shape, np.result_type(dtype, np.complex64), rng),)


def full_range(shape, dtype, rng):
    """Every float that a conversion may find hard: the ends of the range, halves, values next to a rounding boundary."""
    x = array(shape, dtype, rng, signed=True)
    if x.dtype.kind == "f" and x.size:
        hard = np.array([-1, 1, 0, -0.0, 0.5, -0.5, 0.5 / 255, 1.5 / 255, 126.5 / 127, 1 / 65535, 0.25, 1e-30], x.dtype)
        x.reshape(-1)[: hard.size] = hard[: x.size]
    return (x,)


def winding_path(ndim):
    """A path, one element wide, up and down a plane, or from plane to plane; it begins at the first element.

    Longer than what floods of tiles reach in their few sweeps over the image (engine/flood_cuda.h)."""
    rows, columns = (400, 163) if ndim == 2 else (20, 33)
    plane = np.zeros((rows, columns), bool)
    plane[:, ::2] = True
    plane[-1, 1::4] = plane[0, 3::4] = True
    if ndim == 2:
        return plane
    path = np.zeros((2 * 36 + 1, rows, columns), bool)
    path[::2] = plane
    path[1::4, -1, -1] = True
    path[3::4, 0, 0] = True
    return path


def winding(shape, dtype, rng):
    """A path of ones, whose first element is three, whatever the shape that was asked for."""
    path = winding_path(len(shape)).astype(dtype)
    path[(0,) * path.ndim] = 3
    return (path,)


def walled(shape, dtype, rng):
    """A path of zeros through ones, open to the outside at its first element, whatever the shape that was asked for."""
    inside = winding_path(2)
    image = np.ones(np.add(inside.shape, 2), dtype)
    image[1:-1, 1:-1][inside] = 0
    image[0, 1] = 0
    return (image,)


def pair(shape, dtype, rng):
    return array(shape, dtype, rng), array(shape, dtype, rng)


def channels(n, axis=-1):
    """Images with n channels along `axis`; `shape` gives the spatial axes and one more that is replaced."""

    def make(shape, dtype, rng):
        if 0 not in shape and len(shape):
            shape = list(shape)
            shape.pop(axis if axis < 0 else min(axis, len(shape) - 1))
            shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, n)
        return (array(tuple(shape), dtype, rng),)

    return make


def tensor(shape, dtype, rng):
    """The upper-diagonal elements of a symmetric tensor field, as hessian_matrix and structure_tensor return them."""
    pairs = combinations_with_replacement(range(len(shape)), 2)
    return ([array(shape, dtype, rng, signed=True) * (1.5 if i == j else 0.4) for i, j in pairs],)


def nothing(shape, dtype, rng):
    return ()


def put_nan(image: np.ndarray) -> bool:
    """Puts a NaN and both infinities into a float image; False for one that has no floats or no room."""
    if image.dtype.kind != "f" or image.size < 8:
        return False
    image.flat[image.size // 2], image.flat[3], image.flat[image.size - 2] = np.nan, np.inf, -np.inf
    return True


def layouts(a: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The same values in other clothes."""
    every_other = np.zeros(tuple(2 * n + 1 for n in a.shape), a.dtype)[tuple(slice(0, 2 * n, 2) for n in a.shape)]
    padded = np.zeros(tuple(n + 3 for n in a.shape), a.dtype)[tuple(slice(1, 1 + n) for n in a.shape)]
    for name, view in (("step slices", every_other), ("offset view", padded)):
        view[...] = a
        yield name, view
    yield (
        "negative strides",
        np.ascontiguousarray(a[(slice(None, None, -1),) * a.ndim])[(slice(None, None, -1),) * a.ndim],
    )
    yield "Fortran order", np.asfortranarray(a)
    yield "byte-swapped", a.astype(a.dtype.newbyteorder())
    unaligned = np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view(a.dtype).reshape(a.shape)
    yield "unaligned and read-only", unaligned
    read_only = a.copy()
    read_only.flags.writeable = False
    yield "read-only", read_only
    if a.ndim > 1:
        yield "transposed", np.ascontiguousarray(np.moveaxis(a, 0, -1)).transpose((a.ndim - 1, *range(a.ndim - 1)))


def edge_shapes(ndim: int) -> list[tuple]:
    """Empty along each axis, one pixel, one pixel thin, two pixels."""
    one = (1,) * ndim
    small = SMALL[ndim]
    empty = [small[:k] + (0,) + small[k + 1 :] for k in range(ndim)]
    thin = [one[:k] + (small[k],) + one[k + 1 :] for k in range(ndim)]
    return [*empty, one, *thin, (2,) * ndim]
