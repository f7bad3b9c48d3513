# SPDX-License-Identifier: Apache-2.0
"""Every compression against tifffile + imagecodecs, bit for bit: files written here, read by both."""

from __future__ import annotations

import io

import numpy as np
import pytest

import opsin

imagecodecs = pytest.importorskip("imagecodecs")
tifffile = pytest.importorskip("tifffile")
Image = pytest.importorskip("PIL.Image")

LOSSLESS = ["none", "lzw", "deflate", "adobe_deflate", "packbits", "zstd", "lzma"]
DTYPES = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"]


def picture(shape: tuple[int, ...], dtype: str = "uint8") -> np.ndarray:
    """Slopes, edges and noise."""
    rng = np.random.default_rng(5)
    rows, columns = np.indices(shape[:2])
    base = (rows * 3 + columns * 5) % 251 + 40 * ((rows // 9 + columns // 7) % 3)
    base = base.reshape(base.shape + (1,) * (len(shape) - 2)) + rng.integers(0, 20, shape)
    if np.dtype(dtype).kind == "f":
        return (base / 7).astype(dtype)
    info = np.iinfo(dtype)
    return (base * (info.max // 512 + 1) % (int(info.max) + 1)).astype(dtype)


def written(array: np.ndarray, **options) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


def read(file: bytes) -> np.ndarray:
    return np.asarray(opsin.io.imread(file))


@pytest.mark.parametrize("tile", [None, (32, 48)], ids=["strips", "tiles"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("compression", LOSSLESS)
def test_lossless(compression: str, dtype: str, tile: tuple[int, int] | None) -> None:
    array = picture((70, 100, 3), dtype)
    options = {"tile": tile} if tile else {"rowsperstrip": 16}
    file = written(array, compression=compression, photometric="rgb", **options)
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(file)), array)
    result = read(file)
    assert result.dtype == array.dtype
    np.testing.assert_array_equal(result, array)


@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("compression", ["lzw", "deflate", "zstd", "lzma"])
def test_predictor(compression: str, dtype: str, byteorder: str) -> None:
    array = picture((70, 100), dtype)
    file = written(array, compression=compression, predictor=True, tile=(32, 48), byteorder=byteorder)
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(file)), array)
    np.testing.assert_array_equal(read(file), array)


@pytest.mark.parametrize("samples", [1, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_jpeg2000_lossless(dtype: str, samples: int) -> None:
    array = picture((70, 100, samples) if samples > 1 else (70, 100), dtype)
    file = written(
        array,
        compression="jpeg2000",
        compressionargs={"level": 0},
        tile=(32, 48),
        photometric="rgb" if samples > 1 else "minisblack",
    )
    np.testing.assert_array_equal(read(file), array)


@pytest.mark.parametrize("samples", [3, 4])
def test_webp_lossless(samples: int) -> None:
    array = picture((64, 96, samples))
    if samples == 4:
        array[..., 3] |= 1
    file = written(array, compression="webp", compressionargs={"level": -1}, tile=(32, 48), photometric="rgb")
    np.testing.assert_array_equal(tifffile.imread(io.BytesIO(file)), array)
    np.testing.assert_array_equal(read(file), array)


@pytest.mark.parametrize("subsampling", [(1, 1), (2, 1), (2, 2)], ids=["444", "422", "420"])
@pytest.mark.parametrize("colour", ["rgb", "ycbcr"])
def test_jpeg(colour: str, subsampling: tuple[int, int]) -> None:
    """Lossy data have one right result, libjpeg-turbo's: imagecodecs gives it."""
    if colour == "rgb" and subsampling != (1, 1):
        pytest.skip("tifffile writes no subsampled RGB")
    array = picture((70, 100, 3))
    arguments = {"level": 80, "outcolorspace": colour}
    file = written(
        array, compression="jpeg", compressionargs=arguments, photometric=colour, tile=(32, 48), subsampling=subsampling
    )
    np.testing.assert_array_equal(read(file), tifffile.imread(io.BytesIO(file)))


def test_jpeg_grey() -> None:
    file = written(picture((70, 100)), compression="jpeg", tile=(32, 48))
    np.testing.assert_array_equal(read(file), tifffile.imread(io.BytesIO(file)))


@pytest.mark.parametrize("compression", ["lzw", "deflate", "zstd", "packbits"])
def test_last_strip_of_full_height(compression: str) -> None:
    """Some writers code the last strip at full height: what lies beyond the image is ignored."""
    array = picture((64, 100))
    file = bytearray(written(array, compression=compression, rowsperstrip=16))
    with tifffile.TiffFile(io.BytesIO(bytes(file))) as tiff:
        tag = tiff.pages[0].tags["ImageLength"]
    file[tag.valueoffset : tag.valueoffset + 2] = (59).to_bytes(2, "little")
    np.testing.assert_array_equal(read(bytes(file)), array[:59])


@pytest.mark.parametrize("compression", [*LOSSLESS, "jpeg", "jpeg2000", "webp"])
def test_cut_tiles_are_errors(compression: str) -> None:
    """A tile with a third of its bytes is an error that says where, never pixels."""
    file = bytearray(written(picture((64, 96, 3)), compression=compression, tile=(64, 96), photometric="rgb"))
    with tifffile.TiffFile(io.BytesIO(bytes(file))) as tiff:
        page = tiff.pages[0]
        tag, count = page.tags["TileByteCounts"], page.databytecounts[0]
    size = 2 if tag.dtype == 3 else 4
    file[tag.valueoffset : tag.valueoffset + size] = (count // 3).to_bytes(size, "little")
    with pytest.raises(OSError, match=r"tile"):
        read(bytes(file))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
def test_png(mode: str) -> None:
    samples = {"RGB": 3, "RGBA": 4}.get(mode, 0)
    array = picture((70, 100, samples) if samples else (70, 100), "uint16" if mode == "I;16" else "uint8")
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png")
    np.testing.assert_array_equal(read(file.getvalue()), array)


@pytest.mark.parametrize("options", [{"quality": 80}, {"quality": 90, "progressive": True}, {"subsampling": 0}])
def test_jpeg_file(options: dict) -> None:
    file = io.BytesIO()
    Image.fromarray(picture((70, 100, 3))).save(file, "jpeg", **options)
    np.testing.assert_array_equal(read(file.getvalue()), imagecodecs.jpeg8_decode(file.getvalue()))
