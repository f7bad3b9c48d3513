# SPDX-License-Identifier: Apache-2.0
"""A TIFF writer that can write what no library would: any tag, any order, missing tiles, NDPI's 64-bit offsets.

Reading is opsin's job; this file holds the other side, so that a test knows every byte of its slide.
"""

import io
import struct
import zlib
from dataclasses import dataclass, field

import numpy
from PIL import Image

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, FLOAT, DOUBLE, LONG8 = 1, 2, 3, 4, 5, 7, 11, 12, 16
_FORMATS = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", RATIONAL: "I", UNDEFINED: "B", FLOAT: "f", DOUBLE: "d"}
_FORMATS |= {LONG8: "Q", 9: "i", 8: "h"}
NONE, JPEG, DEFLATE = 1, 7, 8


def scene(width, height, seed=0):
    """Return (height, width, 3) uint8: steps in x, in y and along the diagonal, so that a shifted or swapped tile is seen
    and Deflate still has something to do."""
    y, x = numpy.mgrid[:height, :width]
    planes = (x // 5 * 11 + seed * 40) % 256, (y // 3 * 7 + seed * 70) % 256, ((x // 8 + y // 8 + seed) * 9) % 256
    return numpy.stack(planes, axis=-1).astype(numpy.uint8)


def jpeg(pixels, **options):
    """Return an RGB or grey array as a baseline JPEG, YCbCr without subsampling unless `subsampling` says so."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", **{"quality": 92, "subsampling": 0} | options)
    return stream.getvalue()


@dataclass
class Page:
    """One image file directory.

    `tags` maps a number to (type, values), to text, or to None, which leaves out a tag that would be written. `tile` is
    (width, height), or None for strips of `rows` rows. `missing` are the numbers of tiles that have no bytes. `data`
    are ready tiles or strips in the place of those made from `pixels`.
    """

    pixels: numpy.ndarray
    tile: tuple | None = (64, 64)
    compression: int = DEFLATE
    tags: dict = field(default_factory=dict)
    missing: frozenset = frozenset()
    rows: int | None = None
    data: list | None = None
    sub_pages: list = field(default_factory=list)
    extensions: dict = field(default_factory=dict)  # NDPI: high halves of values that are not what they should be
    offset: int = 0

    def segments(self):
        """Return the bytes of all tiles, or strips, in file order."""
        if self.data is not None:
            return self.data
        height, width = self.pixels.shape[:2]
        out = []
        if self.tile is None:
            rows = self.rows or height
            blocks = [self.pixels[y : y + rows] for y in range(0, height, rows)]
        else:
            tile_width, tile_height = self.tile
            blocks = []
            for y in range(0, height, tile_height):
                for x in range(0, width, tile_width):
                    block = numpy.zeros((tile_height, tile_width, *self.pixels.shape[2:]), self.pixels.dtype)
                    part = self.pixels[y : y + tile_height, x : x + tile_width]
                    block[: part.shape[0], : part.shape[1]] = part
                    blocks.append(block)
        for index, block in enumerate(blocks):
            out.append(b"" if index in self.missing else _encode(block, self.compression))
        return out

    def all_tags(self):
        """Return the tags without the offsets and byte counts, as number -> (type, values)."""
        height, width = self.pixels.shape[:2]
        samples = self.pixels.shape[2] if self.pixels.ndim == 3 else 1
        ycbcr = self.compression == JPEG and samples == 3
        bits = self.pixels.dtype.itemsize * 8
        tags = {
            256: (LONG, [width]),
            257: (LONG, [height]),
            258: (SHORT, [bits] * samples),
            259: (SHORT, [self.compression]),
            262: (SHORT, [(6 if ycbcr else 2) if samples == 3 else 1]),
            277: (SHORT, [samples]),
            284: (SHORT, [1]),
        }
        if self.pixels.dtype.kind != "u":
            tags[339] = (SHORT, [{"i": 2, "f": 3}[self.pixels.dtype.kind]] * samples)
        if self.tile is None:
            tags[278] = (LONG, [self.rows or height])
        else:
            tags[322], tags[323] = (LONG, [self.tile[0]]), (LONG, [self.tile[1]])
        if ycbcr:
            tags[530] = (SHORT, [1, 1])
        for number, value in self.tags.items():
            tags[number] = (ASCII, value.encode() + b"\0") if isinstance(value, str) else value
        return {number: value for number, value in tags.items() if value is not None}


def _encode(block, compression):
    if compression == JPEG:
        return jpeg(block)
    raw = block.astype(block.dtype.newbyteorder("<")).tobytes()
    return zlib.compress(raw, 9) if compression == DEFLATE else raw


def write(path, pages, *, big=False, ndpi=False):
    """Write pages as little-endian TIFF, BigTIFF or Hamamatsu's classic TIFF with 64-bit offsets."""
    wide = big or ndpi
    pointer = "<Q" if wide else "<I"
    out = bytearray(b"II+\0\x08\0\0\0" if big else b"II*\0") + bytes(8 if wide else 4)
    link = len(out) - (8 if wide else 4)
    for page in pages:
        for sub_page in page.sub_pages:
            sub_page.offset = _write_page(out, sub_page, big, ndpi)[0]
        page.offset, next_link = _write_page(out, page, big, ndpi)
        struct.pack_into(pointer, out, link, page.offset)
        link = next_link
    with open(path, "wb") as file:
        file.write(out)
    return path


def _write_page(out, page, big, ndpi):
    """Append a page; return its offset and the place of the pointer to the next one."""
    tags = page.all_tags()
    offsets, counts = [], []
    for segment in page.segments():
        offsets.append(len(out) if segment else 0)
        counts.append(len(segment))
        out += segment
    names = (273, 279) if page.tile is None else (324, 325)
    if names[0] not in page.tags:
        tags[names[0]] = (LONG8 if big else LONG, offsets)
    if names[1] not in page.tags:
        tags[names[1]] = (LONG8 if big else LONG, counts)
    if page.sub_pages:
        tags[330] = (LONG8 if big else LONG, [sub_page.offset for sub_page in page.sub_pages])
    entries, inline = [], 8 if big else 4
    for number, (kind, values) in sorted(tags.items()):
        raw = values if isinstance(values, bytes) else struct.pack(f"<{len(values)}{_FORMATS[kind]}", *values)
        count = len(raw) // 8 if kind == RATIONAL else len(raw) // struct.calcsize(_FORMATS[kind])
        if len(raw) > inline or (ndpi and kind == ASCII):
            out += bytes(len(out) % 2)
            at = len(out)
            out += raw
            raw = struct.pack("<Q", at)
        entries.append((number, kind, count, raw))
    out += bytes(-len(out) % 8)
    offset = len(out)
    out += struct.pack("<Q" if big else "<H", len(entries))
    for number, kind, count, raw in entries:
        out += struct.pack("<HHQ" if big else "<HHI", number, kind, count) + raw.ljust(inline, b"\0")[:inline]
    link = len(out)
    out += bytes(8 if big or ndpi else 4)
    if ndpi:  # The high halves of all values.
        for number, _, _, raw in entries:
            out += page.extensions.get(number, raw[4:8].ljust(4, b"\0"))
    return offset, link
