# SPDX-License-Identifier: Apache-2.0
"""Writes the first corpus of fuzz_codecs: one small valid stream for every codec and way of asking.

python tests/fuzz/seeds_codecs.py FOLDER
"""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

KINDS = ["none", "lzw", "deflate", "packbits", "zstd", "lzma", "jpeg", "old_jpeg", "jpeg2000", "webp", "png"]
LARGER, AREA, TABLES, HEAD, PROBE = 1, 2, 16, 32, 64
YCBCR = 4
WIDTH, HEIGHT = 40, 29


def seed(kind: str, stream: bytes, *, flags: int = 0, samples: int = 3, bits: int = 8, split: int = 0) -> bytes:
    return struct.pack("<4B3H", KINDS.index(kind), flags, samples, bits, WIDTH, HEIGHT, split) + stream


def tile_of(array: np.ndarray, **options) -> tuple[bytes, bytes]:
    file = io.BytesIO()
    tifffile.imwrite(file, array, rowsperstrip=len(array), **options)
    file.seek(0)
    with tifffile.TiffFile(file) as tiff:
        page = tiff.pages[0]
        tiff.filehandle.seek(page.dataoffsets[0])
        return tiff.filehandle.read(page.databytecounts[0]), page.jpegtables or b""


def seeds() -> dict[str, bytes]:
    rows, columns = np.indices((HEIGHT, WIDTH))
    grey = ((rows * 5 + columns * 3) % 256).astype(np.uint8)
    rgb = np.stack([grey, grey[::-1], 255 - grey], axis=-1)
    data = rgb.tobytes()[: WIDTH * 4]
    out = {
        "none": seed("none", data),
        "lzw": seed("lzw", tile_of(rgb, compression="lzw")[0]),
        "deflate": seed("deflate", imagecodecs.zlib_encode(data)),
        "packbits": seed("packbits", imagecodecs.packbits_encode(data)),
        "zstd": seed("zstd", imagecodecs.zstd_encode(data)),
        "lzma": seed("lzma", imagecodecs.lzma_encode(data)),
        "webp": seed("webp", imagecodecs.webp_encode(rgb, lossless=True)),
        "webp_lossy": seed("webp", imagecodecs.webp_encode(rgb, level=50)),
        "png": seed("png", imagecodecs.png_encode(rgb)),
        "png_grey16": seed("png", imagecodecs.png_encode(grey.astype(np.uint16)), samples=1, bits=16),
        "j2k": seed("jpeg2000", imagecodecs.jpeg2k_encode(rgb, level=30, codecformat="j2k")),
        "jp2_lossless": seed("jpeg2000", imagecodecs.jpeg2k_encode(rgb, codecformat="jp2"), flags=PROBE),
        "j2k_grey12": seed(
            "jpeg2000", imagecodecs.jpeg2k_encode(grey.astype(np.uint16) * 16, bitspersample=12), samples=1, bits=12
        ),
    }
    for subsampling in ("444", "422", "420", "411"):
        stream = imagecodecs.jpeg8_encode(rgb, level=70, subsampling=subsampling, optimize=True)
        out[f"jpeg_{subsampling}"] = seed("jpeg", stream, flags=YCBCR | PROBE)
        scan = stream.index(b"\xff\xda")
        head = scan + 2 + int.from_bytes(stream[scan + 2 : scan + 4], "big")
        out[f"jpeg_head_{subsampling}"] = seed("jpeg", stream, flags=YCBCR | HEAD, split=head)
        out[f"old_jpeg_{subsampling}"] = seed("old_jpeg", stream, flags=YCBCR | LARGER, split=head)
    out["jpeg_grey"] = seed("jpeg", imagecodecs.jpeg8_encode(grey, level=70), samples=1)
    progressive = io.BytesIO()
    Image.fromarray(rgb).save(progressive, "jpeg", quality=70, progressive=True)
    out["jpeg_progressive"] = seed("jpeg", progressive.getvalue(), flags=YCBCR)
    stream, tables = tile_of(rgb, compression="jpeg", photometric="rgb")
    out["jpeg_tables"] = seed("jpeg", tables + stream, flags=TABLES, split=len(tables))
    return out


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
