"""Conversions between RGB and spaces that need no white point (skimage.color)."""

from opsin._documented import documented
from opsin._native import color as _native

_PARAMETERS = """

    Parameters
    ----------
    {name} : (..., C=3, ...) array
        The image, of any number of axes; integers are scaled to [0, 1], signed ones to [-1, 1].
    channel_axis : int, optional
        The axis of the three channels.

    Returns
    -------
    (..., C=3, ...) array
        The converted image, of the same shape: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        If the image has not 3 channels, or is complex.
    IndexError
        If the image has no such axis.
    """


def _converts(name):
    return documented(_PARAMETERS.format(name=name))


@_converts("rgb")
def rgb2hsv(rgb, *, channel_axis=-1):
    """Hue, saturation and value of an RGB image, each in [0, 1]."""
    return _native.rgb2hsv(rgb, channel_axis)


@_converts("hsv")
def hsv2rgb(hsv, *, channel_axis=-1):
    """RGB of hue, saturation and value."""
    return _native.hsv2rgb(hsv, channel_axis)


@_converts("rgb")
def rgb2xyz(rgb, *, channel_axis=-1):
    """CIE 1931 XYZ of an sRGB image (IEC 61966-2-1) under D65."""
    return _native.rgb2xyz(rgb, channel_axis)


@_converts("xyz")
def xyz2rgb(xyz, *, channel_axis=-1):
    """sRGB of CIE 1931 XYZ, clipped to [0, 1]."""
    return _native.xyz2rgb(xyz, channel_axis)


@_converts("rgb")
def rgb2rgbcie(rgb, *, channel_axis=-1):
    """CIE 1931 RGB (primaries of 700, 546.1 and 435.8 nm) of an RGB image, by a matrix."""
    return _native.rgb2rgbcie(rgb, channel_axis)


@_converts("rgbcie")
def rgbcie2rgb(rgbcie, *, channel_axis=-1):
    """RGB of CIE 1931 RGB, by a matrix."""
    return _native.rgbcie2rgb(rgbcie, channel_axis)


@_converts("rgb")
def rgb2yuv(rgb, *, channel_axis=-1):
    """Luma and colour differences of PAL: Y in [0, 1], U in [-0.436, 0.436], V in [-0.615, 0.615]."""
    return _native.rgb2yuv(rgb, channel_axis)


@_converts("yuv")
def yuv2rgb(yuv, *, channel_axis=-1):
    """RGB of the luma and colour differences of PAL."""
    return _native.yuv2rgb(yuv, channel_axis)


@_converts("rgb")
def rgb2yiq(rgb, *, channel_axis=-1):
    """Luma and colour differences of NTSC."""
    return _native.rgb2yiq(rgb, channel_axis)


@_converts("yiq")
def yiq2rgb(yiq, *, channel_axis=-1):
    """RGB of the luma and colour differences of NTSC."""
    return _native.yiq2rgb(yiq, channel_axis)


@_converts("rgb")
def rgb2ypbpr(rgb, *, channel_axis=-1):
    """Luma and colour differences of analogue component video: Y in [0, 1], Pb and Pr in [-0.5, 0.5]."""
    return _native.rgb2ypbpr(rgb, channel_axis)


@_converts("ypbpr")
def ypbpr2rgb(ypbpr, *, channel_axis=-1):
    """RGB of the luma and colour differences of analogue component video."""
    return _native.ypbpr2rgb(ypbpr, channel_axis)


@_converts("rgb")
def rgb2ycbcr(rgb, *, channel_axis=-1):
    """Luma and colour differences of ITU-R BT.601 with 8 bits: Y in [16, 235], Cb and Cr in [16, 240]."""
    return _native.rgb2ycbcr(rgb, channel_axis)


@_converts("ycbcr")
def ycbcr2rgb(ycbcr, *, channel_axis=-1):
    """RGB of the luma and colour differences of ITU-R BT.601 with 8 bits.

    The offsets 16 and 128 are subtracted in the image's own dtype before it is scaled, as in scikit-image: integers wrap around, bool
    images raise TypeError, int8 images ValueError."""
    return _native.ycbcr2rgb(ycbcr, channel_axis)


@_converts("rgb")
def rgb2ydbdr(rgb, *, channel_axis=-1):
    """Luma and colour differences of SECAM: Y in [0, 1], Db and Dr in [-1.333, 1.333]."""
    return _native.rgb2ydbdr(rgb, channel_axis)


@_converts("ydbdr")
def ydbdr2rgb(ydbdr, *, channel_axis=-1):
    """RGB of the luma and colour differences of SECAM."""
    return _native.ydbdr2rgb(ydbdr, channel_axis)


def convert_colorspace(arr, fromspace, tospace, *, channel_axis=-1):
    """Convert an image from one space to another by way of RGB, in one pass.

    Parameters
    ----------
    arr : (..., C=3, ...) array
        The image; integers are scaled to [0, 1], signed ones to [-1, 1].
    fromspace, tospace : {'RGB', 'HSV', 'RGB CIE', 'XYZ', 'YUV', 'YIQ', 'YPbPr', 'YCbCr', 'YDbDr'}
        In upper or lower case. From RGB to RGB the image itself is returned.
    channel_axis : int, optional
        The axis of the three channels.

    Returns
    -------
    (..., C=3, ...) array
        The converted image: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For another space, if the image has not 3 channels, or if it is complex.
    IndexError
        If the image has no such axis.
    """
    return _native.convert_colorspace(arr, fromspace, tospace, channel_axis)
