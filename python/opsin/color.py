"""Colour conversion (skimage.color)."""

from opsin._native import color as _native

__all__ = ["rgb2gray"]


def rgb2gray(rgb, *, channel_axis=-1):
    """Luminance of an RGB image.

    Parameters
    ----------
    rgb : (..., C=3, ...) array
        The image; integers are scaled to [0, 1].
    channel_axis : int, optional
        The axis of the three channels.

    Returns
    -------
    (...) array
        0.2125 R + 0.7154 G + 0.0721 B: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        If `rgb` has not 3 channels, or is complex.

    References
    ----------
    .. [1] C. Poynton, "Frequently Asked Questions about Color", 1997: luminance of contemporary CRT phosphors.
    """
    return _native.rgb2gray(rgb, channel_axis)
