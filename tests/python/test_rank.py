"""Rank filters: results into arrays of other dtypes, and what lies over the image."""

import importlib

import numpy as np
import pytest
import skimage.filters.rank as ski
from skimage.morphology import ball, disk

from opsin.filters import rank

IMAGE = np.random.default_rng(5).integers(0, 256, (33, 47), dtype=np.uint8)
WORDS = np.random.default_rng(6).integers(0, 3000, (21, 37), dtype=np.uint16)
VOLUME = np.random.default_rng(7).integers(0, 256, (7, 11, 13), dtype=np.uint8)
SHARES = {"p0": 0.1, "p1": 0.8}
NAMES = [n for n in rank.__all__ if n != "windowed_histogram"]
# A sum of integers may have a fraction of 1e-15 or none, which an integer result cuts off.
NAMES_OF_INTEGERS = [n for n in NAMES if n != "entropy"]


def _arguments(name):
    if name in ("percentile", "threshold_percentile"):
        return {"p0": 0.3}
    return SHARES if name.endswith("percentile") else {"s0": 90, "s1": 40} if name.endswith("bilateral") else {}


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.filterwarnings("ignore:Bad rank filter performance")
def test_out_of_every_dtype(dtype):
    for name in NAMES if dtype.startswith("float") else NAMES_OF_INTEGERS:
        for image in (IMAGE, WORDS):
            mask = image % 3 != 0
            want, got = (np.zeros(image.shape, dtype) for _ in range(2))
            getattr(ski, name)(image, disk(3), out=want, mask=mask, **_arguments(name))
            result = getattr(rank, name)(image, disk(3), out=got, mask=mask, **_arguments(name))
            assert result is got
            np.testing.assert_allclose(
                got, want, rtol=1e-13 if dtype == "float64" else 1e-7, err_msg=f"{name} {image.dtype}"
            )


def test_out_in_three_axes_and_with_strides():
    wide = np.zeros((7, 11, 26), np.uint8)
    for name in ("mean", "median", "maximum"):
        got = getattr(rank, name)(VOLUME, ball(2), out=wide[:, ::-1, ::2])
        np.testing.assert_array_equal(got, getattr(ski, name)(VOLUME, ball(2)))


def test_out_over_the_image():
    for name in ("mean", "median", "minimum", "autolevel", "equalize"):
        buffer = np.zeros((34, 47), np.uint8)
        buffer[1:] = IMAGE
        getattr(rank, name)(buffer[1:], disk(2), out=buffer[:-1])
        np.testing.assert_array_equal(buffer[:-1], getattr(ski, name)(IMAGE, disk(2)))


@pytest.mark.parametrize("out", [np.zeros((33, 46), np.uint8), np.zeros((33, 47), np.int32)])
def test_out_that_cannot_hold_the_result(out):
    with pytest.raises((RuntimeError, TypeError)):
        rank.mean(IMAGE, disk(1), out=out)


def test_in_place_is_refused():
    for image in (IMAGE, VOLUME):
        with pytest.raises(NotImplementedError, match="Cannot perform rank operation in place"):
            rank.mean(image, np.ones((3,) * image.ndim), out=image)


def test_the_last_axis_of_out_says_how_many_bins():
    want, got = np.zeros((33, 47, 300)), np.zeros((33, 47, 300))
    ski.windowed_histogram(IMAGE, disk(2), out=want[..., :256].copy(), n_bins=256)
    rank.windowed_histogram(IMAGE, disk(2), out=got)
    np.testing.assert_array_equal(got[..., :256], ski.windowed_histogram(IMAGE, disk(2), n_bins=256))
    assert not got[..., 256:].any()


def test_a_wide_bright_image_sums_beyond_32_bits():
    image = np.full((5, 80000), 65535, np.uint16)
    footprint = np.ones((1, 70001), bool)
    with pytest.warns(UserWarning, match="Bad rank filter performance"):
        got = rank.mean(image, footprint)
    assert (got == 65535).all()


def test_is_a_module():
    assert importlib.import_module("opsin.filters.rank") is rank
