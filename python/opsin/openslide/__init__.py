"""openslide-python's interface over opsin's reader: ``from opsin import openslide`` in the place of ``import openslide``.

Classes, functions, constants, exceptions and behaviour are those of openslide-python 1.4 with OpenSlide 4.0; images are
Pillow's, which is needed here and nowhere else in opsin. `opsin.Slide` gives the same pixels as arrays, faster.
Formats that OpenSlide reads and opsin does not yet (DICOM, MIRAX, Zeiss, Sakura, Hamamatsu VMS) are unsupported here.
"""

from collections.abc import Mapping

from PIL import Image

from opsin.openslide import lowlevel
from opsin.openslide._abstract import PROPERTY_NAME_BACKGROUND_COLOR, AbstractSlide
from opsin.openslide._image import ImageSlide
from opsin.openslide.lowlevel import OpenSlideError, OpenSlideUnsupportedFormatError, OpenSlideVersionError

__all__ = [
    "PROPERTY_NAME_BACKGROUND_COLOR",
    "PROPERTY_NAME_BARCODE",
    "PROPERTY_NAME_BOUNDS_HEIGHT",
    "PROPERTY_NAME_BOUNDS_WIDTH",
    "PROPERTY_NAME_BOUNDS_X",
    "PROPERTY_NAME_BOUNDS_Y",
    "PROPERTY_NAME_COMMENT",
    "PROPERTY_NAME_MPP_X",
    "PROPERTY_NAME_MPP_Y",
    "PROPERTY_NAME_OBJECTIVE_POWER",
    "PROPERTY_NAME_QUICKHASH1",
    "PROPERTY_NAME_VENDOR",
    "AbstractSlide",
    "ImageSlide",
    "OpenSlide",
    "OpenSlideCache",
    "OpenSlideError",
    "OpenSlideUnsupportedFormatError",
    "OpenSlideVersionError",
    "lowlevel",
    "open_slide",
]

# The releases whose behaviour is matched: programs compare these to learn what they may call.
__version__ = "1.4.7"
__library_version__ = lowlevel.get_version()

PROPERTY_NAME_COMMENT = "openslide.comment"
PROPERTY_NAME_VENDOR = "openslide.vendor"
PROPERTY_NAME_QUICKHASH1 = "openslide.quickhash-1"
PROPERTY_NAME_BARCODE = "openslide.barcode"
PROPERTY_NAME_OBJECTIVE_POWER = "openslide.objective-power"
PROPERTY_NAME_MPP_X = "openslide.mpp-x"
PROPERTY_NAME_MPP_Y = "openslide.mpp-y"
PROPERTY_NAME_BOUNDS_X = "openslide.bounds-x"
PROPERTY_NAME_BOUNDS_Y = "openslide.bounds-y"
PROPERTY_NAME_BOUNDS_WIDTH = "openslide.bounds-width"
PROPERTY_NAME_BOUNDS_HEIGHT = "openslide.bounds-height"


class OpenSlide(AbstractSlide):
    """An open whole-slide image.

    Parameters
    ----------
    filename : str, bytes or os.PathLike
        The file.

    Raises
    ------
    OpenSlideUnsupportedFormatError
        If the file is missing or of no known format.
    OpenSlideError
        If it is of a known format and cannot be read. After such an error every use of the object but `close` fails.
    ctypes.ArgumentError
        If an argument has the wrong type, or the slide is closed.
    """

    def __init__(self, filename):
        self._filename = filename
        self._handle = lowlevel.open(filename)
        self._profile = lowlevel.read_icc_profile(self._handle)

    def __repr__(self):
        return f"{type(self).__name__}({self._filename!r})"

    @classmethod
    def detect_format(cls, filename):
        """Return the vendor of a file, or None."""
        return lowlevel.detect_vendor(filename)

    def close(self):
        """Close the slide."""
        lowlevel.close(self._handle)

    @property
    def level_count(self):
        """Number of levels; 0 has the highest resolution."""
        return lowlevel.get_level_count(self._handle)

    @property
    def level_dimensions(self):
        """A (width, height) pair per level."""
        return tuple(lowlevel.get_level_dimensions(self._handle, i) for i in range(self.level_count))

    @property
    def level_downsamples(self):
        """The downsample factor of each level."""
        return tuple(lowlevel.get_level_downsample(self._handle, i) for i in range(self.level_count))

    @property
    def properties(self):
        """Mapping of the slide's metadata, text to text."""
        return _PropertyMap(self._handle)

    @property
    def associated_images(self):
        """Mapping of names to RGBA images such as label and macro."""
        return _AssociatedImageMap(self._handle, self._profile)

    def get_best_level_for_downsample(self, downsample):
        """Return the last level whose downsample factor is at most `downsample`, or 0."""
        return lowlevel.get_best_level_for_downsample(self._handle, downsample)

    def read_region(self, location, level, size):
        """Return an RGBA image of a region; see `AbstractSlide.read_region`. A missing level is transparent."""
        x, y = location
        width, height = size
        return _image(lowlevel.read_region(self._handle, x, y, level, width, height), self._profile)

    def set_cache(self, cache):
        """Make the process's cache of tiles at least as large as `cache`, an `OpenSlideCache`."""
        if not isinstance(cache, OpenSlideCache):
            raise TypeError("Not a cache object")
        lowlevel.set_cache(self._handle, cache._cache)


def _image(pixels, profile):
    """Return (H, W, 4) uint8 as a Pillow image that names its profile."""
    height, width = pixels.shape[:2]
    # Pillow takes no buffer of size 0.
    image = Image.fromarray(pixels) if pixels.size else Image.new("RGBA", (width, height))
    if profile is not None:
        image.info["icc_profile"] = profile
    return image


class _SlideMap(Mapping):
    """A mapping whose sorted keys the slide knows."""

    _names = None

    def __init__(self, handle):
        self._handle = handle

    def __repr__(self):
        return f"<{type(self).__name__} {dict(self)!r}>"

    def __len__(self):
        return len(self._names(self._handle))

    def __iter__(self):
        return iter(self._names(self._handle))


class _PropertyMap(_SlideMap):
    _names = staticmethod(lowlevel.get_property_names)

    def __getitem__(self, key):
        value = lowlevel.get_property_value(self._handle, key)
        if value is None:
            raise KeyError(key)
        return value


class _AssociatedImageMap(_SlideMap):
    _names = staticmethod(lowlevel.get_associated_image_names)

    def __init__(self, handle, profile):
        super().__init__(handle)
        self._profile = profile

    def __getitem__(self, key):
        if key not in self._names(self._handle):
            raise KeyError(key)
        pixels = lowlevel.read_associated_image(self._handle, key)
        profile = lowlevel.read_associated_image_icc_profile(self._handle, key)
        # One object for equal profiles, so that callers may compare by identity.
        return _image(pixels, self._profile if profile == self._profile else profile)


class OpenSlideCache:
    """Room for decoded tiles.

    opsin has one cache per process, which all slides share. `OpenSlide.set_cache` makes it at least as large as `capacity`;
    it never makes it smaller, so the slide that it is set on has no cache to itself: `opsin.io.set_tile_cache_capacity`
    sets the bound for all.

    Parameters
    ----------
    capacity : int
        Bytes.
    """

    def __init__(self, capacity):
        self._capacity = capacity
        self._cache = lowlevel.cache_create(capacity)

    def __repr__(self):
        return f"{type(self).__name__}({self._capacity!r})"


def open_slide(filename):
    """Return `OpenSlide` for a whole-slide image, `ImageSlide` for another image.

    Raises
    ------
    OpenSlideError
        If the file is a whole-slide image that cannot be read.
    OSError
        If it is no image at all.
    """
    try:
        return OpenSlide(filename)
    except OpenSlideUnsupportedFormatError:
        return ImageSlide(filename)
