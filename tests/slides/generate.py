"""Small files that cases are made from: `generate(name, **arguments)` gives bytes."""

import importlib
import io
import lzma
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np
import tifffile


def pixels(height, width, samples=3, dtype="u1"):
    """A ramp with stripes: every tile differs from its neighbours."""
    y, x, c = np.ogrid[:height, :width, :samples]
    return ((x * 3 + y * 5 + c * 40 + (x // 7) * (y // 9)) % 251).astype(dtype)


def _written(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def tiled(compression=None, samples=3, dtype="u1", levels=1, bigtiff=False, byteorder="<", size=(80, 96), tile=(32, 32),
          predictor=None, photometric=None, planarconfig=None, **kwargs):  # fmt: skip
    """A generic tiled pyramid; level i is every 2^i-th pixel."""
    a = pixels(*size, samples, dtype)
    a = a[..., 0] if samples == 1 else a
    if planarconfig == "separate":
        a = np.moveaxis(a, -1, 0)
    photometric = photometric or ("rgb" if samples in (3, 4) else "minisblack")

    def write(buffer):
        with tifffile.TiffWriter(buffer, bigtiff=bigtiff, byteorder=byteorder) as writer:
            for i in range(levels):
                writer.write(
                    a[:: 2**i, :: 2**i], tile=tile, compression=compression, predictor=predictor, photometric=photometric,
                    planarconfig=planarconfig, subfiletype=1 if i else 0, metadata=None, software="made for a test", **kwargs,
                )  # fmt: skip

    return _written(write)


def strips(compression=None, rowsperstrip=16, samples=3, dtype="u1", size=(80, 96), **kwargs):
    a = pixels(*size, samples, dtype)
    a = a[..., 0] if samples == 1 else a
    return _written(
        lambda b: tifffile.imwrite(
            b, a, rowsperstrip=rowsperstrip, compression=compression, photometric="rgb" if samples == 3 else "minisblack",
            metadata=None, software="made for a test", **kwargs,
        )
    )  # fmt: skip


def svs(levels=2, associated=True, compression="jpeg", description=None):
    """An Aperio slide: levels, thumbnail, label, macro."""
    a = pixels(128, 192)
    head = description or "Aperio Image Library v11.2.1 \r\n192x128 (32x32) JPEG/RGB Q=90|AppMag = 20|MPP = 0.4990"

    def write(buffer):
        with tifffile.TiffWriter(buffer) as writer:
            # Latin-1, as scanners write it.
            common = {"photometric": "rgb", "metadata": None, "software": False}
            writer.write(a, tile=(32, 32), description=head.encode("latin-1"), compression=compression, **common)
            if associated:
                writer.write(a[::4, ::4], rowsperstrip=16, description="Aperio", compression=compression, **common)
            for i in range(1, levels):
                writer.write(
                    a[:: 2**i, :: 2**i], tile=(32, 32), description="Aperio", compression=compression, **common
                )
            if associated:
                writer.write(
                    a[:20, :30], rowsperstrip=7, subfiletype=1, description="Aperio label", compression="lzw",
                    predictor=2, **common,
                )  # fmt: skip
                writer.write(a[:16, :60], rowsperstrip=16, subfiletype=9, compression=compression, **common)

    return _written(write)


def content(hex="", text="", repeat=1):
    """Bytes as they are written in the case."""
    return (bytes.fromhex(hex) + text.encode()) * repeat


def entries(ifds, byteorder="<", first=8):
    """A classic TIFF from its entries, [tag, type, count, value field] each; the IFDs follow each other."""
    data = bytearray((b"II" if byteorder == "<" else b"MM") + struct.pack(byteorder + "HI", 42, first))
    for i, ifd in enumerate(ifds):
        start = len(data)
        data += struct.pack(byteorder + "H", len(ifd))
        for tag, kind, count, value in ifd:
            code = {1: "Bxxx", 3: "Hxx"}.get(kind, "I") if count == 1 else "I"
            data += struct.pack(byteorder + "HHI" + code, tag, kind, count, value)
        after = start + 2 + 12 * len(ifd) + 4
        data += struct.pack(byteorder + "I", after if i + 1 < len(ifds) else 0)
    return bytes(data)


def deflate_bomb(level=9, megabytes=64):
    """One tile of 32 x 32 x 3 bytes whose stream goes on for megabytes."""
    base = bytearray(tiled("zlib", size=(32, 32)))
    bomb = zlib.compress(bytes(megabytes << 20), level)
    return _moved(base, bomb)


def zstd_bomb(megabytes=256):
    import imagecodecs

    return _moved(bytearray(tiled("zstd", size=(32, 32))), imagecodecs.zstd_encode(bytes(megabytes << 20)))


def lzma_bomb(megabytes=8):
    return _moved(bytearray(tiled("lzma", size=(32, 32))), lzma.compress(bytes(megabytes << 20)))


def _moved(base, stream):
    from tiff_edit import Tiff

    tiff = Tiff(base)
    tiff.move_tile(0, 0, stream.hex())
    return bytes(tiff.data)


def vendor(format, replace=(), **arguments):
    """A slide of generators/<format>.py. `replace` are [text, other text] in its metadata, each of which must be there;
    the other text may be [part, times]."""

    found = set()

    def edit(text):  # Once for each page that has metadata.
        for old, new in replace:
            if old in text:
                found.add(old)
                text = text.replace(old, new if isinstance(new, str) else new[0] * new[1])
        return text

    if replace:
        arguments["edit"] = edit
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "slide.tif"
        importlib.import_module(f"generators.{format}").write(str(path), **arguments)
        assert all(old in found for old, _ in replace), f"not in the metadata: {replace}"
        return path.read_bytes()


GENERATORS = {f.__name__: f for f in (tiled, strips, svs, content, entries, deflate_bomb, zstd_bomb, lzma_bomb, vendor)}


def generate(name, **arguments):
    return GENERATORS[name](**arguments)
