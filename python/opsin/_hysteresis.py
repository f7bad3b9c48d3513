"""Hysteresis thresholds (skimage.filters)."""

from opsin._native import filters as _native

__all__ = ["apply_hysteresis_threshold"]


def apply_hysteresis_threshold(image, low, high):
    """Elements above a high threshold, and what is connected with them above a low one.

    Parameters
    ----------
    image : array
        Real image of any number of axes.
    low : float
        Lower threshold; a value above `high` counts as `high`.
    high : float
        Higher threshold. Both may be 0-d arrays on the image's device, as `threshold_otsu` returns them there.

    Returns
    -------
    array of bool
        True where the image is above `high`, and where it is above `low` and connected with such an element through
        elements above `low`. Neighbours share a face.

    Raises
    ------
    ValueError
        For complex and empty images.

    References
    ----------
    J. Canny, "A computational approach to edge detection", IEEE Transactions on Pattern Analysis and Machine
    Intelligence 8, 679-698, 1986.
    """
    return _native.apply_hysteresis_threshold(image, low, high)
