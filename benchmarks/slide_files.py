# SPDX-License-Identifier: Apache-2.0
"""Large slides for benchmarks, made from real ones: their compressed tiles, in random order, as often as needed.

Every tile keeps the entropy of real tissue, so decoders do real work. Files go to OPSIN_BENCH_DIR (default: a folder under the
system's temporary one) and are made once.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

ACROSS = 80  # tiles, so 19200 or 20480 pixels
DOWNSAMPLES = (1, 4, 16)
SAMPLES = Path(os.environ.get("OPSIN_SAMPLES", Path(__file__).resolve().parents[2] / "shared" / "samples"))


@dataclass(frozen=True)
class Kind:
    """One compression: where its tiles come from and how they are stored."""

    name: str
    sample: str
    compression: int
    suffix: str


KINDS = {
    kind.name: kind
    for kind in (
        Kind("jpeg", "wsi/CMU-1-Small-Region.svs", 7, ".svs"),
        Kind("jpeg2000", "wsi/TCGA-CR-7395-J2K33005.svs", 33005, ".svs"),
        Kind("deflate", "wsi/CMU-1-Small-Region.svs", 8, ".tif"),
        Kind("uncompressed", "wsi/CMU-1-Small-Region.svs", 1, ".tif"),
    )
}


@dataclass
class Tiles:
    """Compressed tiles of one sample."""

    size: int
    data: list[bytes]
    tables: bytes | None


def folder() -> Path:
    path = Path(os.environ.get("OPSIN_BENCH_DIR", Path(tempfile.gettempdir()) / "opsin-bench"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def tiles_of(kind: Kind) -> Tiles:
    """Tiles as they lie in the sample; for Deflate and uncompressed, 256 x 256 pixels of it coded anew."""
    with tifffile.TiffFile(SAMPLES / kind.sample) as tiff:
        page = tiff.pages[0]
        if kind.compression in (7, 33005):
            data = []
            for offset, size in zip(page.dataoffsets, page.databytecounts):
                tiff.filehandle.seek(offset)
                data.append(tiff.filehandle.read(size))
            return Tiles(page.tilewidth, data, page.jpegtables)
        image = page.asarray()
    cut = [
        np.ascontiguousarray(image[y : y + 256, x : x + 256]).tobytes()
        for y in range(0, image.shape[0] - 255, 256)
        for x in range(0, image.shape[1] - 255, 256)
    ]
    return Tiles(256, [zlib.compress(tile, 6) for tile in cut] if kind.compression == 8 else cut, None)


def _description(kind: Kind, width: int, height: int) -> str:
    if kind.suffix != ".svs":
        return ""
    return f"Aperio Image Library v11.0.0\r\n{width}x{height} replicated tiles|AppMag = 20|MPP = 0.499"


def build(kind: Kind, copy: int = 0) -> Path:
    """A BigTIFF pyramid of three levels. Copies differ in the order of their tiles."""
    path = folder() / f"{kind.name}-{ACROSS}-{copy}{kind.suffix}"
    if path.exists():
        return path
    tiles = tiles_of(kind)
    rng = np.random.default_rng(copy)

    def draw(count: int) -> Iterator[bytes]:
        for i in rng.integers(0, len(tiles.data), count):
            yield tiles.data[i]

    part = path.with_suffix(".part")
    with tifffile.TiffWriter(part, bigtiff=True) as writer:
        for downsample in DOWNSAMPLES:
            across = ACROSS // downsample
            side = across * tiles.size
            writer.write(
                draw(across * across),
                shape=(side, side, 3),
                dtype="uint8",
                photometric="rgb",
                tile=(tiles.size, tiles.size),
                compression=kind.compression,
                # Else tifffile says YCbCr in the tag, whatever the tiles are; Aperio's are RGB.
                compressionargs={"outcolorspace": "rgb"} if kind.compression == 7 else None,
                jpegtables=tiles.tables,
                description=_description(kind, side, side),
                subfiletype=0 if downsample == 1 else 1,
                metadata=None,
            )
    part.rename(path)
    return path
