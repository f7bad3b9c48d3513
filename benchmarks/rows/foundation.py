"""Rows of colour to grey, conversions, Gaussians, edges, ridges and tensors."""

import numpy as np

from .model import BYTES, FLOATS, FOUNDATION, ONE_KERNEL, Draw, Row, nothing, pair, rgb

PART = FOUNDATION
RIDGE = 0.08  # ms at 512^2


def cv_gaussian(sigma, border):
    side = 2 * int(4 * sigma + 0.5) + 1
    return lambda cv2, x: cv2.GaussianBlur(x, (side, side), sigma, borderType=getattr(cv2, f"BORDER_{border}"))


def _cv_gray(cv2, x):
    return cv2.transform(x, np.array([[0.2125, 0.7154, 0.0721]], x.dtype))


def _rgba(d: Draw) -> tuple:
    return (d.image(4),)


def _tensor(d: Draw) -> tuple:
    """The upper triangle of a symmetric tensor."""
    ndim = len(d.shape)
    return ([d.image() for _ in range(ndim * (ndim + 1) // 2)],)


_TARGETS = [
    Row("rgb2gray", "color.rgb2gray", make=rgb, floor_factor=1.08, small_ms=ONE_KERNEL, opencv=_cv_gray, opencv_dtypes=FLOATS),
    Row("gaussian s1", "filters.gaussian", dict(sigma=1), large_ms=0.08, small_ms=ONE_KERNEL,
        opencv=cv_gaussian(1, "REPLICATE"), opencv_dtypes=FLOATS),
    Row("gaussian s4", "filters.gaussian", dict(sigma=4), large_ms=0.12, small_ms=ONE_KERNEL,
        opencv=cv_gaussian(4, "REPLICATE"), opencv_dtypes=FLOATS),
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

ROWS = [
    *_TARGETS,
    *(Row(n, f"util.{n}") for n in ("img_as_float", "img_as_float32", "img_as_float64", "img_as_ubyte", "img_as_uint", "img_as_int",
                                    "img_as_bool")),
    Row("invert", "util.invert", opencv=lambda cv2, x: cv2.bitwise_not(x), opencv_dtypes=BYTES),
    Row("crop", "util.crop", dict(crop_width=2, copy=True)),
    Row("dtype_limits", "util.dtype_limits", sizes=("small",)),
    *(Row(f"compare_images {m}", "util.compare_images", dict(method=m), make=pair) for m in ("diff", "blend", "checkerboard")),
    Row("gray2rgb", "color.gray2rgb", opencv=lambda cv2, x: cv2.cvtColor(x, cv2.COLOR_GRAY2RGB), opencv_dtypes=("float32", "uint8")),
    Row("rgba2rgb", "color.rgba2rgb", make=_rgba),
    *(Row(n, f"filters.{n}") for n in ("scharr", "prewitt", "farid", "roberts", "sobel_h", "sobel_v", "scharr_h", "scharr_v",
                                       "prewitt_h", "prewitt_v", "farid_h", "farid_v", "roberts_pos_diag", "roberts_neg_diag")),
    Row("correlate_sparse", "filters.correlate_sparse", dict(kernel=np.eye(5))),
    Row("gabor_kernel 0.1", "filters.gabor_kernel", dict(frequency=0.1), make=nothing, dtypes=("float64",), sizes=("small",)),
    Row("hessian_matrix", "feature.hessian_matrix", dict(sigma=2, use_gaussian_derivatives=True)),
    Row("hessian_matrix differences", "feature.hessian_matrix", dict(sigma=2, use_gaussian_derivatives=False)),
    Row("hessian_matrix_det", "feature.hessian_matrix_det", dict(sigma=3)),
    Row("hessian_matrix_eigvals", "feature.hessian_matrix_eigvals", make=_tensor, dtypes=FLOATS),
    Row("hessian_matrix_eigvals 3d", "feature.hessian_matrix_eigvals", make=_tensor, ndim=3, dtypes=FLOATS),
    Row("structure_tensor_eigenvalues", "feature.structure_tensor_eigenvalues", make=_tensor, dtypes=FLOATS),
    Row("shape_index", "feature.shape_index", dict(sigma=2)),
    Row("frangi s2 3d", "filters.frangi", dict(sigmas=[2]), ndim=3),
    Row("structure_tensor 3d", "feature.structure_tensor", ndim=3),
]  # fmt: skip
