"""Pixels of written TIFFs: what tifffile and imagecodecs read is what opsin reads, bit for bit."""

import itertools
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile

import opsin

LOSSLESS = ["none", "lzw", "zlib", "adobe_deflate", "packbits", "zstd", "lzma"]
DTYPES = ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16"]


def image(shape, dtype, seed=0):
    """Smooth and noisy parts, extremes of the dtype; compressible, so that codecs have runs and literals."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.3
    ramp = np.add.outer(np.arange(shape[0]), np.arange(shape[1])).reshape(shape[:2] + (1,) * (len(shape) - 2))
    if dtype.kind == "c":
        return (
            image(shape, dtype.type().real.dtype, seed) + 1j * image(shape, dtype.type().real.dtype, seed + 1)
        ).astype(dtype)
    if dtype.kind == "f":
        a = (ramp * 0.25 + rng.normal(size=shape).round(1)).astype(dtype)
        a.flat[:4] = [np.inf, -np.inf, -0.0, np.finfo(dtype).max]
        return a
    info = np.iinfo(dtype)
    a = (ramp % 50 + rng.integers(0, 3, shape)).astype(dtype)
    a.flat[:2] = [info.min, info.max]
    a[shape[0] // 2 :: 7] = rng.integers(info.min, info.max, a[shape[0] // 2 :: 7].shape, dtype, endpoint=True)
    return a


def same(path, expected):
    got = opsin.io.imread(path)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    np.testing.assert_array_equal(got, expected)


def regions(path, expected, count=12):
    """Rectangles inside, across edges and outside, against slices of the whole image."""
    if expected.ndim == 2:
        expected = expected[..., None]
    slide = opsin.Slide(path, fill=7)
    h, w = expected.shape[:2]
    rng = np.random.default_rng(1)
    for i in range(count):
        x, y = int(rng.integers(-20, w)), int(rng.integers(-20, h))
        rw, rh = int(rng.integers(1, w)), int(rng.integers(1, h))
        if i == 0:
            x, y, rw, rh = -5, -6, w + 9, h + 9
        want = np.full((rh, rw, expected.shape[2]), 7).astype(expected.dtype)
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + rw, w), min(y + rh, h)
        if x0 < x1 and y0 < y1:
            want[y0 - y : y1 - y, x0 - x : x1 - x] = expected[y0:y1, x0:x1]
        for _ in range(2):  # The second time it may come from the cache.
            np.testing.assert_array_equal(slide.read_region((x, y), (rw, rh)), want)


LAYOUTS = {
    "tiles": {"tile": (32, 48)},
    "strips": {"rowsperstrip": 7},
    "one strip": {"rowsperstrip": 10**6},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("dtype", DTYPES)
def test_dtypes_and_layouts(tmp_path, dtype, byteorder, layout):
    path = str(tmp_path / "a.tif")
    for shape in [(61, 83), (61, 83, 3)]:
        expected = image(shape, dtype)
        photometric = "rgb" if len(shape) == 3 and dtype in ("u1", "u2") else "minisblack"
        kwargs = {"photometric": photometric, **LAYOUTS[layout]}
        if len(shape) == 3:
            kwargs["planarconfig"] = "contig"
        tifffile.imwrite(path, expected, byteorder=byteorder, metadata=None, **kwargs)
        same(path, expected)
        regions(path, expected, 4)


@pytest.mark.parametrize("compression", LOSSLESS)
@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("bigtiff", [False, True])
def test_lossless_compressions(tmp_path, compression, byteorder, bigtiff):
    path = str(tmp_path / "a.tif")
    for dtype, kwargs in itertools.product(["u1", "u2", "f4"], LAYOUTS.values()):
        expected = image((61, 83, 3), dtype)
        tifffile.imwrite(
            path, expected, byteorder=byteorder, bigtiff=bigtiff, compression=compression, photometric="rgb",
            planarconfig="contig", metadata=None, **kwargs,
        )  # fmt: skip
        same(path, expected)
        regions(path, expected, 3)


@pytest.mark.parametrize("compression", ["lzw", "zlib"])
@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8"])
@pytest.mark.parametrize("samples", [1, 3, 4, 7])
def test_predictor_2(tmp_path, compression, byteorder, dtype, samples):
    path = str(tmp_path / "a.tif")
    expected = image((50, 70, samples) if samples > 1 else (50, 70), dtype)
    for kwargs in LAYOUTS.values():
        tifffile.imwrite(
            path, expected, byteorder=byteorder, compression=compression, predictor=2, photometric="minisblack",
            planarconfig="contig" if samples > 1 else None, metadata=None, **kwargs,
        )  # fmt: skip
        same(path, expected)
        regions(path, expected, 3)


@pytest.mark.parametrize("byteorder", "<>")
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("samples", [1, 3])
def test_predictor_3(tmp_path, byteorder, dtype, samples):
    path = str(tmp_path / "a.tif")
    expected = image((50, 70, samples) if samples > 1 else (50, 70), dtype)
    for kwargs in LAYOUTS.values():
        tifffile.imwrite(
            path, expected, byteorder=byteorder, compression="zlib", predictor=3, photometric="minisblack",
            planarconfig="contig" if samples > 1 else None, metadata=None, **kwargs,
        )  # fmt: skip
        same(path, expected)
        regions(path, expected, 3)


@pytest.mark.parametrize("compression", ["none", "lzw", "zlib", "jpeg"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_separate_planes(tmp_path, compression, layout):
    path = str(tmp_path / "a.tif")
    planes = np.moveaxis(image((61, 83, 3), "u1"), 2, 0)
    tifffile.imwrite(
        path, planes, compression=compression, photometric="minisblack" if compression == "jpeg" else "rgb",
        planarconfig="separate", metadata=None, **LAYOUTS[layout],
    )  # fmt: skip
    expected = np.moveaxis(tifffile.imread(path), 0, 2)
    same(path, expected)
    regions(path, expected, 4)
    # A single channel reads that plane alone.
    slide = opsin.Slide(path)
    np.testing.assert_array_equal(slide.read_region((5, 6), (20, 30), channels=[1])[..., 0], expected[6:36, 5:25, 1])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("compression", ["none", "lzw", "zlib", "packbits"])
def test_bilevel(tmp_path, compression, layout):
    path = str(tmp_path / "a.tif")
    expected = image((61, 83), bool)
    tifffile.imwrite(
        path, expected, compression=compression, photometric="minisblack", metadata=None, **LAYOUTS[layout]
    )
    same(path, expected)
    regions(path, expected, 4)


def packed(values, bits):
    """Rows of big-endian bit fields, padded to whole bytes."""
    shifts = np.arange(bits - 1, -1, -1, dtype=np.uint64)
    planes = (values.astype(np.uint64)[..., None] >> shifts) & np.uint64(1)
    return np.packbits(planes.reshape(values.shape[0], -1).astype(np.uint8), axis=1)


def raw_tiff(path, data, width, height, bits, samples=1, byteorder="<", extra=(), sample_format=1):
    """A TIFF with one uncompressed strip whose bytes are given; tags are (code, dtype, count, value)."""
    page = np.frombuffer(bytes(data), np.uint8)
    tifffile.imwrite(path, page[None], photometric="minisblack", metadata=None, byteorder=byteorder, extratags=extra)
    with tifffile.TiffFile(path, mode="r+b") as file:
        tags = file.pages[0].tags
        tags["ImageWidth"].overwrite(width)
        tags["ImageLength"].overwrite(height)
        tags["RowsPerStrip"].overwrite(height)
        tags["BitsPerSample"].overwrite((bits,) * samples if samples > 1 else bits)
        tags["SamplesPerPixel"].overwrite(samples)
        if "SampleFormat" in tags:
            tags["SampleFormat"].overwrite(sample_format)


@pytest.mark.parametrize("bits", [*range(1, 8), *range(9, 16), *range(17, 32)])
def test_any_number_of_bits(tmp_path, bits):
    path = str(tmp_path / "a.tif")
    rng = np.random.default_rng(bits)
    values = rng.integers(0, 2**bits, (13, 29), np.uint64)
    raw_tiff(path, packed(values, bits), 29, 13, bits)
    got = opsin.io.imread(path)
    np.testing.assert_array_equal(got, values)
    expected = tifffile.imread(path)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)
    regions(path, got, 4)


def test_fill_order(tmp_path):
    path = str(tmp_path / "a.tif")
    reverse = np.array([int(f"{i:08b}"[::-1], 2) for i in range(256)], np.uint8)
    expected = image((61, 80), bool)
    data = np.packbits(expected, axis=1)
    raw_tiff(path, reverse[data], 80, 61, 1, extra=[(65000, 3, 1, 2, True)])
    content = Path(path).read_bytes()
    entry = struct.pack("<HHI", 65000, 3, 1)
    assert content.count(entry) == 1
    Path(path).write_bytes(content.replace(entry, struct.pack("<HHI", 266, 3, 1)))  # tifffile writes no FillOrder.
    np.testing.assert_array_equal(tifffile.imread(path), expected)
    same(path, expected)
    regions(path, expected, 4)


def test_palette_stays_indices(tmp_path):
    path = str(tmp_path / "a.tif")
    expected = image((61, 83), "u1")
    map_ = np.random.default_rng(0).integers(0, 2**16, (3, 256), np.uint16)
    tifffile.imwrite(path, expected, photometric="palette", colormap=map_, metadata=None)
    same(path, expected)
    assert opsin.Slide(path)._slide.colour_map == map_.ravel().tolist()


def test_white_is_zero_and_cmyk_stay(tmp_path):
    path = str(tmp_path / "a.tif")
    gray, cmyk = image((61, 83), "u1"), image((61, 83, 4), "u1")
    tifffile.imwrite(path, gray, photometric="miniswhite", metadata=None)
    same(path, gray)
    tifffile.imwrite(path, cmyk, photometric="separated", metadata=None)
    same(path, cmyk)


@pytest.mark.parametrize("photometric", ["rgb", "ycbcr"])
@pytest.mark.parametrize("subsampling", [(1, 1), (2, 1), (2, 2)])
@pytest.mark.parametrize("layout", ["tiles", "strips"])
def test_jpeg(tmp_path, photometric, subsampling, layout):
    if photometric == "rgb" and subsampling != (1, 1):
        pytest.skip("RGB is not subsampled")
    path = str(tmp_path / "a.tif")
    rng = np.random.default_rng(0)
    ramp = np.add.outer(np.arange(150), np.arange(170))[..., None] + np.array([0, 60, 120])
    pixels = ((ramp + rng.integers(0, 30, ramp.shape)) % 256).astype("u1")
    kwargs = {"tile": (64, 64)} if layout == "tiles" else {"rowsperstrip": 32}
    tifffile.imwrite(
        path, pixels, compression="jpeg", photometric=photometric, subsampling=subsampling, metadata=None, **kwargs
    )
    expected = tifffile.imread(path)
    same(path, expected)
    regions(path, expected, 20)  # Parts of tiles: chroma at their edges as in a whole tile.


@pytest.mark.parametrize("compression", ["jpeg2000", "webp", "png"])
@pytest.mark.parametrize("samples", [1, 3])
def test_image_codecs(tmp_path, compression, samples):
    path = str(tmp_path / "a.tif")
    if compression == "webp" and samples == 1:
        pytest.skip("WebP is RGB")
    expected = image((150, 170, samples), "u1").reshape((150, 170) if samples == 1 else (150, 170, 3))
    tifffile.imwrite(
        path, expected, compression=compression, tile=(64, 64), photometric="rgb" if samples == 3 else "minisblack",
        compressionargs={"lossless": True} if compression == "webp" else {"reversible": True} if compression == "jpeg2000" else {},
        metadata=None,
    )  # fmt: skip
    same(path, expected)
    regions(path, expected, 8)


def test_sparse_tiles_are_fill(tmp_path):
    path = str(tmp_path / "a.tif")
    pixels = image((128, 192, 3), "u1")
    tiles = [pixels[y : y + 64, x : x + 64] for y in (0, 64) for x in (0, 64, 128)]
    tiles[1] = tiles[3] = None
    tifffile.imwrite(
        path, iter(tiles), shape=pixels.shape, dtype="u1", tile=(64, 64), photometric="rgb", metadata=None,
        compression="zlib",
    )  # fmt: skip
    expected = pixels.copy()
    expected[:64, 64:128] = expected[64:, :64] = 255
    same(path, expected)
    got, coverage = opsin.Slide(path)._slide.read_region_with_coverage(-8, 0, 200, 128, 0)
    want = np.zeros((128, 200), np.uint8)
    want[:, 8:] = 255
    want[:64, 72:136] = want[64:, 8:72] = 0
    np.testing.assert_array_equal(coverage, want)
    np.testing.assert_array_equal(got[:, 8:], expected)


def test_stacks(tmp_path):
    path = str(tmp_path / "a.tif")
    stack = np.stack([image((61, 83), "u2", seed=i) for i in range(5)])
    tifffile.imwrite(path, stack, photometric="minisblack", metadata=None)
    same(path, stack)
    slide = opsin.Slide(path)
    assert slide.sizes == {"C": 1, "Z": 5, "T": 1}
    np.testing.assert_array_equal(slide.read_region((3, 4), (20, 21), z=3)[..., 0], stack[3, 4:25, 3:23])
    with pytest.raises(IndexError, match="no z 5"):
        slide.read_region((0, 0), (1, 1), z=5)
    same_page = opsin.io.imread(path, page=2)
    np.testing.assert_array_equal(same_page, stack[2])
    tifffile.imwrite(path, stack, tile=(32, 32), photometric="minisblack", metadata=None)
    same(path, stack)


@pytest.mark.parametrize("one_ifd", [False, True])
def test_imagej_hyperstack(tmp_path, one_ifd):
    path = str(tmp_path / "a.tif")
    stack = np.stack([image((31, 43), "u2", seed=i) for i in range(24)]).reshape(2, 3, 4, 31, 43)
    tifffile.imwrite(path, stack, imagej=True, metadata={"axes": "TZCYX"}, resolution=(1 / 0.25, 1 / 0.25))
    if one_ifd:  # As ImageJ writes what is larger than 4 GiB: the first IFD is the last.
        with tifffile.TiffFile(path) as file:
            page = file.pages[0]
            end = page.offset + 2 + 12 * len(page.tags)
            assert page.is_contiguous
        with open(path, "r+b") as file:
            file.seek(end)
            file.write(bytes(4))
    slide = opsin.Slide(path)
    assert slide.sizes == {"C": 4, "Z": 3, "T": 2}
    same(path, stack)
    got = slide.read_region((2, 3), (20, 21), z=2, t=1, channels=[3, 1])
    np.testing.assert_array_equal(got, np.moveaxis(stack[1, 2, [3, 1], 3:24, 2:22], 0, 2))


def test_subifd_pyramid_of_a_stack(tmp_path):
    path = str(tmp_path / "a.tif")
    pages = [image((128, 160, 3), "u1", seed=i) for i in range(2)]
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(page, tile=(64, 64), subifds=1, photometric="rgb", metadata=None)
            writer.write(page[::2, ::2], tile=(64, 64), subfiletype=1, photometric="rgb", metadata=None)
    slide = opsin.Slide(path)
    assert slide.level_dimensions == ((160, 128), (80, 64))
    assert slide.sizes["Z"] == 2
    np.testing.assert_array_equal(slide.read_region((20, 10), (30, 20), 1, z=1), pages[1][::2, ::2][5:25, 10:40])


def test_png_and_jpeg_files(tmp_path):
    from PIL import Image

    rgb, gray = image((61, 83, 3), "u1"), image((61, 83), "u1")
    for array in (rgb, gray):
        path = str(tmp_path / "a.png")
        Image.fromarray(array).save(path)
        same(path, array)
        regions(path, array, 3)
    path = str(tmp_path / "a.jpg")
    Image.fromarray(rgb).save(path, quality=90)
    same(path, np.asarray(Image.open(path)))
    assert opsin.Slide(path).vendor == "jpeg"


def test_channels_by_name_and_number(tmp_path):
    path = str(tmp_path / "a.tif")
    pixels = image((61, 83, 3), "u1")
    tifffile.imwrite(path, pixels, photometric="rgb", metadata=None, tile=(32, 32))
    slide = opsin.Slide(path)
    whole = slide.read_region((5, 6), (40, 41))
    assert slide.channels == ("Red", "Green", "Blue")
    np.testing.assert_array_equal(slide.read_region((5, 6), (40, 41), channels=["Blue", "Red"]), whole[..., [2, 0]])
    np.testing.assert_array_equal(slide.read_region((5, 6), (40, 41), channels=1), whole[..., [1]])
    with pytest.raises(IndexError, match="no channel"):
        slide.read_region((0, 0), (1, 1), channels=[3])


def test_out_of_any_layout(tmp_path):
    path = str(tmp_path / "a.tif")
    pixels = image((61, 83, 3), "u1")
    tifffile.imwrite(path, pixels, photometric="rgb", metadata=None, tile=(32, 32), compression="zlib")
    slide = opsin.Slide(path)
    want = slide.read_region((-3, 6), (40, 41))
    for out in (
        np.zeros((41, 40, 3), np.uint8),
        np.zeros((3, 41, 40), np.uint8).transpose(1, 2, 0),
        np.zeros((41, 80, 3), np.uint8)[:, ::2],
        np.zeros((41, 40, 3), np.uint8)[::-1, ::-1, ::-1],
    ):
        result = slide.read_region((-3, 6), (40, 41), out=out)
        assert result is out
        np.testing.assert_array_equal(out, want)
    with pytest.raises(ValueError, match="out has shape"):
        slide.read_region((0, 0), (4, 5), out=np.zeros((4, 5, 3), np.uint8))
    with pytest.raises(ValueError, match="out has dtype"):
        slide.read_region((0, 0), (4, 5), out=np.zeros((5, 4, 3), np.uint16))
