"""What a slide offers, whatever it is made of."""

from abc import ABCMeta, abstractmethod
from io import BytesIO

from PIL import Image, ImageCms

PROPERTY_NAME_BACKGROUND_COLOR = "openslide.background-color"


class AbstractSlide(metaclass=ABCMeta):
    """What a slide offers; a context manager that closes it. Sizes and positions are (x, y) pairs."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
        return False

    @classmethod
    @abstractmethod
    def detect_format(cls, filename):
        """Return the name of a file's format, or None."""

    @abstractmethod
    def close(self):
        """Close the slide."""

    @property
    @abstractmethod
    def level_count(self):
        """Number of levels; 0 has the highest resolution."""

    @property
    @abstractmethod
    def level_dimensions(self):
        """A (width, height) pair per level."""

    @property
    @abstractmethod
    def level_downsamples(self):
        """The downsample factor of each level."""

    @property
    @abstractmethod
    def properties(self):
        """Mapping of the slide's metadata, text to text."""

    @property
    @abstractmethod
    def associated_images(self):
        """Mapping of names to RGBA images such as label and macro."""

    @property
    def dimensions(self):
        """(width, height) of level 0."""
        return self.level_dimensions[0]

    @property
    def color_profile(self):
        """The slide's colour profile as `PIL.ImageCms.ImageCmsProfile`, or None."""
        profile = self._profile
        return None if profile is None else ImageCms.getOpenProfile(BytesIO(profile))

    # The bytes of the ICC profile; the subclasses of this module set it, those of users need not.
    _profile = None

    @abstractmethod
    def get_best_level_for_downsample(self, downsample):
        """Return the level to take for a downsample factor."""

    @abstractmethod
    def read_region(self, location, level, size):
        """Return an RGBA image of a region.

        Parameters
        ----------
        location : (int, int)
            Top left corner in pixels of level 0.
        level : int
            Level to read.
        size : (int, int)
            Width and height in pixels of that level.

        Returns
        -------
        PIL.Image.Image
            Mode RGBA, not premultiplied, transparent where the slide has no pixels.
        """

    def set_cache(self, cache):  # noqa: B027  (openslide-python's default does nothing as well)
        """Keep decoded tiles in `cache`, where the slide has use for one."""

    def get_thumbnail(self, size):
        """Return an RGB image of the whole slide.

        Parameters
        ----------
        size : (int, int)
            Largest width and height; the aspect ratio is kept.
        """
        width, height = self.dimensions
        level = self.get_best_level_for_downsample(max(width / size[0], height / size[1]))
        region = self.read_region((0, 0), level, self.level_dimensions[level])
        thumbnail = on_background(region, self.properties)
        thumbnail.thumbnail(size, Image.Resampling.LANCZOS)
        return thumbnail


def on_background(image, properties):
    """Return an RGBA image laid on the slide's background colour, as RGB."""
    color = "#" + properties.get(PROPERTY_NAME_BACKGROUND_COLOR, "ffffff")
    flat = Image.new("RGB", image.size, color)
    flat.paste(image, None, image)
    if "icc_profile" in image.info:
        flat.info["icc_profile"] = image.info["icc_profile"]
    return flat
