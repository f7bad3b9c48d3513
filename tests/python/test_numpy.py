"""NumPy arrays and what NumPy makes arrays of: no copy on the way in, NumPy back, whatever the memory looks like."""

import gc
import sys
import weakref

import numpy as np
import pytest

import opsin
from opsin.filters import gaussian

RNG = np.random.default_rng(5)
IMAGE = RNG.random((13, 17))


def _memmap(image, tmp_path):
    np.save(tmp_path / "image.npy", image)
    return np.load(tmp_path / "image.npy", mmap_mode="r")


class Labelled(np.ndarray):
    pass


def _in_record(image, offset):
    """The image as one field of packed records: odd strides, and odd addresses for an odd offset."""
    fields = [("pad", "u1", (offset,)), ("value", image.dtype), ("more", "u1", (2,))]
    records = np.zeros(image.shape, np.dtype(fields))
    records["value"] = image
    return records["value"]


LAYOUTS = {
    "memmap": _memmap,
    "subclass": lambda a, _: a.view(Labelled),
    "masked": lambda a, _: np.ma.masked_array(a, mask=a > 0.9),
    "byte-swapped": lambda a, _: a.astype(a.dtype.newbyteorder()),
    "read-only": lambda a, _: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
    "field of packed records": lambda a, _: _in_record(a, 3),
    "field of aligned records": lambda a, _: _in_record(a, 6),
    "negative strides": lambda a, _: a[::-1, ::-1].copy()[::-1, ::-1],
    "Fortran order": lambda a, _: np.asfortranarray(a),
    "steps": lambda a, _: np.repeat(np.repeat(a, 2, 0), 3, 1)[::2, ::3],
    "one byte off": lambda a, _: np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view(a.dtype).reshape(a.shape),
}


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "float32", "float64"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_does_not_change_the_result(layout, dtype, tmp_path):
    image = (IMAGE * 100).astype(dtype)
    given = LAYOUTS[layout](image, tmp_path)
    before = np.array(given, copy=True)
    got = gaussian(given, 1.5)
    assert type(got) is np.ndarray
    np.testing.assert_array_equal(got, gaussian(image, 1.5), strict=True)
    np.testing.assert_array_equal(given, before)


@pytest.mark.parametrize(
    "layout", [name for name in LAYOUTS if name not in ("memmap", "read-only", "one byte off", "masked")]
)
def test_out_of_any_layout_is_written(layout, tmp_path):
    out = LAYOUTS[layout](np.zeros_like(IMAGE), tmp_path)
    assert gaussian(IMAGE, 1.5, out=out) is out
    np.testing.assert_array_equal(np.asarray(out), gaussian(IMAGE, 1.5))


@pytest.mark.parametrize("swapped", [False, True])
def test_read_only_out_is_refused(swapped):
    out = np.zeros(IMAGE.shape, ">f8" if swapped else "<f8")
    out.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        gaussian(IMAGE, out=out)
    assert not out.any()


def test_masked_arrays_are_taken_as_scikit_image_takes_them():
    skimage_filters = pytest.importorskip("skimage.filters")
    image = np.ma.masked_array(IMAGE, mask=IMAGE > 0.5)
    want = skimage_filters.gaussian(image, 1.5)
    np.testing.assert_array_equal(gaussian(image, 1.5), np.asarray(want))


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_is_not_copied_and_lives_as_long_as_needed(order):
    image = np.asarray(IMAGE.view(Labelled), order=order).copy(order).view(Labelled)
    refs = sys.getrefcount(image)
    array = opsin.asarray(image)
    assert np.asarray(array).__array_interface__["data"][0] == image.__array_interface__["data"][0]
    assert sys.getrefcount(image) == refs + 1
    image[2, 3] = 42
    assert array[2, 3].item() == 42
    row = array[2]
    del array
    assert sys.getrefcount(image) == refs + 1  # A view keeps the memory.
    del row
    assert sys.getrefcount(image) == refs
    gone = weakref.ref(image)
    gaussian(image, 1)
    del image
    assert gone() is None


def test_a_failed_call_keeps_nothing():
    image = IMAGE.copy().view(Labelled)
    refs = sys.getrefcount(image)
    for _ in range(20):
        with pytest.raises(ValueError):
            gaussian(image, -1)
    gc.collect()
    assert sys.getrefcount(image) == refs


def test_results_own_their_memory():
    got = gaussian(IMAGE, 1)
    want = got.copy()
    for _ in range(10):
        gaussian(RNG.random(IMAGE.shape), 1)
    np.testing.assert_array_equal(got, want)
    assert got.flags.writeable and got.flags.c_contiguous and got.flags.aligned


@pytest.mark.parametrize(
    "image",
    [
        3,
        3.5,
        True,
        [1, 2, 4],
        ((1.0, 2.0), (3.0, 5.0)),
        np.float32(2),
        np.array(7),
        np.array(7.0, np.float16),
        [],
        [[]],
    ],
    ids=repr,
)
def test_lists_scalars_and_0d_as_numpy_takes_them(image):
    np.testing.assert_array_equal(gaussian(image, 0.8), gaussian(np.asarray(image), 0.8), strict=True)


def test_objects_with_array_method():
    class Holder:
        def __array__(self, dtype=None, copy=None):
            return IMAGE

    np.testing.assert_array_equal(gaussian(Holder(), 1), gaussian(IMAGE, 1))


def test_longdouble_is_float64():
    np.testing.assert_array_equal(gaussian(IMAGE.astype(np.longdouble), 1), gaussian(IMAGE, 1), strict=True)


def test_eight_axes_and_no_more():
    assert opsin.asarray(np.ones((1,) * 8)).ndim == 8
    for call in (opsin.asarray, gaussian):
        with pytest.raises(ValueError, match="more than 8 axes"):
            call(np.ones((1,) * 9))


@pytest.mark.parametrize(
    "array",
    [
        np.array([object()]),
        np.array(["text"]),
        np.zeros(3, "M8[s]"),
        np.zeros(3, [("a", "f4"), ("b", "f4")]),
        np.zeros(3, np.clongdouble),
        np.zeros(3, "V4"),
    ],
    ids=lambda a: str(a.dtype),
)
def test_other_dtypes_are_type_errors(array):
    with pytest.raises(TypeError, match="not supported"):
        opsin.asarray(array)


def test_bfloat16_is_a_type_error():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    with pytest.raises(TypeError, match="bfloat16"):
        opsin.asarray(np.ones((3, 3), ml_dtypes.bfloat16))


def test_an_array_that_needs_no_work_comes_back_as_the_same_object():
    out = np.empty_like(IMAGE)
    assert gaussian(IMAGE, 1, out=out) is out
