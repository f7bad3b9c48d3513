"""Errors: the exception type, nothing leaked, and the next call works. Warnings point at the caller's line."""

import inspect
import resource
import subprocess
import sys
import warnings

import numpy as np
import pytest

import opsin

IMAGE = np.random.default_rng(2).random((40, 50), dtype=np.float32)

BAD_CALLS = {
    "negative sigma": (ValueError, lambda: opsin.filters.gaussian(IMAGE, -1)),
    "too many sigmas": (RuntimeError, lambda: opsin.filters.gaussian(IMAGE, (1, 2, 3))),
    "unknown mode": (RuntimeError, lambda: opsin.filters.gaussian(IMAGE, mode="somewhere")),
    "complex image": (ValueError, lambda: opsin.filters.gaussian(IMAGE.astype(complex))),
    "integer out": (ValueError, lambda: opsin.filters.gaussian(IMAGE, out=np.zeros(IMAGE.shape, int))),
    "wrong shape of out": (RuntimeError, lambda: opsin.filters.gaussian(IMAGE, out=np.zeros((3, 3)))),
    "out is a list": (TypeError, lambda: opsin.filters.gaussian(IMAGE, out=[[0.0]])),
    "text for sigma": (ValueError, lambda: opsin.filters.gaussian(IMAGE, "wide")),
    "object image": (TypeError, lambda: opsin.filters.gaussian(np.array([[object()]]))),
    "two channels": (ValueError, lambda: opsin.color.rgb2gray(np.zeros((4, 4, 2)))),
    "axis out of range": (IndexError, lambda: opsin.filters.sobel(IMAGE, axis=7)),
    "no such dtype": (TypeError, lambda: opsin.asarray(IMAGE, dtype="no such dtype")),
    "dtype opsin has not": (TypeError, lambda: opsin.asarray(IMAGE, dtype="M8[s]")),
    "no such device": (ValueError, lambda: opsin.asarray(IMAGE, device="tpu")),
    "block of 2^80 elements": (MemoryError, lambda: opsin.measure.block_reduce(IMAGE, (2**40, 2**40))),
    "blobs beyond the image": (
        ValueError,
        lambda: opsin.data._native.blobs_at(np.ones((2, 1)), 10, 0.1, 2, 0.5, "nearest", "cpu"),
    ),
    "line without end": (ValueError, lambda: opsin.measure.profile_line(IMAGE, (0, 0), (0, np.inf))),
    "line to nowhere": (ValueError, lambda: opsin.measure.profile_line(IMAGE, (0, 0), (0, np.nan))),
    "line of 1e300 pixels": (ValueError, lambda: opsin.measure.profile_line(IMAGE, (0, 0), (0, 1e300))),
    "moments of order 2^31": (MemoryError, lambda: opsin.measure.moments(IMAGE, order=2**31 - 1)),
    "moments of points of order 2^31": (
        MemoryError,
        lambda: opsin.measure.moments_coords(np.ones((3, 2)), order=2**31 - 1),
    ),
    "window of 2^64 elements": (
        (MemoryError, ValueError),
        lambda: opsin.filters.window("hann", (2**31, 2**31, 4)),
    ),
    "2^62 joint bins": (
        (MemoryError, ValueError),
        lambda: opsin.metrics.normalized_mutual_information(IMAGE, IMAGE, bins=2**31 - 1),
    ),
    "box of 2^61": (MemoryError, lambda: opsin.ndimage.uniform_filter1d(IMAGE, 2**61)),
    "box of 2^40 by 2^40": (MemoryError, lambda: opsin.ndimage.uniform_filter(IMAGE, 2**40)),
    "minimum of 2^31 by 2^61": (MemoryError, lambda: opsin.ndimage.minimum_filter(IMAGE, (2**31, 2**61))),
    "median of 2^61 by 2^61": (MemoryError, lambda: opsin.ndimage.median_filter(IMAGE, 2**61)),
    "minimum of 2^61": (MemoryError, lambda: opsin.ndimage.minimum_filter1d(IMAGE, 2**61)),
    "2^32 ranks": (NotImplementedError, lambda: opsin.filters.rank_order(np.zeros(2**32, np.uint8))),
    "2^32 values to map": (
        NotImplementedError,
        lambda: opsin.util.map_array(np.zeros(3, np.uint8), np.zeros(2**32, np.uint8), np.zeros(2**32, np.uint8)),
    ),
    "no threads": (ValueError, lambda: opsin.set_num_threads(0)),
    "no such policy": (ValueError, lambda: opsin.set_float_policy("double")),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_exception_type_and_next_call(name):
    error, call = BAD_CALLS[name]
    want = opsin.filters.gaussian(IMAGE, 2)
    with pytest.raises(error) as caught:
        call()
    assert isinstance(caught.value, error) and str(caught.value).strip()
    np.testing.assert_array_equal(opsin.filters.gaussian(IMAGE, 2), want)


OUT_OF_SCRATCH = """
import resource
import numpy as np
import opsin
opsin.set_num_threads(1)
image = np.arange(20.0).reshape(4, 5)
want = opsin.ndimage.minimum_filter(image, size=3)
with open("/proc/self/statm") as file:
    used = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
try:
    opsin.ndimage.minimum_filter(image, size=400_001)
except MemoryError:
    np.testing.assert_array_equal(opsin.ndimage.minimum_filter(image, size=3), want)
    print("mended")
"""


def test_scratch_that_could_not_grow_is_not_used():
    done = subprocess.run([sys.executable, "-c", OUT_OF_SCRATCH], capture_output=True, text=True, timeout=120)
    assert done.stdout == "mended\n", (done.returncode, done.stderr)


def _peak_kb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_failed_calls_leak_no_memory():
    big = np.ones((1000, 1000), np.float32)

    def fail():
        for _ in range(100):
            with pytest.raises(RuntimeError):
                opsin.filters.gaussian(big.copy(), (1, 2, 3))

    fail()
    before = _peak_kb()
    fail()
    assert _peak_kb() - before < 50_000  # 100 leaked images would be 400 MB.


def test_memory_that_is_not_there_is_a_memory_error():
    huge = np.lib.stride_tricks.as_strided(np.zeros(1, np.uint8), (2**45,), (0,))
    with pytest.raises(MemoryError, match="cannot allocate"):
        opsin.asarray(huge).copy()
    wider = np.lib.stride_tricks.as_strided(np.zeros(1, np.uint8), (2**62,), (0,))
    with pytest.raises(MemoryError, match="larger than memory"):
        opsin.asarray(wider).astype("float64")
    assert opsin.asarray([1.0]).item() == 1


def _public(text):
    """Stands for a function of opsin, which calls the extension."""
    opsin._native._warn(text)


def test_warnings_point_at_the_callers_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        line = inspect.currentframe().f_lineno + 1
        _public("a word of warning")
    assert [(str(w.message), w.category, w.filename, w.lineno) for w in caught] == [
        ("a word of warning", UserWarning, __file__, line)
    ]


def test_warnings_may_be_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="a word"):
            _public("a word of warning")
        opsin.filters.gaussian(IMAGE)  # Nothing is left over.


def test_windows_larger_than_any_image():
    """Nothing is looked for in what lies beyond the image."""
    reference = pytest.importorskip("skimage.feature")
    corners = np.array([[5, 5], [20, 30], [38, 40]])
    for size in (3, 41, 121, 1001):
        np.testing.assert_allclose(
            opsin.feature.corner_subpix(IMAGE, corners, size), reference.corner_subpix(IMAGE, corners, size), rtol=1e-4
        )
    assert opsin.feature.corner_subpix(IMAGE, corners, 2**31 - 1).shape == corners.shape
    far = np.array([[2**62, 5], [5, -(2**62)]])
    assert np.isnan(opsin.feature.corner_subpix(IMAGE, far, 2**31 - 1)).all()


def test_correlation_of_any_scale():
    """Squares of 1e-300 are 0, those of 1e300 infinite."""
    measure = pytest.importorskip("skimage.measure")
    rng = np.random.default_rng(6)
    a, b = rng.random((20, 30)), rng.random((20, 30)) - 0.5
    want = opsin.measure.pearson_corr_coeff(a, b)
    for scale in (2.0**-1040, 1e-300, 1e-200, 2.0**-500, 1.0, 2.0**500, 1e200, 1e300):
        got = opsin.measure.pearson_corr_coeff(a * scale, b)
        np.testing.assert_allclose(got, measure.pearson_corr_coeff(a * scale, b), rtol=1e-9)
        if np.log2(scale) % 1 == 0 and scale > 1e-300:
            assert tuple(got) == tuple(want)
        assert opsin.measure.pearson_corr_coeff(a * scale, a * scale)[0] == pytest.approx(1)
    assert np.isnan(opsin.measure.pearson_corr_coeff(np.full((3, 3), 1e-300), a[:3, :3])[0])
