"""Peaks: integers that float64 does not hold, and distances that the conformance table does not take."""

import numpy as np
import pytest

from opsin import feature

reference = pytest.importorskip("skimage.feature")
WHOLE = [[2**53 + 1, 2**53, 2**53], [0, 1, 2], [3, 4, 5]]


def both(image, **options):
    got = feature.peak_local_max(image, **options)
    np.testing.assert_array_equal(got, reference.peak_local_max(image, **options), err_msg=str(options))


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_integers_of_64_bits(dtype):
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 50, (20, 30)).astype(dtype)
    limits = np.iinfo(dtype)
    for image in (
        np.array(WHOLE, dtype),
        noise,
        noise + np.array(2**53, dtype),
        noise + np.array(limits.max - 60, dtype),
        noise + np.array(limits.min, dtype),
    ):
        for options in (
            dict(exclude_border=False),
            dict(min_distance=2, num_peaks=7),
            dict(threshold_abs=20),
            dict(threshold_abs=-1.5),
            dict(threshold_abs=float(limits.max)),
            dict(threshold_abs=np.inf),
            dict(threshold_rel=0.3),
            dict(footprint=np.ones((1, 1))),
            dict(labels=(np.indices(image.shape)[1] > image.shape[1] // 2) + 1, exclude_border=False),
        ):
            if "footprint" in options:
                with pytest.warns(RuntimeWarning):
                    both(image, min_distance=0, exclude_border=False, **options)
            else:
                both(image, **options)


@pytest.mark.parametrize("p_norm", [0.5, 0.9, 1, 1.5, 3, 40.0])
@pytest.mark.parametrize("min_distance", [1, 2, 4])
def test_distances_of_any_norm(p_norm, min_distance):
    image = np.random.default_rng(2).random((30, 30)).round(1)
    both(image, p_norm=p_norm, min_distance=min_distance)
    np.testing.assert_array_equal(
        feature.corner_peaks(image, p_norm=p_norm, min_distance=min_distance),
        reference.corner_peaks(image, p_norm=p_norm, min_distance=min_distance),
    )


def test_norms_that_are_nearly_infinite_take_no_time():
    image = np.random.default_rng(3).random((20, 20))
    want = feature.corner_peaks(image, min_distance=3)
    for p_norm in (1e7, 1e12, 1e300):  # the second would take minutes, counting up to its limit
        np.testing.assert_array_equal(feature.corner_peaks(image, min_distance=3, p_norm=p_norm), want)


@pytest.mark.parametrize("p_norm", [0, -1])
def test_norms_that_are_none(p_norm):
    image = np.random.default_rng(3).random((20, 20))
    with pytest.raises(ValueError):
        feature.peak_local_max(image, min_distance=3, p_norm=p_norm)


def test_distances_beyond_every_image():
    image = np.random.default_rng(4).random((5, 6))
    with pytest.raises((ValueError, MemoryError)):
        feature.peak_local_max(image, min_distance=2**63 - 1, exclude_border=False)
