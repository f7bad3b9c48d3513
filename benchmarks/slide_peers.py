# SPDX-License-Identifier: Apache-2.0
"""The readers that are compared: each opens a path and gives (height, width, 3 or 4) arrays of a level.

`location` is in pixels of the level. A reader whose package is not there says why in `missing`.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import numpy as np


class Reader:
    """What a benchmark asks of a peer. A subclass whose library has no such thing leaves out `thumbnail`."""

    name = ""
    package = ""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def read(self, x: int, y: int, width: int, height: int, level: int = 0) -> np.ndarray:
        raise NotImplementedError

    def close(self) -> None:
        """Gives back the file."""

    @classmethod
    def missing(cls) -> str:
        """Why this reader cannot run here; empty when it can."""
        try:
            importlib.import_module(cls.package)
        except Exception as error:  # noqa: BLE001  (a package may fail in any way without its libraries)
            return f"{type(error).__name__}: {error}"
        return ""

    @classmethod
    def cold(cls, on: bool) -> None:
        """On: a cache of decoded tiles no larger than OpenSlide's default, 32 MiB, emptied; off: the reader's default."""

    @classmethod
    def threads(cls, count: int) -> None:
        """Threads that one read may use."""


class Opsin(Reader):
    name, package = "opsin", "opsin"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import opsin

        self.slide = opsin.Slide(self.path)
        self.downsamples = [round(d) for d in self.slide.level_downsamples]

    def read(self, x: int, y: int, width: int, height: int, level: int = 0) -> np.ndarray:
        d = self.downsamples[level]
        return self.slide.read_region((x * d, y * d), (width, height), level)

    def thumbnail(self, side: int) -> np.ndarray:
        return self.slide.thumbnail((side, side))

    def close(self) -> None:
        self.slide.close()

    default_cache = 0

    @classmethod
    def cold(cls, on: bool) -> None:
        import opsin

        cls.default_cache = cls.default_cache or opsin.io.tile_cache_info()["capacity"]
        opsin.io.set_tile_cache_capacity(0)
        opsin.io.set_tile_cache_capacity(32 << 20 if on else cls.default_cache)

    @classmethod
    def threads(cls, count: int) -> None:
        import opsin

        opsin.set_num_threads(count)


class OpenSlide(Reader):
    name, package = "openslide", "openslide"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import openslide

        self.slide = openslide.OpenSlide(self.path)
        self.downsamples = [round(d) for d in self.slide.level_downsamples]

    def read(self, x: int, y: int, width: int, height: int, level: int = 0) -> np.ndarray:
        d = self.downsamples[level]
        return np.asarray(self.slide.read_region((x * d, y * d), level, (width, height)))

    def thumbnail(self, side: int) -> np.ndarray:
        return np.asarray(self.slide.get_thumbnail((side, side)))

    def close(self) -> None:
        self.slide.close()


class Tifffile(Reader):
    """tifffile's directory and imagecodecs' decoders, tile by tile: what its documentation recommends for parts."""

    name, package = "tifffile", "tifffile"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import tifffile

        self.file = tifffile.TiffFile(self.path)
        self.pages = self.file.pages
        self.first = self.pages[0].dataoffsets  # loads what a first read needs

    def read(self, x: int, y: int, width: int, height: int, level: int = 0) -> np.ndarray:
        page = self.pages[level]
        tile, across = page.tilewidth, -(-page.imagewidth // page.tilewidth)
        out = np.empty((height, width, 3), np.uint8)
        descriptor = self.file.filehandle.fileno()
        for row in range(y // tile, (y + height - 1) // tile + 1):
            for column in range(x // tile, (x + width - 1) // tile + 1):
                index = row * across + column
                # Not through tifffile's file handle, whose position threads would share.
                data = os.pread(descriptor, page.databytecounts[index], page.dataoffsets[index])
                pixels = page.decode(data, index, jpegtables=page.jpegtables)[0][0]
                left, top = column * tile, row * tile
                x0, x1 = max(x, left), min(x + width, left + tile)
                y0, y1 = max(y, top), min(y + height, top + tile)
                out[y0 - y : y1 - y, x0 - x : x1 - x] = pixels[y0 - top : y1 - top, x0 - left : x1 - left]
        return out

    def close(self) -> None:
        self.file.close()

    @classmethod
    def missing(cls) -> str:
        return super().missing() or _missing("imagecodecs")


class FastSlide(Reader):
    name, package = "fastslide", "fastslide"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        import fastslide

        self.slide = fastslide.FastSlide.from_file_path(self.path)

    def read(self, x: int, y: int, width: int, height: int, level: int = 0) -> np.ndarray:
        return self.slide.read_region((x, y), level, (width, height)).numpy()

    def close(self) -> None:
        self.slide.close()


class CuCim(Reader):
    name, package = "cucim", "cucim.clara"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        from cucim import CuImage

        self.slide = CuImage(self.path)
        self.downsamples = [round(d) for d in self.slide.resolutions["level_downsamples"]]

    def read(self, x: int, y: int, width: int, height: int, level: int = 0) -> np.ndarray:
        d = self.downsamples[level]
        return np.asarray(self.slide.read_region((x * d, y * d), (width, height), level, num_workers=self.workers))

    def close(self) -> None:
        self.slide.close()

    workers = 1

    @classmethod
    def threads(cls, count: int) -> None:
        cls.workers = count


def _missing(package: str) -> str:
    try:
        importlib.import_module(package)
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return ""


READERS: tuple[type[Reader], ...] = (Opsin, OpenSlide, Tifffile, FastSlide, CuCim)
