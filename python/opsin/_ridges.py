"""Ridge filters of skimage.filters; `opsin.filters` exports them."""

import warnings

import numpy as np

from opsin._native import filters as _native

__all__ = ["frangi", "hessian", "meijering", "sato"]


def meijering(image, sigmas=range(1, 10, 2), alpha=None, black_ridges=True, mode="reflect", cval=0):
    """Meijering's neuriteness: ridges such as neurites, wrinkles and rivers.

    Parameters
    ----------
    image : (M[, N, ...]) array
        Real image of one or more axes. Values are taken as they are.
    sigmas : iterable of float, optional
        Scales: standard deviations in pixels; one number each, or a sequence with one per axis.
    alpha : float, optional
        Weight of the other eigenvalues of the Hessian; ``1 / (ndim + 1)`` by default.
    black_ridges : bool, optional
        Detect dark ridges; bright ones when False.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        Greatest response over the scales, each divided by its maximum: float32 for float16 and float32 images, else
        float64.

    Raises
    ------
    ValueError
        For a complex or an empty image.
    IndexError
        For an image without axes.
    RuntimeError
        For an unknown `mode`, or a scale with a wrong number of sigmas.

    Notes
    -----
    A NaN makes NaN of what the filters reach, and hence of the maximum: that scale is then not divided. With three and
    more axes scikit-image raises LinAlgError instead.

    References
    ----------
    Meijering et al. (2004), Cytometry A 58(2), 167-176, doi:10.1002/cyto.a.20022.
    """
    return _native.meijering(image, sigmas, alpha, bool(black_ridges), mode, cval)


def sato(image, sigmas=range(1, 10, 2), black_ridges=True, mode="reflect", cval=0):
    """Sato's tubeness: ridges such as tubes, wrinkles and rivers.

    Parameters
    ----------
    image : (M, N[, P]) array
        Real image. Values are taken as they are.
    sigmas : iterable of float, optional
        Scales: standard deviations in pixels.
    black_ridges : bool, optional
        Detect dark ridges; bright ones when False.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        Greatest response over the scales: float32 for float16 and float32 images, else float64. (scikit-image gives
        float64 for float32 images when the sigmas are NumPy scalars.)

    Raises
    ------
    ValueError
        For another number of axes, an empty or a complex image.
    TypeError
        For a scale that is not one number.
    RuntimeError
        For an unknown `mode`.

    Notes
    -----
    The response is sigma squared times the geometric mean of all eigenvalues of the Hessian but the lowest, zero where
    one of them is negative. Where a three-dimensional image has NaN, scikit-image raises LinAlgError; here the result is
    NaN as far as the filters reach.

    References
    ----------
    Sato et al. (1998), Medical Image Analysis 2(2), 143-168, doi:10.1016/S1361-8415(98)80009-1.
    """
    return _native.sato(image, sigmas, bool(black_ridges), mode, cval)


def _scales(sigmas, scale_range, scale_step):
    """The scales of `frangi` and `hessian`, whose old parameters still count when both are given."""
    if scale_range is None or scale_step is None:
        return sigmas
    warnings.warn(
        "Use keyword parameter `sigmas` instead of `scale_range` and `scale_range` which will be removed in version 0.17.",
        stacklevel=3,
    )
    return np.arange(scale_range[0], scale_range[1], scale_step)


def _check_plate(image, sigmas, alpha):
    """Two axes have no plate factor, but Python's own division by alpha is part of scikit-image's formula."""
    if alpha == 0 and getattr(image, "ndim", 0) == 2 and len(sigmas) > 0:
        raise ZeroDivisionError("float division by zero")


def frangi(
    image,
    sigmas=range(1, 10, 2),
    scale_range=None,
    scale_step=None,
    alpha=0.5,
    beta=0.5,
    gamma=None,
    black_ridges=True,
    mode="reflect",
    cval=0,
):
    """Frangi's vesselness: ridges such as vessels, wrinkles and rivers.

    Parameters
    ----------
    image : (M, N[, P]) array
        Real image. Values are taken as they are.
    sigmas : iterable of float, optional
        Scales: standard deviations in pixels; one number each, or a sequence with one per axis.
    scale_range, scale_step : optional
        An old way to give the scales as ``arange(*scale_range, scale_step)``; warns.
    alpha : float, optional
        Sensitivity to deviation from a plate; three axes only.
    beta : float, optional
        Sensitivity to deviation from a blob.
    gamma : float, optional
        Sensitivity to structure; half of the greatest Hessian norm at the first scale by default.
    black_ridges : bool, optional
        Detect dark ridges; bright ones when False.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        Greatest response over the scales, in [0, 1]: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For another number of axes, an empty or a complex image.
    RuntimeError
        For an unknown `mode`, or a scale with a wrong number of sigmas.

    Notes
    -----
    Where a three-dimensional image has NaN, scikit-image raises LinAlgError; here the result is NaN as far as the filters
    reach, and everywhere when `gamma` comes from the image.

    References
    ----------
    Frangi et al. (1998), MICCAI, 130-137, doi:10.1007/BFb0056195.
    """
    sigmas = list(_scales(sigmas, scale_range, scale_step))
    _check_plate(image, sigmas, alpha)
    return _native.frangi(image, sigmas, alpha, beta, gamma, bool(black_ridges), mode, cval)


def hessian(
    image,
    sigmas=range(1, 10, 2),
    scale_range=None,
    scale_step=None,
    alpha=0.5,
    beta=0.5,
    gamma=15,
    black_ridges=True,
    mode="reflect",
    cval=0,
):
    """Hybrid Hessian filter: Frangi's vesselness with a fixed `gamma`, and 1 wherever that is zero.

    Parameters
    ----------
    image, sigmas, scale_range, scale_step, alpha, beta, black_ridges, mode, cval
        As in `frangi`.
    gamma : float, optional
        Sensitivity to structure; half of the greatest Hessian norm at the first scale when None.

    Returns
    -------
    array
        Greatest response over the scales, in (0, 1]: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For another number of axes, an empty or a complex image.
    RuntimeError
        For an unknown `mode`, or a scale with a wrong number of sigmas.

    Notes
    -----
    A response that underflows to zero becomes 1: neighbours of the threshold may differ from scikit-image's in float32.

    References
    ----------
    Ng et al. (2014), ACCV, doi:10.1007/978-3-319-16811-1_40.
    """
    sigmas = list(_scales(sigmas, scale_range, scale_step))
    _check_plate(image, sigmas, alpha)
    return _native.hessian(image, sigmas, alpha, beta, gamma, bool(black_ridges), mode, cval)
