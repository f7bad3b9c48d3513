"""Entropy (skimage.measure)."""

from opsin._native import exposure as _native

__all__ = ["shannon_entropy"]


def shannon_entropy(image, base=2):
    """Shannon entropy of an image's values.

    Parameters
    ----------
    image : array
        Real image.
    base : float or None, optional
        Base of the logarithm; None for the natural one.

    Returns
    -------
    float
        ``-sum(p * log(p))`` over the shares p of the different values; all NaN count as one. On CUDA a 0-d array.

    Raises
    ------
    ValueError
        For a `base` that is not positive.
    TypeError
        For complex images.

    References
    ----------
    C. E. Shannon, "A mathematical theory of communication", Bell System Technical Journal 27, 379-423, 1948.
    """
    return _native.shannon_entropy(image, None if base is None else float(base))
