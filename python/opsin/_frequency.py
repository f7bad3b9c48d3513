"""Filters in the Fourier domain (skimage.filters)."""

import operator

from opsin._native import filters as _native

__all__ = ["butterworth"]


def butterworth(
    image,
    cutoff_frequency_ratio=0.005,
    high_pass=True,
    order=2.0,
    channel_axis=None,
    *,
    squared_butterworth=True,
    npad=0,
):
    r"""Keep the high or the low frequencies of an image by a Butterworth filter.

    Parameters
    ----------
    image : array, shape (M[, N[, ..., P]][, C])
        Real or complex image. Integers are not scaled.
    cutoff_frequency_ratio : float, optional
        Where the gain of the squared filter is 0.5, as a fraction of the sampling frequency: from 0 to 0.5.
    high_pass : bool, optional
        Keep the frequencies above the cutoff, else those below.
    order : float, optional
        Steepness of the slope.
    channel_axis : int or None, optional
        An axis that is not transformed.
    squared_butterworth : bool, optional
        Take the square of the classical filter; False takes its root, whose gain at the cutoff is :math:`1/\sqrt{2}`.
    npad : int, optional
        Number of pixels by which every edge is extended before, with its own values: fewer artefacts at the border.

    Returns
    -------
    array
        float32 for float16 and float32 images, float64 for other real ones; complex images keep their dtype.

    Raises
    ------
    ValueError
        For a negative `npad`, a cutoff outside [0, 0.5], and images that have no axis to transform or an empty one.
    IndexError
        For a `channel_axis` that is none.

    Notes
    -----
    The gain at the frequency :math:`f`, the root of the sum of the squared frequencies of all axes, is
    :math:`1 / (1 + (f / c f_s)^{2n})` for low frequencies and one less that for high ones [1]_.

    References
    ----------
    .. [1] S. Butterworth, "On the theory of filter amplifiers", Wireless Engineer 7, 1930.
    """
    return _native.butterworth(
        image,
        float(cutoff_frequency_ratio),
        bool(high_pass),
        float(order),
        channel_axis,
        bool(squared_butterworth),
        operator.index(npad),
    )
