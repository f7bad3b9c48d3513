"""Rows of histograms, curves, thresholds and integral images."""

from .model import BYTES, FLOATS, PIXELS, Draw, Row, pair

PART = PIXELS


def _cv_clahe(cv2, x):
    return cv2.createCLAHE(clipLimit=2.56, tileGridSize=(8, 8)).apply(x)


def _cv_otsu(cv2, x):
    return cv2.threshold(x, 0, 255, cv2.THRESH_OTSU)[0]


def _two_classes(d: Draw) -> tuple:
    """A histogram of two maxima, which threshold_minimum needs."""
    grey = 0.15 + 0.5 * (d.rng.random(d.shape) > 0.6) + 0.05 * d.rng.standard_normal(d.shape)
    return (d.as_dtype(grey.clip(0, 1)),)


def _boxes(d: Draw) -> tuple:
    """An integral image, and the first and last elements of boxes in it."""
    start = d.places(6) - 6
    return d.image().cumsum(0).cumsum(1), [tuple(p) for p in start.tolist()], [tuple(p) for p in (start + 8).tolist()]


ROWS = [
    Row("histogram", "exposure.histogram", large_ms=0.09),
    Row("cumulative_distribution", "exposure.cumulative_distribution", large_ms=0.09),
    Row("equalize_hist", "exposure.equalize_hist", large_ms=0.15, opencv=lambda cv2, x: cv2.equalizeHist(x), opencv_dtypes=BYTES),
    Row("equalize_adapthist", "exposure.equalize_adapthist", large_ms=0.35, opencv=_cv_clahe, opencv_dtypes=BYTES),
    Row("match_histograms", "exposure.match_histograms", make=pair),
    Row("adjust_gamma 2.2", "exposure.adjust_gamma", dict(gamma=2.2), large_ms=0.08),
    Row("adjust_log", "exposure.adjust_log", large_ms=0.08),
    Row("adjust_sigmoid", "exposure.adjust_sigmoid", large_ms=0.08),
    Row("rescale_intensity", "exposure.rescale_intensity", large_ms=0.09),
    Row("is_low_contrast", "exposure.is_low_contrast", large_ms=0.15),
    Row("threshold_otsu", "filters.threshold_otsu", large_ms=0.09, opencv=_cv_otsu, opencv_dtypes=BYTES),
    *(Row(f"threshold_{n}", f"filters.threshold_{n}", large_ms=0.09) for n in ("yen", "isodata", "triangle")),
    Row("threshold_minimum", "filters.threshold_minimum", make=_two_classes),
    Row("threshold_li", "filters.threshold_li", large_ms=0.3),
    Row("threshold_local 35", "filters.threshold_local", dict(block_size=35), large_ms=0.2),
    Row("threshold_local 35 mean", "filters.threshold_local", dict(block_size=35, method="mean"), large_ms=0.2),
    Row("threshold_mean", "filters.threshold_mean", large_ms=0.05, opencv=lambda cv2, x: cv2.mean(x)[0], opencv_dtypes=BYTES),
    Row("threshold_multiotsu", "filters.threshold_multiotsu", large_ms=0.2),
    Row("threshold_niblack", "filters.threshold_niblack", large_ms=0.2),
    Row("threshold_sauvola", "filters.threshold_sauvola", large_ms=0.2),
    Row("threshold_sauvola 3d", "filters.threshold_sauvola", ndim=3),
    Row("apply_hysteresis_threshold", "filters.apply_hysteresis_threshold", dict(low=0.5, high=0.9), dtypes=FLOATS, large_ms=0.3),
    Row("integral_image", "transform.integral_image", opencv=lambda cv2, x: cv2.integral(x, sdepth=cv2.CV_64F)[1:, 1:]),
    Row("integrate", "transform.integrate", make=_boxes, dtypes=("float64",)),
]  # fmt: skip
