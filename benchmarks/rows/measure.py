"""Rows of corners, edges, moments, profiles, blocks, colocalisation and image metrics."""

import numpy as np

from .model import FLOATS, NARROW, PIXELS, Draw, Row, ball, pair

PART = PIXELS
# Few peaks: scikit-image takes a minute for all of a large image.
FEW = dict(min_distance=5, threshold_rel=0.98)


def _corners(d: Draw) -> tuple:
    return d.image(), d.places(8)


def _diagonal(d: Draw) -> tuple:
    return d.image(), (0, 0), tuple(n - 1 for n in d.shape)


def _coordinates(d: Draw) -> tuple:
    return (d.rng.random((int(np.prod(d.shape)) // 4, len(d.shape))) * d.shape,)


def _moments(d: Draw) -> tuple:
    """A table of moments up to order 3: what the normalised and Hu's moments are made from."""
    return (d.rng.random((4, 4)) + 0.5,)


def _with_mask(d: Draw) -> tuple:
    return d.image(), d.rng.random(d.shape) > 0.5


ROWS = [
    Row("canny", "feature.canny", large_ms=0.25),
    Row("canny quantiles", "feature.canny", dict(sigma=2, use_quantiles=True, low_threshold=0.8, high_threshold=0.9)),
    Row("corner_harris", "feature.corner_harris", large_ms=0.2),
    Row("corner_shi_tomasi", "feature.corner_shi_tomasi", large_ms=0.2),
    Row("corner_foerstner", "feature.corner_foerstner"),
    Row("corner_kitchen_rosenfeld", "feature.corner_kitchen_rosenfeld"),
    Row("corner_moravec", "feature.corner_moravec"),
    Row("corner_fast", "feature.corner_fast"),
    Row("corner_orientations", "feature.corner_orientations", dict(mask=ball(3, 2)), make=_corners),
    Row("corner_subpix", "feature.corner_subpix", make=_corners, dtypes=("float64",)),
    Row("corner_peaks 5", "feature.corner_peaks", FEW, dtypes=("float32",)),
    Row("peak_local_max 5", "feature.peak_local_max", FEW, dtypes=("float32",)),
    Row("multiscale_basic_features of 1024", "feature.multiscale_basic_features", dtypes=("float32",), large_shape=(1024, 1024),
        large_ms=1.0),
    Row("moments", "measure.moments"),
    Row("moments_central", "measure.moments_central"),
    Row("moments_central 3d", "measure.moments_central", ndim=3),
    Row("moments_coords", "measure.moments_coords", make=_coordinates, dtypes=("float64",)),
    Row("moments_coords_central", "measure.moments_coords_central", make=_coordinates, dtypes=("float64",)),
    Row("moments_normalized", "measure.moments_normalized", make=_moments, dtypes=("float64",), sizes=("small",)),
    Row("moments_hu", "measure.moments_hu", make=_moments, dtypes=("float64",), sizes=("small",)),
    Row("centroid", "measure.centroid"),
    Row("inertia_tensor", "measure.inertia_tensor"),
    Row("inertia_tensor_eigvals", "measure.inertia_tensor_eigvals"),
    Row("profile_line", "measure.profile_line", dict(linewidth=5), make=_diagonal),
    Row("shannon_entropy", "measure.shannon_entropy"),
    Row("block_reduce sum 2", "measure.block_reduce"),
    Row("block_reduce mean 4", "measure.block_reduce", dict(block_size=4, func=np.mean)),
    Row("block_reduce max 3", "measure.block_reduce", dict(block_size=3, func=np.max)),
    Row("block_reduce median 3", "measure.block_reduce", dict(block_size=3, func=np.median), dtypes=NARROW),
    Row("blur_effect", "measure.blur_effect"),
    Row("pearson_corr_coeff", "measure.pearson_corr_coeff", make=pair),
    Row("manders_overlap_coeff", "measure.manders_overlap_coeff", make=pair),
    Row("manders_coloc_coeff", "measure.manders_coloc_coeff", make=_with_mask),
    Row("intersection_coeff", "measure.intersection_coeff", make=pair, dtypes=("bool",)),
    Row("structural_similarity", "metrics.structural_similarity", dict(data_range=1), make=pair, large_ms=0.2),
    Row("structural_similarity gaussian", "metrics.structural_similarity", dict(data_range=1, gaussian_weights=True), make=pair),
    Row("structural_similarity full", "metrics.structural_similarity", dict(data_range=1, full=True), make=pair, dtypes=FLOATS),
    Row("structural_similarity 3d", "metrics.structural_similarity", dict(data_range=1), ndim=3, make=pair, dtypes=FLOATS),
    Row("mean_squared_error", "metrics.mean_squared_error", make=pair,
        opencv=lambda cv2, a, b: cv2.norm(a, b, cv2.NORM_L2SQR) / a.size, opencv_dtypes=("float32", "uint8", "float64")),
    Row("normalized_root_mse", "metrics.normalized_root_mse", make=pair),
    Row("peak_signal_noise_ratio", "metrics.peak_signal_noise_ratio", dict(data_range=1), make=pair,
        opencv=lambda cv2, a, b: cv2.PSNR(a, b, 1), opencv_dtypes=("uint8",)),
    Row("normalized_mutual_information", "metrics.normalized_mutual_information", make=pair, large_ms=0.5),
]  # fmt: skip
