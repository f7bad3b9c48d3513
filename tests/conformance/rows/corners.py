"""feature: corner detectors."""

import numpy as np
import skimage.feature as ski

from ..images import array
from ..model import Case, Op, Tol
from .filters import MODES


def _some_corners(shape, rng, margin):
    """Ten places at least `margin` from the edges, none where there is no room."""
    if len(shape) != 2 or min(shape) <= 2 * margin:
        return np.zeros((0, 2), np.int64)
    return np.stack([rng.integers(margin, n - margin, 10) for n in shape], axis=1)


def _corners(mask_shape):
    def make(shape, dtype, rng):
        return array(shape, dtype, rng), _some_corners(shape, rng, 0), (rng.random(mask_shape) < 0.8).astype(np.uint8)

    return make


def _subpixel(dtype=np.int64):
    def make(shape, image_dtype, rng):
        return array(shape, image_dtype, rng), _some_corners(shape, rng, 1).astype(dtype)

    return make


def _fractions(shape, dtype, rng):
    return array(shape, dtype, rng), np.array([[3.5, 4.0]])


TENSOR = "tolerance: sums of products as structure_tensor makes them, whose determinant cancels"
SAME = "float64 bit for bit: the same operations; float32 to a few ulp, which SciPy sums in float64"

ROWS = [
    Op(
        "feature.corner_harris",
        ski.corner_harris,
        args=[{}, dict(method="eps"), dict(k=0.2, sigma=2.5), dict(method="eps", eps=0.1), dict(sigma=(1, 2))],
        bad=[dict(sigma=-1), Case({}, ndim=(3, 4))],
        ndim=(2,),
        exact=TENSOR,
        single=True,
        nan=False,
    ),
    Op(
        "feature.corner_shi_tomasi",
        ski.corner_shi_tomasi,
        args=[{}, dict(sigma=0.5), dict(sigma=3)],
        bad=[dict(sigma=-1), Case({}, ndim=(3, 4))],
        ndim=(2,),
        exact=TENSOR,
        tol=Tol(f32=3e-5, f64=1e-12),
        single=True,
        nan=False,
    ),
    Op(
        "feature.corner_foerstner",
        ski.corner_foerstner,
        args=[{}, dict(sigma=2)],
        bad=[dict(sigma=-1), Case({}, ndim=(3, 4))],
        ndim=(2,),
        exact=TENSOR + "; ratios are ill-conditioned where the image is flat",
        tol=Tol(f32=3e-4, f64=1e-11, outliers=0.01),
        single=True,
        nan=False,
    ),
    Op(
        "feature.corner_kitchen_rosenfeld",
        ski.corner_kitchen_rosenfeld,
        args=[{}, dict(cval=0.3), *(dict(mode=m, cval=0.6) for m in MODES)],
        bad=[dict(mode="nonsense"), Case({}, ndim=(1, 3, 4))],
        ndim=(2,),
        exact=SAME,
        tol=Tol(f32=1e-4, f64=1e-12, outliers=0.02),
        rescales=False,
        nan=False,
    ),
    Op(
        "feature.corner_moravec",
        ski.corner_moravec,
        args=[{}, dict(window_size=2), dict(window_size=3), dict(window_size=0)],
        bad=[Case({}, ndim=(1, 3, 4))],
        ndim=(2,),
        exact=SAME,
        single=True,
        nan=False,
    ),
    Op(
        "feature.corner_fast",
        ski.corner_fast,
        args=[
            {},
            dict(n=9, threshold=0.05),
            dict(n=5, threshold=0.01),
            dict(n=16, threshold=0),
            dict(n=0),
            dict(n=3, threshold=-0.1),
        ],
        bad=[Case({}, ndim=(1, 3, 4)), dict(n=200)],
        ndim=(2,),
        exact=SAME,
        single=True,
        nan=False,
    ),
    Op(
        "feature.corner_orientations",
        ski.corner_orientations,
        args=[{}, Case({}, make=_corners((7, 7))), Case({}, make=_corners((1, 1)))],
        bad=[
            Case({}, make=_corners((4, 5))),
            Case({}, make=lambda shape, dtype, rng: (array(shape, dtype, rng), np.ones((2, 2)), np.ones((3, 3)))),
        ],
        make=_corners((5, 5)),
        ndim=(2,),
        exact=SAME,
        tol=Tol(f32=1e-5, f64=1e-13),
        single=True,
        nan=False,
        edge_shapes=False,
        differences="the mask stays on the host; corners whose window leaves the padded image are taken with zeros there",
    ),
    Op(
        "feature.corner_subpix",
        ski.corner_subpix,
        args=[
            {},
            dict(window_size=5),
            dict(window_size=7, alpha=0.9),
            Case({}, make=_subpixel(np.float64)),
            dict(window_size=4),
        ],
        bad=[Case({}, make=_fractions)],
        make=_subpixel(),
        ndim=(2,),
        exact="tolerance: float64 sums; the window's 2 x 2 systems are solved in the image's precision, as LAPACK does",
        tol=Tol(f32=1e-2, f64=1e-8, by_input=False, outliers=0.1),
        sync="some",
        rescales=False,
        nan=False,
        edge_shapes=False,
        differences="a corner at the image's edge is taken with zeros beyond it, where scikit-image raises",
    ),
]
