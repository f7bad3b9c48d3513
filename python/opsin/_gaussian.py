"""The Gaussian filter (skimage.filters)."""

from opsin._native import filters as _native

__all__ = ["gaussian"]


def gaussian(
    image,
    sigma=1.0,
    *,
    mode="nearest",
    cval=0,
    preserve_range=False,
    truncate=4.0,
    channel_axis=None,
    out=None,
):
    """Gaussian filter of an image of any number of axes.

    Parameters
    ----------
    image : array
        Real image. Integers are scaled to [0, 1] unless `preserve_range` is set.
    sigma : float or sequence of float, optional
        Standard deviation in pixels: one for all axes, or one per axis, without or with the channel axis.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.
    preserve_range : bool, optional
        Keep the range of integer images.
    truncate : float, optional
        The filter ends at this many standard deviations.
    channel_axis : int or None, optional
        An axis that is not filtered, counted modulo the number of axes.
    out : array, optional
        Where the result goes: the image's shape, a floating dtype; may be the image itself.

    Returns
    -------
    array
        The filtered image, or `out`: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For a negative `sigma`, a complex image, or an `out` that is not floating.
    RuntimeError
        For a wrong number of sigmas (a sequence of one is not a number for all axes), an unknown `mode`, or an `out` of another shape.

    Notes
    -----
    float64 results equal scipy.ndimage's bit for bit on every device; float32 sums are float32, within a few ulp of the
    largest value in the window.
    """
    return _native.gaussian(image, sigma, mode, cval, preserve_range, truncate, channel_axis, out)
