"""opsin.filters.rank, rank_order, util.map_array and util.unique_rows against scikit-image."""

import numpy as np
import skimage.filters
import skimage.filters.rank as ski
import skimage.util
from skimage.morphology import ball, disk

from ..images import signed
from ..model import EXACT, Case, Lazy, Op, Tol

_RNG = np.random.default_rng(31)
HOLES = _RNG.random((5, 7)) < 0.5
EVEN = np.array([[1, 0, 1, 1], [0, 1, 1, 0]], bool)
VOLUME = _RNG.random((3, 2, 4)) < 0.6
FAR = np.zeros((3, 9), np.uint8)
FAR[0, 0] = FAR[2, 8] = 1  # without the centre: windows in a corner are empty


def _depth(bits):
    """uint16 images of so many bits, whatever dtype is asked for; a patch of one value, and some of the greatest."""

    def make(shape, dtype, rng):
        x = rng.integers(0, 1 << bits, shape).astype(np.uint16)
        x[tuple(slice(n // 2) for n in shape)] //= 4
        x[tuple(slice(0, max(1, n // 3)) for n in shape)] = 1
        x.flat[-1] = (1 << bits) - 1
        return (x,)

    return make


def _constant(shape, dtype, rng):
    return (np.full(shape, 7, np.uint8),)


def _share(share):
    return Lazy(lambda env: env.rng.random(env.shape) < share)


PLANAR = [
    Case(dict(footprint=HOLES), ndim=(2,)),
    Case(dict(footprint=disk(3), mask=_share(0.4)), ndim=(2,)),
    Case(dict(footprint=EVEN), ndim=(2,)),
    Case(dict(footprint=np.ones((4, 6)), shift_x=2, shift_y=-1), ndim=(2,)),
    Case(dict(footprint=HOLES, shift_x=-3, shift_y=2, mask=_share(0.7)), ndim=(2,)),
    Case(dict(footprint=np.ones((1, 1))), ndim=(2,)),
    Case(dict(footprint=np.ones((67, 3), np.uint8)), ndim=(2,)),  # higher than the image
    Case(dict(footprint=disk(40)), ndim=(2,)),
    Case(dict(footprint=np.ones((183, 183), np.uint8)), ndim=(2,)),  # more elements than 16 bits count
    Case(dict(footprint=np.zeros((3, 3))), ndim=(2,)),
    Case(dict(footprint=FAR), ndim=(2,)),
    Case(dict(footprint=FAR - 0.5, mask=_share(0.05)), ndim=(2,)),
    Case(dict(footprint=HOLES, mask=Lazy(lambda env: (env.rng.random(env.shape) * 3).astype(np.uint8))), ndim=(2,)),
    Case(dict(footprint=HOLES, mask=Lazy(lambda env: env.rng.random(env.shape) / 150)), ndim=(2,)),
    Case(dict(footprint=HOLES, shift_x=True), ndim=(2,)),
    Case(dict(footprint=HOLES, shift_y=1.0), ndim=(2,)),
    Case(dict(footprint=disk(2)), make=_constant, ndim=(2,)),
    *(Case(dict(footprint=f), make=_depth(b), ndim=(2,)) for b in (1, 6, 8, 10, 12, 16) for f in (HOLES, disk(3))),
    Case(dict(footprint=disk(5), mask=_share(0.3), shift_y=1), make=_depth(12), ndim=(2,)),
    Case(dict(footprint=np.ones((183, 183), np.uint8)), make=_depth(9), ndim=(2,)),
]
SOLID = [
    Case(dict(footprint=VOLUME), ndim=(3,)),
    Case(dict(footprint=ball(2), mask=_share(0.4)), ndim=(3,)),
    Case(dict(footprint=VOLUME, shift_x=-1, shift_y=-1, shift_z=1), ndim=(3,)),
    Case(dict(footprint=np.ones((3, 3, 3)), shift_x=1, shift_y=0, shift_z=-1, mask=_share(0.5)), ndim=(3,)),
    Case(dict(footprint=np.ones((1, 1, 1))), ndim=(3,)),
    Case(dict(footprint=np.ones((15, 3, 40))), ndim=(3,)),
    Case(dict(footprint=np.zeros((3, 3, 3))), ndim=(3,)),
    *(Case(dict(footprint=VOLUME), make=_depth(b), ndim=(3,)) for b in (8, 12, 16)),
]
BAD = [
    dict(footprint=disk(1), shift_x=5),
    dict(footprint=disk(1), shift_y=-5),
    dict(footprint=VOLUME, shift_z=3),
    dict(footprint=VOLUME, shift_x=-2),
    Case(dict(footprint=disk(1), shift_x=200), ndim=(2,)),
    Case(dict(footprint=disk(1), shift_y="1"), ndim=(2,)),
    dict(footprint=[(disk(1), 1)]),
    dict(footprint=[[1, 1, 1]]),
    dict(footprint=np.ones(3)),
    dict(footprint=np.zeros((0, 3))),
    Case(dict(footprint=disk(1)), make=lambda shape, dtype, rng: (np.full(shape, 1.5),)),
    Case(dict(footprint=disk(1)), make=lambda shape, dtype, rng: (rng.random(shape) < 0.5,), ndim=(2,)),
    Case(dict(footprint=disk(1)), make=lambda shape, dtype, rng: (np.zeros(shape, complex),), ndim=(2,)),
]

SAME = "the same integers on every backend"
IN_PLACE = "`out` may overlap the image and have any strides"
COMMON = dict(sync="some", rescales=False, nan=False)


def _generic(name, exact=SAME, tol=EXACT):
    args = [PLANAR[0], SOLID[0], *PLANAR[1:], *SOLID[1:]]
    if name == "median":
        args.append({})
    if name == "noise_filter":  # its footprint is indexed with the shift
        args = [a for a in args if a.kwargs.get("shift_y") != 1.0]
    return Op(
        f"filters.rank.{name}",
        getattr(ski, name),
        args,
        exact,
        tol=tol,
        ndim=(2, 3),
        bad=BAD,
        differences=IN_PLACE,
        **COMMON,
    )


def _planar(name, more, bad):
    first = dict(more[0])
    args = [
        *(Case(c.kwargs | first, make=c.make, ndim=c.ndim) for c in PLANAR),
        *(
            Case(dict(footprint=disk(3), mask=_share(0.8)) | m, make=make)
            for m in more
            for make in (None, _depth(11), _constant)
        ),
        dict(footprint=HOLES),
    ]
    bad = [*(b for b in BAD if "shift_z" not in (b.kwargs if isinstance(b, Case) else b)), *bad]
    return Op(
        f"filters.rank.{name}",
        getattr(ski, name),
        args,
        SAME,
        tol=EXACT,
        ndim=(2,),
        bad=bad,
        differences=IN_PLACE,
        **COMMON,
    )


PERCENTILES = [
    dict(p0=0.1, p1=0.9),
    dict(p0=0.5, p1=0.5),
    dict(p0=0.8, p1=0.2),
    dict(p0=0, p1=1),
    dict(p0=1, p1=1),
    dict(p0=0.25, p1=0.75),
    dict(p0=-0.5, p1=1.5),
    dict(p0=1.5, p1=-0.5),
    dict(p0=np.nan, p1=np.nan),
]
DISTANCES = [
    dict(s0=30, s1=60),
    dict(s0=0, s1=0),
    dict(s0=1, s1=1),
    dict(s0=500, s1=500),
    dict(s0=-20, s1=40),
    dict(s0=2**40, s1=2**40),
]


def _histogram():
    cases = [*(c for c in PLANAR if c.make is None), *(Case(dict(footprint=disk(2)), make=_depth(b)) for b in (5, 11))]
    return Op(
        "filters.rank.windowed_histogram",
        ski.windowed_histogram,
        [
            *cases,
            *(dict(footprint=HOLES, n_bins=n) for n in (1, 16, 200, 256)),
            dict(footprint=HOLES, n_bins=0),
            Case(dict(footprint=HOLES), make=_constant),
        ],
        "counts times one rounded number, in float64",
        tol=EXACT,
        ndim=(2,),
        bad=[dict(footprint=disk(1), shift_x=5), dict(footprint=disk(1), n_bins=-1), dict(footprint=[(disk(1), 1)])],
        dtypes=("bool", "uint8", "float16", "float32", "float64"),  # of others the oracle reads what is no histogram
        differences="bins above 255 of an 8 bit image are 0",
        **COMMON,
    )


def _labels(most):
    """Integers below `most`, or -20 up for signed ones; those of 64 and 32 bits in place of floats."""

    def make(shape, dtype, rng):
        dtype = np.dtype(dtype)
        dtype = np.dtype(f"int{8 * dtype.itemsize}") if dtype.kind == "f" else dtype
        x = rng.integers(-20 if dtype.kind == "i" else 0, most, shape)
        return (np.asarray(x).astype(dtype),)

    return make


def _few_values(shape, dtype, rng):
    """Rows that repeat."""
    return (np.asarray(rng.integers(0, 2, shape) * rng.integers(0, 3, shape)).astype(dtype),)


def _map(inputs, outputs, **more):
    return dict(
        input_vals=Lazy(lambda env: np.asarray(inputs)), output_vals=Lazy(lambda env: np.asarray(outputs)), **more
    )


_RESULTS = np.arange(200) * 1.5 - 7
_MAP_ARRAY = Op(
    "util.map_array",
    skimage.util.map_array,
    [
        _map(np.arange(100), _RESULTS),
        _map([3, 1, 90, 3, -4], np.array([5, 6, 7, 8, 9], np.uint16)),
        _map([2, 100, -100, 2**31 - 1], np.array([1, 2, 3, 4], np.float32)),
        _map([7], np.array([True])),
        _map([7.9, 3], np.array([1j, 2], np.complex128)),
        _map([1, 2, 3], np.array([1j, 2, 3], np.complex64)),
        _map(np.arange(0, 2**20, 3), np.arange(2**20, dtype=np.int8)),
        _map(np.zeros(0, int), np.zeros(0)),
        Case(_map(np.arange(0, 2**30, 2**22), np.arange(2**8)), make=_labels(100)),
    ],
    "the same elements",
    tol=EXACT,
    make=_labels(100),
    bad=[
        _map([[1, 2]], [1, 2]),
        _map([1, 2], [[1, 2]]),
        Case(_map([1], [2]), make=lambda shape, dtype, rng: (np.zeros(shape),)),
        Case(_map([1], [2]), make=lambda shape, dtype, rng: (np.zeros(shape, bool),)),
        _map([1], [2], out=np.zeros((1, 2, 3))),
    ],
    rescales=False,
    nan=False,
    dtype_args=9,
    differences="fewer output than input values are refused; scikit-image reads on",
)
_RANK_ORDER = Op(
    "filters.rank_order",
    skimage.filters.rank_order,
    [{}, Case({}, make=_labels(5)), Case({}, make=lambda shape, dtype, rng: (np.zeros(shape, dtype),))],
    "the same ranks and values",
    tol=EXACT,
    make=signed,
    sync="shape",
    rescales=False,
    nan=False,
    dtype_args=3,
    differences="NaN is one value; scikit-image gives each its own rank",
)
_UNIQUE_ROWS = Op(
    "util.unique_rows",
    skimage.util.unique_rows,
    [{}, Case({}, make=signed), Case({}, make=_labels(2))],
    "the same rows",
    tol=EXACT,
    ndim=(2,),
    make=_few_values,
    sync="shape",
    rescales=False,
    dtype_args=3,
)

_ENTROPY = Tol(f64=1e-13)
ROWS = [
    *(
        _generic(n)
        for n in (
            "autolevel",
            "enhance_contrast",
            "equalize",
            "gradient",
            "majority",
            "maximum",
            "mean",
            "median",
            "minimum",
            "modal",
            "noise_filter",
            "otsu",
            "pop",
            "subtract_mean",
            "sum",
            "threshold",
        )
    ),
    _generic("geometric_mean", "the same integers; logarithms are summed as multiples of 2^-45 or less"),
    _generic(
        "entropy", "1e-13 of scikit-image's; the sum of n log n is one of integers, the same everywhere", _ENTROPY
    ),
    *(
        _planar(f"{n}_percentile", PERCENTILES, [dict(footprint=HOLES, p0="a")])
        for n in ("autolevel", "enhance_contrast", "gradient", "mean", "pop", "subtract_mean", "sum")
    ),
    *(
        _planar(n, [dict(p0=m["p0"]) for m in PERCENTILES], [dict(footprint=HOLES, p0="a")])
        for n in ("percentile", "threshold_percentile")
    ),
    *(
        _planar(f"{n}_bilateral", DISTANCES, [dict(footprint=HOLES, s0=1.5), dict(footprint=HOLES, s1="a")])
        for n in ("mean", "pop", "sum")
    ),
    _histogram(),
    _RANK_ORDER,
    _MAP_ARRAY,
    _UNIQUE_ROWS,
]
