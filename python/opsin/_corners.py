"""Corner detectors (skimage.feature)."""

import numpy as np

from opsin._footprint_sequences import host
from opsin._native import feature as _native
from opsin._ndimage_arguments import as_input


def corner_harris(image, method="k", k=0.05, eps=1e-06, sigma=1):
    """Harris' corner measure.

    Parameters
    ----------
    image : (M, N) array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]); axes of length 1 are dropped.
    method : {'k', 'eps'}, optional
        ``det(A) - k * trace(A)**2``, or ``2 * det(A) / (trace(A) + eps)`` for any other name, A being the structure tensor.
    k : float, optional
        Small values detect sharp corners.
    eps : float, optional
        Keeps the quotient finite where the image is flat.
    sigma : float, optional
        Standard deviation in pixels of the structure tensor's window.

    Returns
    -------
    array
        The measure, float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For another number of axes, an empty or a complex image, a negative `sigma`.

    References
    ----------
    Harris, Stephens (1988), A combined corner and edge detector, Alvey Vision Conference.
    """
    return _native.corner_harris(as_input(image), str(method), k, eps, sigma)


def corner_shi_tomasi(image, sigma=1):
    """Shi and Tomasi's corner measure: the smaller eigenvalue of the structure tensor.

    Parameters
    ----------
    image : (M, N) array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]); axes of length 1 are dropped.
    sigma : float, optional
        Standard deviation in pixels of the structure tensor's window.

    Returns
    -------
    array
        The measure, float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For another number of axes, an empty or a complex image, a negative `sigma`.

    References
    ----------
    Shi, Tomasi (1994), Good features to track, CVPR.
    """
    return _native.corner_shi_tomasi(as_input(image), sigma)


def corner_foerstner(image, sigma=1):
    """Foerstner's corner measures: size and roundness of the error ellipse.

    Parameters
    ----------
    image : (M, N) array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    sigma : float, optional
        Standard deviation in pixels of the structure tensor's window.

    Returns
    -------
    w, q : array
        ``det(A) / trace(A)`` and ``4 * det(A) / trace(A)**2`` of the structure tensor A, 0 where the trace is 0: float32
        for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For another number of axes, an empty or a complex image, a negative `sigma`.
    IndexError
        For an image with axes of length 1 beside two others.

    References
    ----------
    Foerstner, Guelch (1987), A fast operator for detection and precise location of distinct points, corners and centres of
    circular features, ISPRS Intercommission Workshop.
    """
    return tuple(_native.corner_foerstner(as_input(image), sigma))


def corner_kitchen_rosenfeld(image, mode="constant", cval=0):
    """Kitchen and Rosenfeld's corner measure: curvature of the contour times length of the gradient.

    Parameters
    ----------
    image : (M, N) array
        Real image; integers keep their values.
    mode : {'constant', 'reflect', 'wrap', 'nearest', 'mirror'}, optional
        What lies beyond the edges, of the image and of its derivatives.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        The measure, 0 where the gradient is 0: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For another number of axes or a complex image.
    RuntimeError
        For an unknown `mode`.

    References
    ----------
    Kitchen, Rosenfeld (1982), Gray-level corner detection, Pattern Recognition Letters 1, 95-102.
    """
    return _native.corner_kitchen_rosenfeld(as_input(image), mode, cval)


def corner_moravec(image, window_size=1):
    """Moravec's corner measure: the least squared difference between a window and its neighbours.

    Parameters
    ----------
    image : (M, N) array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    window_size : int, optional
        How far a window reaches from its centre, and how far its neighbours lie.

    Returns
    -------
    array
        The measure, 0 nearer to an edge than ``2 * window_size``: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For a complex image or a negative `window_size`.
    TypeError
        For another number of axes.

    References
    ----------
    Moravec (1980), Obstacle avoidance and navigation in the real world by a seeing robot rover, CMU-RI-TR-80-03.
    """
    return _native.corner_moravec(as_input(image), window_size)


def corner_fast(image, n=12, threshold=0.15):
    """Corners by the accelerated segment test (FAST).

    Parameters
    ----------
    image : (M, N) array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]); axes of length 1 are dropped.
    n : int, optional
        How many neighbouring pixels of the circle of 16 must be brighter, or darker, than the centre.
    threshold : float, optional
        By how much.

    Returns
    -------
    array
        The sum of absolute differences to the circle at corners, else 0: float32 for float16 and float32 images, else
        float64.

    Raises
    ------
    ValueError
        For another number of axes, an empty or a complex image.

    References
    ----------
    Rosten, Drummond (2006), Machine learning for high-speed corner detection, ECCV.
    """
    return _native.corner_fast(as_input(image), n, threshold)


def corner_orientations(image, corners, mask):
    """Orientation of corners: the angle from each to the centre of mass around it.

    Parameters
    ----------
    image : (M, N) array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]); axes of length 1 are dropped.
    corners : (K, 2) array of int64
        Row and column of each corner.
    mask : (R, C) array
        The neighbourhood that counts: elements other than 0. R and C are odd. A mask on a GPU is copied to the host.

    Returns
    -------
    (K,) array
        Angles in [-pi, pi]: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For a mask of an even size, corners that are not int64, another number of axes, an empty or a complex image.

    References
    ----------
    Rublee, Rabaud, Konolige, Bradski (2011), ORB: an efficient alternative to SIFT and SURF, ICCV.
    Rosin (1999), Measuring corner properties, CVIU 73, 291-307.
    """
    return _native.corner_orientations(as_input(image), as_input(corners), np.asarray(host(mask)).astype(bool))


def corner_subpix(image, corners, window_size=11, alpha=0.99):
    """Positions of corners to a fraction of a pixel.

    Parameters
    ----------
    image : (M, N) array
        Real image; integers keep their values.
    corners : (K, 2) array
        Row and column of each corner, whole numbers.
    window_size : int, optional
        Side of the window around a corner.
    alpha : float, optional
        Significance level of the classification as corner or dot.

    Returns
    -------
    (K, 2) array
        Row and column of each corner, NaN where it is neither: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For corners that are not whole numbers, another number of axes, a complex image or a window without elements.

    References
    ----------
    Foerstner, Guelch (1987), A fast operator for detection and precise location of distinct points, corners and centres of
    circular features, ISPRS Intercommission Workshop.
    """
    return _native.corner_subpix(as_input(image), as_input(corners), window_size, alpha)
