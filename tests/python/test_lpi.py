"""filters.LPIFilter2D, a class and so no row of the conformance table: it is what the functions use."""

import numpy as np
import pytest
import skimage.filters

import opsin


def bump(r, c, sigma=2.0):
    return np.exp(-(r**2 + c**2) / (2 * sigma**2))


@pytest.mark.parametrize("shape", [(31, 40), (8, 9), (1, 1), (2, 2), (1, 6)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
def test_equals_the_oracle(shape, dtype):
    image = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    for parameters in ({}, {"sigma": 0.8}):
        want = skimage.filters.LPIFilter2D(bump, **parameters)(image)
        got = opsin.filters.LPIFilter2D(bump, **parameters)(image)
        assert got.dtype == want.dtype and got.shape == want.shape
        np.testing.assert_allclose(got, want, atol=(1e-5 if dtype == "float32" else 1e-12) * abs(want).max())


def test_a_filter_is_used_again_for_images_of_other_sizes():
    calls = []

    def response(r, c):
        calls.append(len(r))
        return bump(r, c)

    lpi = opsin.filters.LPIFilter2D(response)
    rng = np.random.default_rng(0)
    for shape in [(20, 31), (20, 31), (7, 9), (7, 9)]:
        image = rng.random(shape)
        alike = opsin.filters.filter_forward(image, predefined_filter=lpi)
        np.testing.assert_array_equal(alike, lpi(image))
        for function in (opsin.filters.filter_inverse, opsin.filters.wiener):
            np.testing.assert_array_equal(function(image, predefined_filter=lpi), function(image, bump))
    assert calls == [21 * 31, 7 * 9]


def test_a_filter_of_scikit_image_serves_too():
    image = np.random.default_rng(0).random((9, 12))
    theirs = skimage.filters.LPIFilter2D(bump, sigma=0.7)
    got = opsin.filters.filter_forward(image, predefined_filter=theirs)
    np.testing.assert_allclose(got, theirs(image), atol=1e-12)


def test_what_is_no_filter_or_image_is_refused():
    with pytest.raises(ValueError, match="callable"):
        opsin.filters.LPIFilter2D("bump")
    lpi = opsin.filters.LPIFilter2D(bump)
    for image in (np.zeros(5), np.zeros((3, 4, 5)), np.zeros((0, 4)), np.zeros((3, 4), complex)):
        with pytest.raises(ValueError):
            lpi(image)


def test_a_response_of_another_library_on_the_images_device():
    torch = pytest.importorskip("torch")
    lpi = opsin.filters.LPIFilter2D(lambda r, c: torch.from_numpy(bump(r, c)))
    image = np.random.default_rng(0).random((12, 15))
    got = lpi(torch.from_numpy(image))
    np.testing.assert_allclose(got.numpy(), skimage.filters.LPIFilter2D(bump)(image), atol=1e-12)


def test_a_kept_response_is_not_used_for_images_of_another_dtype_or_kind():
    torch = pytest.importorskip("torch")
    seen = []

    def response(r, c):
        seen.append((type(r), r.dtype))
        return bump(r, c)

    lpi = opsin.filters.LPIFilter2D(response)
    image = np.random.default_rng(0).random((9, 12))
    for given in (image, image, image.astype(np.float32), torch.from_numpy(image), image):
        lpi(given)
    # Whatever holds the image, but for CuPy, positions come as NumPy arrays of the result's precision.
    assert [kind for kind, _ in seen] == [np.ndarray] * 4
    assert [str(dtype) for _, dtype in seen] == ["float64", "float32", "float64", "float64"]
