"""Arrays to PNG files, so that the command line needs no imaging library."""

import struct
import zlib

import numpy

_COLOR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # samples per pixel -> PNG's number


def encode(pixels):
    """Return a PNG file.

    Parameters
    ----------
    pixels : (H, W, C) array of bool, uint8 or uint16
        C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA).

    Raises
    ------
    ValueError
        For another dtype or number of channels, or no pixel.
    """
    pixels = numpy.asarray(pixels)
    if pixels.dtype == numpy.bool_:
        pixels = pixels.astype(numpy.uint8) * 255
    height, width, samples = pixels.shape
    if pixels.dtype not in (numpy.uint8, numpy.uint16) or samples not in _COLOR_TYPES:
        raise ValueError(f"PNG holds 1 to 4 channels of uint8 or uint16, not {samples} of {pixels.dtype}")
    if pixels.size == 0:
        raise ValueError("a PNG has at least one pixel")
    depth = 8 * pixels.dtype.itemsize
    rows = numpy.ascontiguousarray(pixels, pixels.dtype.newbyteorder(">")).view(numpy.uint8).reshape(height, -1)
    # Filter 2 (difference to the row above) for all rows: simple, and good enough for tissue.
    filtered = numpy.empty((height, rows.shape[1] + 1), numpy.uint8)
    filtered[:, 0] = 2
    filtered[0, 1:] = rows[0]
    numpy.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">2I5B", width, height, depth, _COLOR_TYPES[samples], 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
