"""``opsin.Slide``: whole-slide and biomedical images."""

import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from opsin._loader import read_regions
from opsin._native import slide as _native
from opsin._slide_arguments import integer as _integer
from opsin._slide_arguments import pair as _pair


def _source_of(source):
    """What the compiled core takes: a path as str, bytes, or a file object; and what a copy of the slide is opened from."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        content = bytes(source)
        return content, content
    if isinstance(source, (str, os.PathLike)):
        path = os.fsdecode(source)
        return path, os.path.abspath(path)
    if callable(getattr(source, "read", None)) and callable(getattr(source, "seek", None)):
        return source, source
    raise TypeError(f"a path, bytes or a binary file object is needed, not {type(source).__name__}")


class Slide:
    """A whole-slide or biomedical image: a pyramid of levels of which any region can be read.

    One object may be used by any number of threads at once, in forked and in spawned processes; it can be pickled.

    Parameters
    ----------
    source : str, os.PathLike, bytes-like or binary file object
        A path, the contents of a file, or a file object with ``read`` and ``seek``, of which the slide then moves the
        position at any time. What it is is decided by content, never by the path's extension.
    errors : {"raise", "fill"}, optional
        What happens at a tile that cannot be decoded: an OSError that names path, IFD, tile and file offset, or the fill
        value and one RuntimeWarning per read.
    fill : float, optional
        Value of every channel where the slide has no pixel. By default white for RGB and 0 for anything else; the alpha
        channel of RGBA is 0 there.
    limits : dict, optional
        Raises (or lowers) what a file may ask for: ``pixels`` of a level, ``tile_pixels``, ``region_bytes`` of a result,
        ``directories``, ``tags``, ``tag_bytes``, ``tiles``, ``xml_bytes``, ``xml_depth``, ``decompression_ratio``.

    Raises
    ------
    UnsupportedFormatError
        For a file of no known format; a subclass of OSError.
    OSError
        For a file that cannot be read, is damaged, or exceeds a limit.

    Notes
    -----
    Pixels are as stored: palettes stay indices, WhiteIsZero and Orientation are not applied
    (``properties["tiff.Orientation"]`` has it), CMYK stays CMYK. YCbCr is given as RGB.
    """

    def __init__(self, source, *, errors="raise", fill=None, limits=None):
        opened, self._reopen = _source_of(source)
        self._options = {"errors": errors, "fill": fill, "limits": limits}
        self._slide = _native.open_slide(opened, limits, errors, fill)
        self._properties = None

    @staticmethod
    def detect_vendor(path):
        """Name of a file's format ("aperio", ...), None when no format knows it.

        Raises
        ------
        OSError
            When the file cannot be opened, or is a TIFF without a readable structure.
        """
        return _native.detect_vendor(os.fsdecode(path))

    # Life

    @property
    def _open(self):
        if self._slide is None:
            raise ValueError("the slide is closed")
        return self._slide

    def close(self):
        """Lets go of the file. Reads that other threads have begun finish; later calls raise ValueError."""
        self._slide = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __reduce__(self):
        return _reopen, (self._reopen, self._options)

    def __repr__(self):
        if self._slide is None:
            return "<opsin.Slide, closed>"
        width, height = self.dimensions
        sizes = "".join(f", {n} {name}" for name, n in self.sizes.items() if n > 1 and name != "C")
        mpp = f", {self.mpp[0]:.4g} um/px" if self.mpp else ""
        return (
            f"<opsin.Slide {self._slide.name!r}: {self.vendor}, {width} x {height}, {self.sizes['C']} x {self.dtype}, "
            f"{self.level_count} level{'s' if self.level_count > 1 else ''}{sizes}{mpp}>"
        )

    # What it is

    @property
    def vendor(self):
        """Name of the format: OpenSlide's, or opsin's own for what OpenSlide does not read."""
        return self._open.vendor

    @property
    def level_count(self):
        """Number of levels; level 0 is the finest."""
        return self._open.level_count

    @property
    def level_dimensions(self):
        """(width, height) of each level in its own pixels."""
        return tuple(self._open.level_dimensions(i) for i in range(self._open.level_count))

    @property
    def dimensions(self):
        """(width, height) of level 0."""
        return self._open.level_dimensions(0)

    @property
    def level_downsamples(self):
        """Level-0 pixels per pixel of each level, as floats."""
        return tuple(self._open.level_downsample(i) for i in range(self._open.level_count))

    @property
    def level_tile_sizes(self):
        """(width, height) of each level's tiles as stored; (0, 0) where there are none of one size."""
        return tuple(self._open.level_tile_size(i) for i in range(self._open.level_count))

    @property
    def dtype(self):
        """numpy.dtype of the samples of every level."""
        return self._open.dtype

    @property
    def sizes(self):
        """Numbers of channels, focal planes and times: ``{"C": 3, "Z": 1, "T": 1}``.

        Focal planes are in the file's order; of Hamamatsu's and Argos's, ``z=0`` is the middle one, which OpenSlide shows,
        and the others follow from the lowest on. ``properties["opsin.z[i].focal-plane"]`` says where they are: in nanometres
        from the middle (Hamamatsu), or in planes (Argos).
        """
        return dict(zip("CZT", self._open.sizes, strict=True))

    @property
    def channels(self):
        """Names of the channels."""
        return tuple(name for name, _ in self._open.channels)

    @property
    def channel_colors(self):
        """Display colour (r, g, b), 0 to 255, that the file suggests for each channel, or None."""
        return tuple(None if colour is None else tuple(colour) for _, colour in self._open.channels)

    @property
    def mpp(self):
        """(x, y) micrometres per level-0 pixel, or None."""
        mpp = self._open.mpp
        return None if mpp is None else tuple(mpp)

    @property
    def objective_power(self):
        """Magnification of the objective, or None."""
        return self._open.objective_power

    @property
    def properties(self):
        """OpenSlide's properties with OpenSlide's texts, as a read-only mapping sorted by name."""
        if self._properties is None:
            self._properties = MappingProxyType(self._open.properties)
        return self._properties

    @property
    def icc_profile(self):
        """The ICC profile of the levels as bytes, or None."""
        return self._open.icc_profile or None

    @property
    def associated_images(self):
        """Mapping of names ("label", "macro", "thumbnail", ...) to arrays (height, width, samples), read on access."""
        return _AssociatedImages(self._open)

    # Pixels

    def get_best_level_for_downsample(self, downsample):
        """The coarsest level whose downsample is not above ``downsample``; 0 when there is none."""
        return self._open.best_level_for_downsample(downsample)

    def read_region(self, location, size, level=0, *, channels=None, z=0, t=0, device="cpu", out=None):
        """Pixels of a rectangle of one level.

        Parameters
        ----------
        location : (int, int)
            (x, y) of the top left corner in level-0 pixels, as with OpenSlide. On the level it lies at
            ``location / level_downsamples[level]``, rounded down to whole pixels.
        size : (int, int)
            (width, height) in pixels of the level.
        level : int, optional
        channels : int, str or sequence of them, optional
            Channels wanted, by number or name, in this order; all by default.
        z, t : int, optional
            Focal plane and time.
        device : {"cpu", "cuda", "cuda:N"}, optional
            Where the result lies.
        out : array, optional
            Array of the result's shape and dtype to write into, which is then returned.

        Returns
        -------
        array of shape (height, width, channels)
            Of the file's own dtype; a numpy.ndarray on the CPU, an opsin.Array on CUDA. Where the rectangle leaves the
            level, and in tiles that the file does not hold, the fill value.

        Raises
        ------
        OSError
            For a tile that cannot be decoded, unless the slide was opened with ``errors="fill"``.
        IndexError
            For a level, channel, z or t that is not there.
        ValueError
            For a negative size, and an ``out`` that does not fit.
        """
        x, y = _pair(location, "location")
        width, height = _pair(size, "size")
        return self._open.read_region(x, y, width, height, level, self._channel_numbers(channels), z, t, device, out)

    def read_at_mpp(self, location, size, mpp, *, channels=None, z=0, t=0, device="cpu", out=None):
        """Pixels of a rectangle at a given resolution, scaled from the best level.

        Parameters
        ----------
        location : (int, int)
            (x, y) of the top left corner in level-0 pixels.
        size : (int, int)
            (width, height) in pixels of the result.
        mpp : float
            Micrometres per pixel of the result.
        channels, z, t, device, out
            As for `read_region`.

        Returns
        -------
        array of shape (height, width, channels)
            Scaled with a triangle filter that widens when shrinking, so without aliasing.

        Raises
        ------
        ValueError
            When the slide does not know its ``mpp``, and as `read_region`.
        """
        x, y = _pair(location, "location")
        width, height = _pair(size, "size")
        return self._open.read_at_mpp(x, y, width, height, mpp, self._channel_numbers(channels), z, t, device, out)

    def thumbnail(self, max_size, *, channels=None, z=0, t=0, device="cpu"):
        """The whole slide in at most ``max_size`` = (width, height) pixels, its aspect ratio kept; never enlarged."""
        width, height = _pair(max_size, "max_size")
        return self._open.thumbnail(width, height, self._channel_numbers(channels), z, t, device)

    read_regions = read_regions

    def _channel_numbers(self, channels):
        if channels is None:
            return None
        if isinstance(channels, (int, str)) or not hasattr(channels, "__iter__"):
            channels = [channels]
        names = self.channels
        numbers = []
        for channel in channels:
            if isinstance(channel, str):
                if channel not in names:
                    raise IndexError(f"there is no channel {channel!r}; the slide has {', '.join(names)}")
                numbers.append(names.index(channel))
            else:
                numbers.append(_integer(channel, "channels"))
        return numbers


def _reopen(source, options):
    return Slide(source, **options)


class _AssociatedImages(Mapping):
    def __init__(self, slide):
        self._slide = slide

    def __getitem__(self, name):
        if name not in self._slide.associated_images():
            raise KeyError(name)
        return self._slide.read_associated_image(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._slide.associated_images())

    def __len__(self):
        return len(self._slide.associated_images())

    def __repr__(self):
        sizes = ", ".join(f"{n!r}: {'x'.join(map(str, self._slide.associated_image_dimensions(n)))}" for n in self)
        return f"<associated images {{{sizes}}}>"
