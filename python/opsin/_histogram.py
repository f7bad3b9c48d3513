"""Histograms and what follows from them (skimage.exposure)."""

import operator

from opsin._native import exposure as _native

__all__ = ["cumulative_distribution", "equalize_hist", "histogram", "match_histograms"]


def histogram(image, nbins=256, source_range="image", normalize=False, *, channel_axis=None):
    """Histogram of an image.

    Parameters
    ----------
    image : array
        Real image of any number of axes.
    nbins : int, optional
        Bins of float and bool images. Integer images have a bin for each value.
    source_range : {'image', 'dtype'}, optional
        From the image's least to its greatest value, or over the range of its dtype, [-1, 1] for floats. Values
        outside do not count.
    normalize : bool, optional
        Divide the counts by their sum.
    channel_axis : int or None, optional
        An axis of channels, which have histograms of their own, of the same bins.

    Returns
    -------
    hist : array of int64 or, if normalised, float64
        Counts: one line, or one for each channel.
    bin_centers : array
        Values of integers (int64), centres of the bins of the rest: float64 for bool, else of the image's dtype.

    Raises
    ------
    ValueError
        For images whose range is not finite, empty integer images, `nbins` below 1, uint64 values from 2**63 on, and
        integers too far apart for a bin each.
    TypeError
        For complex images.

    Warns
    -----
    UserWarning
        If a 3-d image without `channel_axis` has fewer than four elements along its last axis.

    Notes
    -----
    Bins are numpy.histogram's to the bit. On CUDA this function waits for the device, to see whether the range is finite,
    and for the range of integers.
    """
    return _native.histogram(image, operator.index(nbins), source_range, bool(normalize), channel_axis)


def cumulative_distribution(image, nbins=256):
    """Cumulative distribution of an image's values.

    Parameters
    ----------
    image : array
        Real image.
    nbins : int, optional
        Bins of float and bool images.

    Returns
    -------
    img_cdf : array
        The share of elements up to each bin: float32 for float16 and float32 images, else float64.
    bin_centers : array
        The bins' centres, see `histogram`.

    Raises
    ------
    ValueError, TypeError
        As `histogram`.
    """
    return _native.cumulative_distribution(image, operator.index(nbins))


def equalize_hist(image, nbins=256, mask=None):
    """Image whose values are about equally frequent.

    Parameters
    ----------
    image : array
        Real image.
    nbins : int, optional
        Bins of float and bool images.
    mask : array of bool, optional
        Of the image's shape. Only elements where it is true are counted; all are equalised.

    Returns
    -------
    array
        The image's cumulative distribution at its values, in [0, 1]: float32 for float16 and float32 images, else
        float64.

    Raises
    ------
    ValueError, TypeError
        As `histogram`.
    IndexError
        If the mask has another shape.
    """
    return _native.equalize_hist(image, operator.index(nbins), mask)


def match_histograms(image, reference, *, channel_axis=None):
    """Image with the cumulative histogram of another one.

    Parameters
    ----------
    image : array
        Real image.
    reference : array
        Image of as many axes.
    channel_axis : int or None, optional
        An axis of channels, each of which is matched to the same channel of `reference`.

    Returns
    -------
    array
        An element at some place in the order of `image` has become what stands at that place in the order of `reference`:
        float32 for float16 and float32 images, else float64. With `channel_axis` integers keep their dtype.

    Raises
    ------
    ValueError
        For images of different numbers of axes or channels, and an empty `reference`.
    TypeError
        For complex and uint64 images.
    """
    return _native.match_histograms(image, reference, channel_axis)
