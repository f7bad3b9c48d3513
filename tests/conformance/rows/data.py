"""data: images that are made."""

import skimage.data as ski

from ..images import nothing
from ..model import DEVICE, EXACT, Op

ROWS = [
    Op(
        "data.binary_blobs",
        ski.binary_blobs,
        args=[
            dict(rng=1),
            dict(length=64, rng=2, volume_fraction=0.25),
            dict(length=32, n_dim=3, blob_size_fraction=0.2, rng=3),
            dict(length=100, n_dim=1, rng=5, boundary_mode="wrap"),
            dict(length=48, rng=8, boundary_mode="wrap", volume_fraction=1),
            dict(length=48, rng=8, volume_fraction=0),
            dict(length=40, rng=9, blob_size_fraction=0.0001),
        ],
        bad=[dict(boundary_mode="reflect"), dict(volume_fraction=1.5, length=16)],
        make=nothing,
        tol=EXACT,
        exact="NumPy's random numbers; pixels within rounding of the threshold could differ, none is known to",
        takes_image=False,
        signature=DEVICE,
        nan=False,
    ),
]
