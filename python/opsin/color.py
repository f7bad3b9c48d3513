"""Colour conversion (skimage.color)."""

import operator
import warnings

import numpy as np

from opsin._color_difference import (
    deltaE_cie76,
    deltaE_ciede94,
    deltaE_ciede2000,
    deltaE_cmc,
)
from opsin._color_lab import (
    lab2lch,
    lab2rgb,
    lab2xyz,
    lch2lab,
    rgb2lab,
    xyz2lab,
    xyz_tristimulus_values,
)
from opsin._color_lab import luv2rgb as luv2rgb
from opsin._color_lab import luv2xyz as luv2xyz
from opsin._color_lab import rgb2luv as rgb2luv
from opsin._color_lab import xyz2luv as xyz2luv
from opsin._color_spaces import (
    convert_colorspace,
    hsv2rgb,
    rgb2hsv,
    rgb2rgbcie,
    rgb2xyz,
    rgb2ycbcr,
    rgb2ydbdr,
    rgb2yiq,
    rgb2ypbpr,
    rgb2yuv,
    rgbcie2rgb,
    xyz2rgb,
    ycbcr2rgb,
    ydbdr2rgb,
    yiq2rgb,
    ypbpr2rgb,
    yuv2rgb,
)
from opsin._color_stains import (
    ahx_from_rgb,
    bex_from_rgb,
    bpx_from_rgb,
    bro_from_rgb,
    combine_stains,
    fgx_from_rgb,
    gdx_from_rgb,
    hax_from_rgb,
    hdx_from_rgb,
    hed2rgb,
    hed_from_rgb,
    hpx_from_rgb,
    rbd_from_rgb,
    rgb2hed,
    rgb_from_ahx,
    rgb_from_bex,
    rgb_from_bpx,
    rgb_from_bro,
    rgb_from_fgx,
    rgb_from_gdx,
    rgb_from_hax,
    rgb_from_hdx,
    rgb_from_hed,
    rgb_from_hpx,
    rgb_from_rbd,
    separate_stains,
)
from opsin._native import color as _native
from opsin._ndimage_arguments import as_dtype
from opsin.util import dtype_limits

__all__ = [
    "ahx_from_rgb",
    "bex_from_rgb",
    "bpx_from_rgb",
    "bro_from_rgb",
    "color_dict",
    "combine_stains",
    "convert_colorspace",
    "deltaE_cie76",
    "deltaE_ciede2000",
    "deltaE_ciede94",
    "deltaE_cmc",
    "fgx_from_rgb",
    "gdx_from_rgb",
    "gray2rgb",
    "gray2rgba",
    "hax_from_rgb",
    "hdx_from_rgb",
    "hed2rgb",
    "hed_from_rgb",
    "hpx_from_rgb",
    "hsv2rgb",
    "lab2lch",
    "lab2rgb",
    "lab2xyz",
    "lch2lab",
    "rbd_from_rgb",
    "rgb2gray",
    "rgb2hed",
    "rgb2hsv",
    "rgb2lab",
    "rgb2rgbcie",
    "rgb2xyz",
    "rgb2ycbcr",
    "rgb2ydbdr",
    "rgb2yiq",
    "rgb2ypbpr",
    "rgb2yuv",
    "rgb_from_ahx",
    "rgb_from_bex",
    "rgb_from_bpx",
    "rgb_from_bro",
    "rgb_from_fgx",
    "rgb_from_gdx",
    "rgb_from_hax",
    "rgb_from_hdx",
    "rgb_from_hed",
    "rgb_from_hpx",
    "rgb_from_rbd",
    "rgba2rgb",
    "rgbcie2rgb",
    "separate_stains",
    "xyz2lab",
    "xyz2rgb",
    "xyz_tristimulus_values",
    "ycbcr2rgb",
    "ydbdr2rgb",
    "yiq2rgb",
    "ypbpr2rgb",
    "yuv2rgb",
]

color_dict = _native.named_colors()


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
    numpy.exceptions.AxisError
        If the result has no such axis.
    """
    axis, ndim = operator.index(channel_axis), np.ndim(image) + 1
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return _native.gray2rgb(image, axis)


def gray2rgba(image, alpha=None, *, channel_axis=-1):
    """A grey image as an RGBA image.

    Parameters
    ----------
    image : array
        Of any dtype and number of axes.
    alpha : array or number, optional
        The opacity, which broadcasts to the image's shape; an array lies on its device. By default the largest value of the
        image's dtype, 1 for floats.
    channel_axis : int, optional
        The axis of the result that holds the four channels.

    Returns
    -------
    (..., C=4, ...) array
        The image three times and alpha, of the image's dtype.

    Raises
    ------
    ValueError
        If alpha does not broadcast to the image's shape, or lies on another device.
    numpy.exceptions.AxisError
        If the result has no such axis.

    Warns
    -----
    UserWarning
        If the image's dtype cannot hold alpha. On CUDA the function waits for the device when alpha is an array there of another
        dtype, to find that out.
    """
    if not hasattr(image, "dtype") or not hasattr(image, "shape"):
        image = np.asarray(image)
    dtype = as_dtype(image.dtype)
    if alpha is None:
        alpha = dtype_limits(image)[1]
    if not hasattr(alpha, "dtype") or isinstance(alpha, (np.ndarray, np.generic)):
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            cast = np.asarray(alpha).astype(dtype)
        if not np.array_equal(cast, alpha):
            warnings.warn(f"alpha cannot be safely cast to image dtype {dtype.name}", stacklevel=2)
        alpha = cast
    axis, ndim = operator.index(channel_axis), len(image.shape) + 1
    if not -ndim <= axis < ndim and np.ndim(alpha) < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return _native.gray2rgba(image, alpha, axis)


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
    numpy.exceptions.AxisError
        If `rgba` has no such axis.
    """
    if not isinstance(channel_axis, int):
        raise TypeError("channel_axis must be an integer")
    ndim = np.ndim(rgba)
    if not -ndim <= channel_axis < ndim:
        raise np.exceptions.AxisError("channel_axis exceeds array dimensions")
    color = [float(c) for c in np.ravel(background)]
    if len(color) != 3:
        raise ValueError(f"background must be an array-like containing 3 RGB values. Got {len(color)} items")
    return _native.rgba2rgb(rgba, color, channel_axis)
