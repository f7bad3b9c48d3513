"""Rows of filters in the Fourier domain."""

import numpy as np

from .model import FLOATS, PIXELS, Row

PART = PIXELS


def _gaussian_response(r, c):
    return np.exp(-(r * r + c * c) / 8)


RESPONSE = dict(impulse_response=_gaussian_response)

ROWS = [
    Row("butterworth", "filters.butterworth", dict(cutoff_frequency_ratio=0.1), dtypes=FLOATS),
    Row("butterworth 3d", "filters.butterworth", dict(cutoff_frequency_ratio=0.1), ndim=3, dtypes=FLOATS),
    *(Row(n, f"filters.{n}", RESPONSE, dtypes=FLOATS) for n in ("filter_forward", "filter_inverse", "wiener")),
    Row("window hann", "filters.window", make=lambda d: ("hann", d.shape), dtypes=("float64",), makes=True),
    Row("fourier_gaussian", "ndimage.fourier_gaussian", dict(sigma=2), dtypes=FLOATS),
    Row("fourier_uniform", "ndimage.fourier_uniform", dict(size=5), dtypes=FLOATS),
    Row("fourier_shift", "ndimage.fourier_shift", dict(shift=2.5), dtypes=FLOATS),
    Row("fourier_ellipsoid", "ndimage.fourier_ellipsoid", dict(size=5), dtypes=FLOATS),
]  # fmt: skip
