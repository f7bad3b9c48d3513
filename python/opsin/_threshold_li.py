"""Li's threshold (skimage.filters)."""

import math

import numpy as np

from opsin._native import filters as _native

__all__ = ["threshold_li"]


def _guess_from(function, image):
    """What a function makes of the image's finite values, less the least of them, as scikit-image hands them over."""
    from opsin import asarray

    values = image if isinstance(image, np.ndarray) else asarray(image, device="cpu").__array__()
    values = values[np.isfinite(values)]
    least = values.min()
    return float(function(values - least)) + float(least)


def threshold_li(image, *, tolerance=None, initial_guess=None, iter_callback=None):
    """Threshold of least cross entropy between an image and its two classes, by Li's iteration.

    Parameters
    ----------
    image : array
        Real image. NaN and infinite elements do not count.
    tolerance : float, optional
        The iteration ends when a step is not above it. By default half of the least difference between values, 0.5 for
        integers.
    initial_guess : float or callable, optional
        Where it starts: a number within the range of the image, or a function that makes one of the finite values, less
        the least of them (a NumPy array). By default the mean.
    iter_callback : callable, optional
        Called with each threshold that the iteration goes through, when it is over. On CUDA that waits for the device.

    Returns
    -------
    number
        What is greater lies above the threshold: float64 for integers, else of the image's dtype. On CUDA a 0-d array.

    Raises
    ------
    ValueError
        For an `initial_guess` outside the range of the image; on CUDA that waits for the device.
    TypeError
        For bool and complex images, and for an `initial_guess` that is neither number nor function.

    Notes
    -----
    Where more than 2**16 different values make the default tolerance smaller than any difference that counts, the iteration
    ends when it stands still.

    References
    ----------
    C. H. Li and P. K. S. Tam, "An iterative algorithm for minimum cross entropy thresholding", Pattern Recognition Letters
    18, 771-776, 1998.
    """
    if math.prod(image.shape) == 0:
        return np.nan
    if callable(initial_guess):
        initial_guess = _guess_from(initial_guess, image)
    elif initial_guess is not None and not np.isscalar(initial_guess):
        raise TypeError(
            "Incorrect type for `initial_guess`; should be a floating point value, or a function mapping an array to a "
            "floating point value."
        )
    tolerance = float(tolerance or 0)
    if iter_callback is None:
        return _native.threshold_li(image, tolerance, initial_guess)
    threshold, steps = _native.threshold_li_steps(image, tolerance, initial_guess)
    for step in steps:
        iter_callback(step)
    return threshold
