"""filters: linear position-invariant filters, their inverses, and windows."""

import numpy as np
import skimage.filters as ski

from ..images import nothing
from ..model import DEVICE, Case, Lazy, Op, Tol

FFT = "tolerance: a Fourier transform by another library, relative to the largest value"


def bump(r, c, sigma=1.5):
    return np.exp(-(r**2 + c**2) / (2 * sigma**2))


def narrow(r, c):
    """A response whose spectrum stays well away from 0: what it suppressed would come back as rounding errors."""
    return bump(r, c, 0.5)


def narrow_twisted(r, c):
    return narrow(r, c) * np.exp(0.3j * r)


def shifted(r, c):
    return np.exp(-np.hypot(r - 1, c + 0.5))


def twisted(r, c):
    return bump(r, c) * np.exp(0.3j * r)


def double(r, c):
    return bump(r, c).astype(np.float64)


def _noise(env):
    return env.rng.random(tuple(2 * n - 1 for n in env.shape)) if len(env.shape) == 2 else np.zeros(env.shape)


NOISE = Lazy(_noise)
ROW_OF_NOISE = Lazy(lambda env: np.full((1, 1), 0.5), on_device=False)  # one number: it goes where the image is
WRONG_NOISE = Lazy(lambda env: np.zeros(env.shape))


COMMON = [
    dict(impulse_response=bump),
    dict(impulse_response=bump, filter_params=dict(sigma=0.7)),
    dict(impulse_response=shifted),
    dict(impulse_response=twisted),
    dict(impulse_response=double),
]
BAD = [dict(), dict(impulse_response=3), Case(dict(impulse_response=bump), ndim=(1, 3))]
SHARED = dict(
    ndim=(2,),
    exact=FFT + "; an inverse blows up rounding errors by its gain",
    rescales=False,
    nan=False,
    sync="some",
    differences="the response is computed on the host, but for CuPy arrays; the first call for a shape on CUDA makes a plan, "
    "which cannot be captured into a graph",
)


ROWS = [
    Op(
        "filters.filter_forward",
        ski.filter_forward,
        args=COMMON,
        bad=BAD,
        tol=Tol(f32=2e-6, f64=1e-14),
        **SHARED,
    ),
    Op(
        "filters.filter_inverse",
        ski.filter_inverse,
        args=[
            dict(impulse_response=narrow),
            dict(impulse_response=bump, filter_params=dict(sigma=0.6)),
            dict(impulse_response=shifted),
            dict(impulse_response=narrow_twisted),
            dict(impulse_response=narrow, max_gain=5.5),
            dict(impulse_response=narrow, max_gain=0.5),
        ],
        bad=BAD,
        tol=Tol(f32=2e-4, f64=1e-11),
        **SHARED,
    ),
    Op(
        "filters.wiener",
        ski.wiener,
        args=[
            *COMMON,
            dict(impulse_response=bump, K=1.5),
            dict(impulse_response=bump, K=np.float64(0.1)),
            dict(impulse_response=shifted, K=ROW_OF_NOISE),
        ],
        bad=[*BAD, dict(impulse_response=bump, K=2), dict(impulse_response=bump, K=WRONG_NOISE)],
        tol=Tol(f32=2e-5, f64=1e-12),
        **SHARED,
    ),
    Op(
        "filters.window",
        ski.window,
        args=[
            *(
                dict(window_type=w, shape=(19, 26))
                for w in (
                    "boxcar",
                    "triang",
                    "blackman",
                    "hamming",
                    "hann",
                    "bartlett",
                    "flattop",
                    "parzen",
                    "bohman",
                    "blackmanharris",
                    "nuttall",
                    "barthann",
                    "cosine",
                    "lanczos",
                    "exponential",
                    "tukey",
                    "taylor",
                    "hann_periodic",
                    "han_symmetric",
                    ("kaiser", 8.6),
                    ("gaussian", 5),
                    ("general_cosine", [0.4, 0.5, 0.1]),
                    ("general_gaussian", 1.5, 7),
                    ("general_hamming", 0.6),
                    ("dpss", 2.5),
                    ("chebwin", 60),
                    ("chebwin", 30),
                    ("exponential", None, 3.0),
                    ("tukey", 0.3),
                    ("taylor", 5, 40),
                    ("taylor", 5, 40, False),
                    ("kaiser_bessel_derived", 4),
                    ("kbd", 2.0),
                )
            ),
            *(
                dict(window_type=w, shape=n)
                for n in (1, 2, 7, 64, 127)
                for w in (
                    "hann",
                    "triang",
                    "parzen",
                    "tukey",
                    "lanczos",
                    "bohman",
                    ("dpss", 0.4),
                    ("chebwin", 70),
                    5,
                    "flat",
                )
            ),
            dict(window_type=3.5, shape=(7, 12, 5)),
            dict(window_type="hann", shape=(4, 5, 6, 7)),
            *(dict(window_type=("gaussian", 20), shape=(21, 33), warp_kwargs=dict(order=k)) for k in range(6)),
            *(dict(window_type="hann", shape=(30, 17), warp_kwargs=dict(order=k, clip=False)) for k in range(6)),
            dict(window_type="flattop", shape=40, warp_kwargs=dict(order=3)),
            dict(window_type="hann", shape=np.int64(9)),
            dict(window_type="hann", shape=9.0),
            dict(window_type="hann", shape=(0, 5)),
        ],
        bad=[
            dict(window_type="nonsense", shape=9),
            dict(window_type=("hann", 3), shape=9),
            dict(window_type="gaussian", shape=9),
            dict(window_type=(3, "hann"), shape=9),
            dict(window_type=None, shape=9),
            dict(window_type="hann", shape=(-1, 3)),
            dict(window_type="hann", shape=()),
            dict(window_type="hann", shape=0),
            dict(window_type="hann", shape=4.5),
            dict(window_type=("dpss", 20), shape=9),
            dict(window_type=("dpss", -1), shape=9),
            dict(window_type=("general_gaussian", 1), shape=9),
            dict(window_type=("exponential", 2.0, 3.0), shape=9),
            dict(window_type=("kaiser_bessel_derived", 2.0), shape=9),
            dict(window_type="hann", shape=9, warp_kwargs=dict(order=7)),
            dict(window_type="hann", shape=9, warp_kwargs=dict(nonsense=1)),
        ],
        ndim=(2,),
        make=nothing,
        dtypes=("float64",),
        tol=Tol(f64=2e-12),
        exact="tolerance: windows and splines by formulas of their own; distances are rounded to float32 as in the oracle",
        takes_image=False,
        nan=False,
        edge_shapes=False,
        signature=DEVICE,
        differences="of `warp_kwargs`, order and clip",
    ),
]
