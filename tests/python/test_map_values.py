"""util.map_array: results into a caller's array."""

import numpy as np
import pytest
import skimage.util as ski

from opsin import util

LABELS = np.random.default_rng(3).integers(0, 50, (13, 17))
FROM, TO = np.arange(0, 50, 2), np.arange(25) * 2.5


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "complex128"])
def test_out_has_its_own_dtype_and_strides(dtype):
    want = ski.map_array(LABELS, FROM, TO, out=np.zeros(LABELS.shape, dtype))
    for out in (np.zeros((13, 34), dtype)[::-1, ::2], np.zeros(LABELS.shape, dtype, order="F")):
        assert util.map_array(LABELS, FROM, TO, out=out) is out
        np.testing.assert_array_equal(out, want)


def test_out_may_be_the_input():
    out = LABELS.copy()
    util.map_array(out, FROM, TO, out=out)
    np.testing.assert_array_equal(out, ski.map_array(LABELS, FROM, TO, out=np.zeros_like(LABELS)))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="same shape"):
        util.map_array(LABELS, FROM, TO, out=np.zeros((13, 16)))
    with pytest.raises(ValueError, match="output values"):
        util.map_array(LABELS, FROM, TO[:-1])
