"""Stains of microscopy (skimage.color)."""

import numpy as np

from opsin._documented import documented
from opsin._native import color as _native

_MATRICES = {name: np.array(rows) for name, rows in _native.stain_matrices().items()}
globals().update(_MATRICES)

_PARAMETERS = """

    Parameters
    ----------
    {name} : (..., C=3, ...) array
        The image, of any number of axes; integers are scaled to [0, 1], signed ones to [-1, 1].{matrix}
    channel_axis : int, optional
        The axis of the channels.

    Returns
    -------
    (..., C=3, ...) array of float64
        The converted image. Under the float policy "single" it is float32.

    Raises
    ------
    ValueError
        If the image has not 3 channels, or is complex{other}.
    IndexError
        If the image has no such axis.

    References
    ----------
    .. [1] A. C. Ruifrok and D. A. Johnston, "Quantification of histochemical staining by color deconvolution", Anal. Quant.
           Cytol. Histol. 23, 291-299, 2001.
    """

_MATRIX = """
    conv_matrix : (3, n) array
        One of this module's constants, or another. On a GPU it is copied to the host."""


def _converts(name, matrix=False):
    other = ", or if `conv_matrix` has not 3 rows" if matrix else ""
    return documented(_PARAMETERS.format(name=name, matrix=_MATRIX if matrix else "", other=other))


def _rows(conv_matrix):
    """The values row by row, and the number of columns."""
    if hasattr(conv_matrix, "get"):  # CuPy's arrays become NumPy's only when asked to
        conv_matrix = conv_matrix.get()
    matrix = np.asarray(conv_matrix, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != 3 or matrix.shape[1] == 0:
        raise ValueError(f"conv_matrix must have 3 rows and a column for each stain, got the shape {matrix.shape}")
    return matrix.ravel().tolist(), matrix.shape[1]


@_converts("rgb", matrix=True)
def separate_stains(rgb, conv_matrix, *, channel_axis=-1):
    """The amounts of stains in an RGB image, by colour deconvolution [1]_.

    ``hed_from_rgb`` and the like separate haematoxylin, eosin and DAB, ``hdx_from_rgb`` haematoxylin and DAB, ``fgx_from_rgb``
    Feulgen and light green, ``bex_from_rgb`` Giemsa's methyl blue and eosin, ``rbd_from_rgb`` fast red, fast blue and DAB,
    ``gdx_from_rgb`` methyl green and DAB, ``hax_from_rgb`` haematoxylin and AEC, ``bro_from_rgb`` anilin blue, azocarmine and
    orange G, ``bpx_from_rgb`` methyl blue and ponceau fuchsin, ``ahx_from_rgb`` Alcian blue and haematoxylin, and
    ``hpx_from_rgb`` haematoxylin and PAS."""
    return _native.separate_stains(rgb, *_rows(conv_matrix), channel_axis)


@_converts("stains", matrix=True)
def combine_stains(stains, conv_matrix, *, channel_axis=-1):
    """The RGB image that amounts of stains give, clipped to 1: the reverse of `separate_stains` [1]_.

    ``rgb_from_hed`` and the like are the matrices."""
    return _native.combine_stains(stains, *_rows(conv_matrix), channel_axis)


@_converts("rgb")
def rgb2hed(rgb, *, channel_axis=-1):
    """The amounts of haematoxylin, eosin and DAB in an RGB image [1]_."""
    return _native.rgb2hed(rgb, channel_axis)


@_converts("hed")
def hed2rgb(hed, *, channel_axis=-1):
    """The RGB image that amounts of haematoxylin, eosin and DAB give [1]_."""
    return _native.hed2rgb(hed, channel_axis)


__all__ = ["separate_stains", "combine_stains", "rgb2hed", "hed2rgb", *_MATRICES]
