# SPDX-License-Identifier: Apache-2.0
"""The libraries' decoders in a plain loop over tiles that lie in memory already: no reader, no file system."""

from __future__ import annotations

import ctypes
import mmap
import os
import subprocess
from pathlib import Path

import numpy as np
import tifffile

from .slide_files import Kind, folder

SOURCE = Path(__file__).with_name("raw_decoders.cpp")
PACKAGES = ("libjpeg", "libopenjp2", "libdeflate")


class _Tiles(ctypes.Structure):
    _fields_ = [
        ("file", ctypes.c_void_p),
        ("offsets", ctypes.c_void_p),
        ("sizes", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
        ("tables", ctypes.c_char_p),
        ("tables_size", ctypes.c_size_t),
        ("side", ctypes.c_uint),
        ("out", ctypes.c_void_p),
    ]


def _library() -> ctypes.CDLL:
    built = folder() / "raw_decoders.so"
    if not built.exists() or built.stat().st_mtime < SOURCE.stat().st_mtime:
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", *PACKAGES], check=True, capture_output=True, text=True
        ).stdout.split()
        compiler = os.environ.get("CXX", "c++")
        subprocess.run(
            [compiler, "-std=c++20", "-O3", "-shared", "-fPIC", str(SOURCE), "-o", str(built), *flags], check=True
        )
    return ctypes.CDLL(str(built))


class RawDecoder:
    """Decodes given tiles of a slide's first level."""

    def __init__(self, kind: Kind, path: Path) -> None:
        self.function = getattr(_library(), f"raw_{kind.name}")
        self.file = path.open("rb")
        self.memory = mmap.mmap(self.file.fileno(), 0, prot=mmap.PROT_READ | mmap.PROT_WRITE, flags=mmap.MAP_PRIVATE)
        with tifffile.TiffFile(path) as tiff:
            page = tiff.pages[0]
            self.side, self.across = page.tilewidth, page.imagewidth // page.tilewidth
            self.tables = page.jpegtables or b""
            self.offsets = np.asarray(page.dataoffsets, np.uint64)
            self.sizes = np.asarray(page.databytecounts, np.uint64)
        self.out = np.empty((self.side, self.side, 3), np.uint8)

    def touched(self, x: int, y: int, width: int, height: int) -> list[int]:
        """Numbers of the tiles that a rectangle touches."""
        columns = range(x // self.side, (x + width - 1) // self.side + 1)
        rows = range(y // self.side, (y + height - 1) // self.side + 1)
        return [row * self.across + column for row in rows for column in columns]

    def decode(self, tiles: list[int]) -> None:
        offsets, sizes = self.offsets[tiles], self.sizes[tiles]
        self.function(
            ctypes.byref(
                _Tiles(
                    ctypes.addressof(ctypes.c_char.from_buffer(self.memory)),
                    offsets.ctypes.data,
                    sizes.ctypes.data,
                    len(tiles),
                    self.tables,
                    len(self.tables),
                    self.side,
                    self.out.ctypes.data,
                )
            )
        )
