"""segmentation: level sets to start from, and the image that contours flow on."""

import skimage.segmentation as ski

from ..images import nothing
from ..model import DEVICE, EXACT, REALS, Op, Tol

ROWS = [
    Op(
        "segmentation.checkerboard_level_set",
        ski.checkerboard_level_set,
        args=[
            dict(image_shape=(13, 17)),
            dict(image_shape=[7, 30], square_size=3),
            dict(image_shape=(40,), square_size=1),
            dict(image_shape=(4, 5, 11), square_size=2),
        ],
        bad=[dict(image_shape=5)],
        make=nothing,
        tol=EXACT,
        exact="exact: integers",
        takes_image=False,
        signature=DEVICE,
        nan=False,
    ),
    Op(
        "segmentation.disk_level_set",
        ski.disk_level_set,
        args=[
            dict(image_shape=(13, 17)),
            dict(image_shape=[30, 21], center=(4.5, 10)),
            dict(image_shape=(30, 21), radius=7.5),
            dict(image_shape=(9, 12, 11), center=(1, 2, 3), radius=4),
            dict(image_shape=(40,)),
        ],
        bad=[dict(image_shape=5), dict(image_shape=(5, 5), center=(1, 2, 3))],
        make=nothing,
        tol=EXACT,
        exact="exact: the same sums, in the same order",
        takes_image=False,
        signature=DEVICE,
        nan=False,
    ),
    Op(
        "segmentation.inverse_gaussian_gradient",
        ski.inverse_gaussian_gradient,
        args=[{}, dict(alpha=7.5, sigma=2), dict(sigma=1.0)],
        tol=Tol(f32=5e-6, f64=1e-12),
        exact="a few ulp of the gradient",
        dtypes=REALS,
        rescales=False,
        nan=False,
    ),
]
