"""Metrics of two images of numbers (skimage.metrics).

On a GPU a scalar result is an array of no axes of the caller's kind, and nothing waits for it.
"""

import operator

from opsin._native import metrics as _native

__all__ = [
    "mean_squared_error",
    "normalized_mutual_information",
    "normalized_root_mse",
    "peak_signal_noise_ratio",
    "structural_similarity",
]


def structural_similarity(
    im1,
    im2,
    *,
    win_size=None,
    gradient=False,
    data_range=None,
    channel_axis=None,
    gaussian_weights=False,
    full=False,
    **kwargs,
):
    """Mean structural similarity of two images.

    Parameters
    ----------
    im1, im2 : array
        Real images of one shape and any number of axes. What is computed is float32 for a float16 or float32 `im1`, else
        float64.
    win_size : int or None, optional
        Side of the window in pixels, odd; by default 7, or what the Gaussian needs. With `gaussian_weights` it does not
        change the weights, but how wide an edge is left out of the mean.
    gradient : bool, optional
        Also return the gradient of the similarity with respect to `im2`.
    data_range : float, optional
        Greatest possible value of the images less the least one. By default that of an integer dtype; images of floats
        need it.
    channel_axis : int or None, optional
        An axis of images of their own, whose similarities are averaged.
    gaussian_weights : bool, optional
        Weigh the pixels of a window by a Gaussian of width `sigma` (cut at 3.5 sigma) instead of all the same.
    full : bool, optional
        Also return the similarity at each pixel.

    Other Parameters
    ----------------
    use_sample_covariance : bool
        Divide variances by the number of pixels of a window less one (True, the default) or by the number.
    K1, K2 : float
        Constants of the method, 0.01 and 0.03; at least 0.
    sigma : float
        Standard deviation of the Gaussian in pixels, 1.5; at least 0.

    Returns
    -------
    mssim : float
        The mean over all windows that lie inside the images.
    grad : array
        With `gradient`.
    S : array
        With `full`.

    Raises
    ------
    ValueError
        For shapes that differ, complex images, an even `win_size` or one that an axis is shorter than, negative
        constants, floats without `data_range`, and windows of one pixel with `use_sample_covariance`.

    Notes
    -----
    Set `gaussian_weights`, ``use_sample_covariance=False`` and `data_range` for the method as it was published [1]_. The
    gradient follows [2]_.

    References
    ----------
    .. [1] Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image quality assessment: from error visibility to
           structural similarity", IEEE Transactions on Image Processing 13, 2004. :DOI:`10.1109/TIP.2003.819861`
    .. [2] A. N. Avanaki, "Exact global histogram specification optimized for structural similarity", Optical Review 16,
           2009. :DOI:`10.1007/s10043-009-0119-z`
    """
    return _native.structural_similarity(
        im1,
        im2,
        None if win_size is None else operator.index(win_size),
        bool(gradient),
        None if data_range is None else float(data_range),
        channel_axis,
        bool(gaussian_weights),
        bool(full),
        float(kwargs.get("K1", 0.01)),
        float(kwargs.get("K2", 0.03)),
        float(kwargs.get("sigma", 1.5)),
        bool(kwargs.get("use_sample_covariance", True)),
    )


def mean_squared_error(image0, image1):
    """Mean of the squared differences of two images.

    Parameters
    ----------
    image0, image1 : array
        Real images of one shape.

    Returns
    -------
    float
        Differences are taken in float32 when both images are float16 or float32, else in float64; the mean is float64.

    Raises
    ------
    ValueError
        For shapes that differ and complex images.
    """
    return _native.mean_squared_error(image0, image1)


def normalized_root_mse(image_true, image_test, *, normalization="euclidean"):
    """Root of the mean squared error, in relation to the true image.

    Parameters
    ----------
    image_true, image_test : array
        Real images of one shape.
    normalization : {'euclidean', 'min-max', 'mean'}, optional
        What the root is divided by: the root mean square of `image_true`, the difference of its extremes, or its mean.

    Returns
    -------
    float
        As float64.

    Raises
    ------
    ValueError
        For shapes that differ, complex images, another `normalization`, and the extremes of an empty image.
    """
    return _native.normalized_root_mse(image_true, image_test, normalization.lower())


def peak_signal_noise_ratio(image_true, image_test, *, data_range=None):
    """Ratio of the greatest possible signal to the noise, in decibels.

    Parameters
    ----------
    image_true, image_test : array
        Real images of one shape.
    data_range : float, optional
        Greatest possible value less the least one. By default the greatest value of the dtype (1 for floats), or its
        whole range when `image_true` holds a negative value.

    Returns
    -------
    float
        As float64; infinite for images that are equal.

    Raises
    ------
    ValueError
        For shapes that differ, complex images and, without `data_range`, floats outside [-1, 1] and empty images. To
        find those floats, a call on a GPU waits for it.
    """
    return _native.peak_signal_noise_ratio(image_true, image_test, None if data_range is None else float(data_range))


def normalized_mutual_information(image0, image1, *, bins=100):
    r"""Normalized mutual information of two images: :math:`(H(A) + H(B)) / H(A, B)`.

    Parameters
    ----------
    image0, image1 : array
        Real images of as many axes. The one that is smaller along an axis is extended by zeros.
    bins : int or sequence of int, optional
        How many bins the range of each image is divided into for the joint histogram; one number for both, or two.

    Returns
    -------
    float
        From 1 (one image says nothing about the other) to 2 (one image follows from the other), as float64.

    Raises
    ------
    ValueError
        For numbers of axes that differ, complex images, ``bins < 1`` and values that are not finite. To find those, a
        call on a GPU waits for it when an image holds floats.
    TypeError
        For `bins` that are no integers.

    References
    ----------
    .. [1] C. Studholme, D. L. G. Hill, D. J. Hawkes, "An overlap invariant entropy measure of 3D medical image
           alignment", Pattern Recognition 32, 1999. :DOI:`10.1016/S0031-3203(98)00091-0`
    """
    bins = [operator.index(n) for n in bins] if hasattr(bins, "__len__") else [operator.index(bins)] * 2
    if len(bins) != 2:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    return _native.normalized_mutual_information(image0, image1, bins)
