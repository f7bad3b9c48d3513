"""Reduction of blocks (skimage.measure)."""

import operator

import numpy as np

from opsin._native import measure as _native
from opsin._ndimage_arguments import as_input, is_complex
from opsin._reductions import native_name


def block_reduce(image, block_size=2, func=np.sum, cval=0, func_kwargs=None):
    """Make an image smaller: one element for each block.

    Parameters
    ----------
    image : array
        Image of any number of axes.
    block_size : int or sequence of int, optional
        Size of a block: one for all axes, or one per axis.
    func : callable, optional
        What makes an element of a block. NumPy's sum, prod, mean, var, std, min, max and median run natively on every
        device. Anything else is called once, with an array of the image's kind that has twice as many axes, and with
        ``axis`` set to the second half of them.
    cval : scalar, optional
        What the last blocks lack where the image's size is no multiple of theirs.
    func_kwargs : dict, optional
        Further arguments of `func`.

    Returns
    -------
    array
        One element for each block. Sums and products of integers are int64 or uint64, means, variances and medians of
        them float64; everything else keeps the dtype.

    Raises
    ------
    ValueError
        For a size below 1 or another number of sizes than of axes.
    MemoryError
        For a block of more than 2**40 elements.
    """
    image = as_input(image)
    sizes = (block_size,) * image.ndim if np.isscalar(block_size) else tuple(block_size)
    if len(sizes) != image.ndim:
        raise ValueError("`block_size` must be a scalar or have the same length as `image.shape`")
    if any(n < 1 for n in sizes):
        raise ValueError("Down-sampling factors must be >= 1. Use `skimage.transform.resize` to up-sample an image.")
    sizes = tuple(operator.index(n) for n in sizes)
    name = native_name(func)
    if name is not None and not func_kwargs and not is_complex(image):
        return _native.block_reduce(image, sizes, name, cval)
    blocks = _native.blocks(image, sizes, cval)
    return func(blocks, axis=tuple(range(image.ndim, 2 * image.ndim)), **(func_kwargs or {}))
