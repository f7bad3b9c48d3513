"""Features (skimage.feature)."""

import warnings

from opsin._basic_features import multiscale_basic_features
from opsin._canny import canny
from opsin._corners import (
    corner_fast,
    corner_foerstner,
    corner_harris,
    corner_kitchen_rosenfeld,
    corner_moravec,
    corner_orientations,
    corner_shi_tomasi,
    corner_subpix,
)
from opsin._native import feature as _native
from opsin._peaks import corner_peaks, peak_local_max

__all__ = [
    "canny",
    "corner_fast",
    "corner_foerstner",
    "corner_harris",
    "corner_kitchen_rosenfeld",
    "corner_moravec",
    "corner_orientations",
    "corner_peaks",
    "corner_shi_tomasi",
    "corner_subpix",
    "hessian_matrix",
    "hessian_matrix_det",
    "hessian_matrix_eigvals",
    "multiscale_basic_features",
    "peak_local_max",
    "shape_index",
    "structure_tensor",
    "structure_tensor_eigenvalues",
]


def hessian_matrix(image, sigma=1, mode="constant", cval=0, order="rc", use_gaussian_derivatives=None):
    """Hessian matrix of an image: its second derivatives at a scale.

    Parameters
    ----------
    image : array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    sigma : float or sequence of float, optional
        Standard deviation of the Gaussian in pixels: one for all axes or one per axis.
    mode : {'constant', 'reflect', 'wrap', 'nearest', 'mirror'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.
    order : {'rc', 'xy'}, optional
        'rc' starts with the first axis (Hrr, Hrc, Hcc), 'xy' with the last (Hxx, Hxy, Hyy); the latter for at most two
        axes.
    use_gaussian_derivatives : bool, optional
        True takes two successive Gaussian derivatives at ``sigma / sqrt(2)``; False central differences of the smoothed
        image. The default is False now and warns.

    Returns
    -------
    list of array
        The upper triangle, row by row: ``ndim * (ndim + 1) / 2`` arrays of the image's shape, float32 for float16 and
        float32 images, else float64.

    Raises
    ------
    ValueError
        For a complex image, an unknown `order`, 'xy' with more than two axes, and for differences a negative sigma, an
        axis of fewer than two elements or a single axis.
    RuntimeError
        For an unknown `mode` or a wrong number of sigmas.
    """
    if order not in ("rc", "xy"):
        raise ValueError(f"unrecognized order: {order}")
    if use_gaussian_derivatives is None:
        use_gaussian_derivatives = False
        warnings.warn(
            "use_gaussian_derivatives currently defaults to False, but will change to True in a future version. Please "
            "specify this argument explicitly to maintain the current behavior",
            category=FutureWarning,
            stacklevel=2,
        )
    return _native.hessian_matrix(image, sigma, mode, cval, order, bool(use_gaussian_derivatives))


def hessian_matrix_eigvals(H_elems):
    """Eigenvalues of the Hessian at every element.

    Parameters
    ----------
    H_elems : list of array
        The upper triangle as `hessian_matrix` returns it.

    Returns
    -------
    array
        Eigenvalues along a new first axis, the greatest first, in the elements' dtype.

    Raises
    ------
    IndexError
        For too few elements.
    TypeError
        For integers in 2 x 2 matrices, float16 in larger ones.
    ValueError
        For complex elements, or elements of different shapes.

    Notes
    -----
    1 x 1 to 3 x 3 matrices take a closed form whose error is a few ulp of the matrix's greatest entry, larger ones Jacobi
    rotations. A matrix with NaN or infinity gets NaN; LAPACK raises.
    """
    return _native.hessian_matrix_eigvals(H_elems)


def hessian_matrix_det(image, sigma=1, approximate=True):
    """Determinant of the Hessian at every element.

    Parameters
    ----------
    image : array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    sigma : float, optional
        Standard deviation of the Gaussian in pixels.
    approximate : bool, optional
        For two axes: box filters over the integral image, whose time does not depend on `sigma`; poor below 3.

    Returns
    -------
    array
        The determinant: float64 when approximated; else float32 for float16 and float32 images, float64 for others.

    Raises
    ------
    ValueError
        For a complex image, and without approximation an axis of fewer than two elements or a single axis.

    References
    ----------
    Bay, Tuytelaars, Van Gool (2006), SURF: Speeded Up Robust Features, ECCV.
    """
    return _native.hessian_matrix_det(image, sigma, bool(approximate))


def structure_tensor(image, sigma=1, mode="constant", cval=0, order="rc"):
    """Structure tensor: products of Sobel derivatives in a Gaussian window.

    Parameters
    ----------
    image : array
        Real image of two to five axes; axes of length 1 are dropped. Integers are scaled to [0, 1] (signed ones to
        [-1, 1]).
    sigma : float or sequence of float, optional
        Standard deviation of the window in pixels: one for all axes or one per axis.
    mode : {'constant', 'reflect', 'wrap', 'nearest', 'mirror'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant', of the image and of the products.
    order : {'rc', 'xy'}, optional
        'rc' starts with the first axis (Arr, Arc, Acc), 'xy' with the last (Axx, Axy, Ayy); the latter for at most two
        axes.

    Returns
    -------
    list of array
        The upper triangle, row by row: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For an unknown `order`, 'xy' with more than two axes, a wrong number of sigmas, a negative one, another number of
        axes, an empty or a complex image.
    RuntimeError
        For an unknown `mode`.
    """
    if order not in ("rc", "xy"):
        raise ValueError(f'order {order} is invalid. Must be either "rc" or "xy"')
    if hasattr(sigma, "__iter__"):
        sigma = tuple(sigma)
        if len(sigma) != getattr(image, "ndim", len(sigma)):
            raise ValueError("sigma must have as many elements as image has axes")
    return _native.structure_tensor(image, sigma, mode, cval, order)


def structure_tensor_eigenvalues(A_elems):
    """Eigenvalues of the structure tensor at every element.

    Parameters
    ----------
    A_elems : list of array
        The upper triangle as `structure_tensor` returns it.

    Returns
    -------
    array
        Eigenvalues along a new first axis, the greatest first, in the elements' dtype.

    Raises
    ------
    IndexError, TypeError, ValueError
        As `hessian_matrix_eigvals`.
    """
    return _native.structure_tensor_eigenvalues(A_elems)


def shape_index(image, sigma=1, mode="constant", cval=0):
    """Shape index: what the surface of grey values looks like around every element.

    Parameters
    ----------
    image : (M, N) array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    sigma : float, optional
        Standard deviation of the Gaussian in pixels.
    mode : {'constant', 'reflect', 'wrap', 'nearest', 'mirror'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        From -1 (cup) over 0 (saddle) to 1 (cap), NaN where the image is flat: float32 for float16 and float32 images,
        else float64.

    Raises
    ------
    ValueError
        For another number of axes, an axis of fewer than two elements, a negative sigma or a complex image.
    RuntimeError
        For an unknown `mode` or a wrong number of sigmas.

    References
    ----------
    Koenderink, van Doorn (1992), Image and Vision Computing 10, 557-564, doi:10.1016/0262-8856(92)90076-F.
    """
    return _native.shape_index(image, sigma, mode, cval)
