"""measure: entropy."""

import skimage.measure as ski

from ..model import REALS, Op, Tol

ROWS = [
    Op(
        "measure.shannon_entropy",
        ski.shannon_entropy,
        args=[{}, dict(base=10), dict(base=None)],
        bad=[dict(base=-1), dict(base=0)],
        dtypes=REALS,
        tol=Tol(f64=1e-13),
        exact="tolerance: a sum in another order, logarithms of another library",
    ),
]
