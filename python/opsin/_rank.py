"""Rank filters (skimage.filters.rank): statistics of the values under a footprint, which the image's edges crop."""

import operator
import warnings

import numpy as np

from opsin._documented import documented
from opsin._footprint_sequences import host, is_array, is_sequence
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


def _public(name, text, section):
    """A decorator of what a factory below returns: name, docstring and place of a function of this module."""

    def place(function):
        function.__name__ = function.__qualname__ = name
        function.__doc__ = text
        return documented(section)(function)

    return place


def _statistic(name, text, section=_GENERIC, indexed=False):
    """A filter without parameters; `indexed` as of `_check_centre`."""
    native = getattr(_native, name)

    @_public(name, text, section)
    def function(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
        return native(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z), indexed))

    return function


def _at_share(name, text):
    """A filter by one percentile."""
    native = getattr(_native, name)

    @_public(name, text, _SHARE)
    def function(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0):
        return native(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, 1.0)

    return function


def _between_shares(name, text):
    """A filter of the values between two percentiles."""
    native = getattr(_native, name)

    @_public(name, text, _SHARES)
    def function(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, p0=0, p1=1):
        return native(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), p0, p1)

    return function


def _near(name, text):
    """A filter of the values near the element's."""
    native = getattr(_native, name)

    @_public(name, text, _NEAR)
    def function(image, footprint, out=None, mask=None, shift_x=0, shift_y=0, s0=10, s1=10):
        s0, s1 = operator.index(s0), operator.index(s1)
        return native(*_arguments(image, footprint, out, mask, (shift_x, shift_y)), s0, s1)

    return function


autolevel = _statistic(
    "autolevel",
    """Stretch the values to the whole range: (bins - 1) (value - least) / (greatest - least), in integers.

    `bins` is 256 for uint8, the image's greatest value (at least 3) plus one for uint16. Where all values are equal the
    result is 0.""",
)
autolevel_percentile = _between_shares(
    "autolevel_percentile",
    "Stretch the values between two percentiles to the whole range.",
)
enhance_contrast = _statistic(
    "enhance_contrast",
    "The greatest or the least value, whichever is nearer to the element's.",
)
enhance_contrast_percentile = _between_shares(
    "enhance_contrast_percentile",
    "The upper or the lower percentile, whichever is nearer to the element's value.",
)
entropy = _statistic(
    "entropy",
    "Shannon's entropy of the values, in bits.",
    section=_ENTROPY,
)
equalize = _statistic(
    "equalize",
    "Equalise the histogram: (bins - 1) times the share of values that are not above the element's.",
)
geometric_mean = _statistic(
    "geometric_mean",
    "The geometric mean of the values plus 1, less 1, rounded.",
)
gradient = _statistic(
    "gradient",
    "The greatest less the least value.",
)
gradient_percentile = _between_shares(
    "gradient_percentile",
    "The upper less the lower percentile.",
)
maximum = _statistic(
    "maximum",
    "The greatest value.",
)
mean = _statistic(
    "mean",
    "The mean of the values, rounded down.",
)
mean_bilateral = _near(
    "mean_bilateral",
    "The mean of the values near the element's, rounded down.",
)
mean_percentile = _between_shares(
    "mean_percentile",
    "The mean of the values between two percentiles, rounded down.",
)
minimum = _statistic(
    "minimum",
    "The least value.",
)
modal = _statistic(
    "modal",
    "The most frequent value; of several, the least.",
)
noise_filter = _statistic(
    "noise_filter",
    """The distance to the nearest other value: what is unlike all its neighbours is noise.

    The footprint's centre does not count. 0 and the last bin are taken for present. References: N. Hashimoto et al.,
    "Referenceless image quality evaluation for whole slide imaging", 2012.""",
    indexed=True,
)
otsu = _statistic(
    "otsu",
    "Otsu's threshold of the values (N. Otsu, 1979): what parts them into two classes that differ most.",
)
percentile = _at_share(
    "percentile",
    "The value at a percentile.",
)
pop = _statistic(
    "pop",
    "The number of values that count: where it shows, how the edges and the mask crop the footprint.",
)
pop_bilateral = _near(
    "pop_bilateral",
    "The number of values near the element's.",
)
pop_percentile = _between_shares(
    "pop_percentile",
    "The number of values between two percentiles.",
)
subtract_mean = _statistic(
    "subtract_mean",
    "The element less the mean, halved: (value - mean) / 2 + bins / 2 - 1.",
)
subtract_mean_percentile = _between_shares(
    "subtract_mean_percentile",
    "The element less the mean between two percentiles, halved and moved to mid range.",
)
sum = _statistic(
    "sum",
    "The sum of the values; where the result is an integer, modulo its range.",
)
sum_bilateral = _near(
    "sum_bilateral",
    "The sum of the values near the element's.",
)
sum_percentile = _between_shares(
    "sum_percentile",
    "The sum of the values between two percentiles.",
)
threshold = _statistic(
    "threshold",
    "1 where the element is above the mean of the values, else 0.",
)
threshold_percentile = _at_share(
    "threshold_percentile",
    "The last bin where the element is not below a percentile, else 0.",
)


@documented(_GENERIC)
def majority(image, footprint, *, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The most frequent value; of several, the least."""
    return _native.majority(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


@documented(_GENERIC)
def median(image, footprint=None, out=None, mask=None, shift_x=0, shift_y=0, shift_z=0):
    """The median of the values; of two in the middle, the upper one."""
    if footprint is None:
        image = as_input(image)
        footprint = np.ones((3,) * len(image.shape), bool)
    return _native.median(*_arguments(image, footprint, out, mask, (shift_x, shift_y, shift_z)))


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
