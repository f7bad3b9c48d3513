"""feature: canny, features at several scales, local maxima."""

import numpy as np
import skimage.feature as ski

from ..images import array, channels
from ..model import REALS, Case, Lazy, Op, Tol
from .filters import MODES

MASK = Lazy(lambda env: env.rng.random(env.shape) < 0.95)
LABELS = Lazy(lambda env: np.indices(env.shape).sum(axis=0) // 9 % 4)
CROSS = Lazy(lambda env: np.indices((3,) * len(env.shape)).sum(axis=0) % 2 == len(env.shape) % 2, on_device=False)


def _ramp(shape, dtype, rng):
    """Slopes and squares: magnitudes that tie."""
    x = np.zeros(shape, float)
    for k, g in enumerate(np.indices(shape)):
        x += np.clip(g, 5, 5 + 3 * (k + 1)) / 20
    x[tuple(slice(n // 3, n // 2) for n in shape)] += 0.5
    x = x / 3
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return (x,)  # float64 always: ties of float32 are those of its own rounding
    return ((x * np.iinfo(dtype).max if dtype.kind in "iu" else x > 0.5).astype(dtype),)


def _levels(shape, dtype, rng):
    """Few values, so that peaks tie and form plateaus."""
    return ((array(shape, "float64", rng) * 12).astype(int).astype(dtype),)


def _flat(shape, dtype, rng):
    return (np.ones(shape, dtype),)


NUMBERS = ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64", "bool", "complex64")

ROWS = [
    Op(
        "feature.canny",
        ski.canny,
        args=[
            {},
            dict(sigma=2, low_threshold=0.02, high_threshold=0.05),
            dict(sigma=0.7, low_threshold=0.05, high_threshold=0.06, mask=MASK),
            dict(use_quantiles=True, low_threshold=0.6, high_threshold=0.8),
            dict(use_quantiles=True, low_threshold=0.0, high_threshold=1.0),
            dict(use_quantiles=True, mask=MASK),
            *(dict(sigma=1.5, mode=m, cval=0.4, low_threshold=0.01, high_threshold=0.04) for m in MODES),
            Case(dict(sigma=1, low_threshold=0.01, high_threshold=0.05), make=_ramp),
            dict(sigma=(1, 2), low_threshold=0.01),
            dict(low_threshold=0, high_threshold=0),
            dict(sigma=9, low_threshold=0.001, high_threshold=0.002),
        ],
        bad=[
            dict(low_threshold=0.5, high_threshold=0.1),
            dict(use_quantiles=True, low_threshold=-0.1),
            dict(use_quantiles=True, high_threshold=1.5),
            dict(sigma=-1),
            dict(mode="nonsense"),
            Case({}, ndim=(1, 3, 4)),
        ],
        ndim=(2,),
        exact="float64 and integers bit for bit; float32 to the rounding of its smoothing, which may tip a tie",
        tol=Tol(outliers=0.004),
        dtypes=REALS,
        differences="float32: on a slope, where magnitudes tie, other elements may count as maxima",
        nan=False,
    ),
    Op(
        "feature.multiscale_basic_features",
        ski.multiscale_basic_features,
        args=[
            {},
            dict(intensity=False, sigma_max=4),
            dict(edges=False, texture=False, num_sigma=3),
            dict(texture=False, sigma_min=1, sigma_max=2, num_sigma=1),
            Case(dict(channel_axis=-1, sigma_max=2), make=channels(3), ndim=(3,)),
            Case(dict(channel_axis=0, sigma_max=2), make=channels(2, 0), ndim=(3,)),
        ],
        bad=[dict(intensity=False, edges=False, texture=False)],
        ndim=(2, 3),
        exact="tolerance: float32 throughout",
        tol=Tol(f32=2e-5, f64=2e-5),
        nan=False,
    ),
    Op(
        "feature.peak_local_max",
        ski.peak_local_max,
        args=[
            {},
            dict(min_distance=3),
            dict(min_distance=2, exclude_border=False, p_norm=2),
            dict(min_distance=2, exclude_border=1, num_peaks=5),
            dict(exclude_border=Lazy(lambda env: (1, 0, 2, 0)[: len(env.shape)], on_device=False)),
            dict(threshold_abs=0.5, threshold_rel=0.3),
            dict(footprint=CROSS),
            dict(min_distance=2, footprint=CROSS, p_norm=1),
            dict(min_distance=3, p_norm=0.5),
            Case({}, make=_levels),
            Case(dict(min_distance=4, p_norm=3), make=_levels),
            Case(dict(exclude_border=False), make=_flat),
            dict(labels=LABELS),
            dict(labels=LABELS, min_distance=2, num_peaks_per_label=2, exclude_border=False),
            dict(labels=LABELS, num_peaks=4, exclude_border=False),
            Case(dict(labels=LABELS, exclude_border=False), make=_flat),
            dict(min_distance=0),
        ],
        bad=[
            dict(exclude_border=-1),
            dict(exclude_border=1.5),
            dict(exclude_border=(1,) * 6),
            dict(labels=Lazy(lambda env: np.ones(env.shape))),
        ],
        ndim=(1, 2, 3),
        exact="bit for bit",
        tol=Tol(),
        dtypes=NUMBERS,
        sync="shape",
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "feature.corner_peaks",
        ski.corner_peaks,
        args=[
            {},
            dict(min_distance=3, exclude_border=False),
            dict(indices=False),
            dict(num_peaks=3, threshold_rel=0.2),
            dict(min_distance=2, p_norm=2, footprint=CROSS),
            Case(dict(min_distance=2), make=_levels),
            dict(labels=LABELS, num_peaks_per_label=2),
        ],
        bad=[dict(exclude_border=-1)],
        ndim=(2, 3),
        exact="bit for bit",
        tol=Tol(),
        dtypes=NUMBERS,
        sync="shape",
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
]
