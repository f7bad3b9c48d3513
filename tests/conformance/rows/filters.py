"""filters: gaussian and what is made of it, laplace, gabor, correlate_sparse."""

import numpy as np
import skimage.filters as ski

from ..images import array, nothing, signed
from ..model import Case, Lazy, Op, Tol
from .oracles import mend_correlate_sparse, mend_gabor, mend_unsharp_mask

MODES = ("reflect", "constant", "nearest", "mirror", "wrap")
SUMS = "tolerance: sums of the same products in another order, f32 accumulated in f32 where SciPy accumulates in f64"

MASK = Lazy(lambda env: env.rng.random(env.shape) > 0.05)
MASK_U8 = Lazy(lambda env: (env.rng.random(env.shape) > 0.05).astype(np.uint8))
WRONG_MASK = Lazy(lambda env: np.ones(tuple(n + 1 for n in env.shape), dtype=bool))


def _two_signs(shape, dtype, rng):
    """Wider than [-1, 1], so that unsharp_mask has something to clip."""
    return (1.3 * array(shape, "float64", rng, signed=True),)


def _sparse(*shape):
    kernel = np.zeros(shape)
    rng = np.random.default_rng(3)
    kernel.flat[rng.choice(kernel.size, min(4, kernel.size), replace=False)] = rng.standard_normal(min(4, kernel.size))
    return kernel


def _sparse_cases():
    for shape in [(5,), (3, 7), (3, 5, 3), (3, 1, 3, 5)]:
        for mode in ("reflect", "nearest", "mirror", "wrap", "constant", "valid"):
            yield dict(kernel=_sparse(*shape), mode=mode)
    yield Case(dict(kernel=_sparse(2, 4), mode="valid"))  # even sizes are allowed without padding
    yield Case(dict(kernel=[[1, 0, -1]]))
    yield Case(dict(kernel=np.array([[0, 2, 0], [1, 0, 3], [0, 4, 0]])))


GABOR = [
    dict(frequency=0.2),
    dict(frequency=0.6),
    dict(frequency=0.3, theta=0.7),
    dict(frequency=0.4, theta=np.pi / 2, bandwidth=2),
    dict(frequency=0.3, sigma_x=2.0, sigma_y=1.5, theta=0.3),
    dict(frequency=0.3, sigma_x=1, sigma_y=2.5, n_stds=2, offset=0.4),
    dict(frequency=0.5, n_stds=1.5),
]

ROWS = [
    Op(
        "filters.gaussian",
        ski.gaussian,
        args=[
            {},
            dict(sigma=2, preserve_range=True),
            dict(sigma=0.4),
            dict(sigma=0),
            dict(sigma=(1, 3)),
            dict(sigma=[0, 1.5, 2]),
            dict(sigma=(1.5,)),
            *(dict(sigma=2, mode=m) for m in MODES),
            *(dict(sigma=30, mode=m) for m in MODES),
            dict(sigma=1.5, mode="constant", cval=0.7),
            dict(sigma=2.5, truncate=2.0),
            dict(sigma=2, truncate=0.1),
            dict(sigma=2, truncate=9.5),
            dict(sigma=1, channel_axis=-1),
            dict(sigma=1, channel_axis=0),
            dict(sigma=1, channel_axis=7),  # counted modulo the number of axes
            dict(sigma=(1, 2), channel_axis=1),
            dict(sigma=np.float32(2)),
            dict(sigma=np.array([1, 2])),
        ],
        bad=[dict(sigma=-1), dict(sigma=(1, -2)), dict(sigma=(1,) * 6), dict(mode="nonsense")],
        exact=SUMS,
        out="out",
        single=True,
        differences="a float32 sigma counts as the float64 that it is; SciPy rounds -0.5 / sigma**2 to float32 for it",
    ),
    Op(
        "filters.difference_of_gaussians",
        ski.difference_of_gaussians,
        args=[
            dict(low_sigma=1),
            dict(low_sigma=1, high_sigma=4),
            dict(low_sigma=(1, 2), high_sigma=(2, 3)),
            dict(low_sigma=0, high_sigma=2),
            dict(low_sigma=(1,), high_sigma=[2.5]),
            *(dict(low_sigma=1.5, high_sigma=3, mode=m, cval=0.4) for m in MODES),
            dict(low_sigma=2, truncate=2.5),
            dict(low_sigma=1, channel_axis=-1),
            dict(low_sigma=1, high_sigma=2, channel_axis=0),
        ],
        bad=[
            dict(low_sigma=2, high_sigma=1),
            dict(low_sigma=(1,) * 6),
            dict(low_sigma=1, high_sigma=(2,) * 6),
            dict(low_sigma=-1),
            dict(low_sigma=1, mode="nonsense"),
        ],
        exact=SUMS,
        single=True,
    ),
    Op(
        "filters.unsharp_mask",
        mend_unsharp_mask(ski.unsharp_mask),
        args=[
            {},
            dict(radius=2, amount=1.5, preserve_range=True),
            dict(radius=(1, 2), amount=2),
            dict(radius=0),
            dict(amount=-0.5),
            dict(amount=0),
            Case(dict(radius=2, amount=3), make=signed),
            Case(dict(radius=2, amount=3), make=_two_signs),
            Case(dict(radius=2, amount=3, preserve_range=True), make=_two_signs),
            dict(radius=1.5, channel_axis=-1),
            dict(radius=1.5, amount=4, channel_axis=0),
            dict(radius=1.5, channel_axis=1, preserve_range=True),
        ],
        bad=[dict(radius=-1), dict(radius=(1,) * 6), dict(channel_axis=7)],
        exact=SUMS,
        differences="a negative channel_axis counts from the end; scikit-image 0.26 returns unwritten memory for it",
        single=True,
    ),
    Op(
        "filters.laplace",
        ski.laplace,
        args=[{}, dict(ksize=5), dict(mask=MASK), dict(ksize=3, mask=MASK_U8), dict(ksize=4)],
        bad=[dict(ksize=1), dict(mask=WRONG_MASK), dict(ksize=0), dict(ksize="a")],
        exact=SUMS,
        single=True,
    ),
    Op(
        "filters.gabor",
        mend_gabor(ski.gabor),
        args=[*GABOR, *(dict(frequency=0.25, theta=1.1, mode=m, cval=0.6) for m in MODES)],
        bad=[
            dict(frequency=0),
            dict(),
            dict(frequency=0.2, mode="nonsense"),
            dict(frequency=0.2, bandwidth=0),
            Case(dict(frequency=0.2), ndim=(1, 3)),
        ],
        ndim=(2,),
        tol=Tol(f32=5e-6, f64=1e-12, integer=1),
        exact="tolerance: the kernel is applied as two separable complex passes; integer results are truncated and may differ by 1",
        rescales=False,
        nan=False,
        differences="never reads outside a small image (SciPy's reflect does when the kernel's radius is twice its size); "
        "NaN and inf reach every element of the window, also those whose weight in the 2-D kernel is 0 (separable passes)",
    ),
    Op(
        "filters.gabor_kernel",
        ski.gabor_kernel,
        args=[
            *GABOR,
            dict(frequency=0.2, dtype=np.complex64),
            dict(frequency=0.2, dtype=np.complex128),
            dict(frequency=0.1, theta=-2.5, dtype="complex64"),
        ],
        bad=[dict(frequency=0), dict(frequency=0.2, dtype=np.float64), dict(), dict(frequency=0.2, bandwidth=0)],
        ndim=(2,),
        make=nothing,
        dtypes=("float64",),
        tol=Tol(f32=3e-7, f64=2e-15),
        exact="a few ulp: exp, sin and cos of another library",
        takes_image=False,
        nan=False,
        edge_shapes=False,
        differences="a NumPy array on every backend: there is no input that could say otherwise",
    ),
    Op(
        "filters.correlate_sparse",
        mend_correlate_sparse(ski.correlate_sparse),
        args=list(_sparse_cases()),
        bad=[
            dict(kernel=_sparse(2, 3)),
            dict(kernel=_sparse(3, 3), mode="nonsense"),
            dict(),
        ],
        tol=Tol(f32=2e-6, f64=1e-14),
        exact="tolerance: sums of the same products in another order",
        rescales=False,
        single=True,
        differences="mode 'valid' refuses an image smaller than the kernel, where slices that wrap give some empty result",
    ),
]
