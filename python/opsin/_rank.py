"""Rank filters (skimage.filters.rank): statistics of the values under a footprint, which the image's edges crop."""

import operator
import warnings

import numpy as np

from opsin._footprint_sequences import host, is_array, is_sequence
from opsin._morphology_grey import documented
from opsin._native import filters as _filters
from opsin._ndimage_arguments import as_input

__all__ = [
    "autolevel",
    "autolevel_percentile",
    "enhance_contrast",
    "enhance_contrast_percentile",
    "entropy",
    "equalize",
    "geometric_mean",
    "gradient",
    "gradient_percentile",
    "majority",
    "maximum",
    "mean",
    "mean_bilateral",
    "mean_percentile",
    "median",
    "minimum",
    "modal",
    "noise_filter",
    "otsu",
    "percentile",
    "pop",
    "pop_bilateral",
    "pop_percentile",
    "subtract_mean",
    "subtract_mean_percentile",
    "sum",
    "sum_bilateral",
    "sum_percentile",
    "threshold",
    "threshold_percentile",
    "windowed_histogram",
]

_native = _filters.rank

_IMAGE = """

    Parameters
    ----------
    image : array
        Image of %s, uint8 or uint16. Any other real dtype is brought to uint8 by `img_as_ubyte`, with a
        warning. More than 1024 values (uint16) leave a warning too; their number is looked at first, which waits for a
        GPU.
    footprint : array
        The neighbourhood, on the host: elements above 0 belong to it. It has the image's number of axes.
    out : array, optional
        Where the result goes; of the image's shape, uint8, uint16, float32 or float64. It may overlap the image, but not
        be the same array.
    mask : array, optional
        Of the image's shape; what `img_as_ubyte` makes 0 does not count.
"""
_RESULT = """
    Returns
    -------
    array
        The result, of the image's shape and dtype (%s) unless `out` is given. 0 where no value counts.

    Raises
    ------
    ValueError
        For an image of another number of axes, without elements or, of two axes, of dtype bool; for a footprint of
        another number of axes or a sequence; for a shift that moves the centre out of the footprint of three axes.
    AssertionError
        For such a shift of two axes.
    NotImplementedError
        When `out` is the image.
    """
_SHIFTS = """    shift_x, shift_y, shift_z : int, optional
        Move the footprint's centre: x along the columns and y along the rows of two axes; x, y and z along the first,
        second and third of three.
"""
_SHIFTS_2D = """    shift_x, shift_y : int, optional
        Move the footprint's centre along the columns and along the rows.
"""
_P0 = """    p0 : float, optional
        The share of sorted values, 0 to 1, at which the value is taken.
"""
_P0_P1 = """    p0, p1 : float, optional
        Of the sorted values, those from the share p0 to the share p1 count, 0 to 1.
"""
_S0_S1 = """    s0, s1 : int, optional
        Values above the element's less s1 and below the element's plus s0 count.
"""
_GENERIC = _IMAGE % "two or three axes" + _SHIFTS + _RESULT % "uint8 or uint16"
_ENTROPY = _IMAGE % "two or three axes" + _SHIFTS + _RESULT % "but float64"
_SHARE = _IMAGE % "two axes" + _SHIFTS_2D + _P0 + _RESULT % "uint8 or uint16"
_SHARES = _IMAGE % "two axes" + _SHIFTS_2D + _P0_P1 + _RESULT % "uint8 or uint16"
_NEAR = _IMAGE % "two axes" + _SHIFTS_2D + _S0_S1 + _RESULT % "uint8 or uint16"


def _shift(name, value, most=127):
    if isinstance(value, (bool, np.bool_)):
        warnings.warn(
            f"Parameter `{name}` is boolean and will be interpreted as int. This is not officially supported, use int "
            "instead.",
            category=UserWarning,
            stacklevel=4,
        )
    if isinstance(value, str):
        raise TypeError("an integer is required")
    value = int(value)
    if not -most - 1 <= value <= most:
        raise OverflowError("value too large to convert to signed char")
    return value


def _check_centre(footprint, shifts, indexed):
    """scikit-image's assertions on two axes; `indexed`: the centre is looked up before, which may be an IndexError."""
    for name, count, size, shift in zip(
        ("centre_r", "centre_c"), ("srows", "scols"), footprint.shape, shifts[1::-1], strict=True
    ):
        centre = size // 2 + shift
        if indexed and not -size <= centre < size:
            return
        if centre < 0:
            raise AssertionError(f"{name} {centre} < 0")
        if centre >= size:
            raise AssertionError(f"{name} {centre} >= {count} {size}")


def _arguments(image, footprint, out, mask, shifts, indexed=False):
    """The arguments of a native function: the footprint as a bool array on the host, the shifts as integers.

    Checked as scikit-image does. Public functions call the native ones themselves: a warning points at their caller.
    """
    image = as_input(image)
    planar = len(image.shape) == 2
    if (planar or indexed) and is_sequence(footprint):
        raise ValueError("footprint sequences are not currently supported by rank filters")
    if not is_array(footprint):
        raise TypeError("the footprint must be an array")
    if out is image and str(image.dtype).removeprefix("torch.") in ("uint8", "uint16"):
        raise NotImplementedError("Cannot perform rank operation in place.")
    inside = host(footprint) > 0
    # scikit-image looks the centre up first, and then holds a shift in 8 bits.
    most = (1 << 31) - 1 if indexed else 127
    shifts = [*map(_shift, ("shift_x", "shift_y", "shift_z"), shifts, (most,) * 3)]
    if planar and 0 not in image.shape and inside.ndim == 2:
        _check_centre(inside, shifts, indexed)
    return image, inside, out, mask, *shifts


@documented(_GENERIC)
def autolevel(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """Stretch the values to the whole range: (bins - 1) (value - least) / (greatest - least), in integers.

    `bins` is 256 for uint8, the image's greatest value (at least 3) plus one for uint16. Where all values are equal the
    result is 0."""
    return _native.autolevel(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_SHARES)
def autolevel_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
    """Stretch the values between two percentiles to the whole range."""
    return _native.autolevel_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)


@documented(_GENERIC)
def enhance_contrast(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The greatest or the least value, whichever is nearer to the element's."""
    return _native.enhance_contrast(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_SHARES)
def enhance_contrast_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
    """The upper or the lower percentile, whichever is nearer to the element's value."""
    return _native.enhance_contrast_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)


@documented(_ENTROPY)
def entropy(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """Shannon's entropy of the values, in bits."""
    return _native.entropy(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def equalize(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """Equalise the histogram: (bins - 1) times the share of values that are not above the element's."""
    return _native.equalize(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def geometric_mean(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The geometric mean of the values plus 1, less 1, rounded."""
    return _native.geometric_mean(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def gradient(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The greatest less the least value."""
    return _native.gradient(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_SHARES)
def gradient_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
    """The upper less the lower percentile."""
    return _native.gradient_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)


@documented(_GENERIC)
def majority(image, footprint, *, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The most frequent value; of several, the least."""
    return _native.majority(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def maximum(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The greatest value."""
    return _native.maximum(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def mean(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The mean of the values, rounded down."""
    return _native.mean(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_NEAR)
def mean_bilateral(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, s0=10, s1=10):
    """The mean of the values near the element's, rounded down."""
    s0, s1 = operator.index(s0), operator.index(s1)
    return _native.mean_bilateral(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), s0, s1)


@documented(_SHARES)
def mean_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
    """The mean of the values between two percentiles, rounded down."""
    return _native.mean_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)


@documented(_GENERIC)
def median(image, footprint=None, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The median of the values; of two in the middle, the upper one."""
    if footprint is None:
        image = as_input(image)
        footprint = np.ones((3,) * len(image.shape), bool)
    return _native.median(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def minimum(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The least value."""
    return _native.minimum(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def modal(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The most frequent value; of several, the least."""
    return _native.modal(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def noise_filter(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The distance to the nearest other value: what is unlike all its neighbours is noise.

    The footprint's centre does not count. 0 and the last bin are taken for present. References: N. Hashimoto et al.,
    "Referenceless image quality evaluation for whole slide imaging", 2012."""
    return _native.noise_filter(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z), indexed=True))


@documented(_GENERIC)
def otsu(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """Otsu's threshold of the values (N. Otsu, 1979): what parts them into two classes that differ most."""
    return _native.otsu(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_SHARE)
def percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0):
    """The value at a percentile."""
    return _native.percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, 1.0)


@documented(_GENERIC)
def pop(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The number of values that count: where it shows, how the edges and the mask crop the footprint."""
    return _native.pop(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_NEAR)
def pop_bilateral(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, s0=10, s1=10):
    """The number of values near the element's."""
    s0, s1 = operator.index(s0), operator.index(s1)
    return _native.pop_bilateral(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), s0, s1)


@documented(_SHARES)
def pop_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
    """The number of values between two percentiles."""
    return _native.pop_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)


@documented(_GENERIC)
def subtract_mean(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The element less the mean, halved: (value - mean) / 2 + bins / 2 - 1."""
    return _native.subtract_mean(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_SHARES)
def subtract_mean_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
    """The element less the mean between two percentiles, halved and moved to mid range."""
    return _native.subtract_mean_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)


@documented(_GENERIC)
def sum(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The sum of the values; where the result is an integer, modulo its range."""
    return _native.sum(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_NEAR)
def sum_bilateral(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, s0=10, s1=10):
    """The sum of the values near the element's."""
    s0, s1 = operator.index(s0), operator.index(s1)
    return _native.sum_bilateral(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), s0, s1)


@documented(_SHARES)
def sum_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
    """The sum of the values between two percentiles."""
    return _native.sum_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)


@documented(_GENERIC)
def threshold(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """1 where the element is above the mean of the values, else 0."""
    return _native.threshold(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_SHARE)
def threshold_percentile(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0):
    """The last bin where the element is not below a percentile, else 0."""
    return _native.threshold_percentile(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, 1.0)


def windowed_histogram(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, n_bins=None):
    """The histogram of the values around every element, divided by its sum.

    Parameters
    ----------
    image, footprint, mask, shift_x, shift_y
        As of `percentile`.
    out : array, optional
        Where the result goes: the image's shape and the bins; uint8, uint16, float32 or float64. Its last axis decides
        the number of bins.
    n_bins : int, optional
        By default the greatest value of the image plus one, which waits for a GPU.

    Returns
    -------
    array of float64
        The image's shape and n_bins. 0 where no value counts.

    Raises
    ------
    ValueError
        As `percentile`, and for a negative `n_bins`.
    """
    if out is not None and len(out.shape) == 2:
        if n_bins != 1:
            raise ValueError("out must have an axis of bins")
        out = out.reshape((*out.shape, 1))
    n_bins = None if n_bins is None else operator.index(n_bins)
    return _native.windowed_histogram(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), n_bins)
