"""exposure: histograms, equalisation, curves."""

import numpy as np
import skimage.exposure as ski

from ..images import array, channels
from ..model import EXACT, FLOATS, REALS, Case, Lazy, Op, Tol

# Wider integers have histograms as long as their range: the images of the table cover it.
NARROW = ("bool", "uint8", "uint16", "int8", "int16", *FLOATS)
MASK = Lazy(lambda env: env.rng.random(env.shape) > 0.4)


def wide(dtype):
    """A few values of a wide integer dtype, some of them negative."""

    def make(shape, _, rng):
        return (np.asarray(300 * array(shape, "float64", rng) - 40).astype(dtype),)

    return make


def positive(shape, dtype, rng):
    """Without negative values, whatever the dtype."""
    x = array(shape, dtype, rng)
    return (np.asarray(x // 2 + np.iinfo(x.dtype).max // 2 + 1 if x.dtype.kind == "i" else x).astype(x.dtype),)


def matched(shape, dtype, rng):
    """An image and another one to match, of other values."""
    image = array(shape, dtype, rng)
    reference = array(shape, dtype, rng)
    return image, (reference // 2 if reference.dtype.kind in "iu" else reference)


def ties(shape, dtype, rng):
    """Few values, each of them often."""
    image, reference = (array(shape, "float64", rng) for _ in range(2))
    scale = 1 if np.dtype(dtype).kind in "bf" else 100
    return tuple((scale * np.round(x * k) / k).astype(dtype) for x, k in ((image, 6), (reference, 9)))


HISTOGRAM_BAD = [dict(nbins=0), dict(nbins=2.5)]
# Float64 does not hold the integers of 64 bits.
CURVED = ("bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", *FLOATS)
CURVE = "a few ulp: exp, log and pow of other libraries; integers are truncated and may differ by 1"

ROWS = [
    Op(
        "exposure.histogram",
        ski.histogram,
        args=[
            {},
            dict(nbins=10),
            dict(nbins=1),
            dict(nbins=1000, normalize=True),
            dict(source_range="dtype"),
            dict(source_range="dtype", nbins=77, normalize=True),
            dict(channel_axis=-1),
            dict(channel_axis=0, nbins=20, normalize=True),
            dict(channel_axis=1, source_range="dtype"),
            Case({}, make=wide("int32")),
            Case(dict(channel_axis=0), make=wide("int64")),
            Case({}, make=channels(3), ndim=(2, 3)),
        ],
        bad=[*HISTOGRAM_BAD, dict(source_range="nonsense"), dict(channel_axis=9)],
        dtypes=NARROW,
        tol=EXACT,
        exact="exact: NumPy's edges, and counts",
        sync="some",
    ),
    Op(
        "exposure.cumulative_distribution",
        ski.cumulative_distribution,
        args=[{}, dict(nbins=10), Case({}, make=wide("int32"))],
        bad=HISTOGRAM_BAD,
        dtypes=NARROW,
        tol=EXACT,
        exact="exact: a quotient of whole numbers",
        sync="check",
    ),
    Op(
        "exposure.equalize_hist",
        ski.equalize_hist,
        args=[{}, dict(nbins=10), dict(mask=MASK), dict(nbins=1000, mask=MASK), Case({}, make=wide("int32"))],
        bad=HISTOGRAM_BAD,
        dtypes=NARROW,
        tol=Tol(f32=2e-7, f64=1e-15),
        exact="a few ulp: a compiler may contract the interpolation",
        sync="check",
        single=True,
    ),
    Op(
        "exposure.adjust_gamma",
        ski.adjust_gamma,
        args=[{}, dict(gamma=2), dict(gamma=0.4, gain=1.5), dict(gamma=0), dict(gamma=2.2, gain=0.5)],
        bad=[dict(gamma=-1), Case({}, make=lambda shape, dtype, rng: (array(shape, "float64", rng, signed=True),))],
        make=positive,
        dtypes=CURVED,
        tol=Tol(f16=1e-3, f32=1e-6, f64=4e-15, integer=1),
        exact=CURVE,
        sync="check",
    ),
    Op(
        "exposure.adjust_log",
        ski.adjust_log,
        args=[{}, dict(gain=0.5), dict(inv=True), dict(gain=0.7, inv=True)],
        bad=[Case({}, make=lambda shape, dtype, rng: (array(shape, "float64", rng, signed=True),))],
        make=positive,
        dtypes=CURVED,
        tol=Tol(f16=1e-3, f32=1e-6, f64=4e-15, integer=1),
        exact=CURVE,
        sync="check",
    ),
    Op(
        "exposure.adjust_sigmoid",
        ski.adjust_sigmoid,
        args=[{}, dict(cutoff=0.2, gain=4), dict(inv=True), dict(cutoff=1, gain=5, inv=True)],
        bad=[Case({}, make=lambda shape, dtype, rng: (array(shape, "float64", rng, signed=True),))],
        make=positive,
        dtypes=CURVED,
        tol=Tol(f16=1e-3, f32=1e-6, f64=4e-15, integer=1),
        exact=CURVE,
        sync="check",
    ),
    Op(
        "exposure.rescale_intensity",
        ski.rescale_intensity,
        args=[
            {},
            dict(in_range=(0.2, 0.7)),
            dict(in_range=(50, 180), out_range=(0, 1)),
            dict(out_range=(-3, 5.5)),
            dict(in_range="dtype", out_range="uint8"),
            dict(out_range="uint10"),
            dict(out_range="uint12"),
            dict(in_range="uint8", out_range="image"),
            dict(out_range=np.uint16),
            dict(out_range="float32"),
            dict(in_range=np.float32, out_range="image"),
            dict(in_range="image", out_range="bool"),
            dict(in_range=(0.5, 0.5)),
            dict(in_range=(0.1, 0.6), out_range=(0, 255)),
            dict(in_range=(float("nan"), 1)),
        ],
        bad=[dict(out_range="nonsense"), dict(in_range="nonsense")],
        dtypes=("bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", *FLOATS),
        tol=Tol(f16=2e-3, f32=2e-7, f64=1e-15),
        exact="exact, but for a compiler's fused multiply-adds",
        rescales=False,
    ),
    Op(
        "exposure.equalize_adapthist",
        ski.equalize_adapthist,
        args=[
            {},
            dict(kernel_size=8),
            dict(kernel_size=8, clip_limit=0.3, nbins=64),
            Case(dict(kernel_size=(7, 16), clip_limit=0), ndim=(2,)),
            Case(dict(kernel_size=5, nbins=1000), ndim=(1, 2)),
            Case(dict(kernel_size=100), ndim=(1, 2)),
            Case(dict(kernel_size=6), make=channels(3), ndim=(3,)),
            Case(dict(kernel_size=(5, 9)), make=channels(4), ndim=(3,)),
        ],
        bad=[
            dict(kernel_size=(3,) * 6),
            Case({}, make=lambda shape, dtype, rng: (3 * array(shape, "float64", rng),)),
        ],
        ndim=(1, 2, 3),
        dtypes=("bool", "uint8", "uint16", "int16", *FLOATS),
        tol=Tol(f32=2e-7, f64=1e-15),
        exact="exact, but for float32's last bit in the final division",
        sync="check",
        nan=False,
        single=True,
    ),
    Op(
        "exposure.match_histograms",
        ski.match_histograms,
        args=[
            {},
            dict(channel_axis=-1),
            dict(channel_axis=0),
            Case({}, make=ties),
            Case(dict(channel_axis=1), make=ties),
        ],
        bad=[
            dict(channel_axis=9),
            Case({}, make=lambda shape, dtype, rng: (array(shape, dtype, rng), array((*shape, 2), dtype, rng))),
            Case(
                dict(channel_axis=0),
                make=lambda shape, dtype, rng: (
                    array(shape, dtype, rng),
                    array((shape[0] + 1, *shape[1:]), dtype, rng),
                ),
            ),
        ],
        make=matched,
        dtypes=("bool", "uint8", "uint16", "int8", "int16", "int32", *FLOATS),
        tol=Tol(f16=1e-3, f32=3e-7, f64=1e-14, integer=1),
        exact="a few ulp: interpolation between the reference's values; integers are truncated and may differ by 1",
        rescales=False,
        nan=False,
        single=True,
    ),
    Op(
        "exposure.is_low_contrast",
        ski.is_low_contrast,
        args=[
            {},
            dict(fraction_threshold=0.9),
            dict(fraction_threshold=0.3, lower_percentile=20, upper_percentile=60),
            Case({}, make=channels(3), ndim=(3,)),
            Case(dict(fraction_threshold=0.25), make=channels(4), ndim=(3,)),
            dict(fraction_threshold=0.25, lower_percentile=0, upper_percentile=100),
        ],
        bad=[dict(lower_percentile=-1), dict(upper_percentile=101)],
        dtypes=REALS,
        tol=EXACT,
        exact="exact: a comparison of order statistics",
    ),
]
