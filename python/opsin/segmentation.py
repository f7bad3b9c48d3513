"""Segmentation (skimage.segmentation)."""

import operator

import numpy as np

from opsin._native import segmentation as _native

__all__ = ["checkerboard_level_set", "disk_level_set", "inverse_gaussian_gradient"]


def checkerboard_level_set(image_shape, square_size=5, *, device="cpu"):
    """A level set of tiles, to start a segmentation from.

    Parameters
    ----------
    image_shape : sequence of ints
        Of the result.
    square_size : int, optional
        Side of a tile.
    device : str, optional
        Where the result is made: "cpu" (a NumPy array), "cuda" or "cuda:1" (an opsin.Array). scikit-image has no such
        parameter.

    Returns
    -------
    array of int8
        1 in every other tile, 0 in the rest.
    """
    return _native.checkerboard_level_set([operator.index(n) for n in image_shape], operator.index(square_size), device)


def disk_level_set(image_shape, *, center=None, radius=None, device="cpu"):
    """A level set of a disk or ball, to start a segmentation from.

    Parameters
    ----------
    image_shape : sequence of ints
        Of the result.
    center : sequence of numbers, optional
        By default the middle, rounded down.
    radius : float, optional
        By default 3/8 of the shortest side.
    device : str, optional
        Where the result is made: "cpu" (a NumPy array), "cuda" or "cuda:1" (an opsin.Array). scikit-image has no such
        parameter.

    Returns
    -------
    array of int8
        1 nearer to the center than the radius, 0 elsewhere.

    Raises
    ------
    ValueError
        If `center` has another number of coordinates.
    """
    shape = [operator.index(n) for n in image_shape]
    if center is not None:
        center = np.broadcast_to(np.asarray(center, float), (len(shape),)).tolist()
    return _native.disk_level_set(shape, center, radius, device)


def inverse_gaussian_gradient(image, alpha=100.0, sigma=5.0):
    """An image that is near 1 where `image` is flat and near 0 at its edges: 1 / sqrt(1 + alpha |gradient|).

    Parameters
    ----------
    image : array
        Of any number of axes. The gradient of an image of integers is cut to integers.
    alpha : float, optional
        The larger, the deeper the edges.
    sigma : float or sequence of floats, optional
        Of the Gaussian, whose derivatives give the gradient; for all axes or for each.

    Returns
    -------
    array
        Of the image's shape: float32 for float32 images, else float64.
    """
    result = _native.inverse_gaussian_gradient(image, alpha, sigma)
    # As NumPy's arithmetic has it.
    return result[()] if isinstance(result, np.ndarray) and result.ndim == 0 else result
