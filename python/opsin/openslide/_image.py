"""A Pillow image as a slide."""

from PIL import Image

from opsin.openslide._abstract import AbstractSlide
from opsin.openslide.lowlevel import OpenSlideError


class ImageSlide(AbstractSlide):
    """A Pillow image as a slide of one level.

    Parameters
    ----------
    file : str, bytes, os.PathLike or PIL.Image.Image
        A file that Pillow reads, or an image, which stays the caller's to close.
    """

    def __init__(self, file):
        self._file = file
        self._owned = not isinstance(file, Image.Image)
        self._image = Image.open(_text(file)) if self._owned else file
        self._size = self._image.size
        self._profile = self._image.info.get("icc_profile")

    def __repr__(self):
        return f"{type(self).__name__}({self._file!r})"

    @classmethod
    def detect_format(cls, filename):
        """Return Pillow's name of a file's format, or None."""
        try:
            with Image.open(_text(filename)) as image:
                return image.format
        except OSError:
            return None

    def _opened(self):
        if self._image is None:
            raise ValueError("Cannot read from a closed slide")
        return self._image

    def close(self):
        """Close the slide; an image that was handed in stays open."""
        if self._owned and self._image is not None:
            self._image.close()
        self._image = None

    @property
    def level_count(self):
        """1."""
        return 1

    @property
    def level_dimensions(self):
        """The size of the image, in a tuple."""
        self._opened()
        return (self._size,)

    @property
    def level_downsamples(self):
        """(1.0,)."""
        return (1.0,)

    @property
    def properties(self):
        """An empty mapping."""
        return {}

    @property
    def associated_images(self):
        """An empty mapping."""
        return {}

    def get_best_level_for_downsample(self, downsample):
        """Return 0."""
        return 0

    def read_region(self, location, level, size):
        """Return an RGBA image of a region; see `AbstractSlide.read_region`. Level 0 is the only one."""
        image = self._opened()
        if level != 0:
            raise OpenSlideError("Invalid level")
        if min(size) < 0:
            raise OpenSlideError(f"Size {size} must be non-negative")
        x, y = location
        region = Image.new("RGBA", size, (0, 0, 0, 0))
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + size[0], self._size[0]), min(y + size[1], self._size[1])
        if right > left and bottom > top:
            region.paste(image.crop((left, top, right, bottom)).convert("RGBA"), (left - x, top - y))
        if self._profile is not None:
            region.info["icc_profile"] = self._profile
        return region


def _text(filename):
    """Pillow takes file names as text."""
    return filename.decode("UTF-8") if isinstance(filename, bytes) else filename
