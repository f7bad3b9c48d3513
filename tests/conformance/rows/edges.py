"""filters: sobel, scharr, prewitt, farid and roberts with their directional variants."""

import skimage.filters as ski

from ..model import Case, Op
from .filters import MASK, MASK_U8, MODES, SUMS, WRONG_MASK


def _magnitude(name):
    return Op(
        f"filters.{name}",
        getattr(ski, name),
        args=[
            {},
            dict(mask=MASK),
            dict(mask=MASK_U8),
            *(dict(axis=a) for a in (0, 1, -1, 2, (0,), (0, 1), [1, 0], (0, 2), (-1, 0), (0, 1, 2))),
            *(dict(mode=m) for m in MODES),
            dict(mode="constant", cval=0.8),
            dict(mask=MASK, axis=0, mode="wrap"),
        ],
        bad=[
            dict(axis=9),
            dict(mode="nonsense"),
            dict(mask=WRONG_MASK),
            dict(mode=("wrap", "constant")),
            dict(mode=["wrap"]),
        ],
        exact=SUMS,
        single=True,
    )


def _directional(name, **changes):
    return Op(
        f"filters.{name}",
        getattr(ski, name),
        args=[{}, dict(mask=MASK), dict(mask=MASK_U8)],
        bad=[dict(mask=WRONG_MASK), Case({}, ndim=(1, 3, 4))],
        ndim=(2,),
        exact=SUMS,
        single=True,
        **changes,
    )


FAMILIES = ("sobel", "scharr", "prewitt", "farid")

ROWS = [
    *(_magnitude(f) for f in FAMILIES),
    *(_directional(f"{f}_{d}") for f in FAMILIES for d in "hv"),
    *(_directional(n) for n in ("roberts", "roberts_pos_diag", "roberts_neg_diag")),
]
