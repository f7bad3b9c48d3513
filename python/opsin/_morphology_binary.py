"""Binary morphology (skimage.morphology), deprecated as upstream."""

from opsin._deprecation import deprecated
from opsin._documented import documented
from opsin._morphology_grey import parts_of
from opsin._native import morphology as _native
from opsin._ndimage_arguments import as_input

_PARAMETERS = """

    Parameters
    ----------
    image : array
        Image of any number of axes and any real dtype but float16; nonzero is true.
    footprint : array or sequence of (array, int), optional
        The neighbourhood, see `erosion`; a row of zeros is put after an even size. By default the cross of side 3.
    out : array, optional
        Where the result goes; of the image's shape and any real dtype. It may be or overlap the image.
    mode : {'max', 'min', 'ignore'}, optional
        What lies beyond the edges: true, false, or what has no influence.

    Returns
    -------
    array of bool
        The result, or `out`.

    Raises
    ------
    ValueError
        For an unknown mode or something that is no footprint.
    TypeError
        For complex images.
    RuntimeError
        For a footprint of another number of axes or an `out` of another shape.
    """


def _run(name, image, footprint, out, mode):
    image = as_input(image)
    if mode not in ("max", "min", "ignore"):
        raise ValueError(f"unsupported mode, got {mode!r}")
    arrays, counts = parts_of(footprint)
    return getattr(_native, name)(image, arrays, counts, out, mode)


@deprecated(
    "0.26",
    "0.28",
    "Use `skimage.morphology.erosion` instead. Note the pixel shift by 1 for even-sized footprints (see docstring notes).",
)
@documented(_PARAMETERS)
def binary_erosion(image, footprint=None, out=None, *, mode="ignore"):
    """Binary erosion: true where all elements under the footprint are.

    For an even size the result lies one pixel beside that of `erosion`.
    """
    return _run("binary_erosion", image, footprint, out, mode)


@deprecated(
    "0.26",
    "0.28",
    "Use `skimage.morphology.dilation` instead. Note the lack of mirroring for non-symmetric footprints (see docstring "
    "notes).",
)
@documented(_PARAMETERS)
def binary_dilation(image, footprint=None, out=None, *, mode="ignore"):
    """Binary dilation: true where an element under the mirrored footprint is; `dilation` does not mirror."""
    return _run("binary_dilation", image, footprint, out, mode)


@deprecated("0.26", "0.28", "Use `skimage.morphology.opening` instead.")
@documented(_PARAMETERS)
def binary_opening(image, footprint=None, out=None, *, mode="ignore"):
    """Binary opening: an erosion, then a dilation."""
    return _run("binary_opening", image, footprint, out, mode)


@deprecated("0.26", "0.28", "Use `skimage.morphology.closing` instead.")
@documented(_PARAMETERS)
def binary_closing(image, footprint=None, out=None, *, mode="ignore"):
    """Binary closing: a dilation, then an erosion."""
    return _run("binary_closing", image, footprint, out, mode)
