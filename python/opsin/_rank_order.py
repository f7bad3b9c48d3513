"""Ranks of values (skimage.filters.rank_order)."""

from opsin._native import filters as _native

__all__ = ["rank_order"]


def rank_order(image):
    """Replace every value by its rank among the different values of the image.

    Parameters
    ----------
    image : array
        Real image of any shape.

    Returns
    -------
    labels : array of unsigned int
        Of the image's shape; 0 for the least value. The narrowest dtype that counts the image's elements, at most uint32.
    original_values : array, shape (K,)
        The different values, ascending: ``original_values[labels]`` is the image. NaN is one value above all others. How
        many there are is known when the function returns: it waits for a GPU.

    Raises
    ------
    IndexError
        For an image without elements.
    """
    return tuple(_native.rank_order(image))
