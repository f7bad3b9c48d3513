"""Deep Zoom tiles of a slide (openslide.deepzoom): what a browser's viewer asks for."""

import math
from dataclasses import dataclass
from xml.etree import ElementTree

from PIL import Image

from opsin import openslide
from opsin.openslide._abstract import on_background

__all__ = ["DeepZoomGenerator"]


@dataclass(frozen=True)
class _Level:
    """A Deep Zoom level: its size and number of tiles as (x, y), the slide's level it is made of, and how many pixels
    of that level go into one of its own."""

    size: tuple
    tiles: tuple
    slide_level: int
    scale: float


class DeepZoomGenerator:
    """Deep Zoom images over a slide; each level halves the one above, down to one pixel.

    Parameters
    ----------
    osr : AbstractSlide
        The slide.
    tile_size : int, optional
        Width and height of a tile without overlap, in pixels. With `overlap` on both sides a power of two serves best.
    overlap : int, optional
        Pixels added at every inner edge.
    limit_bounds : bool, optional
        Show only the part that the slide's bounds properties name.
    """

    BOUNDS_OFFSET_PROPS = (openslide.PROPERTY_NAME_BOUNDS_X, openslide.PROPERTY_NAME_BOUNDS_Y)
    BOUNDS_SIZE_PROPS = (openslide.PROPERTY_NAME_BOUNDS_WIDTH, openslide.PROPERTY_NAME_BOUNDS_HEIGHT)

    def __init__(self, osr, tile_size=254, overlap=1, limit_bounds=False):
        self._osr = osr
        self._tile_size = tile_size
        self._overlap = overlap
        self._limit_bounds = limit_bounds
        full, properties = osr.dimensions, osr.properties
        self._offset, shown = (0, 0), full
        if limit_bounds:
            self._offset = tuple(int(properties.get(name, 0)) for name in self.BOUNDS_OFFSET_PROPS)
            shown = tuple(int(properties.get(name, size)) for name, size in zip(self.BOUNDS_SIZE_PROPS, full))
        share = tuple(part / whole for part, whole in zip(shown, full))
        self._slide_sizes = tuple(
            tuple(math.ceil(size * part) for size, part in zip(sizes, share)) for sizes in osr.level_dimensions
        )
        self._slide_downsamples = osr.level_downsamples
        self._levels = self._make_levels(self._slide_sizes[0])

    def _make_levels(self, size):
        sizes = [size]
        while max(size) > 1:
            size = tuple(max(1, math.ceil(length / 2)) for length in size)
            sizes.append(size)
        levels = []
        for halvings, size in enumerate(sizes):
            downsample = 2**halvings
            slide_level = self._osr.get_best_level_for_downsample(downsample)
            tiles = tuple(math.ceil(length / self._tile_size) for length in size)
            levels.append(_Level(size, tiles, slide_level, downsample / self._slide_downsamples[slide_level]))
        return levels[::-1]

    def __repr__(self):
        return (
            f"{type(self).__name__}({self._osr!r}, tile_size={self._tile_size!r}, overlap={self._overlap!r}, "
            f"limit_bounds={self._limit_bounds!r})"
        )

    @property
    def level_count(self):
        """Number of Deep Zoom levels; the last one has the slide's resolution."""
        return len(self._levels)

    @property
    def level_tiles(self):
        """Number of tiles of each level as (columns, rows)."""
        return tuple(level.tiles for level in self._levels)

    @property
    def level_dimensions(self):
        """(width, height) of each level."""
        return tuple(level.size for level in self._levels)

    @property
    def tile_count(self):
        """Number of tiles of all levels."""
        return sum(columns * rows for columns, rows in self.level_tiles)

    def _tile(self, level, address):
        """Return the arguments for `read_region` of a tile, and the size it must come to."""
        if not 0 <= level < len(self._levels):
            raise ValueError("Invalid level")
        zoom = self._levels[level]
        if not all(0 <= index < count for index, count in zip(address, zoom.tiles)):
            raise ValueError("Invalid address")
        downsample = self._slide_downsamples[zoom.slide_level]
        location, read, result = [], [], []
        for axis in (0, 1):
            start = address[axis] * self._tile_size
            before = self._overlap if address[axis] > 0 else 0
            after = self._overlap if address[axis] < zoom.tiles[axis] - 1 else 0
            length = min(self._tile_size, zoom.size[axis] - start) + before + after
            position = zoom.scale * (start - before)
            available = self._slide_sizes[zoom.slide_level][axis] - math.ceil(position)
            location.append(int(downsample * position + self._offset[axis]))
            read.append(int(min(math.ceil(zoom.scale * length), available)))
            result.append(length)
        return (tuple(location), zoom.slide_level, tuple(read)), tuple(result)

    def get_tile(self, level, address):
        """Return a tile as an RGB image.

        Parameters
        ----------
        level : int
            Deep Zoom level.
        address : (int, int)
            Column and row.

        Raises
        ------
        ValueError
            If there is no such tile.
        """
        arguments, size = self._tile(level, address)
        tile = on_background(self._osr.read_region(*arguments), self._osr.properties)
        if tile.size != size:
            tile.thumbnail(size, Image.Resampling.LANCZOS)
        return tile

    def get_tile_coordinates(self, level, address):
        """Return location, level and size that `read_region` takes for a tile."""
        return self._tile(level, address)[0]

    def get_tile_dimensions(self, level, address):
        """Return (width, height) of a tile."""
        return self._tile(level, address)[1]

    def get_dzi(self, format):
        """Return the XML of the .dzi file.

        Parameters
        ----------
        format : str
            Suffix of the tiles, such as "jpeg" or "png".
        """
        image = ElementTree.Element(
            "Image",
            TileSize=str(self._tile_size),
            Overlap=str(self._overlap),
            Format=format,
            xmlns="http://schemas.microsoft.com/deepzoom/2008",
        )
        width, height = self._levels[-1].size
        ElementTree.SubElement(image, "Size", Width=str(width), Height=str(height))
        return ElementTree.tostring(image, encoding="unicode")
