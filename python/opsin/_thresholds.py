"""Thresholds from histograms (skimage.filters)."""

import operator
import warnings

import numpy as np

from opsin._documented import documented
from opsin._native import check_same_device
from opsin._native import filters as _native

__all__ = [
    "threshold_isodata",
    "threshold_mean",
    "threshold_minimum",
    "threshold_multiotsu",
    "threshold_otsu",
    "threshold_triangle",
    "threshold_yen",
]

_BINS = """    nbins : int, optional
        Bins of float and bool images. Integer images have a bin for each value.
"""
_HIST = """    hist : array or tuple of two arrays, optional
        Counts, or counts and bin centres, of which the result is then taken. Either `image` or `hist` is needed.
"""
_NEITHER = """    Exception
        If there is neither image nor histogram.
"""
_COLORED = """    Warns
    -----
    UserWarning
        If the image looks like a colour image.
"""


def _check_given(image, hist):
    if image is None and hist is None:
        raise Exception("Either image or hist must be provided.")


def _histogram_of(hist, image):
    """Counts of a `hist` argument, and bin centres or None. The image beside it is not read, but must not lie elsewhere."""
    counts, centers = hist if isinstance(hist, (tuple, list)) else (hist, None)
    check_same_device(counts, centers, image)
    return counts, centers


def _threshold(method, image, nbins, hist, max_num_iter=1):
    _check_given(image, hist)
    if hist is None:
        return _native.threshold_from_image(image, method, operator.index(nbins), max_num_iter)
    counts, centers = _histogram_of(hist, image)
    return _native.threshold_from_histogram(counts, centers, method, max_num_iter)


def _warn_of_color(name, image):
    if image is not None and image.ndim > 2 and image.shape[-1] in (3, 4):
        warnings.warn(
            f"{name} is expected to work correctly only for grayscale images; image shape {tuple(image.shape)} looks "
            "like that of an RGB image.",
            stacklevel=3,
        )


@documented(bins=_BINS, hist=_HIST, neither=_NEITHER, colored=_COLORED)
def threshold_otsu(image=None, nbins=256, *, hist=None):
    """Threshold that leaves the most variance between what is above and what is not, by Otsu's method.

    Parameters
    ----------
    image : array, optional
        Real image.
    {bins}
    {hist}

    Returns
    -------
    number
        Centre of a bin: what is greater lies above the threshold. Of an image of one value, that value. On CUDA a 0-d
        array, which other functions take without waiting for it.

    Raises
    ------
    {neither}
    ValueError
        For images whose range is not finite, and histograms with fewer than two bins from the first to the last that holds
        anything.
    IndexError
        For empty images.

    {colored}

    References
    ----------
    N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions on Systems, Man, and Cybernetics
    9, 62-66, 1979.
    """
    _warn_of_color("threshold_otsu", image)
    if hist is not None and isinstance(image, np.ndarray):
        first = image.reshape(-1)[0]
        if np.all(image == first):
            return first
    return _threshold("otsu", image, nbins, hist)


@documented(bins=_BINS, hist=_HIST, neither=_NEITHER)
def threshold_yen(image=None, nbins=256, *, hist=None):
    """Threshold by Yen's maximum correlation criterion.

    Parameters
    ----------
    image : array, optional
        Real image.
    {bins}
    {hist}

    Returns
    -------
    number
        Centre of a bin: what is greater lies above the threshold. On CUDA a 0-d array.

    Raises
    ------
    {neither}
    ValueError
        For images whose range is not finite, and empty integer images.

    References
    ----------
    J. C. Yen, F. J. Chang and S. Chang, "A new criterion for automatic multilevel thresholding", IEEE Transactions on
    Image Processing 4, 370-378, 1995.
    """
    return _threshold("yen", image, nbins, hist)


@documented(bins=_BINS, hist=_HIST, neither=_NEITHER)
def threshold_isodata(image=None, nbins=256, return_all=False, *, hist=None):
    """Threshold halfway between the means of what is above and what is not.

    Parameters
    ----------
    image : array, optional
        Real image.
    {bins}
    return_all : bool, optional
        Return every such threshold, not only the lowest. On CUDA this waits for the device.
    {hist}

    Returns
    -------
    number or array of them
        Centres of bins: what is greater lies above the threshold. On CUDA an array in both cases.

    Raises
    ------
    {neither}
    ValueError
        For images whose range is not finite, and empty integer images.
    IndexError
        If there is no such threshold: for empty images, and for float images of one value.

    References
    ----------
    T. W. Ridler and S. Calvard, "Picture thresholding using an iterative selection method", IEEE Transactions on Systems,
    Man, and Cybernetics 8, 630-632, 1978.
    """
    if not return_all:
        return _threshold("isodata", image, nbins, hist)
    _check_given(image, hist)
    if hist is None:
        return _native.threshold_isodata_all(image, operator.index(nbins))
    counts, centers = _histogram_of(hist, image)
    return _native.threshold_isodata_all_from_histogram(counts, centers)


@documented(bins=_BINS, hist=_HIST, neither=_NEITHER)
def threshold_minimum(image=None, nbins=256, max_num_iter=10000, *, hist=None):
    """Threshold at the least count between the two maxima of a histogram that is smoothed until it has two.

    Parameters
    ----------
    image : array, optional
        Real image.
    {bins}
    max_num_iter : int, optional
        How often the histogram is smoothed at most.
    {hist}

    Returns
    -------
    number
        Centre of a bin: what is greater lies above the threshold. On CUDA a 0-d array.

    Raises
    ------
    {neither}
    RuntimeError
        If the histogram does not come to have two maxima. On CUDA this waits for the device.
    ValueError
        For images whose range is not finite, empty integer images, and a `max_num_iter` below 1.

    References
    ----------
    J. M. S. Prewitt and M. L. Mendelsohn, "The analysis of cell images", Annals of the New York Academy of Sciences 128,
    1035-1053, 1966.
    """
    return _threshold("minimum", image, nbins, hist, operator.index(max_num_iter))


@documented(bins=_BINS)
def threshold_triangle(image, nbins=256):
    """Threshold by the triangle method: the bin farthest from a line between the peak and the end of the longer tail.

    Parameters
    ----------
    image : array
        Real image.
    {bins}

    Returns
    -------
    number
        Centre of a bin: what is greater lies above the threshold. Of an image of one value, that value. On CUDA a 0-d
        array.

    Raises
    ------
    ValueError
        For images whose range is not finite.
    IndexError
        For empty images.

    References
    ----------
    G. W. Zack, W. E. Rogers and S. A. Latt, "Automatic measurement of sister chromatid exchange frequency", Journal of
    Histochemistry and Cytochemistry 25, 741-753, 1977.
    """
    return _threshold("triangle", image, nbins, None)


def threshold_mean(image):
    """Mean of an image, as a threshold.

    Parameters
    ----------
    image : array
        Real image.

    Returns
    -------
    number
        The mean: of the image's dtype for floats, else float64. On CUDA a 0-d array.

    Notes
    -----
    Sums are float64 whatever the image is.

    References
    ----------
    C. A. Glasbey, "An analysis of histogram-based thresholding algorithms", CVGIP: Graphical Models and Image Processing
    55, 532-537, 1993.
    """
    return _native.threshold_mean(image)


@documented(bins=_BINS, hist=_HIST, neither=_NEITHER, colored=_COLORED)
def threshold_multiotsu(image=None, classes=3, nbins=256, *, hist=None):
    """Thresholds that leave the most variance between several classes, by Otsu's method.

    Parameters
    ----------
    image : array, optional
        Real image.
    classes : int, optional
        How many classes there shall be, 2 to 16; one more than thresholds.
    {bins}
    {hist}

    Returns
    -------
    array
        ``classes - 1`` centres of bins, ascending.

    Raises
    ------
    {neither}
    ValueError
        For fewer different values than classes, images whose range is not finite, and empty integer images. On CUDA this
        waits for the device.

    {colored}

    Notes
    -----
    The time grows with the cube of the number of bins up to 512, with its square beyond, and hardly with the number of
    classes. For more than 512 bins and more than three classes, nearly equal sums may round to another choice than
    scikit-image's.

    References
    ----------
    P.-S. Liao, T.-S. Chen and P.-C. Chung, "A fast algorithm for multilevel thresholding", Journal of Information Science
    and Engineering 17, 713-727, 2001.
    """
    _warn_of_color("threshold_multiotsu", image)
    _check_given(image, hist)
    if hist is None:
        return _native.threshold_multiotsu(image, operator.index(classes), operator.index(nbins))
    counts, centers = _histogram_of(hist, image)
    return _native.threshold_multiotsu_from_histogram(counts, centers, operator.index(classes))
