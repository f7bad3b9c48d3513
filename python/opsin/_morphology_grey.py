"""Grey morphology (skimage.morphology)."""

from opsin._documented import documented
from opsin._footprint_sequences import is_sequence, truths
from opsin._native import morphology as _native
from opsin._ndimage_arguments import as_input

_MODES = ("reflect", "constant", "nearest", "mirror", "wrap", "max", "min", "ignore")

_PARAMETERS = """

    Parameters
    ----------
    image : array
        Image of any number of axes: bool, integer, float32 or float64.
    footprint : array or sequence of (array, int), optional
        The neighbourhood: elements other than 0 belong to it. It has the image's number of axes; its centre is its
        middle, after a row of zeros was put before an even size. A sequence is applied part by part, each as often as
        its number says. By default the cross of side 3. Footprints on a GPU are copied to the host.
    out : array, optional
        Where the result goes; of the image's shape and any real dtype. It may be or overlap the image.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap', 'max', 'min', 'ignore'}, optional
        What lies beyond the edges. 'max' and 'min' are the extremes of the image's dtype, 'ignore' is what has no
        influence.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        The result, of the image's shape and dtype unless `out` is given.

    Raises
    ------
    ValueError
        For an unknown mode, a footprint without elements or something that is no footprint.
    TypeError
        For complex images.
    RuntimeError
        For a footprint of another number of axes, float16 images or an `out` of another shape.
    """


def parts_of(footprint):
    """The arrays of a footprint and how many times each is applied; nothing for the default."""
    if footprint is None:
        return [], []
    if not is_sequence(footprint):
        return [truths(footprint)], [1]
    if not len(footprint):
        raise IndexError("a footprint sequence must not be empty")
    return [truths(part) for part, _ in footprint], [int(count) for _, count in footprint]


def _run(name, image, footprint, out, mode, cval):
    image = as_input(image)
    if not isinstance(mode, str) or mode not in _MODES:
        raise ValueError(f"unsupported mode, got {mode!r}")
    arrays, counts = parts_of(footprint)
    return getattr(_native, name)(image, arrays, counts, out, mode, cval)


@documented(_PARAMETERS)
def erosion(image, footprint=None, out=None, *, mode="reflect", cval=0.0):
    """Grey erosion: the least element under the footprint."""
    return _run("erosion", image, footprint, out, mode, cval)


@documented(_PARAMETERS)
def dilation(image, footprint=None, out=None, *, mode="reflect", cval=0.0):
    """Grey dilation: the greatest element under the footprint, which is not mirrored."""
    return _run("dilation", image, footprint, out, mode, cval)


@documented(_PARAMETERS)
def opening(image, footprint=None, out=None, *, mode="reflect", cval=0.0):
    """Grey opening: an erosion, then a dilation under the mirrored footprint. Bright spots smaller than it go."""
    return _run("opening", image, footprint, out, mode, cval)


@documented(_PARAMETERS)
def closing(image, footprint=None, out=None, *, mode="reflect", cval=0.0):
    """Grey closing: a dilation, then an erosion under the mirrored footprint. Dark spots smaller than it go."""
    return _run("closing", image, footprint, out, mode, cval)


@documented(_PARAMETERS)
def white_tophat(image, footprint=None, out=None, *, mode="reflect", cval=0.0):
    """What an opening takes away: bright spots smaller than the footprint. Integers wrap; bool images give what differs."""
    return _run("white_tophat", image, footprint, out, mode, cval)


@documented(_PARAMETERS)
def black_tophat(image, footprint=None, out=None, *, mode="reflect", cval=0.0):
    """What a closing adds: dark spots smaller than the footprint. Integers wrap; bool images give what differs."""
    return _run("black_tophat", image, footprint, out, mode, cval)
