"""Colour conversion (skimage.color)."""

import operator

import numpy as np

from opsin._native import color as _native

__all__ = ["gray2rgb", "rgb2gray", "rgba2rgb"]


def gray2rgb(image, *, channel_axis=-1):
    """A grey image as an RGB image.

    Parameters
    ----------
    image : array
        Of any dtype and number of axes.
    channel_axis : int, optional
        The axis of the result that holds the three channels.

    Returns
    -------
    (..., C=3, ...) array
        The image three times, of its dtype.

    Raises
    ------
    IndexError
        If the result has no such axis.
    """
    return _native.gray2rgb(image, operator.index(channel_axis))


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


def rgba2rgb(rgba, background=(1, 1, 1), *, channel_axis=-1):
    """Lay an RGBA image over a background.

    Parameters
    ----------
    rgba : (..., C=4, ...) array
        The image; integers are scaled to [0, 1].
    background : sequence of 3 floats, optional
        Red, green and blue in [0, 1].
    channel_axis : int, optional
        The axis of the four channels.

    Returns
    -------
    (..., C=3, ...) array
        (1 - alpha) * background + alpha * color, clipped to [0, 1]: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        If `rgba` has not 4 channels or is complex, or if `background` is not three numbers in [0, 1].
    TypeError
        If `channel_axis` is not an int.
    IndexError
        If `rgba` has no such axis.
    """
    if not isinstance(channel_axis, int):
        raise TypeError("channel_axis must be an integer")
    color = [float(c) for c in np.ravel(background)]
    if len(color) != 3:
        raise ValueError(f"background must be an array-like containing 3 RGB values. Got {len(color)} items")
    return _native.rgba2rgb(rgba, color, channel_axis)
