"""One row per benchmark: an op, its arguments, its input, its targets, and OpenCV's way to the same result where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

FLOATS = ("float32", "float64")
ALL = ("float32", "uint8", "float64")


@dataclass(frozen=True)
class Row:
    name: str  # as it stands in the table
    op: str  # "module.function"
    kwargs: dict = field(default_factory=dict)
    ndim: int = 2
    make: str = "image"  # image, rgb, rgba, pair, rgb pair or tensor
    dtypes: tuple[str, ...] = ALL
    large_ms: float | None = None  # GPU targets, f32
    small_ms: float | None = None
    floor_factor: float | None = None  # GPU target: device time / floor
    opencv: Callable | None = None  # (cv2, image) -> result
    opencv_dtypes: tuple[str, ...] = ("float32",)


ONE_KERNEL, RIDGE = 0.025, 0.08  # ms at 512^2


def _radius(sigma):
    return 2 * int(4 * sigma + 0.5) + 1


def _cv_gaussian(sigma, border):
    return lambda cv2, x: cv2.GaussianBlur(x, (_radius(sigma),) * 2, sigma, borderType=getattr(cv2, f"BORDER_{border}"))


def _cv_gray(cv2, x):
    return cv2.transform(x, np.array([[0.2125, 0.7154, 0.0721]], x.dtype))


def _cv_depth(cv2, x):
    return cv2.CV_16S if x.dtype == np.uint8 else -1


def _cv_sobel(cv2, x):
    return cv2.Sobel(x, _cv_depth(cv2, x), 1, 0, ksize=3, borderType=cv2.BORDER_REFLECT)


def _cv_laplace(cv2, x):
    return cv2.Laplacian(x, _cv_depth(cv2, x), ksize=1, borderType=cv2.BORDER_REFLECT)


def _cv_filter(weights):
    return lambda cv2, x: cv2.filter2D(x, _cv_depth(cv2, x), weights, borderType=cv2.BORDER_REFLECT)


def _cv_box(size):
    return lambda cv2, x: cv2.blur(x, (size, size), borderType=cv2.BORDER_REFLECT)


W3 = np.array([[1, 2, 1], [0, 3, -2], [-1, -4, 1]], float)
W7 = np.add.outer(np.arange(7.0), np.arange(7.0) ** 2) - 12

CORE = [
    Row("rgb2gray", "color.rgb2gray", make="rgb", floor_factor=1.08, small_ms=ONE_KERNEL, opencv=_cv_gray, opencv_dtypes=FLOATS),
    Row("gaussian s1", "filters.gaussian", dict(sigma=1), large_ms=0.08, small_ms=ONE_KERNEL,
        opencv=_cv_gaussian(1, "REPLICATE"), opencv_dtypes=FLOATS),
    Row("gaussian s4", "filters.gaussian", dict(sigma=4), large_ms=0.12, small_ms=ONE_KERNEL,
        opencv=_cv_gaussian(4, "REPLICATE"), opencv_dtypes=FLOATS),
    Row("gaussian s2 3d", "filters.gaussian", dict(sigma=2), ndim=3, large_ms=0.15),
    Row("sobel", "filters.sobel", large_ms=0.07, small_ms=ONE_KERNEL),
    Row("sobel 3d", "filters.sobel", ndim=3, large_ms=0.09),
    Row("laplace", "filters.laplace", large_ms=0.065, small_ms=ONE_KERNEL),
    Row("unsharp_mask", "filters.unsharp_mask", large_ms=0.15, small_ms=ONE_KERNEL),
    Row("difference_of_gaussians", "filters.difference_of_gaussians", dict(low_sigma=1), large_ms=0.15, small_ms=ONE_KERNEL),
    Row("frangi s2", "filters.frangi", dict(sigmas=[2]), large_ms=0.40, small_ms=RIDGE),
    Row("hessian s2", "filters.hessian", dict(sigmas=[2]), large_ms=0.40, small_ms=RIDGE),
    Row("meijering s2", "filters.meijering", dict(sigmas=[2]), large_ms=0.35, small_ms=RIDGE),
    Row("sato s1-3", "filters.sato", dict(sigmas=[1, 2, 3]), large_ms=0.9, small_ms=RIDGE),
    Row("sato s2 3d", "filters.sato", dict(sigmas=[2]), ndim=3, large_ms=1.2),
    Row("structure_tensor", "feature.structure_tensor", large_ms=0.2, small_ms=ONE_KERNEL),
    Row("gabor 0.2", "filters.gabor", dict(frequency=0.2), large_ms=0.3, small_ms=ONE_KERNEL),
]  # fmt: skip

MORE = [
    *(Row(n, f"util.{n}") for n in ("img_as_float", "img_as_float32", "img_as_float64", "img_as_ubyte", "img_as_uint", "img_as_int",
                                    "img_as_bool", "invert")),
    Row("crop", "util.crop", dict(crop_width=2, copy=True)),
    *(Row(f"compare_images {m}", "util.compare_images", dict(method=m), make="pair") for m in ("diff", "blend", "checkerboard")),
    Row("gray2rgb", "color.gray2rgb"),
    Row("rgba2rgb", "color.rgba2rgb", make="rgba"),
    *(Row(n, f"filters.{n}") for n in ("scharr", "prewitt", "farid", "roberts", "sobel_h", "sobel_v", "scharr_h", "scharr_v",
                                       "prewitt_h", "prewitt_v", "farid_h", "farid_v", "roberts_pos_diag", "roberts_neg_diag")),
    Row("correlate_sparse", "filters.correlate_sparse", dict(kernel=np.eye(5))),
    Row("hessian_matrix", "feature.hessian_matrix", dict(sigma=2, use_gaussian_derivatives=True)),
    Row("hessian_matrix differences", "feature.hessian_matrix", dict(sigma=2, use_gaussian_derivatives=False)),
    Row("hessian_matrix_det", "feature.hessian_matrix_det", dict(sigma=3)),
    Row("hessian_matrix_eigvals", "feature.hessian_matrix_eigvals", make="tensor", dtypes=FLOATS),
    Row("hessian_matrix_eigvals 3d", "feature.hessian_matrix_eigvals", make="tensor", ndim=3, dtypes=FLOATS),
    Row("structure_tensor_eigenvalues", "feature.structure_tensor_eigenvalues", make="tensor", dtypes=FLOATS),
    Row("shape_index", "feature.shape_index", dict(sigma=2)),
    Row("frangi s2 3d", "filters.frangi", dict(sigmas=[2]), ndim=3),
    Row("structure_tensor 3d", "feature.structure_tensor", ndim=3),
]  # fmt: skip

NDIMAGE = [
    Row("correlate 3x3", "ndimage.correlate", dict(weights=W3), opencv=_cv_filter(W3)),
    Row("correlate 3x3 to i16", "ndimage.correlate", dict(weights=W3, output=np.int16), dtypes=("uint8",), opencv=_cv_filter(W3),
        opencv_dtypes=("uint8",)),
    Row("correlate 7x7", "ndimage.correlate", dict(weights=W7), opencv=_cv_filter(W7)),
    Row("convolve 3x3", "ndimage.convolve", dict(weights=W3)),
    Row("convolve 3x3x3 3d", "ndimage.convolve", dict(weights=np.arange(27.0).reshape(3, 3, 3) - 13), ndim=3),
    Row("correlate1d 5", "ndimage.correlate1d", dict(weights=[1, 4, 6, 4, 1], axis=0)),
    Row("convolve1d 5", "ndimage.convolve1d", dict(weights=[1, 4, 6, 4, 1])),
    Row("gaussian_filter s2", "ndimage.gaussian_filter", dict(sigma=2), opencv=_cv_gaussian(2, "REFLECT"), opencv_dtypes=FLOATS),
    Row("gaussian_filter s2 order 1", "ndimage.gaussian_filter", dict(sigma=2, order=1)),
    Row("gaussian_filter1d s2", "ndimage.gaussian_filter1d", dict(sigma=2)),
    Row("uniform_filter 5", "ndimage.uniform_filter", dict(size=5), opencv=_cv_box(5), opencv_dtypes=FLOATS),
    Row("uniform_filter 5 3d", "ndimage.uniform_filter", dict(size=5), ndim=3),
    Row("uniform_filter1d 9", "ndimage.uniform_filter1d", dict(size=9)),
    Row("sobel axis", "ndimage.sobel", opencv=_cv_sobel, opencv_dtypes=FLOATS),
    Row("sobel axis to i16", "ndimage.sobel", dict(output=np.int16), dtypes=("uint8",), opencv=_cv_sobel, opencv_dtypes=("uint8",)),
    Row("prewitt axis", "ndimage.prewitt"),
    Row("ndimage.laplace", "ndimage.laplace", opencv=_cv_laplace, opencv_dtypes=FLOATS),
    Row("ndimage.laplace to i16", "ndimage.laplace", dict(output=np.int16), dtypes=("uint8",), opencv=_cv_laplace,
        opencv_dtypes=("uint8",)),
    Row("gaussian_laplace s2", "ndimage.gaussian_laplace", dict(sigma=2)),
    Row("gaussian_gradient_magnitude s2", "ndimage.gaussian_gradient_magnitude", dict(sigma=2)),
]  # fmt: skip


ARRANGE = [
    Row("montage", "util.montage", dict(fill=0, padding_width=2), ndim=3),
    Row("montage mean", "util.montage", ndim=3),
    Row("random_noise", "util.random_noise", dict(rng=1)),
    Row("random_noise s&p", "util.random_noise", dict(mode="s&p", rng=1)),
    Row("inverse_gaussian_gradient", "segmentation.inverse_gaussian_gradient", dict(sigma=2.0), dtypes=FLOATS),
]  # fmt: skip

RGB = ("float32", "uint8", "float64")


def _cv_color(code):
    return lambda cv2, x: cv2.cvtColor(x, getattr(cv2, code))


COLOR = [
    Row("rgb2lab", "color.rgb2lab", make="rgb", large_ms=0.2, small_ms=ONE_KERNEL, opencv=_cv_color("COLOR_RGB2Lab")),
    Row("lab2rgb", "color.lab2rgb", make="rgb", dtypes=FLOATS, opencv=_cv_color("COLOR_Lab2RGB")),
    *(Row(n, f"color.{n}", make="rgb", dtypes=RGB, floor_factor=1.2) for n in ("rgb2yuv", "rgb2ycbcr", "ycbcr2rgb", "rgb2rgbcie")),
    Row("rgb2hsv", "color.rgb2hsv", make="rgb", dtypes=RGB, floor_factor=1.2, opencv=_cv_color("COLOR_RGB2HSV")),
    Row("hsv2rgb", "color.hsv2rgb", make="rgb", dtypes=FLOATS, floor_factor=1.2, opencv=_cv_color("COLOR_HSV2RGB")),
    *(Row(n, f"color.{n}", make="rgb", dtypes=FLOATS) for n in ("rgb2xyz", "xyz2rgb", "xyz2lab", "lab2xyz", "rgb2luv", "luv2rgb",
                                                                "xyz2luv", "luv2xyz", "lab2lch", "lch2lab")),
    Row("rgb2hed", "color.rgb2hed", make="rgb", dtypes=RGB),
    Row("hed2rgb", "color.hed2rgb", make="rgb", dtypes=FLOATS),
    Row("hsv to xyz", "color.convert_colorspace", dict(fromspace="hsv", tospace="xyz"), make="rgb", dtypes=FLOATS),
    *(Row(n, f"color.{n}", make="rgb pair", dtypes=FLOATS) for n in ("deltaE_cie76", "deltaE_ciede94", "deltaE_ciede2000",
                                                                     "deltaE_cmc")),
    Row("gray2rgba", "color.gray2rgba"),
]  # fmt: skip


def _cv_morphology(name, footprint):
    return lambda cv2, x: getattr(cv2, name)(x, footprint, borderType=cv2.BORDER_REFLECT)


def _ball(radius, ndim):
    return (sum(g * g for g in np.ogrid[(slice(-radius, radius + 1),) * ndim]) <= radius * radius).astype(np.uint8)


BOX15, CROSS, DISK5, DISK7, BALL2 = np.ones((15, 15), np.uint8), _ball(1, 2), _ball(5, 2), _ball(7, 2), _ball(2, 3)
NARROW = ("uint8", "float32")

MORPHOLOGY = [
    Row("erosion 15x15", "morphology.erosion", dict(footprint=BOX15), opencv=_cv_morphology("erode", BOX15), opencv_dtypes=NARROW),
    Row("erosion cross", "morphology.erosion", opencv=_cv_morphology("erode", CROSS), opencv_dtypes=NARROW),
    Row("dilation disk 5", "morphology.dilation", dict(footprint=DISK5), large_ms=0.15, opencv=_cv_morphology("dilate", DISK5),
        opencv_dtypes=NARROW),
    Row("opening disk 5", "morphology.opening", dict(footprint=DISK5)),
    Row("white_tophat disk 7", "morphology.white_tophat", dict(footprint=DISK7), dtypes=NARROW),
    Row("opening ball 2 3d", "morphology.opening", dict(footprint=BALL2), ndim=3, dtypes=NARROW),
    Row("binary dilation disk 5", "ndimage.binary_dilation", dict(structure=DISK5), dtypes=("uint8",)),
    Row("maximum_filter 5 3d", "ndimage.maximum_filter", dict(size=5), ndim=3),
    Row("maximum_filter1d 31", "ndimage.maximum_filter1d", dict(size=31)),
    Row("morphological_gradient 3x3", "ndimage.morphological_gradient", dict(size=3)),
]  # fmt: skip

ROWS = [*CORE, *MORE, *NDIMAGE, *COLOR, *ARRANGE, *MORPHOLOGY]


def _cv_median(size):
    return lambda cv2, x: cv2.medianBlur(x, size)


def _median(size, ndim=2, opencv_dtypes=(), **more):
    opencv = _cv_median(size) if opencv_dtypes else None
    return Row(
        "median " + "x".join([str(size)] * ndim),
        "filters.median",
        dict(footprint=np.ones((size,) * ndim, np.uint8)),
        ndim=ndim,
        opencv=opencv,
        opencv_dtypes=opencv_dtypes,
        **more,
    )


ORDER = [
    _median(3, large_ms=0.09, small_ms=ONE_KERNEL, opencv_dtypes=NARROW),
    _median(5, opencv_dtypes=NARROW),
    _median(7, dtypes=NARROW, large_ms=0.6, opencv_dtypes=("uint8",)),
    _median(15, dtypes=NARROW, large_ms=1.0, opencv_dtypes=("uint8",)),
    _median(41, dtypes=("uint8",), opencv_dtypes=("uint8",)),
    _median(3, ndim=3, dtypes=NARROW, large_ms=0.15),
    Row("median disk 5", "filters.median", dict(footprint=DISK5), dtypes=NARROW),
    Row("percentile_filter 20 5x5", "ndimage.percentile_filter", dict(percentile=20, size=5), dtypes=NARROW),
    Row("rank_filter 2 9x9", "ndimage.rank_filter", dict(rank=2, size=9), dtypes=NARROW),
    Row("generic_filter std 3x3", "ndimage.generic_filter", dict(function=np.std, size=3), dtypes=("float32",)),
]  # fmt: skip

ROWS = [*CORE, *MORE, *NDIMAGE, *MORPHOLOGY, *ORDER]
BYTES = ("uint8",)
RANK = [
    *(Row(f"rank.{n} disk 5", f"filters.rank.{n}", dict(footprint=DISK5), dtypes=BYTES)
      for n in ("autolevel", "enhance_contrast", "entropy", "equalize", "geometric_mean", "gradient", "majority", "maximum", "mean",
                "median", "minimum", "modal", "noise_filter", "otsu", "pop", "subtract_mean", "sum", "threshold")),
    *(Row(f"rank.{n}_percentile disk 5", f"filters.rank.{n}_percentile", dict(footprint=DISK5, p0=0.1, p1=0.9), dtypes=BYTES)
      for n in ("autolevel", "enhance_contrast", "gradient", "mean", "pop", "subtract_mean", "sum")),
    *(Row(f"rank.{n} disk 5", f"filters.rank.{n}", dict(footprint=DISK5, p0=0.1), dtypes=BYTES)
      for n in ("percentile", "threshold_percentile")),
    *(Row(f"rank.{n}_bilateral disk 5", f"filters.rank.{n}_bilateral", dict(footprint=DISK5, s0=20, s1=20), dtypes=BYTES)
      for n in ("mean", "pop", "sum")),
    Row("rank.windowed_histogram disk 5", "filters.rank.windowed_histogram", dict(footprint=DISK5, n_bins=16), dtypes=BYTES),
    Row("rank.median 31x31", "filters.rank.median", dict(footprint=np.ones((31, 31), np.uint8)), dtypes=BYTES),
    Row("rank.median ball 2 3d", "filters.rank.median", dict(footprint=BALL2), ndim=3, dtypes=BYTES),
    Row("rank_order", "filters.rank_order", dtypes=("uint8", "float32")),
    Row("map_array", "util.map_array", make="mapping", dtypes=("uint8", "uint32")),
    Row("unique_rows of 4", "util.unique_rows", make="points", dtypes=("int32", "float32")),
    Row("rank.mean ball 2 3d", "filters.rank.mean", dict(footprint=BALL2), ndim=3, dtypes=BYTES),
]  # fmt: skip

ROWS = [*CORE, *MORE, *NDIMAGE, *MORPHOLOGY, *RANK]


def _cv_clahe(cv2, x):
    return cv2.createCLAHE(clipLimit=2.56, tileGridSize=(8, 8)).apply(x)


EXPOSURE = [
    Row("histogram", "exposure.histogram", large_ms=0.09),
    Row("cumulative_distribution", "exposure.cumulative_distribution", large_ms=0.09),
    Row("equalize_hist", "exposure.equalize_hist", large_ms=0.15, opencv=lambda cv2, x: cv2.equalizeHist(x),
        opencv_dtypes=("uint8",)),
    Row("equalize_adapthist", "exposure.equalize_adapthist", large_ms=0.35, opencv=_cv_clahe, opencv_dtypes=("uint8",)),
    Row("match_histograms", "exposure.match_histograms", make="pair"),
    Row("adjust_gamma 2.2", "exposure.adjust_gamma", dict(gamma=2.2), large_ms=0.08),
    Row("adjust_log", "exposure.adjust_log", large_ms=0.08),
    Row("adjust_sigmoid", "exposure.adjust_sigmoid", large_ms=0.08),
    Row("rescale_intensity", "exposure.rescale_intensity", large_ms=0.09),
    Row("is_low_contrast", "exposure.is_low_contrast", large_ms=0.15),
    Row("threshold_otsu", "filters.threshold_otsu", large_ms=0.09,
        opencv=lambda cv2, x: cv2.threshold(x, 0, 255, cv2.THRESH_OTSU)[0], opencv_dtypes=("uint8",)),
    *(Row(f"threshold_{n}", f"filters.threshold_{n}", large_ms=0.09) for n in ("yen", "isodata", "triangle")),
    Row("threshold_li", "filters.threshold_li", large_ms=0.3),
    Row("threshold_local 35", "filters.threshold_local", dict(block_size=35), large_ms=0.2),
    Row("threshold_local 35 mean", "filters.threshold_local", dict(block_size=35, method="mean"), large_ms=0.2),
    Row("threshold_mean", "filters.threshold_mean", large_ms=0.05),
    Row("threshold_multiotsu", "filters.threshold_multiotsu", large_ms=0.2),
    Row("threshold_niblack", "filters.threshold_niblack", large_ms=0.2),
    Row("threshold_sauvola", "filters.threshold_sauvola", large_ms=0.2),
    Row("threshold_sauvola 3d", "filters.threshold_sauvola", ndim=3),
    Row("apply_hysteresis_threshold", "filters.apply_hysteresis_threshold", dict(low=0.5, high=0.9), large_ms=0.3),
    Row("integral_image", "transform.integral_image", opencv=lambda cv2, x: cv2.integral(x, sdepth=cv2.CV_64F)),
]  # fmt: skip

ROWS = [*CORE, *MORE, *NDIMAGE, *MORPHOLOGY, *EXPOSURE]
FEATURES = [
    Row("canny", "feature.canny", large_ms=0.25),
    Row("canny quantiles", "feature.canny", dict(sigma=2, use_quantiles=True, low_threshold=0.8, high_threshold=0.9)),
    Row("corner_harris", "feature.corner_harris", large_ms=0.2),
    Row("corner_shi_tomasi", "feature.corner_shi_tomasi", large_ms=0.2),
    Row("corner_foerstner", "feature.corner_foerstner"),
    Row("corner_kitchen_rosenfeld", "feature.corner_kitchen_rosenfeld"),
    Row("corner_moravec", "feature.corner_moravec"),
    Row("corner_fast", "feature.corner_fast"),
    # Few peaks: scikit-image takes a minute for all of a large image.
    Row("peak_local_max 5", "feature.peak_local_max", dict(min_distance=5, threshold_rel=0.98), dtypes=("float32",)),
    Row("multiscale_basic_features", "feature.multiscale_basic_features", dtypes=("float32",)),
    Row("moments", "measure.moments"),
    Row("moments_central", "measure.moments_central"),
    Row("moments_central 3d", "measure.moments_central", ndim=3),
    Row("centroid", "measure.centroid"),
    Row("inertia_tensor", "measure.inertia_tensor"),
    Row("block_reduce sum 2", "measure.block_reduce"),
    Row("block_reduce mean 4", "measure.block_reduce", dict(block_size=4, func=np.mean)),
    Row("block_reduce max 3", "measure.block_reduce", dict(block_size=3, func=np.max)),
    Row("block_reduce median 3", "measure.block_reduce", dict(block_size=3, func=np.median), dtypes=NARROW),
    Row("blur_effect", "measure.blur_effect"),
    Row("pearson_corr_coeff", "measure.pearson_corr_coeff", make="pair"),
    Row("manders_overlap_coeff", "measure.manders_overlap_coeff", make="pair"),
]  # fmt: skip

ROWS = [*CORE, *MORE, *NDIMAGE, *MORPHOLOGY, *FEATURES]
METRICS = [
    Row("structural_similarity", "metrics.structural_similarity", dict(data_range=1), make="pair", large_ms=0.2),
    Row("structural_similarity gaussian", "metrics.structural_similarity", dict(data_range=1, gaussian_weights=True), make="pair"),
    Row("structural_similarity full", "metrics.structural_similarity", dict(data_range=1, full=True), make="pair", dtypes=FLOATS),
    Row("structural_similarity 3d", "metrics.structural_similarity", dict(data_range=1), ndim=3, make="pair", dtypes=FLOATS),
    Row("mean_squared_error", "metrics.mean_squared_error", make="pair"),
    Row("normalized_root_mse", "metrics.normalized_root_mse", make="pair"),
    Row("peak_signal_noise_ratio", "metrics.peak_signal_noise_ratio", dict(data_range=1), make="pair"),
    Row("normalized_mutual_information", "metrics.normalized_mutual_information", make="pair", large_ms=0.5),
]  # fmt: skip


def _gaussian_response(r, c):
    return np.exp(-(r * r + c * c) / 8)


FREQUENCY = [
    Row("butterworth", "filters.butterworth", dict(cutoff_frequency_ratio=0.1), dtypes=FLOATS),
    Row("butterworth 3d", "filters.butterworth", dict(cutoff_frequency_ratio=0.1), ndim=3, dtypes=FLOATS),
    Row("filter_forward", "filters.filter_forward", dict(impulse_response=_gaussian_response), dtypes=FLOATS),
    Row("wiener", "filters.wiener", dict(impulse_response=_gaussian_response), dtypes=FLOATS),
    Row("fourier_gaussian", "ndimage.fourier_gaussian", dict(sigma=2), dtypes=FLOATS),
    Row("fourier_shift", "ndimage.fourier_shift", dict(shift=2.5), dtypes=FLOATS),
    Row("fourier_ellipsoid", "ndimage.fourier_ellipsoid", dict(size=5), dtypes=FLOATS),
]  # fmt: skip

ROWS = [*CORE, *MORE, *NDIMAGE, *MORPHOLOGY, *METRICS, *FREQUENCY]
SIZES = {
    "large": {2: (4096, 4096), 3: (256, 256, 256)},
    "small": {2: (512, 512), 3: (64, 64, 64)},
    "quick": {2: (48, 40), 3: (16, 12, 14)},
}


def inputs(row: Row, size: str, dtype: str, seed: int) -> tuple:
    """The positional arguments: a smooth pattern with noise, in [0, 1] for floats and over the range for integers."""
    shape = SIZES[size][row.ndim]
    rng = np.random.default_rng(seed)

    def image(*extra):
        x = rng.random((*shape, *extra), dtype=np.float32)
        wave = np.sin(np.arange(shape[1], dtype=np.float32) / 7)[:, None] if extra else np.sin(np.arange(shape[-1]) / 7)
        x = (0.6 * x + 0.2 + 0.2 * wave.astype(np.float32)).clip(0, 1)
        return (x * np.iinfo(dtype).max).astype(dtype) if np.dtype(dtype).kind in "iu" else x.astype(dtype)

    if row.make == "mapping":
        labels = image() if dtype == "uint8" else image() % 5000
        return labels, np.arange(5000).astype(dtype), np.arange(5000.0)
    if row.make == "points":
        return (rng.integers(0, 40, (np.prod(shape) // 4, 4)).astype(dtype),)
    if row.make == "pair":
        return image(), image()
    if row.make == "rgb pair":
        return image(3), image(3)
    if row.make == "tensor":
        return ([image() for _ in range(row.ndim * (row.ndim + 1) // 2)],)
    return (image(*{"rgb": (3,), "rgba": (4,)}.get(row.make, ())),)
