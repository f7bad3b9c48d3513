"""metrics: structural similarity, squared errors, mutual information."""

import numpy as np
import skimage.metrics as ski

from ..images import array, pair
from ..model import REALS, Case, Op, Tol

SUMS = "tolerance: float64 sums in another order"


def _alike(shape, dtype, rng):
    """An image and the same with noise: a similarity well away from 0."""
    a = array(shape, dtype, rng)
    b = array(shape, dtype, rng)
    return a, np.where(rng.random(shape) < 0.7, a, b).astype(a.dtype)


def _alike_signed(shape, dtype, rng):
    a = array(shape, dtype, rng, signed=True)
    return a, np.where(rng.random(shape) < 0.7, a, array(shape, dtype, rng, signed=True)).astype(a.dtype)


def _equal(shape, dtype, rng):
    a = array(shape, dtype, rng)
    return a, a.copy()


def _constant(shape, dtype, rng):
    return np.full(shape, 3, dtype), np.full(shape, 1, dtype)


def _other_dtype(dtype0, dtype1):
    return lambda shape, dtype, rng: (array(shape, dtype0, rng), array(shape, dtype1, rng))


def _other_shape(shape, dtype, rng):
    return array(shape, dtype, rng), array(tuple(n + 1 for n in shape), dtype, rng)


def _other_ndim(shape, dtype, rng):
    return array(shape, dtype, rng), array((*shape, 2), dtype, rng)


def _smaller(shape, dtype, rng):
    return array(shape, dtype, rng), array((max(1, shape[0] - 3), *(n + 2 for n in shape[1:])), dtype, rng)


def _outside(shape, dtype, rng):
    a, b = _alike(shape, dtype, rng)
    return (a * 3, b) if a.dtype.kind == "f" else (a.astype(float) * 3, b)


RANGE = dict(data_range=1.0)
WANG = dict(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0)

ROWS = [
    Op(
        "metrics.structural_similarity",
        ski.structural_similarity,
        args=[
            dict(win_size=3, data_range=1.0),
            dict(win_size=3, full=True, data_range=255),
            dict(win_size=3, gradient=True, data_range=1.0),
            dict(win_size=3, gradient=True, full=True, data_range=2.5),
            Case(RANGE, ndim=(1, 2, 3)),
            Case(dict(full=True, **RANGE), ndim=(1, 2, 3)),
            Case(dict(win_size=11, full=True, **RANGE), ndim=(1, 2, 3)),
            Case(dict(win_size=15, full=True, gradient=True, **RANGE), ndim=(1, 2)),
            Case(dict(win_size=21, full=True, **RANGE), ndim=(1, 2)),
            Case(WANG, ndim=(1, 2, 3)),
            Case(dict(full=True, gradient=True, **WANG), ndim=(1, 2, 3)),
            Case(dict(gaussian_weights=True, sigma=0.7, full=True, **RANGE)),
            dict(gaussian_weights=True, win_size=5, full=True, **RANGE),
            Case(dict(gaussian_weights=True, sigma=3, win_size=5, full=True, **RANGE), ndim=(2,)),
            dict(gaussian_weights=True, sigma=0, win_size=3, full=True, **RANGE),
            dict(win_size=3, use_sample_covariance=False, K1=0.05, K2=0.1, full=True, **RANGE),
            dict(win_size=1, use_sample_covariance=False, full=True, **RANGE),
            Case(dict(win_size=3, channel_axis=-1, **RANGE), ndim=(2, 3, 4)),
            Case(dict(win_size=3, channel_axis=0, full=True, **RANGE), ndim=(2, 3, 4)),
            Case(dict(win_size=3, channel_axis=1, full=True, gradient=True, **RANGE), ndim=(3, 4)),
            Case(dict(win_size=3, full=True, **RANGE), make=_equal),
            Case(dict(win_size=3, full=True, data_range=10), make=_constant),
            Case(dict(win_size=3), make=_other_dtype("uint8", "uint8")),
            Case(dict(win_size=3), make=_other_dtype("uint8", "uint16")),
            Case(dict(win_size=3, channel_axis=-1), make=_other_dtype("int16", "int16"), ndim=(2, 3)),
            Case(dict(win_size=3), make=_other_dtype("bool", "bool")),
            Case(dict(win_size=3, full=True, **RANGE), make=_other_dtype("float32", "float64")),
            Case(dict(win_size=3, full=True, **RANGE), make=_other_dtype("float64", "uint8")),
        ],
        bad=[
            dict(win_size=4, **RANGE),
            dict(win_size=201, **RANGE),
            dict(win_size=1, **RANGE),
            dict(win_size=3, K1=-1, **RANGE),
            dict(win_size=3, K2=-1, **RANGE),
            dict(win_size=3, sigma=-1, **RANGE),
            dict(win_size=3, channel_axis=7, **RANGE),
            dict(gaussian_weights=True, sigma=60, **RANGE),
            Case(dict(win_size=3), make=_other_dtype("float32", "float32")),
            Case(dict(win_size=3), make=_other_dtype("uint8", "float32")),
            Case(dict(win_size=3, **RANGE), make=_other_shape),
        ],
        make=_alike,
        tol=Tol(f32=2e-4, f64=1e-11),
        exact="tolerance: a variance is the difference of two means, whose rounding it blows up (SciPy's running sums as ours)",
        rescales=False,
        nan=False,
        differences="NaN and inf reach no further than the windows that hold them; SciPy's running sums carry them to the end "
        "of a line. A NumPy float64 as `data_range` does not turn float32 images of results into float64 ones",
    ),
    Op(
        "metrics.mean_squared_error",
        ski.mean_squared_error,
        args=[
            {},
            Case({}, make=_other_dtype("float32", "uint8")),
            Case({}, make=_other_dtype("float16", "float32")),
            Case({}, make=_equal),
        ],
        bad=[Case({}, make=_other_shape), Case({}, make=_other_ndim)],
        make=pair,
        tol=Tol(f32=1e-12, f64=1e-12),
        exact=SUMS + " of the same squares",
        rescales=False,
    ),
    Op(
        "metrics.normalized_root_mse",
        ski.normalized_root_mse,
        args=[
            {},
            dict(normalization="min-max"),
            dict(normalization="mean"),
            dict(normalization="Euclidean"),
            Case(dict(normalization="mean"), make=_other_dtype("float32", "uint8")),
            Case(dict(normalization="min-max"), make=_other_dtype("float32", "float16")),
        ],
        bad=[
            dict(normalization="nonsense"),
            Case({}, make=_other_shape),
        ],
        make=pair,
        tol=Tol(f32=2e-6, f64=1e-12),
        exact=SUMS + "; the mean of a float32 image is a float32 in the oracle",
        rescales=False,
    ),
    Op(
        "metrics.peak_signal_noise_ratio",
        ski.peak_signal_noise_ratio,
        args=[
            {},
            dict(data_range=3),
            dict(data_range=np.uint8(200)),
            Case({}, make=_alike_signed),
            Case({}, make=_equal),
            Case({}, make=_other_dtype("uint8", "uint16")),
            Case(dict(data_range=1), make=_other_dtype("float32", "uint8")),
        ],
        bad=[Case({}, make=_other_shape), Case({}, make=_outside)],
        make=_alike,
        dtypes=REALS,
        tol=Tol(f32=1e-12, f64=1e-12),
        exact=SUMS,
        sync="some",
        rescales=False,
        differences="without data_range, images of floats are looked through for values outside [-1, 1], which a call on CUDA "
        "waits for; with it, nothing waits",
    ),
    Op(
        "metrics.normalized_mutual_information",
        ski.normalized_mutual_information,
        args=[
            {},
            dict(bins=10),
            dict(bins=(7, 150)),
            dict(bins=[300, 200]),
            dict(bins=1),
            Case({}, make=_equal),
            Case({}, make=_constant),
            Case({}, make=_smaller),
            Case({}, make=_other_dtype("float32", "uint8")),
            Case({}, make=_other_dtype("float16", "int16")),
            Case({}, make=_other_dtype("uint64", "int64")),
            Case(dict(bins=33), make=_other_dtype("float16", "float16")),
        ],
        bad=[
            dict(bins=0),
            dict(bins=-3),
            dict(bins=(10, 0)),
            dict(bins=(1, 2, 3)),
            dict(bins=2.5),
            Case({}, make=_other_ndim),
        ],
        make=_alike,
        dtypes=REALS,
        tol=Tol(f32=1e-11, f64=1e-11),
        exact="tolerance: the same counts; entropies are float64 sums in another order",
        sync="some",
        rescales=False,
        differences="`bins` are numbers, not edges. Images of floats are looked through for NaN and inf, which a call on CUDA "
        "waits for",
    ),
]
