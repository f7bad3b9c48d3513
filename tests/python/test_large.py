"""Images that pass by the caches on the CPU, whose rows begin anywhere in a cache line, and views of short lines."""

import numpy as np
import pytest
import scipy.ndimage as ndi
import skimage.util

import opsin

RNG = np.random.default_rng(31)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(90, 512, 391), (5, 2000, 1901)])
def test_montage(dtype, shape):
    images = RNG.integers(0, 256, shape).astype(dtype)
    given = images.copy()
    for padding in (1, 2):
        got = opsin.util.montage(images, fill=7, padding_width=padding)
        np.testing.assert_array_equal(got, skimage.util.montage(images, fill=7, padding_width=padding))
    np.testing.assert_array_equal(images, given)


@pytest.mark.parametrize("shape", [(2048, 2304), (2049, 2101), (72, 256, 260), (19, 1, 250001)])
@pytest.mark.parametrize("size", [2, 3, 15])
def test_extremes(shape, size):
    image = RNG.random(shape, dtype=np.float32)
    np.testing.assert_array_equal(opsin.ndimage.minimum_filter(image, size), ndi.minimum_filter(image, size))
    levels = (image * 256).astype(np.uint8)
    np.testing.assert_array_equal(opsin.ndimage.maximum_filter(levels, size), ndi.maximum_filter(levels, size))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("key", [np.s_[..., :2], np.s_[:, :, 1:], np.s_[3:9, ::2, ::-2], np.s_[:, ::3, :1]])
@pytest.mark.parametrize("shape", [(21, 34, 3), (4, 12288, 3), (5, 8209, 3)])
def test_short_lines(shape, dtype, key):
    image = (RNG.random(shape) * 200).astype(dtype)[key]
    np.testing.assert_array_equal(opsin.util.invert(image), skimage.util.invert(image))
    np.testing.assert_array_equal(opsin.util.img_as_float32(image), skimage.util.img_as_float32(image))
