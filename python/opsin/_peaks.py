"""Local maxima (skimage.feature)."""

import warnings
from math import isinf

import numpy as np

from opsin._footprint_sequences import host
from opsin._native import feature as _native
from opsin._ndimage_arguments import as_input


def _border(exclude_border, ndim):
    """One width for each axis; an empty tuple for min_distance."""
    if isinstance(exclude_border, bool):
        return () if exclude_border else (0,) * ndim
    if isinstance(exclude_border, int):
        if exclude_border < 0:
            raise ValueError("`exclude_border` cannot be a negative value")
        return (exclude_border,) * ndim
    if not isinstance(exclude_border, tuple):
        raise TypeError(
            "`exclude_border` must be bool, int, or tuple with the same length as the dimensionality of the image."
        )
    if len(exclude_border) != ndim:
        raise ValueError("`exclude_border` should have the same length as the dimensionality of the image.")
    for width in exclude_border:
        if not isinstance(width, int):
            raise ValueError("`exclude_border`, when expressed as a tuple, must only contain ints.")
        if width < 0:
            raise ValueError("`exclude_border` can not be a negative value")
    return exclude_border


def _count(limit):
    return None if limit is None or isinf(limit) else int(limit)


def _arguments(image, min_distance, threshold_abs, threshold_rel, exclude_border, footprint, labels, per_label):
    image = as_input(image)
    if footprint is not None:
        footprint = np.asarray(host(footprint)).astype(bool)
    if (footprint is None or footprint.size == 1) and min_distance < 1:
        warnings.warn(
            "When min_distance < 1, peak_local_max acts as finding image > max(threshold_abs, threshold_rel * max(image)).",
            RuntimeWarning,
            stacklevel=3,
        )
    border = _border(exclude_border, image.ndim)
    labels = None if labels is None else as_input(labels)
    return image, min_distance, threshold_abs, threshold_rel, border, footprint, labels, _count(per_label)


def peak_local_max(
    image,
    min_distance=1,
    threshold_abs=None,
    threshold_rel=None,
    exclude_border=True,
    num_peaks=np.inf,
    footprint=None,
    labels=None,
    num_peaks_per_label=np.inf,
    p_norm=np.inf,
):
    """Coordinates of local maxima.

    A peak is an element that equals the maximum of its neighbourhood and exceeds the threshold. Where the image, or an
    object of it, is flat there are none.

    Parameters
    ----------
    image : array
        Image of any number of axes: integers, float32 or float64.
    min_distance : int, optional
        The distance that peaks keep: of two nearer ones the greater is kept, of equal ones the first.
    threshold_abs : float, optional
        Peaks are greater than this; by default than the image's minimum.
    threshold_rel : float, optional
        Peaks are greater than this share of the image's maximum.
    exclude_border : bool, int or tuple of int, optional
        Width of the border without peaks, for all axes or one per axis. True is `min_distance`, False 0.
    num_peaks : int, optional
        Return this many, the greatest ones.
    footprint : array, optional
        The neighbourhood: elements other than 0 belong to it. By default a box of side ``2 * min_distance + 1``. A
        footprint on a GPU is copied to the host.
    labels : array of int, optional
        Objects, each searched apart, of the image's shape; 0 is background.
    num_peaks_per_label : int, optional
        Return at most this many for each object.
    p_norm : float, optional
        Of the Minkowski distance: 1, 2 and infinity are the city block, the Euclidean and the chessboard distance.

    Returns
    -------
    (K, ndim) array of int64
        Coordinates of peaks, the greatest first; of objects one after the other.

    Raises
    ------
    ValueError
        For an empty image and for an `exclude_border` that is negative or of another length.
    TypeError
        For bool and complex images, for labels of other dtypes than bool and integers, for another `exclude_border`.

    Warns
    -----
    RuntimeWarning
        For a `min_distance` below 1 without a footprint.
    """
    arguments = _arguments(
        image, min_distance, threshold_abs, threshold_rel, exclude_border, footprint, labels, num_peaks_per_label
    )
    return _native.peak_local_max(*arguments, _count(num_peaks), p_norm)


def corner_peaks(
    image,
    min_distance=1,
    threshold_abs=None,
    threshold_rel=None,
    exclude_border=True,
    indices=True,
    num_peaks=np.inf,
    footprint=None,
    labels=None,
    *,
    num_peaks_per_label=np.inf,
    p_norm=np.inf,
):
    """Peaks of a corner measure, of which no two are neighbours even where they are equal.

    Parameters
    ----------
    image : array
        The measure: integers, float32 or float64.
    min_distance : int, optional
        Peaks lie further apart than this.
    threshold_abs, threshold_rel, exclude_border, footprint, labels, num_peaks_per_label
        As for `peak_local_max`.
    indices : bool, optional
        False returns a bool image.
    num_peaks : int, optional
        Return this many, the greatest ones.
    p_norm : float, optional
        Of the Minkowski distance.

    Returns
    -------
    (K, ndim) array of int64 or array of bool
        Coordinates of peaks, the greatest first; or an image of the measure's shape that is True there.

    Raises
    ------
    ValueError, TypeError
        As `peak_local_max`.
    """
    arguments = _arguments(
        image, min_distance, threshold_abs, threshold_rel, exclude_border, footprint, labels, num_peaks_per_label
    )
    return _native.corner_peaks(*arguments, _count(num_peaks), p_norm, bool(indices))
