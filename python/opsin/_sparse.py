"""Correlation with sparse kernels (skimage.filters)."""

import numpy as np

from opsin._native import filters as _native

__all__ = ["correlate_sparse"]

_MODES = {
    "reflect": "reflect",
    "symmetric": "reflect",
    "constant": "constant",
    "nearest": "nearest",
    "edge": "nearest",
    "mirror": "mirror",
    "wrap": "wrap",
    "valid": None,
}


def correlate_sparse(image, kernel, mode="reflect"):
    """Correlate an image with the nonzero elements of a kernel.

    Parameters
    ----------
    image : array, shape (M, N[, ...], P)
        Real image.
    kernel : array, shape (Q, R[, ...], S)
        Kernel of as many axes as the image. A kernel on a GPU is copied to the host, which waits for the GPU.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap', 'valid'}, optional
        What lies beyond the edges, in scipy.ndimage's words; a constant is 0. With 'valid' the image is not extended
        and the result holds only those pixels whose kernel lies inside it.

    Returns
    -------
    array
        float32 for float16 and float32 images, else float64; of the image's shape, or (M-Q+1, N-R+1[, ...], P-S+1)
        with mode 'valid'.

    Raises
    ------
    ValueError
        For complex images, unknown modes, kernels of another number of axes or, unless `mode` is 'valid', of an even
        size along an axis.
    RuntimeError
        For kernels of another number of axes with mode 'valid'.

    Notes
    -----
    The kernel's first element takes part in the sums even where it is 0, as in scikit-image.
    """
    if mode not in _MODES:
        raise ValueError(f"mode '{mode}' is not supported")
    if not hasattr(kernel, "dtype"):
        kernel = np.asarray(kernel)
    return _native.correlate_sparse(image, kernel, _MODES[mode])
