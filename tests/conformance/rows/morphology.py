"""opsin.morphology against skimage.morphology."""

import numpy as np
import skimage.morphology as ski

from ..images import nothing, signed
from ..model import EXACT, Op

SAME = "bit for bit on every backend: minima and maxima of elements"
MODES = ("reflect", "constant", "nearest", "mirror", "wrap", "max", "min", "ignore")
REALS = tuple(t for t in Op.__dataclass_fields__["dtypes"].default if not t.startswith("complex"))

_RNG = np.random.default_rng(8)
HOLES = _RNG.random((5, 7)) < 0.4
EVEN = np.array([[1, 0, 1, 1], [0, 1, 1, 0]], bool)
VOLUME = _RNG.random((3, 2, 4)) < 0.5

GREY = [
    {},
    dict(footprint=ski.disk(3)),
    dict(footprint=np.ones((3, 5))),
    dict(footprint=np.ones((1, 9), np.uint8)),
    dict(footprint=np.ones((15, 15), bool)),
    dict(footprint=HOLES),
    dict(footprint=EVEN),
    dict(footprint=np.ones((4, 6))),
    dict(footprint=np.ones((67, 3))),  # higher than the image
    dict(footprint=ski.disk(40)),
    dict(footprint=ski.disk(4, decomposition="sequence")),
    dict(footprint=ski.disk(5, decomposition="crosses")),
    dict(footprint=ski.footprint_rectangle((5, 8), decomposition="separable")),
    *(dict(footprint=HOLES, mode=m, cval=0.3) for m in MODES),
    *(dict(footprint=np.ones((4, 5)), mode=m, cval=0.3) for m in MODES),
    dict(footprint=ski.ball(2)),
    dict(footprint=VOLUME),
    dict(footprint=np.ones((3, 4, 5)), mode="ignore"),
    dict(footprint=np.ones(6)),
    dict(footprint=np.array([1, 0, 1, 1, 0])),
    dict(footprint=np.ones((1, 1))),
]
BAD = [
    dict(footprint=np.zeros((3, 3))),
    dict(footprint=np.ones((3, 3, 3, 3, 3))),
    dict(footprint=np.zeros((0, 3))),
    dict(mode="nonsense"),
    dict(footprint=HOLES, mode="symmetric"),
    dict(footprint=3),
    dict(footprint=(np.ones((3, 3)), 1)),
    dict(footprint=[(np.ones((3, 3)), 1.5)]),
    dict(footprint=[]),
    dict(footprint=HOLES[:, :, None, None, None]),
]


def _grey(name, **changes):
    return Op(
        f"morphology.{name}",
        getattr(ski, name),
        GREY,
        SAME,
        tol=EXACT,
        make=signed,
        bad=BAD,
        out="out",
        dtypes=REALS,
        rescales=False,
        **changes,
    )


BINARY = [
    {},
    dict(footprint=ski.disk(3)),
    dict(footprint=np.ones((3, 5))),
    dict(footprint=HOLES),
    dict(footprint=EVEN),
    dict(footprint=np.ones((2, 4))),
    dict(footprint=ski.disk(4, decomposition="sequence")),
    *(dict(footprint=HOLES, mode=m) for m in ("max", "min", "ignore")),
    *(dict(footprint=np.ones((4, 5)), mode=m) for m in ("max", "min", "ignore")),
    dict(footprint=ski.ball(2)),
    dict(footprint=np.ones(4), mode="min"),
]


def _half(shape, dtype, rng):
    """Zeros and other values, half and half."""
    (x,) = signed(shape, dtype, rng)
    return (np.asarray(np.where(rng.random(shape) < 0.5, x, np.zeros((), x.dtype))),)


def _binary(name):
    return Op(
        f"morphology.{name}",
        getattr(ski, name),
        BINARY,
        "the same elements on every backend",
        tol=EXACT,
        make=_half,
        bad=[
            dict(mode="reflect"),
            dict(footprint=np.ones((3,) * 5)),
            dict(footprint=np.zeros((0, 3))),
            dict(footprint=1),
        ],
        dtypes=tuple(t for t in REALS if t != "float16"),
        rescales=False,
    )


def _shape(name, args, bad=()):
    return Op(
        f"morphology.{name}",
        getattr(ski, name),
        args,
        "the same elements",
        tol=EXACT,
        make=nothing,
        ndim=(2,),
        bad=bad,
        takes_image=False,
        dtypes=("float64",),
        nan=False,
        edge_shapes=False,
    )


RADII = (0, 1, 2, 3, 4, 7, 12, 31)
UNKNOWN = "nonsense"

ROWS = [
    *(_grey(n) for n in ("erosion", "dilation", "opening", "closing", "white_tophat", "black_tophat")),
    *(_binary(n) for n in ("binary_erosion", "binary_dilation", "binary_opening", "binary_closing")),
    _shape(
        "footprint_rectangle",
        [
            *(dict(shape=s) for s in ((3, 5), (1,), (2, 3, 4), (0, 3))),
            dict(shape=(3, 3), dtype=bool),
            dict(shape=(4, 7), decomposition="separable", dtype=np.float32),
            dict(shape=(5, 9, 7), decomposition="sequence"),
            dict(shape=(4, 9), decomposition="sequence"),
        ],
        [dict(shape=(3, 3), decomposition=UNKNOWN)],
    ),
    _shape(
        "square",
        [dict(width=4), dict(width=7, dtype=bool, decomposition="sequence")],
        [dict(width=3, decomposition=UNKNOWN)],
    ),
    _shape("rectangle", [dict(nrows=3, ncols=6), dict(nrows=3, ncols=7, decomposition="separable")]),
    _shape("cube", [dict(width=3), dict(width=5, decomposition="sequence")]),
    *(
        _shape(
            n,
            [
                *(dict(radius=r) for r in RADII),
                dict(radius=2, dtype=np.int16),
                *(dict(radius=r, decomposition="sequence") for r in RADII[1:]),
            ],
            [dict(radius=3, decomposition=UNKNOWN)],
        )
        for n in ("diamond", "octahedron")
    ),
    *(
        _shape(
            n,
            [
                *(dict(radius=r) for r in RADII),
                *(dict(radius=r, strict_radius=False, dtype=bool) for r in RADII),
                *(dict(radius=r, decomposition="sequence") for r in (*range(1, 101), *more)),
                *(dict(radius=r, decomposition="crosses") for r in (RADII[1:] if more else ())),
            ],
            [dict(radius=400, decomposition="sequence"), dict(radius=3, decomposition=UNKNOWN)],
        )
        for n, more in (("disk", range(101, 251)), ("ball", ()))
    ),
    _shape(
        "ellipse",
        [
            *(dict(width=w, height=h) for w in (0, 1, 2, 5, 9, 24) for h in (0, 1, 3, 7, 30)),
            dict(width=3, height=2, dtype=np.float32),
            *(dict(width=w, height=h, decomposition="crosses") for w in (1, 4, 11) for h in (1, 5, 8)),
        ],
        [dict(width=3, height=3, decomposition=UNKNOWN)],
    ),
    _shape(
        "octagon",
        [
            *(dict(m=m, n=n) for m in (1, 2, 3, 4, 7) for n in (0, 1, 2, 3, 6)),
            *(dict(m=0, n=n) for n in (1, 2, 3, 6)),
            dict(m=3, n=2, dtype=bool),
            *(dict(m=m, n=n, decomposition="sequence") for m in (0, 1, 2, 3, 5) for n in (1, 2, 3)),
        ],
        [dict(m=0, n=0), dict(m=3, n=3, decomposition=UNKNOWN)],
    ),
    _shape("star", [*(dict(a=a) for a in (0, 1, 2, 3, 4, 5, 8, 13)), dict(a=3, dtype=np.float64)]),
    _shape(
        "mirror_footprint",
        [dict(footprint=f) for f in (HOLES, VOLUME, EVEN.astype(int), ski.disk(6, decomposition="sequence"))],
        [dict(footprint=3)],
    ),
    _shape(
        "pad_footprint",
        [
            dict(footprint=f, pad_end=e)
            for f in (HOLES, VOLUME, EVEN.astype(int), ((EVEN, 2), (HOLES, 1)))
            for e in (True, False)
        ],
        [dict(footprint=((3, 3),))],
    ),
    _shape(
        "footprint_from_sequence",
        [
            dict(footprints=f)
            for f in (
                ski.disk(9, decomposition="sequence"),
                ski.ball(4, decomposition="sequence"),
                ski.disk(5, decomposition="crosses"),
                ski.octagon(5, 3, decomposition="sequence"),
                ski.footprint_rectangle((4, 9), decomposition="separable"),
            )
        ],
        [dict(footprints=HOLES)],
    ),
]
