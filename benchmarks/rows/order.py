"""Rows of order statistics, rank filters and generic filters."""

import numpy as np

from .model import BYTES, NARROW, ONE_KERNEL, PIXELS, Row, ball

PART = PIXELS
DISK5, BALL2 = ball(5, 2), ball(2, 3)


def _median(size, ndim=2, opencv_dtypes=(), **more):
    return Row(
        "median " + "x".join([str(size)] * ndim),
        "filters.median",
        dict(footprint=np.ones((size,) * ndim, np.uint8)),
        ndim=ndim,
        opencv=(lambda cv2, x: cv2.medianBlur(x, size)) if opencv_dtypes else None,
        opencv_dtypes=opencv_dtypes,
        **more,
    )


def _rank(name, label="disk 5", footprint=DISK5, **more):
    return Row(
        f"rank.{name} {label}",
        f"filters.rank.{name}",
        dict(footprint=footprint, **more.pop("kwargs", {})),
        dtypes=BYTES,
        **more,
    )


def _ends(iline, oline):
    """A callback of generic_filter1d: the sum of the window's ends."""
    oline[...] = iline[:-4] + iline[4:]


ROWS = [
    _median(3, large_ms=0.09, small_ms=ONE_KERNEL, opencv_dtypes=NARROW),
    _median(5, opencv_dtypes=NARROW),
    _median(7, dtypes=NARROW, large_ms=0.6, opencv_dtypes=BYTES),
    _median(15, dtypes=NARROW, large_ms=1.0, target_dtype="uint8", opencv_dtypes=BYTES),
    _median(41, dtypes=BYTES, opencv_dtypes=BYTES),
    _median(3, ndim=3, dtypes=NARROW, large_ms=0.15, target_dtype="uint8"),
    Row("median disk 5", "filters.median", dict(footprint=DISK5), dtypes=NARROW),
    Row("median_filter 3", "ndimage.median_filter", dict(size=3), dtypes=NARROW, opencv=lambda cv2, x: cv2.medianBlur(x, 3),
        opencv_dtypes=NARROW),
    Row("percentile_filter 20 5x5", "ndimage.percentile_filter", dict(percentile=20, size=5), dtypes=NARROW),
    Row("rank_filter 2 9x9", "ndimage.rank_filter", dict(rank=2, size=9), dtypes=NARROW),
    Row("generic_filter std 3x3", "ndimage.generic_filter", dict(function=np.std, size=3), dtypes=("float32",)),
    Row("generic_filter1d ends of 5", "ndimage.generic_filter1d", dict(function=_ends, filter_size=5), dtypes=("float32",)),
    *(_rank(n) for n in ("autolevel", "enhance_contrast", "entropy", "equalize", "geometric_mean", "gradient", "majority", "maximum",
                         "mean", "median", "minimum", "modal", "noise_filter", "otsu", "pop", "subtract_mean", "sum", "threshold")),
    _rank("entropy", "disk 5 of 1024", large_shape=(1024, 1024), sizes=("large",), large_ms=0.4, target_dtype="uint8"),
    *(_rank(f"{n}_percentile", kwargs=dict(p0=0.1, p1=0.9))
      for n in ("autolevel", "enhance_contrast", "gradient", "mean", "pop", "subtract_mean", "sum")),
    *(_rank(n, kwargs=dict(p0=0.1)) for n in ("percentile", "threshold_percentile")),
    *(_rank(f"{n}_bilateral", kwargs=dict(s0=20, s1=20)) for n in ("mean", "pop", "sum")),
    _rank("windowed_histogram", kwargs=dict(n_bins=16)),
    _rank("median", "31x31", np.ones((31, 31), np.uint8)),
    _rank("median", "ball 2 3d", BALL2, ndim=3),
    _rank("mean", "ball 2 3d", BALL2, ndim=3),
    Row("rank_order", "filters.rank_order", dtypes=NARROW),
]  # fmt: skip
