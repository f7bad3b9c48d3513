"""CIE-LAB, CIE-LUV and CIE-LCh (skimage.color)."""

import functools

import numpy as np

from opsin._documented import documented
from opsin._native import color as _native

_PARAMETERS = """

    Parameters
    ----------
    {name} : (..., C=3, ...) array
        The image, of any number of axes; integers are scaled to [0, 1], signed ones to [-1, 1], whatever the space.{white}
    channel_axis : int, optional
        The axis of the three channels.

    Returns
    -------
    (..., C=3, ...) array
        The converted image, of the same shape: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        If the image has not 3 channels, or is complex{unknown}.
    IndexError
        If the image has no such axis.{more}
    """

_WHITE = """
    illuminant : {'A', 'B', 'C', 'D50', 'D55', 'D65', 'D75', 'E'}, optional
        The light, in upper or lower case.
    observer : {'2', '10', 'R'}, optional
        The observer's field of view in degrees, or R's own values."""

_WARNS = """

    Warns
    -----
    UserWarning
        With the number of pixels whose Z would be negative; it becomes 0.

    Notes
    -----
    On CUDA the number of these pixels is read before the function returns: it waits for the device, and cannot be captured into
    a graph."""


def _converts(name, white=False, more=""):
    unknown = ", or if `illuminant` or `observer` is unknown" if white else ""
    return documented(_PARAMETERS.format(name=name, white=_WHITE if white else "", unknown=unknown, more=more))


@functools.lru_cache(maxsize=64)
def _white_point(illuminant, observer, dtype):
    return np.array(_native.xyz_tristimulus_values(illuminant, observer), dtype)


def xyz_tristimulus_values(*, illuminant, observer, dtype=float):
    """X, Y and Z of a white point, Y = 1.

    Parameters
    ----------
    illuminant : {'A', 'B', 'C', 'D50', 'D55', 'D65', 'D75', 'E'}
        The light, in upper or lower case.
    observer : {'2', '10', 'R'}
        The observer's field of view in degrees, or R's own values.
    dtype : dtype, optional
        Of the result.

    Returns
    -------
    (3,) array
        The values.

    Raises
    ------
    ValueError
        For an unknown combination.
    """
    return _white_point(illuminant, observer, dtype).copy()


@_converts("rgb", white=True)
def rgb2lab(rgb, illuminant="D65", observer="2", *, channel_axis=-1):
    """CIE 1976 L*a*b* of an sRGB image."""
    return _native.rgb2lab(rgb, illuminant, observer, channel_axis)


@_converts("lab", white=True, more=_WARNS)
def lab2rgb(lab, illuminant="D65", observer="2", *, channel_axis=-1):
    """sRGB of CIE 1976 L*a*b*, clipped to [0, 1]."""
    return _native.lab2rgb(lab, illuminant, observer, channel_axis)


@_converts("xyz", white=True)
def xyz2lab(xyz, illuminant="D65", observer="2", *, channel_axis=-1):
    """CIE 1976 L*a*b* of CIE 1931 XYZ."""
    return _native.xyz2lab(xyz, illuminant, observer, channel_axis)


@_converts("lab", white=True, more=_WARNS)
def lab2xyz(lab, illuminant="D65", observer="2", *, channel_axis=-1):
    """CIE 1931 XYZ of CIE 1976 L*a*b*."""
    return _native.lab2xyz(lab, illuminant, observer, channel_axis)


@_converts("rgb")
def rgb2luv(rgb, *, channel_axis=-1):
    """CIE 1976 L*u*v* of an sRGB image under D65."""
    return _native.rgb2luv(rgb, channel_axis)


@_converts("luv")
def luv2rgb(luv, *, channel_axis=-1):
    """sRGB of CIE 1976 L*u*v* under D65, clipped to [0, 1]."""
    return _native.luv2rgb(luv, channel_axis)


@_converts("xyz", white=True)
def xyz2luv(xyz, illuminant="D65", observer="2", *, channel_axis=-1):
    """CIE 1976 L*u*v* of CIE 1931 XYZ."""
    return _native.xyz2luv(xyz, illuminant, observer, channel_axis)


@_converts("luv", white=True)
def luv2xyz(luv, illuminant="D65", observer="2", *, channel_axis=-1):
    """CIE 1931 XYZ of CIE 1976 L*u*v*."""
    return _native.luv2xyz(luv, illuminant, observer, channel_axis)


def lab2lch(lab, *, channel_axis=-1):
    """CIE-LCh of CIE-LAB: lightness, chroma and hue.

    Parameters
    ----------
    lab : (..., C, ...) array
        The image, of three channels or more; integers are scaled to [0, 1], signed ones to [-1, 1].
    channel_axis : int, optional
        The axis of the channels.

    Returns
    -------
    (..., C, ...) array
        The converted image; channels from the fourth on are as they were. Hue is an angle in [0, 2 pi]. float32 for float16 and float32 images, else
        float64.

    Raises
    ------
    ValueError
        If the image has less than 3 channels, or is complex.
    IndexError
        If the image has no such axis.
    """
    return _native.lab2lch(lab, channel_axis)


def lch2lab(lch, *, channel_axis=-1):
    """CIE-LAB of CIE-LCh: lightness, chroma and hue.

    Parameters
    ----------
    lch : (..., C, ...) array
        The image, of three channels or more; integers are scaled to [0, 1], signed ones to [-1, 1].
    channel_axis : int, optional
        The axis of the channels.

    Returns
    -------
    (..., C, ...) array
        The converted image; channels from the fourth on are as they were. Hue is an angle in radians. float32 for float16 and float32 images, else
        float64.

    Raises
    ------
    ValueError
        If the image has less than 3 channels, or is complex.
    IndexError
        If the image has no such axis.
    """
    return _native.lch2lab(lch, channel_axis)
