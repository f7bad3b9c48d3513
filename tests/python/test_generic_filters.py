"""ndimage.generic_filter and generic_filter1d with functions of the caller's own."""

import numpy as np
import pytest
import scipy.ndimage

import opsin
from opsin import ndimage

IMAGE = np.random.default_rng(3).random((19, 23)).astype(np.float32)


def _spread(window, power=1.0, scale=1.0):
    assert window.ndim == 1 and window.dtype == np.float64
    return scale * (window.max() - window.min()) ** power


@pytest.mark.parametrize("output", [None, np.float64, np.uint8])
def test_window_functions_are_called_as_scipy_calls_them(output):
    arguments = dict(size=(3, 4), mode="mirror", output=output, extra_arguments=(0.5,), extra_keywords=dict(scale=9))
    assert np.array_equal(
        ndimage.generic_filter(IMAGE, _spread, **arguments), scipy.ndimage.generic_filter(IMAGE, _spread, **arguments)
    )


def test_reductions_with_arguments_are_called():
    keywords = dict(size=3, extra_keywords=dict(ddof=1))
    assert np.array_equal(
        ndimage.generic_filter(IMAGE, np.std, **keywords), scipy.ndimage.generic_filter(IMAGE, np.std, **keywords)
    )


def test_windows_longer_than_a_block_of_additions():
    for size in (12, 17, 40):
        ours, theirs = (m.generic_filter(IMAGE, np.var, size=size) for m in (ndimage, scipy.ndimage))
        assert np.array_equal(ours, theirs)


def test_the_output_may_be_the_input():
    expected = scipy.ndimage.generic_filter(IMAGE, _spread, 3)
    image = IMAGE.copy()
    assert ndimage.generic_filter(image, _spread, 3, output=image) is image
    assert np.array_equal(image, expected)


def test_a_function_that_fails_leaves_the_output():
    out = np.full_like(IMAGE, 7)
    with pytest.raises(ZeroDivisionError):
        ndimage.generic_filter(IMAGE, lambda window: 1 / 0, 3, output=out)
    with pytest.raises(ZeroDivisionError):
        ndimage.generic_filter1d(IMAGE, lambda line, result: 1 / 0, 3, output=out)
    assert (out == 7).all()


def test_line_functions_get_the_extended_line():
    def shift(line, result):
        assert len(line) == len(result) + 4
        result[...] = line[4:]

    for axis in (0, 1):
        ours, theirs = (m.generic_filter1d(IMAGE, shift, 5, axis=axis, mode="wrap") for m in (ndimage, scipy.ndimage))
        assert np.array_equal(ours, theirs)


@pytest.mark.cuda
@pytest.mark.skipif(not opsin.cuda_available(), reason="no GPU")
def test_on_a_gpu_the_function_gets_batches_of_windows():
    cupy = pytest.importorskip("cupy")
    expected = scipy.ndimage.generic_filter(IMAGE, np.ptp, (3, 4))
    result = ndimage.generic_filter(cupy.asarray(IMAGE), lambda w, axis: w.max(axis) - w.min(axis), (3, 4))
    assert isinstance(result, cupy.ndarray)
    assert np.array_equal(result.get(), expected)
    with pytest.raises(TypeError, match="one value for each window"):
        ndimage.generic_filter(cupy.asarray(IMAGE), lambda w, axis: w.max(), 3)
