"""filters: thresholds."""

import numpy as np
import skimage.filters as ski

from ..images import array, signed, winding
from ..model import EXACT, FLOATS, REALS, Case, Lazy, Op, Tol

# Wider integers have histograms as long as their range: the images of the table cover it.
NARROW = ("bool", "uint8", "uint16", "int8", "int16", *FLOATS)


def two_peaks(shape, dtype, rng):
    """Dark and bright, with noise: a histogram with two maxima."""
    x = array(shape, "float64", rng)
    x = 0.25 + 0.5 * (x > 0.5) + 0.06 * rng.standard_normal(shape)
    x = np.clip(x, 0, 1)
    dtype = np.dtype(dtype)
    return (np.asarray(x * np.iinfo(dtype).max if dtype.kind in "iu" else x).astype(dtype),)


def wide(shape, dtype, rng):
    return (np.asarray(300 * array(shape, "float64", rng) - 40).astype("int32"),)


COUNTS = np.array([0, 0, 3, 9, 14, 6, 2, 1, 0, 4, 11, 15, 8, 2, 0])
CENTERS = np.linspace(0.1, 0.8, 15)


def given(counts, *centers):
    """A histogram of the image's array kind."""
    return dict(hist=Lazy(lambda env: (counts, *centers) if centers else counts))


HISTS = [
    given(COUNTS),
    given(COUNTS, CENTERS),
    given(COUNTS / COUNTS.sum(), CENTERS.astype(np.float32)),
    given(COUNTS.astype(np.uint16), np.arange(15, dtype=np.float16)),
]
BINS = "exact: a bin's centre; criteria are summed in NumPy's order"


def rule(name, *args, bad=(), sync="check", **kwargs):
    return Op(
        f"filters.{name}",
        getattr(ski, name),
        args=[{}, dict(nbins=40), Case({}, make=two_peaks), Case({}, make=wide), *args],
        bad=[dict(nbins=0), dict(nbins=1.5), *bad],
        sync=sync,
        **{"tol": EXACT, "exact": BINS, "dtypes": NARROW, **kwargs},
    )


ROWS = [
    rule("threshold_otsu", *HISTS),
    rule("threshold_yen", *HISTS),
    rule("threshold_isodata", *HISTS, dict(return_all=True), dict(return_all=True, **given(COUNTS))),
    rule("threshold_triangle"),
    rule(
        "threshold_minimum",
        *HISTS,
        bad=[dict(max_num_iter=1)],
        make=two_peaks,
        dtypes=("uint8", *FLOATS),
        edge_shapes=False,  # few elements make plateaus, whose lowest bin is a matter of the last bit of a float32 mean
    ),
    *(
        Op(
            f"filters.threshold_{name}",
            getattr(ski, f"threshold_{name}"),
            args=[
                {},
                dict(window_size=3, k=-0.5),
                dict(window_size=(5, 11)),
                dict(window_size=[3, 1, 7], k=0.4),
                dict(window_size=41),
                *more,
            ],
            bad=[dict(window_size=4), dict(window_size=(3, 4)), dict(window_size=(3,) * 6)],
            dtypes=REALS,
            tol=Tol(f32=3e-4, f64=1e-11),
            exact="tolerance: variances are differences of nearly equal sums, in f32 of f32 means: where a window is constant, "
            "the deviation is the root of a rounding error; the oracle sums whole images",
            rescales=False,
            nan=False,
            single=True,
            differences="a NaN or infinite pixel spoils the windows that hold it; in scikit-image everything behind it",
        )
        for name, more in (("niblack", ()), ("sauvola", (dict(r=0.3), dict(r=100, k=0.1))))
    ),
    Op(
        "filters.threshold_local",
        ski.threshold_local,
        args=[
            {},
            dict(block_size=5, offset=0.1),
            dict(block_size=9, method="mean", mode="nearest"),
            dict(block_size=5, method="median", mode="nearest", offset=-0.05),
            dict(block_size=3, method="generic", param=np.mean),
            dict(block_size=7, param=1.5, mode="constant", cval=0.4),
            dict(block_size=(3, 7), mode="wrap"),
            dict(block_size=[5, 1, 3], method="mean"),
        ],
        bad=[
            dict(block_size=4),
            dict(block_size=(3,) * 6),
            dict(method="nonsense"),
            dict(mode="nonsense"),
            dict(mode="nonsense", method="mean"),
        ],
        tol=Tol(f32=3e-6, f64=1e-13),
        exact="tolerance: sums of the same products in another order; the median is exact",
        rescales=False,
        nan=False,
        single=True,
    ),
    rule(
        "threshold_multiotsu",
        dict(classes=2),
        dict(classes=4),
        Case(dict(classes=4), make=two_peaks),
        dict(classes=5, nbins=24),
        dict(classes=3, nbins=700),
        Case(dict(classes=2, nbins=1500), make=two_peaks),
        given(COUNTS),
        dict(classes=4, **given(COUNTS, CENTERS)),
        dict(classes=2, **given(COUNTS / COUNTS.sum(), CENTERS.astype(np.float32))),
        differences="beyond 512 bins and three classes, nearly equal sums may round to another choice",
        bad=[dict(classes=300, nbins=8)],  # more classes than an image of this size has values
        edge_shapes=False,  # an empty image has no thresholds there and here, by different exceptions
        dtypes=("bool", "uint8", *FLOATS),  # the oracle takes minutes and gigabytes for 16 bits
    ),
    Op(
        "filters.threshold_mean",
        ski.threshold_mean,
        args=[{}, Case({}, make=signed)],
        dtypes=REALS,
        tol=Tol(f16=1e-3, f32=1e-6, f64=1e-14),
        exact="tolerance: sums in another order, in float64 where NumPy adds in float32",
        rescales=False,
    ),
    Op(
        "filters.threshold_li",
        ski.threshold_li,
        args=[
            {},
            dict(tolerance=0.01),
            dict(tolerance=30),
            Case({}, make=two_peaks),
            Case({}, make=wide),
            Case({}, make=signed),
            Case(dict(initial_guess=0.6), nan=()),
            dict(initial_guess=np.median),
            dict(iter_callback=lambda t: None),
        ],
        bad=[dict(initial_guess=1e9), dict(initial_guess=-1e9), dict(initial_guess=[1, 2])],
        dtypes=("uint8", "uint16", "float32", "float64"),
        tol=Tol(f32=2e-6, f64=1e-11),
        exact="tolerance: means in another order, f32 ones summed in f64; where the iteration ends, see the notes",
        rescales=False,
        sync="some",
    ),
    Op(
        "filters.apply_hysteresis_threshold",
        ski.apply_hysteresis_threshold,
        args=[
            dict(low=0.5, high=0.6),
            dict(low=60, high=100),
            dict(low=0.55, high=np.float64(0.63)),
            dict(low=0.1, high=0.55),
            dict(low=0.7, high=0.6),
            dict(low=-1.0, high=2.0),
            Case(dict(low=-0.3, high=0.3), make=signed),
            Case(dict(low=0.0, high=0.0), make=signed),
            dict(low=0.5, high=np.inf),
            Case(dict(low=0.5, high=2.0), make=winding, ndim=(2, 3)),
        ],
        bad=[dict(low="a", high=0.5), dict(low=None, high=0.5), dict(low=0.5, high=None)],
        dtypes=REALS,
        tol=EXACT,
        exact="exact: comparisons; what is connected does not depend on the order of visits",
        differences="thresholds are single numbers; arrays of them are refused",
    ),
]
