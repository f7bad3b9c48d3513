"""Median filter (skimage.filters)."""

import warnings

import numpy as np

from opsin import ndimage

__all__ = ["median"]


def median(image, footprint=None, out=None, mode="nearest", cval=0.0, behavior="ndimage"):
    """Median of every neighbourhood.

    Parameters
    ----------
    image : array
        Image of any number of axes: bool, integer, float32 or float64.
    footprint : array, optional
        The neighbourhood, of the image's number of axes: elements other than 0 belong to it. By default all elements
        at a distance of at most one along each axis.
    out : array, optional
        Where the result goes; of the image's shape and any real dtype. It may be or overlap the image.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    behavior : {'ndimage', 'rank'}, optional
        'rank' calls `opsin.filters.rank.median`, which takes 8 and 16 bit images and crops the neighbourhood at the
        edges; `mode` and `cval` have no effect then.

    Returns
    -------
    array
        The result, of the image's shape and dtype: of n elements the one of rank n // 2.

    Raises
    ------
    RuntimeError
        For a footprint of another number of axes or without elements, an unknown mode, float16 images or an `out` of
        another shape.
    TypeError
        For complex images.

    See Also
    --------
    opsin.ndimage.median_filter : the methods behind it.
    """
    if behavior == "rank":
        if mode != "nearest" or not np.isclose(cval, 0.0):
            warnings.warn(
                "Change 'behavior' to 'ndimage' if you want to use the parameters 'mode' or 'cval'. They will be "
                "discarded otherwise.",
                stacklevel=2,
            )
        from opsin.filters import rank

        return rank.median(image, footprint=footprint, out=out)
    if footprint is None:
        footprint = np.ones((3,) * image.ndim, bool)
    return ndimage.median_filter(image, footprint=footprint, output=out, mode=mode, cval=cval)
