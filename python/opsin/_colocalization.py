"""Colocalisation of two images (skimage.measure)."""

import warnings

import numpy as np

from opsin._native import measure as _native
from opsin._ndimage_arguments import as_input


def _optional(mask):
    return None if mask is None else as_input(mask)


def pearson_corr_coeff(image0, image1, mask=None):
    """Pearson's correlation coefficient of two images.

    Parameters
    ----------
    image0, image1 : array
        Real images of one shape.
    mask : array of bool, optional
        The elements that count; 0 and 1 of any dtype.

    Returns
    -------
    pcc : float
        The coefficient, in [-1, 1]; NaN where an image is constant.
    p-value : float
        How probable a coefficient as far from 0 is for normal data that is not correlated.

        Both are 0-d arrays on a GPU.

    Raises
    ------
    ValueError
        For shapes that differ, complex images, fewer than two elements and masks that hold other values.

    Warns
    -----
    RuntimeWarning
        For a constant image; not on a GPU, where that would need to wait for the result.

    References
    ----------
    Dunn, Kamocka, McDonald (2011), A practical guide to evaluating colocalization in biological microscopy, Am. J. Physiol.
    Cell Physiol. 300, C723-C742, doi:10.1152/ajpcell.00462.2010.
    """
    image0 = as_input(image0)
    r, p = _native.pearson_corr_coeff(image0, as_input(image1), _optional(mask))
    if not isinstance(r, np.ndarray):
        return r, p
    if np.isnan(r) and not np.isnan(np.sum(np.asarray(image0))):
        warnings.warn("An image is constant; its correlation is not defined.", RuntimeWarning, stacklevel=2)
    return float(r), float(p)


def manders_coloc_coeff(image0, image1_mask, mask=None):
    """Manders' colocalisation coefficient: the share of an image's intensity within a second image's mask.

    Parameters
    ----------
    image0 : array
        Real image, not negative.
    image1_mask : array of bool
        Where the second image counts as present; 0 and 1 of any dtype.
    mask : array of bool, optional
        The elements that count; 0 and 1 of any dtype.

    Returns
    -------
    float
        The share, 0 for an image whose sum is 0; a 0-d array on a GPU.

    Raises
    ------
    ValueError
        For shapes that differ, negative elements, no elements, and masks that hold other values.

    References
    ----------
    Manders, Verbeek, Aten (1993), Measurement of co-localization of objects in dual-colour confocal images, J. Microscopy
    169, 375-382.
    """
    return _native.manders_coloc_coeff(as_input(image0), as_input(image1_mask), _optional(mask))


def manders_overlap_coeff(image0, image1, mask=None):
    """Manders' overlap coefficient: the cosine of two images.

    Parameters
    ----------
    image0, image1 : array
        Real images of one shape, not negative. Squares and products keep the dtype: integers of few bits overflow.
    mask : array of bool, optional
        The elements that count; 0 and 1 of any dtype.

    Returns
    -------
    float
        The coefficient; a 0-d array on a GPU.

    Raises
    ------
    ValueError
        For shapes that differ, negative elements, no elements, and masks that hold other values.

    References
    ----------
    Manders, Verbeek, Aten (1993), Measurement of co-localization of objects in dual-colour confocal images, J. Microscopy
    169, 375-382.
    """
    return _native.manders_overlap_coeff(as_input(image0), as_input(image1), _optional(mask))


def intersection_coeff(image0_mask, image1_mask, mask=None):
    """The share of a first mask that lies in a second one.

    Parameters
    ----------
    image0_mask, image1_mask : array of bool
        Masks of one shape; 0 and 1 of any dtype.
    mask : array of bool, optional
        The elements that count; 0 and 1 of any dtype.

    Returns
    -------
    float
        The share, 0 for an empty first mask; a 0-d array on a GPU.

    Raises
    ------
    ValueError
        For shapes that differ and masks that hold other values.
    """
    return _native.intersection_coeff(as_input(image0_mask), as_input(image1_mask), _optional(mask))
