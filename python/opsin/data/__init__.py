"""Images that are made, not loaded (skimage.data)."""

import os

import numpy as np

from opsin._native import data as _native

__all__ = ["binary_blobs", "data_dir"]

data_dir = os.path.dirname(os.path.abspath(__file__))  # files that come with opsin


def binary_blobs(
    length=512,
    blob_size_fraction=0.1,
    n_dim=2,
    volume_fraction=0.5,
    rng=None,
    *,
    boundary_mode="nearest",
    device="cpu",
):
    """Rounded blobs at random places.

    Parameters
    ----------
    length : int, optional
        Of each side of the image.
    blob_size_fraction : float, optional
        Size of a blob, as a share of the side. Sizes below 0.1 pixels are raised to that.
    n_dim : int, optional
        Number of axes.
    volume_fraction : float, optional
        Share of the image that the blobs cover, in [0, 1].
    rng : numpy.random.Generator or seed, optional
        What numpy.random.default_rng takes.
    boundary_mode : {'nearest', 'wrap'}, optional
        What lies beyond the edges when the points are smoothed; 'wrap' gives an image that tiles.
    device : str, optional
        Where the result is made: "cpu" (a NumPy array), "cuda" or "cuda:1" (an opsin.Array). scikit-image has no such
        parameter.

    Returns
    -------
    array of bool
        True in the blobs.

    Raises
    ------
    ValueError
        For another `boundary_mode` or a `volume_fraction` outside [0, 1].

    Warns
    -----
    RuntimeWarning
        If the blob size was raised.
    """
    if boundary_mode not in ("nearest", "wrap"):
        raise ValueError(f"unsupported `boundary_mode`: {boundary_mode!r}")
    arguments = (length, blob_size_fraction, n_dim, volume_fraction, boundary_mode)
    places = np.random.default_rng(rng).random((n_dim, _native.blob_count(*arguments)))
    return _native.blobs_at(places, *arguments, device)
