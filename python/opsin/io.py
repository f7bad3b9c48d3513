"""Image files as arrays, and the cache of decoded tiles."""

from opsin._native import slide as _native
from opsin._slide import _source_of

__all__ = ["imread", "set_tile_cache_capacity", "tile_cache_info"]


def imread(source, *, page=None, limits=None):
    """Reads an image file at full resolution.

    Parameters
    ----------
    source : str, os.PathLike, bytes-like or binary file object
        TIFF and everything that `opsin.Slide` reads, PNG, JPEG, JPEG 2000 or WebP; what it is is decided by content.
    page : int, optional
        One page of a TIFF, whatever the others are. By default the stack that the file is.
    limits : dict, optional
        As for `opsin.Slide`.

    Returns
    -------
    ndarray
        Of the file's own dtype. Axes are (t, z, y, x, channels); t, z and channels are left out where there is one.
        Channels that are pages of their own (ImageJ, QPTIFF) come before y: (t, z, channels, y, x). Pixels are as
        stored: palettes stay indices, WhiteIsZero and Orientation are not applied; YCbCr is given as RGB.

    Raises
    ------
    UnsupportedFormatError
        For a file of no known format; a subclass of OSError.
    OSError
        For a file that cannot be read, is damaged, or exceeds a limit.
    IndexError
        For a page that is not there.
    """
    return _native.imread(_source_of(source)[0], page, limits)


def tile_cache_info():
    """State of the cache of decoded tiles that all slides of this process share.

    Returns
    -------
    dict
        ``capacity`` and ``bytes`` held, in bytes; ``tiles`` held; ``hits``, ``misses`` and ``evictions`` so far.
    """
    return _native.tile_cache_statistics()


def set_tile_cache_capacity(capacity):
    """Sets how many bytes of decoded tiles are kept: 256 MiB at first, 0 turns the cache off."""
    _native.set_tile_cache_capacity(capacity)
