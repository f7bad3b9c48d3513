"""Minimum and maximum filters and morphology of opsin.ndimage against scipy.ndimage."""

import numpy as np
import scipy.ndimage as ndi

from ..images import array, nothing, signed, walled
from ..model import EXACT, Case, Lazy, Op

SAME = "bit for bit on every backend: minima and maxima of elements"
MODES = ("reflect", "constant", "nearest", "mirror", "wrap", "grid-mirror", "grid-constant", "grid-wrap")
REALS = tuple(t for t in Op.__dataclass_fields__["dtypes"].default if not t.startswith("complex"))
# SciPy casts heights that are below zero to unsigned integers, which C leaves open; and bool elements may become 2.
NO_OPEN_CASTS = tuple(t for t in REALS if not t.startswith("u") and t != "bool")

_RNG = np.random.default_rng(9)
HOLES = {1: np.array([1, 0, 1, 1, 0], bool), 2: _RNG.random((4, 7)) < 0.4, 3: _RNG.random((3, 2, 5)) < 0.4}
HEIGHTS = {1: np.array([1, 4.5, 0]), 2: np.round(_RNG.random((3, 4)) * 9), 3: np.round(_RNG.random((2, 3, 3)) * 9)}
DIFFERENCES = ("morphological_gradient", "morphological_laplace")
OUTPUTS = (np.float32, np.float64, "uint8", np.int16)


def _op(name, args, bad=(), **changes):
    defaults = dict(make=signed, tol=EXACT, exact=SAME, out="output", rescales=False, dtypes=REALS) | changes
    return Op(f"ndimage.{name}", getattr(ndi, name), args=args, bad=bad, **defaults)


def _line(name):
    args = [
        dict(size=3),
        dict(size=8, axis=0),
        dict(size=33),
        dict(size=200, mode="mirror"),
        dict(size=1),
        *(dict(size=6, mode=m, cval=0.7) for m in MODES),
        *(dict(size=5, axis=-2 if o else 0, mode="constant", cval=-2.5, origin=o) for o in (-2, 1, 2)),
        dict(size=5, mode="constant", cval=300),
        *(dict(size=4, output=o) for o in OUTPUTS),
    ]
    bad = [
        dict(size=0),
        dict(size=-3),
        dict(size=3, axis=7),
        dict(size=3, origin=2),
        dict(size=3, mode="nonsense"),
        dict(size=3, output="nonsense"),
        dict(),
    ]
    return _op(name, args, bad)


def _filter(name, first=(), **changes):
    args = [
        dict(size=3),
        dict(footprint=HOLES[2]),
        dict(size=(3, 6)),
        dict(size=(15, 15)),
        dict(size=1),
        dict(footprint=np.ones((4, 5))),
        *(dict(footprint=HOLES[n]) for n in (1, 3)),
        *(dict(size=4, mode=m, cval=0.7) for m in MODES),
        *(dict(footprint=HOLES[2], mode=m, cval=0.7) for m in MODES),
        dict(size=(3, 4), mode=("wrap", "constant"), cval=-0.3),
        dict(size=(4, 5), origin=(1, -2)),
        dict(footprint=HOLES[2], origin=(1, -2)),
        dict(footprint=HOLES[2], axes=(0, 2)),
        dict(footprint=HOLES[2], axes=(-1, 0), origin=(1, 0)),
        Case(dict(size=5, axes=1, mode="wrap"), ndim=(2, 3, 4)),
        Case(dict(footprint=HOLES[1], axes=(0,), origin=-1), ndim=(2, 3)),
        dict(size=3, footprint=HOLES[2]),
        *first,
    ]
    if not changes.pop("no_outputs", False):
        args += [
            *(dict(size=3, output=o) for o in OUTPUTS[:2]),
            *(dict(footprint=HOLES[2], output=o) for o in OUTPUTS[:2]),
        ]
    bad = [
        dict(),
        dict(footprint=np.zeros((3, 3))),
        dict(footprint=np.ones((3,) * 5)),
        dict(footprint=HOLES[2], origin=3),
        dict(size=3, origin=2),
        dict(size=(3, 3, 3, 3, 3)),
        dict(size=3, mode="nonsense"),
        dict(footprint=HOLES[2], mode="nonsense"),
        Case(dict(footprint=HOLES[2], mode=("wrap", "reflect")), ndim=(2,)),
        dict(size=3, axes=(0, 0)),
        dict(size=3, axes=9),
        dict(size=3, output="nonsense"),
    ]
    if name in DIFFERENCES:  # they take an array alone for their output, and leave anything else unread
        bad.pop()
    return _op(name, args, bad, **changes)


RAISED = [
    *(dict(structure=HEIGHTS[n]) for n in (1, 2, 3)),
    dict(structure=HEIGHTS[2], footprint=HOLES[2][:3, :4] | True),
    dict(structure=np.round(_RNG.random((4, 7)) * 5), footprint=HOLES[2], origin=(1, -1)),
    *(dict(structure=HEIGHTS[2], mode=m, cval=0.5) for m in MODES[:5]),
]


def _half(shape, dtype, rng):
    x = array(shape, dtype, rng)
    return (np.asarray(np.where(rng.random(shape) < 0.5, x, np.zeros((), x.dtype))),)


def _of(dtype):
    """Images of one dtype, whichever is asked for: the rows of filters with heights leave unsigned dtypes out."""
    high = 2 if dtype is bool else np.iinfo(dtype).max + 1
    return lambda shape, _, rng: (np.asarray(rng.integers(0, high, shape)).astype(dtype),)


def _flat(*dtypes):
    return [
        Case(kwargs, make=_of(t))
        for t in dtypes
        for kwargs in (
            dict(size=3),
            dict(size=(15, 15)),
            dict(footprint=HOLES[2]),
            dict(size=4, mode="constant", cval=1),
        )
    ]


def _mask(env):
    return env.rng.random(env.shape) < 0.7


MASK = Lazy(_mask)
STEPS = [
    {},
    dict(structure=np.ones((3, 3))),
    dict(structure=HOLES[2]),
    *(dict(structure=HOLES[n]) for n in (1, 3)),
    dict(structure=np.ones((2, 4)), border_value=1, origin=(0, -1)),
    dict(structure=HOLES[2], border_value=1),
    dict(mask=MASK),
    dict(structure=HOLES[2], mask=MASK, border_value=1),
    dict(iterations=3),
    dict(iterations=4, structure=HOLES[2]),
    dict(iterations=2, structure=np.ones((3, 3)), mask=MASK),
    dict(structure=np.zeros((3, 3))),
    dict(structure=HOLES[2], axes=(0, 2)),
    Case(dict(axes=1, iterations=2), ndim=(2, 3)),
    dict(output=np.int32),
]
REST = [
    dict(iterations=0),
    dict(iterations=-1, structure=np.ones((3, 3)), mask=MASK),
    dict(iterations=0, mask=MASK, border_value=1),
    dict(iterations=5, mask=MASK),
    dict(iterations=5, brute_force=True, border_value=1),
]
BAD_STEPS = [
    dict(structure=np.ones((3,) * 5)),
    dict(structure=np.ones((0, 3))),
    dict(structure=np.ones((3, 3)), origin=2),
    dict(iterations=1.5),
    dict(mask=np.ones((2, 2, 2))),
    dict(axes=(0, 0)),
]
# SciPy's dilation takes the origin for a negative index, and reads and writes outside its arrays.
BAD_DILATIONS = [b for b in BAD_STEPS if b.get("origin") is None]
BINARY = dict(
    exact="the same elements on every backend",
    make=_half,
    out=None,
    dtypes=tuple(t for t in REALS if t != "float16"),
    nan=False,
)


def _binary(name, args, bad=(), **changes):
    return _op(name, args, bad, **(BINARY | changes))


def _plain(name, args):
    return _op(
        name,
        args,
        make=nothing,
        ndim=(2,),
        takes_image=False,
        dtypes=("float64",),
        nan=False,
        edge_shapes=False,
        out=None,
    )


GREY = ("grey_erosion", "grey_dilation", "grey_opening", "grey_closing", "white_tophat", "black_tophat")
RAISED_ROW = dict(first=[*RAISED, *_flat(np.uint8, np.uint16, bool)], dtypes=NO_OPEN_CASTS)
# NumPy does not subtract bool from bool.
NUMBERS_ROW = dict(first=[*RAISED, *_flat(np.uint8, np.uint16)], dtypes=NO_OPEN_CASTS)

ROWS = [
    *(_line(n) for n in ("minimum_filter1d", "maximum_filter1d")),
    *(_filter(n) for n in ("minimum_filter", "maximum_filter")),
    *(_filter(n, **RAISED_ROW) for n in GREY),
    *(_filter(n, no_outputs=True, **NUMBERS_ROW) for n in DIFFERENCES),
    _binary("binary_erosion", [*STEPS, *REST], BAD_STEPS, sync="some"),
    _binary("binary_dilation", [*STEPS, *REST], BAD_DILATIONS, sync="some"),
    _binary("binary_opening", STEPS, BAD_STEPS, sync="some"),
    _binary("binary_closing", STEPS, BAD_DILATIONS, sync="some"),
    _binary(
        "binary_propagation",
        [{}, dict(mask=MASK), dict(structure=np.ones((3, 3)), mask=MASK), dict(mask=MASK, border_value=1)],
        [dict(structure=np.ones((3,) * 5))],
        sync="some",
    ),
    _binary(
        "binary_fill_holes",
        [{}, dict(structure=np.ones((3, 3))), Case(dict(axes=(0, 1)), ndim=(2, 3)), Case({}, make=walled, ndim=(2,))],
        [dict(structure=np.ones((3,) * 5))],
        sync="some",
    ),
    _binary(
        "binary_hit_or_miss",
        [
            {},
            dict(structure1=HOLES[2]),
            dict(structure1=np.array([[0, 1, 0], [1, 1, 1]]), structure2=np.array([[1, 0], [0, 0]]), origin2=(0, -1)),
            dict(structure1=HOLES[2], origin1=(1, 1)),
            Case(dict(axes=1), ndim=(2, 3)),
        ],
        [dict(structure1=np.ones((3,) * 5)), dict(structure1=np.ones((0, 3)))],
    ),
    _plain("generate_binary_structure", [dict(rank=r, connectivity=c) for r in range(5) for c in range(5)]),
    _plain(
        "iterate_structure",
        [
            *(dict(structure=HOLES[2], iterations=i) for i in (0, 1, 2, 3)),
            dict(structure=ndi.generate_binary_structure(3, 1), iterations=4),
            dict(structure=HOLES[2], iterations=3, origin=(1, -1)),
            dict(structure=np.ones((3, 3), int), iterations=2, origin=1),
        ],
    ),
]
