"""Curves of intensity, and images brought to a range (skimage.exposure)."""

import numpy as np

from opsin._native import exposure as _native
from opsin.util import dtype_limits

__all__ = ["adjust_gamma", "adjust_log", "adjust_sigmoid", "rescale_intensity"]


def adjust_gamma(image, gamma=1, gain=1):
    """Power of an image's values, by gamma correction.

    Parameters
    ----------
    image : array
        Real image without negative values.
    gamma : float, optional
        Exponent, not negative: above 1 makes the image darker.
    gain : float, optional
        Factor of the result.

    Returns
    -------
    array
        ``(image / scale)**gamma * scale * gain`` in the image's dtype, `scale` being the dtype's largest value, 1 for
        floats. uint8 is rounded, other integers are truncated.

    Raises
    ------
    ValueError
        For a negative `gamma`, complex images, and images with negative values. These are looked for where the dtype has
        them; on CUDA that waits for the device.
    """
    return _native.adjust_gamma(image, gamma, gain)


def adjust_log(image, gain=1, inv=False):
    """Logarithm of an image's values.

    Parameters
    ----------
    image : array
        Real image without negative values.
    gain : float, optional
        Factor of the result.
    inv : bool, optional
        The inverse curve, ``(2**(image / scale) - 1) * scale * gain``.

    Returns
    -------
    array
        ``log2(1 + image / scale) * scale * gain`` in the image's dtype, `scale` being the dtype's largest value, 1 for
        floats. Integers are truncated.

    Raises
    ------
    ValueError
        For complex images, and images with negative values; see `adjust_gamma`.
    """
    return _native.adjust_log(image, gain, bool(inv))


def adjust_sigmoid(image, cutoff=0.5, gain=10, inv=False):
    """Sigmoid of an image's values, which raises contrast about one of them.

    Parameters
    ----------
    image : array
        Real image without negative values.
    cutoff : float, optional
        Where the curve is steepest, as a share of the dtype's largest value.
    gain : float, optional
        Its steepness.
    inv : bool, optional
        1 minus the curve.

    Returns
    -------
    array
        ``scale / (1 + exp(gain * (cutoff - image / scale)))`` in the image's dtype, `scale` being the dtype's largest
        value, 1 for floats. Integers are truncated.

    Raises
    ------
    ValueError
        For complex images, and images with negative values; see `adjust_gamma`.
    """
    return _native.adjust_sigmoid(image, cutoff, gain, bool(inv))


_DEPTHS = {"uint10": 10, "uint12": 12, "uint14": 14}


def _dtype_named(value):
    """The dtype that a range's name or type stands for, None for a pair or anything else."""
    if isinstance(value, str):
        if value in _DEPTHS:
            return np.dtype("uint16")
        try:
            return np.dtype(value)
        except TypeError:
            return None
    return np.dtype(value) if isinstance(value, type) else None


def _limits_named(value):
    """The range that a name or type stands for, None if it stands for none."""
    if isinstance(value, str) and value in _DEPTHS:
        return 0, 2 ** _DEPTHS[value] - 1
    dtype = _dtype_named(value)
    if dtype is None or dtype.kind not in "buif":
        return None
    low, high = dtype_limits(np.empty(0, dtype))
    return int(low), int(high)


def _limits_of(image):
    """dtype_limits, as numbers."""
    return tuple(map(int, dtype_limits(image)))


def rescale_intensity(image, in_range="image", out_range="dtype"):
    """Stretch or shrink the range of an image's values.

    Parameters
    ----------
    image : array
        Real image.
    in_range, out_range : 'image', 'dtype', name or type of a dtype, or pair of numbers, optional
        The values that are stretched, and what they are stretched to: the image's own least and greatest value, the range
        of the image's dtype or of another one ([-1, 1] for floats; also 'uint10', 'uint12' and 'uint14'), or two numbers.
        If `in_range` holds no negative values, neither does an `out_range` that is a dtype's.

    Returns
    -------
    array
        Of the dtype that `out_range` names; for a pair float32 (float16 and float32 images) or float64; else of the image's
        own. Values outside `in_range` are clipped to it first.

    Raises
    ------
    ValueError
        For an `out_range` that is neither, complex images, and an empty image whose own range is wanted.

    Warns
    -----
    UserWarning
        If an end of a range is NaN, which makes the whole result NaN. On CUDA only if that is an argument: the image's own
        range stays on the device, and nothing waits for it.
    """
    if not hasattr(image, "dtype"):
        image = np.asarray(image)
    pair = not isinstance(out_range, (str, type))
    own = not pair and out_range in ("dtype", "image")
    if pair or own:
        dtype = None
    else:
        dtype = _dtype_named(out_range)
        if dtype is None or _limits_named(out_range) is None:
            raise ValueError(
                f"Incorrect value for out_range, should be a valid image data type or a pair of values, got {out_range}."
            )
    ends = [
        _limits_of(image) if isinstance(r, str) and r == "dtype" else _limits_named(r) or r
        for r in (in_range, out_range)
    ]
    ends = [None if isinstance(r, str) and r == "image" else r for r in ends]
    clip = not pair and not (isinstance(out_range, str) and out_range == "image")
    return _native.rescale_intensity(image, *ends, dtype, pair, clip)
