"""filters: meijering, sato, frangi, hessian."""

import numpy as np
import skimage.filters as ski

from ..images import signed
from ..model import Case, Op, Tol
from .filters import MODES
from .oracles import mend_sato

EIGEN = (
    "tolerance: closed-form eigenvalues where the oracle calls LAPACK in 3-D, and taps below the last bit are dropped"
)

COMMON = [
    {},
    dict(sigmas=[2], black_ridges=False),
    dict(sigmas=(1, 3)),
    dict(sigmas=range(2, 5), black_ridges=True),
    dict(sigmas=np.array([1.5, 2.5])),
    dict(sigmas=[0.8]),
    dict(sigmas=[]),
    dict(sigmas=[0]),
    *(dict(sigmas=[1.7], mode=m) for m in MODES),
    dict(sigmas=[1.7, 3], mode="constant", cval=0.6),
    Case(dict(sigmas=[2.0], black_ridges=False), make=signed),
]
# Divided by its maximum, the response of a volume much smaller than sigma is the rounding error of the Hessian, blown up to 1:
# the default scales up to 9 run on images of one and two axes, and on the volume that is not tiny.
SCALES_THAT_FIT = [Case({}, ndim=(1, 2)), *COMMON[1:], Case({}, ndim=(3,))]
BAD = [dict(sigmas=[1], mode="nonsense"), dict(sigmas=2)]


def _vesselness(name, jump, gammas):
    shape = [dict(sigmas=[2], gamma=g) for g in gammas] + [
        dict(sigmas=[2], alpha=0.8, beta=0.3),
        dict(sigmas=[1.5, 3], beta=1.5, gamma=0.01),
        Case(dict(scale_range=(1, 4), scale_step=1.5)),
        dict(sigmas=[2], scale_range=(1, 4)),
    ]
    return Op(
        f"filters.{name}",
        getattr(ski, name),
        args=[*COMMON, *shape],
        bad=[*BAD, Case(dict(sigmas=[2]), ndim=(1, 4))],
        ndim=(2, 3),
        # The response falls off a cliff where the two large eigenvalues are equal but for sign: hence the outliers.
        # 1 - exp(-x) has an absolute error of one epsilon in float32, which is all of it for a large gamma.
        tol=Tol(f32=2e-4, f64=1e-9, by_input=False, outliers=0.004, jump=jump, floor=1.2e-7),
        exact=EIGEN,
        rescales=False,
        single=True,
        nan=False,
    )


ROWS = [
    Op(
        "filters.meijering",
        ski.meijering,
        args=[*SCALES_THAT_FIT, dict(sigmas=[2], alpha=0.2), dict(sigmas=[2], alpha=-0.4), dict(sigmas=[2], alpha=0)],
        bad=BAD,
        tol=Tol(f32=2e-4, f64=1e-9, by_input=False, outliers=0.002),
        noise_below=3,
        exact=EIGEN,
        rescales=False,
        single=True,
        nan=False,
    ),
    Op(
        "filters.sato",
        mend_sato(ski.sato),
        args=COMMON,
        bad=[*BAD, Case(dict(sigmas=[2]), ndim=(1, 4))],
        ndim=(2, 3),
        # A root of a product of eigenvalues: its error is that of the product, so the product is compared.
        tol=Tol(f32=1e-4, f64=1e-9, by_input=False, key=lambda response, ndim: response ** (ndim - 1)),
        exact=EIGEN,
        rescales=False,
        single=True,
        nan=False,
        differences="float32 images give float32 also for sigmas that are NumPy scalars, whose float64 scikit-image takes over",
    ),
    _vesselness("frangi", None, (0.02, 15, None)),
    _vesselness("hessian", 1.0, (0.02, 1, None)),
]
