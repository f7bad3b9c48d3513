"""How blurred an image is (skimage.measure)."""

import numpy as np

from opsin._native import measure as _native
from opsin._ndimage_arguments import as_input
from opsin._reductions import native_name


def blur_effect(image, h_size=11, channel_axis=None, reduce_func=np.max):
    """Strength of blur: 0 for a sharp image, 1 for the most blurred one.

    Parameters
    ----------
    image : array
        Real image of any number of axes. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    h_size : int, optional
        Size in pixels of the box that blurs the image again.
    channel_axis : int, optional
        The axis of three colours, of which the luminance is measured.
    reduce_func : callable, optional
        What makes one number of those of all axes; None returns the list. NumPy's reductions run natively on a GPU;
        anything else gets a list of scalars, 0-d arrays on a GPU.

    Returns
    -------
    float or list of float
        The strength, or one for each axis.

    Raises
    ------
    ValueError
        For a complex image, or another number of channels.
    RuntimeError
        For float16 images and an `h_size` below 1.

    References
    ----------
    Crete, Dolmiere, Ladret, Nicolas (2007), The blur effect: perception and estimation with a new no-reference perceptual
    blur metric, Proc. SPIE 6492, 64920I, doi:10.1117/12.702790.
    """
    strengths = _native.blur_effect(as_input(image), h_size, channel_axis)
    name = native_name(reduce_func)
    if name is not None and not isinstance(strengths, np.ndarray) and len(strengths):
        return _native.block_reduce(strengths, (len(strengths),), name, 0)[0]
    each = [strengths[i] for i in range(len(strengths))]
    return each if reduce_func is None else reduce_func(each)
