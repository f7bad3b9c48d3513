"""Moments of images and of points (skimage.measure)."""

import numpy as np

from opsin._native import check_same_device
from opsin._native import measure as _native
from opsin._ndimage_arguments import as_dtype, as_input


def _is_array(x):
    return hasattr(x, "dtype") and hasattr(x, "shape")


def moments_coords(coords, order=3):
    """Raw moments of points.

    Parameters
    ----------
    coords : (N, D) array or tuple of (N,) arrays
        Coordinates of N points in D dimensions.
    order : int, optional
        The highest power of a coordinate.

    Returns
    -------
    (order + 1, order + 1, ...) array
        ``M[p, q, ...]`` is the sum of ``r**p * c**q * ...`` over all points: float32 for float16 and float32 coordinates,
        else float64.

    Raises
    ------
    ValueError
        For coordinates that are complex, of another number of axes or none.
    """
    return moments_coords_central(coords, 0, order=order)


def moments_coords_central(coords, center=None, order=3):
    """Moments of points about a centre.

    Parameters
    ----------
    coords : (N, D) array or tuple of (N,) arrays
        Coordinates of N points in D dimensions.
    center : (D,) array-like or float, optional
        The centre; by default the points' mean.
    order : int, optional
        The highest power of a coordinate.

    Returns
    -------
    (order + 1, order + 1, ...) array
        ``M[p, q, ...]`` is the sum of ``(r - r0)**p * (c - c0)**q * ...`` over all points. Float64, but float32 for float16
        and float32 coordinates about a single number or a centre of such a dtype.

    Raises
    ------
    ValueError
        For coordinates that are complex, of another number of axes or none; for a centre of another length.
    """
    if isinstance(coords, tuple):
        coords = np.stack(coords, axis=-1)
    coords = as_input(coords)
    narrow = (float, int) if not _is_array(center) else ()
    wide = not isinstance(center, narrow)
    if _is_array(center):
        wide = as_dtype(center.dtype) not in (np.float16, np.float32)
    return _native.moments_coords_central(coords, center, order, wide)


def moments(image, order=3, *, spacing=None):
    """Raw moments of an image.

    Parameters
    ----------
    image : array
        Real image of any number of axes; integers keep their values.
    order : int, optional
        The highest power of a coordinate.
    spacing : sequence of float, optional
        Distance of two pixels along each axis; 1 by default.

    Returns
    -------
    (order + 1, order + 1, ...) array
        ``M[p, q, ...]`` is the sum of ``image * r**p * c**q * ...``, with one axis for each of the image's: float32 for
        float16 and float32 images, else float64. Sums are float64.

    Raises
    ------
    ValueError
        For a complex image.
    IndexError
        For too few spacings.

    References
    ----------
    Burger, Burge (2009), Principles of Digital Image Processing: Core Algorithms, Springer.
    """
    return _native.moments(as_input(image), order, spacing)


def moments_central(image, center=None, order=3, *, spacing=None, **kwargs):
    """Moments of an image about a centre: independent of where the object lies.

    Parameters
    ----------
    image : array
        Real image of any number of axes; integers keep their values.
    center : sequence of float, optional
        The centre, one coordinate for each axis; by default the centroid.
    order : int, optional
        The highest power of a coordinate.
    spacing : sequence of float, optional
        Distance of two pixels along each axis; 1 by default.
    **kwargs
        Ignored.

    Returns
    -------
    (order + 1, order + 1, ...) array
        ``mu[p, q, ...]`` is the sum of ``image * (r - r0)**p * (c - c0)**q * ...``: float32 for float16 and float32 images,
        else float64. About the centroid, those of a total order above `order` are 0.

    Raises
    ------
    ValueError
        For a complex image.
    IndexError
        For too few spacings or coordinates.
    """
    return _native.moments_central(as_input(image), center, order, spacing)


def moments_normalized(mu, order=3, spacing=None):
    """Central moments made independent of the object's size.

    Parameters
    ----------
    mu : (M, M, ...) array
        Central moments, floating, of at least `order`.
    order : int, optional
        The highest power that is normalised.
    spacing : sequence of float, optional
        Distance of two pixels along each axis; 1 by default.

    Returns
    -------
    (M, M, ...) array
        Normalised moments in the dtype of `mu`: NaN for total orders below 2, 0 above `order`.

    Raises
    ------
    ValueError
        When `mu` holds fewer orders, or integers.
    """
    return _native.moments_normalized(as_input(mu), order, spacing)


def moments_hu(nu):
    """Hu's seven moments: independent of position, size and rotation.

    Parameters
    ----------
    nu : (M, M) array
        Normalised moments of a plane image, M at least 4.

    Returns
    -------
    (7,) array
        Hu's moments: float32 for float32 moments, else float64.

    Raises
    ------
    ValueError
        For moments of a lower order.
    TypeError
        For moments of another number of axes.

    References
    ----------
    Hu (1962), Visual pattern recognition by moment invariants, IRE Trans. Information Theory 8, 179-187.
    """
    return _native.moments_hu(as_input(nu))


def centroid(image, *, spacing=None):
    """The mean of the coordinates, weighted with the image.

    Parameters
    ----------
    image : array
        Real image of any number of axes.
    spacing : sequence of float, optional
        Distance of two pixels along each axis; 1 by default.

    Returns
    -------
    (ndim,) array
        One coordinate for each axis: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For a complex image.
    IndexError
        For too few spacings.
    """
    return _native.centroid(as_input(image), spacing)


def inertia_tensor(image, mu=None, *, spacing=None):
    """Inertia tensor of an image about its centroid.

    Parameters
    ----------
    image : array
        Real image of any number of axes.
    mu : array, optional
        The image's central moments, when they are known.
    spacing : sequence of float, optional
        Distance of two pixels along each axis; 1 by default.

    Returns
    -------
    (ndim, ndim) array
        The tensor over the image's sum.

    Raises
    ------
    ValueError
        For a complex image.
    IndexError
        For moments of another number of axes or of a lower order.

    References
    ----------
    https://en.wikipedia.org/wiki/Moment_of_inertia#Inertia_tensor
    """
    if mu is None:
        mu = moments_central(image, order=2, spacing=spacing)
    image, mu = as_input(image), as_input(mu)
    check_same_device(image, mu)
    return _native.inertia_tensor(mu, image.ndim)


def inertia_tensor_eigvals(image, mu=None, T=None, *, spacing=None):
    """Eigenvalues of the inertia tensor of an image.

    Parameters
    ----------
    image : array
        Real image of any number of axes.
    mu : array, optional
        The image's central moments, when they are known.
    T : (ndim, ndim) array, optional
        The inertia tensor, when it is known: image and moments do not count then.
    spacing : sequence of float, optional
        Distance of two pixels along each axis; 1 by default.

    Returns
    -------
    list of scalar
        The eigenvalues, the greatest first, none below 0; 0-d arrays on a GPU.

    Raises
    ------
    ValueError
        For a complex image or a matrix that is not square.
    """
    if T is None:
        T = inertia_tensor(image, mu, spacing=spacing)
    else:
        check_same_device(image, mu, T)
    values = _native.inertia_tensor_eigvals(as_input(T))
    return [values[i] for i in range(len(values))]
