"""measure: moments of images and points, and what is made of them."""

import numpy as np
import skimage.measure as ski

from ..images import array
from ..model import Case, Lazy, Op, Tol

EVERY = (1, 2, 3, 4)
SPACING = Lazy(lambda env: (0.5, 2.0, 1.25, 3.0)[: len(env.shape)], on_device=False)
CENTER = Lazy(lambda env: (1.5, 2.0, 3.25, 0.0)[: len(env.shape)], on_device=False)
NUMBERS = "integers as long as float64 holds the sums; floats to a few ulp: another order of float64 sums"
# float32 images: scikit-image sums in float32.
SUMS32 = Tol(f32=2e-4, f64=1e-12)


def _points(shape, dtype, rng):
    """As many points as the image has rows, of as many coordinates as it has axes."""
    if len(shape) == 0:
        return (array(shape, dtype, rng),)
    return (array((shape[0], len(shape)), dtype, rng),)


def _few(shape, dtype, rng):
    """Integers small enough that powers of them are."""
    points = _points(shape, dtype, rng)[0]
    return ((points % 50 if points.dtype.kind in "iu" else points),)


def _central(shape, dtype, rng, order=3):
    return (np.asarray(ski.moments_central(array(shape, "float64", rng), order=order)).astype(dtype),)


def _normalized(shape, dtype, rng):
    return (np.nan_to_num(ski.moments_normalized(_central(shape, "float64", rng)[0])).astype(dtype),)


ROWS = [
    Op(
        "measure.moments",
        ski.moments,
        args=[{}, dict(spacing=SPACING), dict(order=0), dict(order=1), dict(order=5, spacing=SPACING)],
        bad=[Case(dict(spacing=(1,)), ndim=(2, 3))],
        exact=NUMBERS,
        tol=SUMS32,
        rescales=False,
        single=True,
        nan=False,
    ),
    Op(
        "measure.moments_central",
        ski.moments_central,
        args=[
            dict(center=CENTER),
            {},
            dict(center=CENTER, order=2, spacing=SPACING),
            dict(order=2, spacing=SPACING),
            dict(order=1),
            Case(dict(order=4), ndim=(1, 2, 3)),
            dict(center=CENTER, order=5),
        ],
        bad=[Case(dict(center=(1,)), ndim=(2, 3)), Case(dict(order=0), ndim=(2, 3))],
        exact=NUMBERS + "; those about the centroid are differences of raw moments",
        tol=Tol(f32=3e-3, f64=1e-10),
        rescales=False,
        single=True,
        nan=False,
        noise_below=1000,
    ),
    Op(
        "measure.moments_coords",
        ski.moments_coords,
        args=[{}, dict(order=1), dict(order=4)],
        make=_few,
        bad=[Case({}, make=lambda shape, dtype, rng: (array(shape[:1], dtype, rng),))],
        exact=NUMBERS,
        tol=SUMS32,
        ndim=(2, 3),
        rescales=False,
        single=True,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.moments_coords_central",
        ski.moments_coords_central,
        args=[{}, dict(center=CENTER), dict(center=2.5, order=2), dict(order=1)],
        make=_few,
        bad=[dict(center=(1, 2, 3, 4, 5)), Case({}, make=lambda shape, dtype, rng: (array(shape[:1], dtype, rng),))],
        exact=NUMBERS,
        tol=SUMS32,
        ndim=(2, 3),
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.moments_normalized",
        ski.moments_normalized,
        args=[{}, dict(order=2), dict(spacing=SPACING)],
        make=_central,
        bad=[dict(order=4)],
        exact="tolerance: float64 powers",
        tol=Tol(f32=1e-5, f64=1e-12),
        ndim=(2, 3),
        dtypes=("float32", "float64", "int64"),
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.moments_hu",
        ski.moments_hu,
        args=[{}],
        make=_normalized,
        exact="tolerance: another order of the sums",
        tol=Tol(f32=1e-5, f64=1e-12),
        ndim=(2,),
        dtypes=("float16", "float32", "float64"),
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.centroid",
        ski.centroid,
        args=[{}, dict(spacing=SPACING)],
        exact=NUMBERS,
        tol=SUMS32,
        rescales=False,
        single=True,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.inertia_tensor",
        ski.inertia_tensor,
        args=[
            {},
            dict(spacing=SPACING),
            dict(mu=Lazy(lambda env: ski.moments_central(array(env.shape, "float64", env.rng), order=2))),
        ],
        exact=NUMBERS + "; differences of raw moments",
        tol=Tol(f32=3e-3, f64=1e-10),
        rescales=False,
        single=True,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.inertia_tensor_eigvals",
        ski.inertia_tensor_eigvals,
        args=[
            {},
            dict(spacing=SPACING),
            dict(T=Lazy(lambda env: ski.inertia_tensor(array(env.shape, "float64", env.rng)))),
        ],
        exact="tolerance: Jacobi rotations where the oracle calls LAPACK",
        tol=Tol(f32=3e-3, f64=1e-10),
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
]
