"""opsin.ndimage against scipy.ndimage."""

import numpy as np
import scipy.ndimage as ndi

from ..images import complex_image, signed
from ..model import Case, Lazy, Op, Tol
from .oracles import mend_correlate

MODES = ("reflect", "constant", "nearest", "mirror", "wrap", "grid-mirror", "grid-constant", "grid-wrap")
SUMS = "float results within a few ulp of SciPy's f64 sums; integer results equal to SciPy's sums and casts"
ALL_DTYPES = Op.__dataclass_fields__["dtypes"].default
# SciPy's running sum of wider integers rounds, with or without a fraction from cval: no result to equal.
NARROW = tuple(t for t in ALL_DTYPES if t not in ("int32", "uint32", "int64", "uint64"))
LINE_TOL = Tol(f32=1e-6, f64=1e-13)
# A root of a sum of squares has the error of the sum, so the sum is compared.
MAGNITUDE_TOL = Tol(f32=3e-6, f64=1e-13, key=lambda magnitude, ndim: magnitude**2)

_RNG = np.random.default_rng(5)
WEIGHTS = {1: _RNG.standard_normal(5), 2: _RNG.standard_normal((3, 4)), 3: _RNG.standard_normal((3, 2, 3))}
SYMMETRIC, ANTISYMMETRIC, EVEN = [1.0, 4, 6, 4, 1], [-1, -2, 0, 2, 1], np.array([0.5, 1.5, -1, 0.25])
# Antisymmetric to SciPy, which looks at the pairs alone; the second is long enough for every engine's wide path.
ODD_WITH_CENTRE = ([-1, 5, 1], [-1.0, -2, -3, 0.5, 7, -0.5, 3, 2, 1])
LONG = np.hanning(301)
OUTPUTS = (np.float32, np.float64, "uint8", np.int16, float)


def _row(name, args, bad=(), **changes):
    """What all of SciPy's linear filters share: modes, output, refusals."""
    defaults = dict(make=signed, tol=LINE_TOL, exact=SUMS, out="output", rescales=False) | changes
    first = _of(args[0])
    outputs = OUTPUTS if "weights" in first and np.ndim(first["weights"]) > 1 else (*OUTPUTS, bool)
    args = [
        *args,
        *(dict(first, output=o) for o in outputs),
        *(Case(dict(first, output=o), make=complex_image) for o in (None, "complex64", np.complex128)),
        Case(dict(first, mode="constant", cval=1 - 0.5j), make=complex_image),
    ]
    refused = (dict(mode="nonsense"), dict(output="nonsense"), dict(output="complex64"), dict(output="bool"))
    # Weights of another ndim than the image are refused first: one wrong argument at a time.
    ndim = (np.ndim(first["weights"]),) if np.ndim(first.get("weights", 0)) > 1 else None
    bad = [*bad, *(Case(dict(first, **r), ndim=ndim) for r in refused)]
    return Op(f"ndimage.{name}", defaults.pop("oracle", getattr(ndi, name)), args=args, bad=bad, **defaults)


def _of(case):
    return case.kwargs if isinstance(case, Case) else case


NO_RUNNING_SUM = (
    "no running sum: a NaN or inf stays inside its window, where SciPy smears it along the rest of the line; on CUDA an integer "
    "result may differ by one where a cval such as 0.7 makes the sums inexact"
)
# Sums of integers and this are exact in any order: those of 0.7 are not, and a sum that ends just below an integer is cut.
EXACT_CVAL = 0.75


def _borders(first, *, per_axis=True, cval=0.7):
    cases = [dict(first, mode=m, cval=cval) for m in MODES]
    if per_axis:
        cases += [dict(first, mode=["wrap", "constant"], cval=-0.3), dict(first, mode=("mirror", "nearest", "reflect"))]
    return cases


def _nd_kernels(name):
    args = [
        *(dict(weights=WEIGHTS[n]) for n in (2, 1, 3)),
        Case(dict(weights=WEIGHTS[2] + 1j * WEIGHTS[2][::-1]), ndim=(2,)),
        *(dict(weights=WEIGHTS[2], mode=m, cval=0.7) for m in MODES),
        *(dict(weights=WEIGHTS[n], origin=o) for n, o in ((1, 1), (2, (1, -1)), (2, (-1, 0)), (3, (0, -1, 1)))),
        dict(weights=np.ones((3, 3), int)),
        dict(weights=[[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        dict(weights=np.hanning(41)[:, None] * np.hanning(63)),  # larger than the image
        dict(weights=WEIGHTS[2], axes=(0, 2)),
        dict(weights=WEIGHTS[2], axes=(-1, 0), origin=(0, -1)),
        Case(dict(weights=WEIGHTS[1], axes=1, mode="wrap"), ndim=(2, 3, 4)),
    ]
    bad = [
        dict(weights=np.ones((2,) * 6)),
        dict(weights=np.ones((3, 3)), origin=2),
        dict(weights=np.ones((3, 3)), origin=(0, -2)),
        dict(weights=np.ones((0, 3))),
        dict(weights=np.ones((3, 3)), axes=(0, 0)),
        dict(weights=np.ones((3, 3)), axes=(0, 9)),
        dict(weights=np.ones((3, 3)), mode=("wrap", "constant")),
        dict(),
    ]
    return _row(
        name,
        args,
        bad,
        oracle=mend_correlate(getattr(ndi, name)),
        differences="never reads outside a small image (SciPy's mode reflect does when the kernel's radius is twice its size)",
        tol=Tol(f32=4e-6, f64=1e-13),  # 2583 products, summed in float32
        dtypes=tuple(t for t in ALL_DTYPES if t != "uint64"),  # C leaves the cast of sums below -2^63 to uint64 open
    )


def _lines(name):
    first = dict(weights=SYMMETRIC)
    args = [
        first,
        dict(weights=EVEN),
        dict(weights=ANTISYMMETRIC, axis=0),
        *(dict(weights=w, axis=a) for w in ODD_WITH_CENTRE for a in (0, -1)),
        dict(weights=WEIGHTS[1], axis=-2),
        *_borders(dict(weights=WEIGHTS[1]), per_axis=False),
        *(dict(weights=LONG, mode=m) for m in MODES),
        *(dict(weights=EVEN, origin=o) for o in (-2, -1, 1)),
        dict(weights=np.array([1 + 2j, 0.5, -1j])),
        dict(weights=[3]),
    ]
    bad = [
        dict(weights=[]),
        dict(weights=np.ones((3, 3))),
        dict(weights=[1, 2, 1], axis=9),
        dict(weights=[1, 2, 1], origin=2),
        dict(),
    ]
    return _row(name, args, bad)


GAUSSIAN_FILTER = [
    dict(sigma=1.5),
    dict(sigma=1, order=1),
    *(dict(sigma=2, order=o) for o in (2, 3, (1, 0), [0, 2], (1, 1, 0))),
    dict(sigma=(1, 2.5)),
    dict(sigma=(0, 2)),
    dict(sigma=0),
    dict(sigma=25),
    dict(sigma=2, truncate=2.5),
    dict(sigma=2, radius=3),
    dict(sigma=2, radius=(2, 4)),
    dict(sigma=1, axes=0),
    dict(sigma=(1, 2), axes=(0, 1)),
    dict(sigma=(1, 2), axes=(2, 0), order=(0, 1), mode=("wrap", "nearest")),
    *_borders(dict(sigma=1.5)),
]

SIGMA_BAD = [dict(sigma=(1,) * 6), dict(sigma=1, axes=(0, 0)), dict(sigma=1, axes=9), dict()]


def _uniform_cases():
    return [
        {},
        dict(size=5),
        dict(size=4, origin=1),
        dict(size=4, origin=-2),
        dict(size=(3, 5)),
        dict(size=(3, 4, 2), origin=(0, -1, 0)),
        dict(size=1),
        dict(size=0),  # SciPy skips the axes with size 1 or less
        dict(size=-2),
        dict(size=90),
        dict(size=3, axes=0),
        dict(size=(3, 5), axes=(-1, 0)),
        *_borders(dict(size=4), cval=EXACT_CVAL),
    ]


def _sobel_like(name):
    args = [{}, dict(axis=0), *_borders({}), dict(axis=-2, mode="wrap")]
    return _row(name, args, [dict(axis=9), dict(mode=("wrap",) * 6)])


def _gaussian_of(name, tol):
    args = [
        dict(sigma=1.5),
        dict(sigma=(1, 2)),
        *_borders(dict(sigma=1.2)),
        dict(sigma=2, truncate=2.5),
        dict(sigma=2, radius=4),
        dict(sigma=1, axes=(0, 1)),
        dict(sigma=(1, 2), axes=(0, -1)),
    ]
    return _row(name, args, SIGMA_BAD, tol=tol)


def _second(env):
    return lambda x, axis, output, mode, cval: env.ndimage.correlate1d(x, [1, -2, 1], axis, output, mode, cval, 0)


def _first(env):
    return lambda x, axis, output, mode, cval: env.ndimage.correlate1d(x, [-1, 0, 1], axis, output, mode, cval, 0)


def _extra(env):
    return lambda x, axis, output, mode, cval, a, b=1: env.ndimage.correlate1d(
        x, [a, -b, 1], axis, output, mode, cval, 0
    )


def _callback(name, parameter, plain, tol):
    plain, extra = Lazy(plain, on_device=False), Lazy(_extra, on_device=False)
    first = {parameter: plain}
    args = [
        first,
        *_borders(first),
        {parameter: extra, "extra_arguments": (0.5,), "extra_keywords": {"b": 2}},
        {parameter: plain, "axes": (0, 1)},
        {parameter: plain, "axes": 0, "mode": "wrap"},
    ]
    return _row(
        name,
        args,
        [{parameter: plain, "axes": 9}, {parameter: None}, {}],
        tol=tol,
        writes_arrays=True,
        differences="the derivative is a Python callable, called with arrays of the caller's kind",
    )


ROWS = [
    _nd_kernels("correlate"),
    _nd_kernels("convolve"),
    _lines("correlate1d"),
    _lines("convolve1d"),
    _row("gaussian_filter", GAUSSIAN_FILTER, [*SIGMA_BAD, dict(sigma=1, order=-1), dict(sigma=1, radius=-1)]),
    _row(
        "gaussian_filter1d",
        [
            dict(sigma=1.5),
            dict(sigma=1, order=1, axis=0),
            *(dict(sigma=2, order=o) for o in (2, 3, 4)),
            dict(sigma=25),
            dict(sigma=2, truncate=2.5),
            dict(sigma=2, radius=3),
            *_borders(dict(sigma=1.5), per_axis=False),
        ],
        [dict(sigma=1, order=-1), dict(sigma=1, axis=9), dict(sigma=1, radius=-1), dict(sigma=1, radius=1.5), dict()],
    ),
    _row(
        "uniform_filter",
        _uniform_cases(),
        [dict(size=(3,) * 6), dict(size=3, origin=2), dict(size=3, axes=(0, 0))],
        exact="float results within a few ulp of a running sum; integer results equal to SciPy's",
        dtypes=NARROW,
        tol=Tol(f32=1e-6, f64=1e-12),
        nan=False,  # SciPy's running sum smears a NaN along the rest of the line
        differences=NO_RUNNING_SUM,
    ),
    _row(
        "uniform_filter1d",
        [
            dict(size=3),
            dict(size=5, axis=0),
            dict(size=4, origin=1),
            dict(size=4, origin=-2),
            dict(size=1),
            dict(size=301, mode="mirror"),
            *_borders(dict(size=4), per_axis=False, cval=EXACT_CVAL),
        ],
        [dict(size=0), dict(size=-1), dict(size=3, origin=2), dict(size=3, axis=9), dict()],
        exact="float results within a few ulp of a running sum; integer results equal to SciPy's",
        dtypes=NARROW,
        tol=Tol(f32=1e-6, f64=1e-12),
        nan=False,
        differences=NO_RUNNING_SUM,
    ),
    _sobel_like("sobel"),
    _sobel_like("prewitt"),
    _row(
        "laplace",
        [{}, *_borders({}), dict(axes=(0,)), dict(axes=1), dict(axes=(0, -1), mode=("wrap", "nearest"))],
        [dict(axes=9), dict(axes=(0, 0)), dict(mode=("wrap",) * 6)],
    ),
    _gaussian_of("gaussian_laplace", Tol(f32=3e-6, f64=1e-13)),
    _gaussian_of("gaussian_gradient_magnitude", MAGNITUDE_TOL),
    _callback("generic_laplace", "derivative2", _second, LINE_TOL),
    _callback("generic_gradient_magnitude", "derivative", _first, MAGNITUDE_TOL),
]
