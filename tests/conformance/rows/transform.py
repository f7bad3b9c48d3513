"""transform: integral images."""

import numpy as np
import skimage.transform as ski

from ..images import array, signed
from ..model import EXACT, REALS, Case, Op


def sums(shape, dtype, rng):
    return (np.asarray(ski.integral_image(array(shape, dtype, rng))),)


ROWS = [
    Op(
        "transform.integral_image",
        ski.integral_image,
        args=[
            {},
            Case({}, make=signed),
            dict(dtype=np.float64),
            dict(dtype="float32"),
            dict(dtype=np.int32),
            dict(dtype=np.uint8),
        ],
        bad=[dict(dtype="nonsense")],
        tol=EXACT,
        exact="exact: the same sums in the same order",
    ),
    Op(
        "transform.integrate",
        ski.integrate,
        args=[
            Case(dict(start=(0, 0), end=(3, 4)), ndim=(2,)),
            Case(dict(start=[(1, 2), (0, 3), (2, 0)], end=[(3, 4), (1, 3), (4, 4)]), ndim=(2,)),
            Case(dict(start=(-3, -4), end=(-1, -2)), ndim=(2,)),
            Case(dict(start=(2,), end=(5,)), ndim=(1,)),
            Case(dict(start=[(1, 1, 1), (0, 0, 2)], end=[(2, 3, 3), (4, 4, 4)]), ndim=(3,)),
        ],
        bad=[Case(dict(start=(3, 3), end=(1, 4)), ndim=(2,)), Case(dict(start=(0, 0), end=(99, 2)), ndim=(2,))],
        make=sums,
        ndim=(1, 2, 3),
        dtypes=REALS,
        tol=EXACT,
        exact="exact: the same sums in the same order",
        rescales=False,
        edge_shapes=False,
    ),
]
