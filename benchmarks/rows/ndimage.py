"""Rows of SciPy's linear filters."""

import numpy as np

from .foundation import cv_gaussian
from .model import BYTES, FLOATS, FOUNDATION, Row

PART = FOUNDATION
W3 = np.array([[1, 2, 1], [0, 3, -2], [-1, -4, 1]], float)
W7 = np.add.outer(np.arange(7.0), np.arange(7.0) ** 2) - 12


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


def _difference(image, axis, output, mode, cval):
    """A callback: central differences between neighbours, wrapped around, by whatever library the image belongs to."""
    before, after = [slice(None)] * image.ndim, [slice(None)] * image.ndim
    before[axis], after[axis] = slice(None, -2), slice(2, None)
    result = image * 0
    middle = [slice(None)] * image.ndim
    middle[axis] = slice(1, -1)
    result[tuple(middle)] = image[tuple(after)] - image[tuple(before)]
    if isinstance(output, type(image)):
        output[...] = result
        return output
    return result


ROWS = [
    Row("correlate 3x3", "ndimage.correlate", dict(weights=W3), opencv=_cv_filter(W3)),
    Row("correlate 3x3 to i16", "ndimage.correlate", dict(weights=W3, output=np.int16), dtypes=BYTES, opencv=_cv_filter(W3),
        opencv_dtypes=BYTES),
    Row("correlate 7x7", "ndimage.correlate", dict(weights=W7), opencv=_cv_filter(W7)),
    Row("convolve 3x3", "ndimage.convolve", dict(weights=W3)),
    Row("convolve 3x3x3 3d", "ndimage.convolve", dict(weights=np.arange(27.0).reshape(3, 3, 3) - 13), ndim=3),
    Row("correlate1d 5", "ndimage.correlate1d", dict(weights=[1, 4, 6, 4, 1], axis=0)),
    Row("convolve1d 5", "ndimage.convolve1d", dict(weights=[1, 4, 6, 4, 1])),
    Row("gaussian_filter s2", "ndimage.gaussian_filter", dict(sigma=2), opencv=cv_gaussian(2, "REFLECT"), opencv_dtypes=FLOATS),
    Row("gaussian_filter s2 order 1", "ndimage.gaussian_filter", dict(sigma=2, order=1)),
    Row("gaussian_filter1d s2", "ndimage.gaussian_filter1d", dict(sigma=2)),
    Row("uniform_filter 5", "ndimage.uniform_filter", dict(size=5), opencv=_cv_box(5), opencv_dtypes=FLOATS),
    Row("uniform_filter 5 3d", "ndimage.uniform_filter", dict(size=5), ndim=3),
    Row("uniform_filter1d 9", "ndimage.uniform_filter1d", dict(size=9)),
    Row("sobel axis", "ndimage.sobel", opencv=_cv_sobel, opencv_dtypes=FLOATS),
    Row("sobel axis to i16", "ndimage.sobel", dict(output=np.int16), dtypes=BYTES, opencv=_cv_sobel, opencv_dtypes=BYTES),
    Row("prewitt axis", "ndimage.prewitt"),
    Row("ndimage.laplace", "ndimage.laplace", opencv=_cv_laplace, opencv_dtypes=FLOATS),
    Row("ndimage.laplace to i16", "ndimage.laplace", dict(output=np.int16), dtypes=BYTES, opencv=_cv_laplace, opencv_dtypes=BYTES),
    Row("gaussian_laplace s2", "ndimage.gaussian_laplace", dict(sigma=2)),
    Row("gaussian_gradient_magnitude s2", "ndimage.gaussian_gradient_magnitude", dict(sigma=2)),
    # The callback's own time is in both; these say that what is around it costs nothing.
    Row("generic_laplace", "ndimage.generic_laplace", dict(derivative2=_difference), dtypes=("float32",)),
    Row("generic_gradient_magnitude", "ndimage.generic_gradient_magnitude", dict(derivative=_difference), dtypes=("float32",)),
]  # fmt: skip
