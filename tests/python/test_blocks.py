"""Medians of blocks, which go by networks where they are small, on every device."""

import numpy as np
import pytest
import skimage.measure

import opsin

RNG = np.random.default_rng(33)
DEVICES = [
    "cpu",
    pytest.param("cuda", marks=[pytest.mark.cuda, pytest.mark.skipif(not opsin.cuda_available(), reason="no GPU")]),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("block", [1, 2, 3, (2, 3), (1, 7), (4, 5), (8, 8), (5, 13), (9, 9), (70, 1)])
def test_medians(device, dtype, block):
    image = (RNG.random((71, 58)) * 200).astype(dtype)
    got = opsin.measure.block_reduce(opsin.asarray(image, device=device), block, np.median, cval=3)
    np.testing.assert_array_equal(np.asarray(got), skimage.measure.block_reduce(image, block, np.median, cval=3))


@pytest.mark.parametrize("device", DEVICES)
def test_medians_of_nan_infinity_and_zeros(device):
    image = RNG.choice([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf], (60, 66))
    image[RNG.random(image.shape) < 0.005] = np.nan
    for block in (2, 3, (3, 2), (10, 11)):
        got = np.asarray(opsin.measure.block_reduce(opsin.asarray(image, device=device), block, np.median))
        with np.errstate(invalid="ignore"):
            want = skimage.measure.block_reduce(image, block, np.median)
        np.testing.assert_array_equal(got, want)
        assert np.isnan(got).any() and not np.isnan(got).all()
