"""opsin.openslide beside openslide-python: what its own suite (tests/openslide) leaves out."""

import ctypes
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import openslide as reference
import pytest
from generate import generate
from generators import huron, leica, philips, tiff
from openslide import deepzoom as reference_deepzoom
from PIL import Image

import opsin
from opsin import openslide as ours
from opsin.openslide import deepzoom as our_deepzoom


@pytest.fixture
def slides(tmp_path):
    """A slide opened by both."""
    path = str(tmp_path / "slide.scn")
    leica.write(path)
    return reference.OpenSlide(path), ours.OpenSlide(path)


@pytest.mark.parametrize("limit_bounds", [False, True])
@pytest.mark.parametrize(("tile_size", "overlap"), [(254, 1), (64, 0), (50, 3)])
def test_deep_zoom_has_the_same_tiles(slides, tile_size, overlap, limit_bounds):
    theirs = reference_deepzoom.DeepZoomGenerator(slides[0], tile_size, overlap, limit_bounds)
    mine = our_deepzoom.DeepZoomGenerator(slides[1], tile_size, overlap, limit_bounds)
    for name in ("level_count", "level_tiles", "level_dimensions", "tile_count"):
        assert getattr(mine, name) == getattr(theirs, name)
    assert mine.get_dzi("png") == theirs.get_dzi("png")
    for level, (columns, rows) in enumerate(theirs.level_tiles):
        for address in np.ndindex(columns, rows):
            assert mine.get_tile_coordinates(level, address) == theirs.get_tile_coordinates(level, address)
            assert mine.get_tile_dimensions(level, address) == theirs.get_tile_dimensions(level, address)
            location, slide_level, _ = theirs.get_tile_coordinates(level, address)
            downsample = slides[0].level_downsamples[slide_level]
            if all(value % downsample == 0 for value in location):  # elsewhere OpenSlide resamples
                np.testing.assert_array_equal(
                    np.asarray(mine.get_tile(level, address)), np.asarray(theirs.get_tile(level, address))
                )


@pytest.mark.parametrize("size", [(100, 100), (37, 400), (1000, 1000)])
def test_thumbnails_are_equal(slides, size):
    want, got = (np.asarray(slide.get_thumbnail(size)) for slide in slides)
    np.testing.assert_array_equal(got, want)


def test_images_are_alike(slides):
    want, got = (slide.read_region((30, 50), 0, (60, 40)) for slide in slides)
    assert (got.mode, got.size, got.info) == (want.mode, want.size, want.info)
    np.testing.assert_array_equal(np.asarray(got), np.asarray(want))


CALLS = {
    "downsample is text": lambda m, s: s.get_best_level_for_downsample("x"),
    "position is a fraction": lambda m, s: s.read_region((0.5, 0), 0, (1, 2)),
    "level is a fraction": lambda m, s: s.read_region((0, 0), 1.5, (1, 2)),
    "property is a number": lambda m, s: s.properties[3],
    "no such property": lambda m, s: s.properties["none"],
    "no such image": lambda m, s: s.associated_images["none"],
    "negative size": lambda m, s: s.read_region((0, 0), 0, (1, -2)),
    "cache is None": lambda m, s: s.set_cache(None),
    "negative capacity": lambda m, s: m.OpenSlideCache(-1),
    "capacity is a fraction": lambda m, s: m.OpenSlideCache(1.5),
    "path is None": lambda m, s: m.OpenSlide(None),
    "no such file": lambda m, s: m.OpenSlide("none.svs"),
    "detection of None": lambda m, s: m.OpenSlide.detect_format(None),
    "open_slide without a file": lambda m, s: m.open_slide("none.svs"),
    "use after close": lambda m, s: (s.close(), s.level_count),
    "close after close": lambda m, s: (s.close(), s.close()),
}


@pytest.mark.parametrize("name", CALLS)
def test_errors_have_the_same_type(slides, name):
    names = []
    for module, slide in zip((reference, ours), slides):
        with pytest.raises(Exception) as caught:  # noqa: B017, PT011
            CALLS[name](module, slide)
        names.append([t.__name__ for t in type(caught.value).__mro__])
    assert names[0] == names[1]


def test_constants_and_names():
    for name in dir(reference):
        if name.startswith("PROPERTY_NAME"):
            assert getattr(ours, name) == getattr(reference, name)
    for name in ("AbstractSlide", "ImageSlide", "OpenSlide", "OpenSlideCache", "open_slide", "lowlevel"):
        assert hasattr(ours, name)
    for name in dir(reference.lowlevel):
        call = getattr(reference.lowlevel, name)
        if not name.startswith("_") and type(call).__module__ == "openslide.lowlevel" and callable(call):
            assert getattr(ours.lowlevel, name).available
    assert issubclass(ours.OpenSlideUnsupportedFormatError, ours.OpenSlideError)
    assert ours.OpenSlideVersionError("9.0").minimum_version == "9.0"


def test_after_a_failed_read_everything_but_close_fails(tmp_path):
    path = tmp_path / "slide.tif"
    huron.write(str(path))
    data = bytearray(path.read_bytes())
    data[8:12] = b"\xff\xff\xff\xff"  # the first tile
    path.write_bytes(data)
    slide = ours.OpenSlide(path)
    with pytest.raises(ours.OpenSlideError, match="tile .0, 0. at offset 8") as first:
        slide.read_region((0, 0), 0, (10, 10))
    for call in (lambda: slide.level_count, lambda: slide.properties["openslide.vendor"], lambda: slide.dimensions):
        with pytest.raises(ours.OpenSlideError) as later:
            call()
        assert str(later.value) == str(first.value)
    slide.close()
    with pytest.raises(ctypes.ArgumentError):
        slide.close()


def test_sparse_tiles_are_transparent_and_white_in_thumbnails(tmp_path):
    path = str(tmp_path / "slide.tiff")
    philips.write(path, missing=frozenset({0}))
    slide = ours.OpenSlide(path)
    region = np.asarray(slide.read_region((0, 0), 0, (128, 64)))
    assert (region[:, :64] == 0).all()
    assert (region[:, 64:, 3] == 255).all()
    assert (np.asarray(slide.get_thumbnail(slide.dimensions))[:64, :64] == 255).all()


def test_an_image_is_an_image_slide(tmp_path):
    path = tmp_path / "image.png"
    Image.fromarray(tiff.scene(50, 40)).save(path)
    with ours.open_slide(path) as slide:
        assert isinstance(slide, ours.ImageSlide)
        np.testing.assert_array_equal(
            np.asarray(slide.read_region((10, 5), 0, (30, 20)))[..., :3], tiff.scene(50, 40)[5:25, 10:40]
        )


def test_many_threads_on_one_slide(slides):
    want = np.asarray(slides[0].read_region((0, 0), 0, slides[0].dimensions))

    def read(i):
        x, y = i % 7 * 40, i // 7 * 90
        got = np.asarray(slides[1].read_region((x, y), 0, (64, 64)))
        return (got == want[y : y + 64, x : x + 64]).all()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(56)))


def test_a_cache_makes_room_for_all_slides(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(generate("tiled", compression="zlib"))
    before = opsin.io.tile_cache_info()["capacity"]
    try:
        opsin.io.set_tile_cache_capacity(1 << 20)
        with ours.OpenSlide(path) as slide:
            slide.set_cache(ours.OpenSlideCache(3 << 20))
            assert opsin.io.tile_cache_info()["capacity"] == 3 << 20
            slide.set_cache(ours.OpenSlideCache(0))
            assert opsin.io.tile_cache_info()["capacity"] == 3 << 20
    finally:
        opsin.io.set_tile_cache_capacity(before)
