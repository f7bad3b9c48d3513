"""Morphology: what the conformance rows cannot say, because a result has another dtype than its image."""

import warnings

import numpy as np
import pytest
import scipy.ndimage as ndi
import skimage.morphology as ski

import opsin

RNG = np.random.default_rng(12)
IMAGE = RNG.random((37, 53)) < 0.5
FOOTPRINT = RNG.random((3, 5)) < 0.6
BINARY = ("binary_erosion", "binary_dilation", "binary_opening", "binary_closing")


def _quiet(function, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return function(*args, **kwargs)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32, np.int64])
def test_binary_out(name, dtype):
    want, got = np.empty(IMAGE.shape, dtype), np.empty(IMAGE.shape, dtype)
    _quiet(getattr(ski, name), IMAGE, FOOTPRINT, out=want)
    assert _quiet(getattr(opsin.morphology, name), IMAGE, FOOTPRINT, got) is got
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("name", BINARY)
def test_binary_out_is_the_image(name):
    want = _quiet(getattr(ski, name), IMAGE, FOOTPRINT)
    image = IMAGE.copy()
    assert _quiet(getattr(opsin.morphology, name), image, FOOTPRINT, image) is image
    np.testing.assert_array_equal(image, want)


@pytest.mark.parametrize("name", [*BINARY, "binary_propagation", "binary_fill_holes", "binary_hit_or_miss"])
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float64])
def test_ndimage_binary_output(name, dtype):
    want, got = np.empty(IMAGE.shape, dtype), np.empty(IMAGE.shape, dtype)
    if np.dtype(dtype).kind == "f" and name in ("binary_fill_holes", "binary_hit_or_miss"):
        want = getattr(ndi, name)(IMAGE).astype(dtype)  # SciPy has no "and" of floats
    else:
        getattr(ndi, name)(IMAGE, output=want)
    result = getattr(opsin.ndimage, name)(IMAGE, output=got)
    assert result is got or result is None
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("name", ["erosion", "dilation", "opening", "closing"])
@pytest.mark.parametrize("dtype", [np.float64, np.int32, np.uint16])
def test_grey_out_of_another_dtype(name, dtype):
    image = RNG.integers(0, 200, (29, 31), dtype=np.uint8)
    want, got = np.empty(image.shape, dtype), np.empty(image.shape, dtype)
    for footprint in (FOOTPRINT, np.ones((4, 5)), ski.disk(4, decomposition="sequence")):
        getattr(ski, name)(image, footprint, out=want)
        assert getattr(opsin.morphology, name)(image, footprint, got) is got
        np.testing.assert_array_equal(got, want)


def test_a_maze_is_filled():
    """A path that turns back and forth: as many steps as it has pixels."""
    walls = np.zeros((61, 64), bool)
    walls[1::2] = True
    walls[1::4, -1] = walls[3::4, 0] = False
    walls[:, [0]] |= np.arange(61)[:, None] == 60
    np.testing.assert_array_equal(opsin.ndimage.binary_fill_holes(walls), ndi.binary_fill_holes(walls))
    start = np.zeros_like(walls)
    start[0, 0] = True
    np.testing.assert_array_equal(
        opsin.ndimage.binary_propagation(start, mask=~walls), ndi.binary_propagation(start, mask=~walls)
    )


def test_what_never_comes_to_rest_is_an_error():
    point = np.zeros(9, bool)
    point[4] = True
    with pytest.raises(RuntimeError, match="back and forth"):
        opsin.ndimage.binary_dilation(point, [1, 0, 1], iterations=0)


def test_nan_along_long_lines():
    """The queue of candidates of a line with NaN depends on all that came before."""
    lines = RNG.random((40, 700))
    lines[RNG.random(lines.shape) < 0.05] = np.nan
    for size in (2, 3, 9, 40):
        for name in ("minimum_filter1d", "maximum_filter1d"):
            for axis in (0, 1):
                want = getattr(ndi, name)(lines, size, axis=axis)
                np.testing.assert_array_equal(getattr(opsin.ndimage, name)(lines, size, axis=axis), want)


def test_an_even_decomposition_warns_its_caller():
    with pytest.warns(UserWarning, match="uneven") as caught:
        opsin.morphology.footprint_rectangle((4, 5), decomposition="sequence")
    assert caught[0].filename == __file__


@pytest.mark.parametrize("name", ["binary_erosion", "binary_dilation", "binary_opening", "binary_closing"])
def test_an_origin_outside_is_refused(name):
    """SciPy's dilation reads outside its arrays, so it is not asked."""
    for origin in (2, -2, (0, 5)):
        with pytest.raises(ValueError, match="origin"):
            getattr(opsin.ndimage, name)(IMAGE, np.ones((3, 3)), origin=origin)
