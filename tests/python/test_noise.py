"""Noise of images that are large enough for pieces of the stream beside each other."""

import numpy as np
import pytest
import skimage.util

import opsin

# 131072 numbers go together.
SHAPES = [(131071,), (131072,), (300, 500), (1000, 999), (3, 1 << 19)]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_and_what_comes_after_them_are_numpys(shape, threads):
    opsin.set_num_threads(threads)
    image = np.zeros(shape)
    for seed in range(3):
        ours, numpys = np.random.default_rng(seed), np.random.default_rng(seed)
        got = opsin.util.random_noise(image, rng=ours, clip=False, mean=0.25)
        want = skimage.util.random_noise(image, rng=numpys, clip=False, mean=0.25)
        np.testing.assert_array_equal(got, want)
        assert ours.bit_generator.state == numpys.bit_generator.state
