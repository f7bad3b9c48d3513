"""Window functions (skimage.filters)."""

import operator
import warnings

import numpy as np

from opsin._native import filters as _native

__all__ = ["window"]


def _window_type(window_type):
    """(name, parameters) as scipy.signal.get_window reads them."""
    if isinstance(window_type, str):
        return window_type, []
    if not isinstance(window_type, tuple):
        try:
            return "kaiser", [float(window_type)]
        except Exception as error:
            raise ValueError(f"window {window_type!r} must be a tuple, a string or a float") from error
    if not window_type or not isinstance(window_type[0], str):
        raise ValueError(f"the first entry of {window_type!r} is not a string")
    name, *parameters = window_type
    numbers = [float("nan") if p is None else p for p in parameters]
    return name, [float(v) for p in numbers for v in np.atleast_1d(p)]


def _size(n):
    """An integer, from a float without a fraction too."""
    if isinstance(n, (float, np.floating)) and n != int(n):
        raise ValueError(f"the size {n} is not an integer")
    return int(n) if isinstance(n, (float, np.floating)) else operator.index(n)


def _spline(order=None, clip=True, preserve_range=False, output_shape=None, map_args=None):
    """Those of the parameters of `skimage.transform.warp` that make a difference for a window."""
    return 1 if order is None else operator.index(order), bool(clip)


def window(window_type, shape, warp_kwargs=None, *, device="cpu"):
    """A window of any number of axes: the window of one axis at the distance from the centre.

    Parameters
    ----------
    window_type : str, float or tuple
        A name that scipy.signal.get_window knows, or a tuple of such a name and the window's parameters; a number is
        the beta of a Kaiser window. See the notes.
    shape : int or tuple of int
        Size along each axis. The longest axis has the whole window, shorter ones have it compressed.
    warp_kwargs : dict, optional
        ``order`` (0 to 5, by default 1) of the spline between the values of the window, and ``clip`` (by default True)
        to hold the result to their range.
    device : str, optional
        Where the result is made: "cpu" (a NumPy array), "cuda" or "cuda:1" (an opsin.Array). scikit-image has no such
        parameter.

    Returns
    -------
    array
        float64. It is 0 in the corners, further from the centre than the window's end.

    Raises
    ------
    ValueError
        For unknown names, parameters where the window has none or none where it needs some, values out of their range,
        negative sizes and none above 0.
    TypeError
        For a wrong number of parameters.

    Notes
    -----
    Names without parameters: boxcar, triang, blackman, hamming, hann, bartlett, flattop, parzen, bohman, blackmanharris,
    nuttall, barthann, cosine, lanczos. With parameters: kaiser and kaiser_bessel_derived (beta), gaussian (standard
    deviation), general_cosine (weights), general_gaussian (power, width), general_hamming (alpha), dpss (half
    bandwidth), chebwin (attenuation in dB). With parameters that may be left out: exponential (centre, which must be
    None, and decay), tukey (tapered fraction), taylor (side lobes, their level in dB, normalisation).

    Examples
    --------
    >>> from opsin.filters import window
    >>> window("hann", (512, 512)).shape
    (512, 512)
    >>> window(("tukey", 0.8), (100, 300)).max()
    1.0
    """
    sizes = [_size(shape)] if np.isscalar(shape) else [_size(n) for n in shape]
    if any(n < 0 for n in sizes):
        raise ValueError("invalid shape")
    if not sizes:
        raise ValueError("Number of dimensions must be greater than zero")
    order, clip = _spline(**(warp_kwargs or {}))
    if order == 2:
        warnings.warn("Bi-quadratic interpolation is not verified; order 1 or 3 is recommended instead.", stacklevel=2)
    name, parameters = _window_type(window_type)
    return _native.window(name, parameters, sizes, order, clip, device)
