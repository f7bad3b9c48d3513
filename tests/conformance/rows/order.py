"""Rank, median and percentile filters of opsin.ndimage and opsin.filters against scipy.ndimage and scikit-image."""

import numpy as np
import scipy.ndimage as ndi
import skimage.filters as ski

from ..images import signed
from ..model import EXACT, Case, Lazy, Op
from .ndimage_morphology import HOLES, MODES, OUTPUTS, REALS
from .oracles import mend_median, mend_rank_filter

SAME = "bit for bit on every backend: elements of the image"
COMMON = dict(make=signed, tol=EXACT, exact=SAME, rescales=False, dtypes=REALS, nan=False)
NAN = "a NaN is above +inf, where SciPy's order is undefined; footprints of one axis may have holes"

MEDIAN_FILTER = mend_rank_filter(ndi.median_filter)

WINDOWS = [
    dict(size=3),
    dict(footprint=HOLES[2]),
    *(dict(size=s) for s in (5, 7, 1, (4, 6), (9, 9), (15, 16), (1, 9))),
    Case(dict(size=25), ndim=(1, 2)),  # SciPy's memory grows with the size to the power of twice the axes
    *(dict(footprint=HOLES[n]) for n in (1, 3)),
    dict(footprint=np.ones((4, 5))),
    dict(footprint=np.random.default_rng(1).random((17, 19)) < 0.6),
    *(dict(size=3, mode=m, cval=0.7) for m in MODES),
    *(dict(size=(5, 6), mode=m, cval=-0.7) for m in MODES[:5]),
    *(dict(footprint=HOLES[2], mode=m, cval=0.7) for m in MODES[:5]),
    *(dict(size=4, mode="constant", cval=c) for c in (300, -2.5)),
    dict(size=(4, 5), origin=(1, -2)),
    dict(footprint=HOLES[2], origin=(1, -2)),
    dict(footprint=HOLES[2], axes=(0, 2)),
    dict(footprint=HOLES[2], axes=(-1, 0), origin=(1, 0)),
    Case(dict(size=5, axes=1, mode="wrap"), ndim=(2, 3, 4)),
    dict(size=3, footprint=HOLES[2]),
    *(dict(size=s, output=o) for s in (3, 4) for o in OUTPUTS),
    dict(size=3, output=np.float64, mode="constant", cval=0.7),
]

BAD = [
    dict(),
    dict(footprint=np.zeros((3, 3))),
    dict(footprint=np.ones((3,) * 5)),
    dict(footprint=HOLES[2], origin=3),
    dict(size=3, origin=2),
    dict(size=(3,) * 5),
    dict(size=0),
    dict(size=2.5),
    dict(size=3, mode="nonsense"),
    dict(size=3, mode=("wrap",) * 5),
    Case(dict(size=3, mode=("wrap", "reflect")), ndim=(2,)),
    dict(size=3, axes=(0, 0)),
    dict(size=3, axes=9),
    dict(size=3, output="nonsense"),
]


def _with(cases, **more):
    return [Case(c.kwargs | more, ndim=c.ndim) if isinstance(c, Case) else c | more for c in cases]


def _op(name, args, bad):
    oracle = mend_rank_filter(getattr(ndi, name))
    return Op(f"ndimage.{name}", oracle, args=args, bad=bad, out="output", differences=NAN, **COMMON)


# NumPy's reductions run compiled for every kind; other functions are tested in tests/python/test_generic_filters.py.
REDUCTIONS = (np.mean, np.median, np.min, np.max, np.ptp, np.sum, np.prod, np.var, np.std)
GENERIC = [
    *(dict(function=f, size=3) for f in REDUCTIONS),
    *(dict(function=f, footprint=HOLES[2]) for f in (np.mean, np.std)),
    *(dict(function=f, size=(4, 6)) for f in (np.median, np.var)),
    dict(function=np.sum, size=(13, 17)),
    *(dict(function=np.mean, footprint=HOLES[n]) for n in (1, 3)),
    *(dict(function=np.mean, size=3, mode=m, cval=0.7) for m in MODES),
    dict(function=np.median, size=3, mode="constant", cval=0.7),
    dict(function=np.std, size=(4, 5), origin=(1, -2)),
    dict(function=np.mean, footprint=HOLES[2], axes=(0, 2)),
    Case(dict(function=np.mean, size=5, axes=1), ndim=(2, 3)),
    dict(function=np.mean, size=3, output=np.float64),
    dict(function=np.mean, size=3, footprint=HOLES[2]),
]


def _second_difference(env):
    def call(line, result, weight=1.0):
        n = result.shape[0]
        env.ndimage.correlate1d(line[1 : n + 1], [1, -2 * weight, 1], output=result)

    return call


SECOND = Lazy(_second_difference, on_device=False)


ROWS = [
    _op("median_filter", WINDOWS, BAD),
    _op(
        "rank_filter",
        [
            *(dict(rank=r, size=3) for r in (1, 0, -1, 2, -2)),
            *_with([w for w in WINDOWS[1:12] if w != dict(size=1)], rank=1),
            *(dict(rank=r, size=s) for r in (4, -5) for s in (5, (4, 6), (11, 11))),
            Case(dict(rank=0, size=3, mode=("wrap", "constant"), cval=0.4), ndim=(2,)),
            dict(rank=-1, footprint=HOLES[2], origin=(1, -2)),
        ],
        [dict(rank=99, size=3), dict(rank=-99, size=3), dict(rank=1.5, size=3), *_with(BAD, rank=1)],
    ),
    _op(
        "percentile_filter",
        [
            *(dict(percentile=p, size=3) for p in (20, 0, 100, 50, 99.9, -30)),
            *_with(WINDOWS[1:12], percentile=25),
            dict(percentile=75.5, footprint=HOLES[2], mode="wrap"),
        ],
        [dict(percentile=101, size=3), dict(percentile=-101, size=3), *_with(BAD, percentile=25)],
    ),
    Op(
        "filters.median",
        mend_median(ski.median, MEDIAN_FILTER),
        args=[
            {},
            dict(footprint=HOLES[2]),
            *(dict(footprint=np.ones((n,) * 2)) for n in (5, 7, 15)),
            *(dict(footprint=HOLES[n]) for n in (1, 3)),
            *(dict(mode=m, cval=0.3) for m in MODES[:5]),
            dict(footprint=HOLES[2], mode="constant", cval=0.3),
        ],
        bad=[
            dict(footprint=np.zeros((3, 3))),
            dict(footprint=np.ones((3,) * 5)),
            dict(mode="nonsense"),
        ],
        out="out",
        differences=NAN,
        **COMMON,
    ),
    Op(
        "ndimage.generic_filter",
        ndi.generic_filter,
        args=GENERIC,
        bad=[
            dict(function=np.mean),
            dict(function=np.mean, size=3, origin=2),
            dict(function=np.mean, footprint=np.ones((3,) * 5)),
            dict(function=np.mean, size=3, mode="nonsense"),
            dict(function=np.mean, size=3, axes=(0, 0)),
            dict(function=None, size=3),
            dict(function=lambda window: "no number", size=3),
            dict(),
        ],
        out="output",
        differences="on a GPU a function that is not NumPy's gets batches of windows",
        **(COMMON | dict(exact="bit for bit on every backend: NumPy's order of additions", ndim=(1, 2, 3), nan=True)),
    ),
    Op(
        "ndimage.generic_filter1d",
        ndi.generic_filter1d,
        args=[
            dict(function=SECOND, filter_size=3),
            dict(function=SECOND, filter_size=4, axis=0),
            *(dict(function=SECOND, filter_size=6, mode=m, cval=0.7) for m in MODES),
            dict(function=SECOND, filter_size=7, origin=2),
            dict(function=SECOND, filter_size=3, extra_arguments=(0.5,)),
            dict(function=SECOND, filter_size=3, extra_keywords=dict(weight=2)),
            dict(function=SECOND, filter_size=3, output=np.float64),
        ],
        bad=[
            dict(function=SECOND, filter_size=0),
            dict(function=SECOND, filter_size=3, axis=7),
            dict(function=SECOND, filter_size=3, origin=2),
            dict(function=SECOND, filter_size=3, mode="nonsense"),
            dict(function=None, filter_size=3),
            dict(),
        ],
        out="output",
        differences="on a GPU the function gets lines of the caller's kind, opsin.Array for JAX's",
        **(COMMON | dict(exact="what the function writes", ndim=(1, 2, 3))),
    ),
]
