"""Sharpening and band-pass filters from Gaussians (skimage.filters)."""

from opsin._native import filters as _native

__all__ = ["difference_of_gaussians", "unsharp_mask"]


def unsharp_mask(image, radius=1.0, amount=1.0, preserve_range=False, *, channel_axis=None):
    """Sharpen an image by what a Gaussian takes from it: ``image + amount * (image - blurred)``.

    Parameters
    ----------
    image : array
        Real image of any number of axes.
    radius : float or sequence of float, optional
        Standard deviation of the Gaussian in pixels: one for all axes, or one per axis but the channels'. 0 blurs nothing.
    amount : float, optional
        How much of the difference is added; may be negative.
    preserve_range : bool, optional
        Keep the range of integer images and do not clip. Otherwise integers are scaled to [0, 1] or [-1, 1], and the
        result is clipped to [-1, 1] when the image holds a negative value, else to [0, 1].
    channel_axis : int or None, optional
        An axis that is not filtered.

    Returns
    -------
    array
        float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For a negative `radius` and for complex images.
    RuntimeError
        For a wrong number of radii.
    IndexError
        For a `channel_axis` that the image has not.

    Notes
    -----
    float64 results equal scikit-image's bit for bit. A negative `channel_axis` counts from the last axis; scikit-image
    0.26 takes it for the first one and leaves most of its result unset.
    """
    return _native.unsharp_mask(image, radius, amount, preserve_range, channel_axis)


def difference_of_gaussians(
    image,
    low_sigma,
    high_sigma=None,
    *,
    mode="nearest",
    cval=0,
    channel_axis=None,
    truncate=4.0,
):
    """Band-pass filter: the image under a narrow Gaussian less the image under a broad one.

    Parameters
    ----------
    image : array
        Real image of any number of axes. Integers are scaled to [0, 1].
    low_sigma : float or sequence of float
        Standard deviation of the narrow Gaussian in pixels: one for all axes, or one per axis but the channels'.
    high_sigma : float or sequence of float, optional
        The same of the broad one; 1.6 times `low_sigma` by default, which is close to the Laplacian of a Gaussian.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap'}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.
    channel_axis : int or None, optional
        An axis that is not filtered.
    truncate : float, optional
        The filters end at this many standard deviations.

    Returns
    -------
    array
        float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For a wrong number of sigmas, a negative one, one of `high_sigma` below its twin, and complex images.
    RuntimeError
        For an unknown `mode`.

    Notes
    -----
    float64 results equal scikit-image's bit for bit.
    """
    return _native.difference_of_gaussians(image, low_sigma, high_sigma, mode, cval, channel_axis, truncate)
