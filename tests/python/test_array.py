"""opsin.Array: made of anything, read by anything."""

import sys

import numpy as np
import pytest

import opsin

DTYPES = [
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]


def _values(dtype, shape=(3, 4)):
    return (np.arange(np.prod(shape)).reshape(shape) % 7).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_round_trip(dtype):
    values = _values(dtype)
    array = opsin.asarray(values)
    assert isinstance(array, opsin.Array)
    assert (array.shape, array.strides, array.dtype, array.ndim, array.size, array.nbytes, array.device) == (
        values.shape,
        values.strides,
        values.dtype,
        2,
        12,
        values.nbytes,
        "cpu",
    )
    for back in (np.asarray(array), np.from_dlpack(array), np.array(array), array.__array__()):
        np.testing.assert_array_equal(back, values, strict=True)
    assert len(array) == 3
    assert repr(array) == f'opsin.Array(shape=(3, 4), dtype={dtype}, device="cpu")'


@pytest.mark.parametrize("dtype", ["int32", "float64", np.dtype(">f4"), np.uint8])
def test_asarray_converts(dtype):
    values = _values("float32")
    got = np.asarray(opsin.asarray(values, dtype=dtype))
    np.testing.assert_array_equal(got, values.astype(np.dtype(dtype).newbyteorder("=")), strict=True)
    np.testing.assert_array_equal(np.asarray(opsin.asarray(values).astype(dtype)), got, strict=True)


def test_numpy_sees_the_same_memory():
    values = _values("float32")
    array = opsin.asarray(values)
    for view in (np.asarray(array), np.from_dlpack(array), array.__array__(copy=False)):
        assert np.shares_memory(view, values)
    assert not np.shares_memory(np.array(array, copy=True), values)
    assert not np.shares_memory(array.__array__(copy=True), values)
    assert not np.shares_memory(np.asarray(array.copy()), values)
    with pytest.raises(ValueError, match="copy"):
        array.__array__("float64", copy=False)
    assert array.__array__("float64").dtype == np.float64


def test_read_only_memory_stays_read_only():
    values = _values("float32")
    values.flags.writeable = False
    array = opsin.asarray(values)
    assert array.__array_interface__["data"][1]
    assert not np.asarray(array).flags.writeable
    assert not array.__array__().flags.writeable
    assert not np.from_dlpack(array).flags.writeable
    with pytest.raises(BufferError, match="read-only"):
        array.__dlpack__()
    with pytest.raises(ValueError, match="read-only"):
        opsin.filters.gaussian(_values("float32"), out=array)


def test_array_interface():
    values = _values("int16", (4, 6))[::2, ::-1]
    interface = opsin.asarray(values).__array_interface__
    assert interface == {
        "shape": (2, 6),
        "typestr": "<i2",
        "data": (values.__array_interface__["data"][0], False),
        "strides": values.strides,
        "version": 3,
    }
    assert not hasattr(opsin.asarray(values), "__cuda_array_interface__")


def test_dlpack():
    array = opsin.asarray(_values("float32"))
    assert array.__dlpack_device__() == (1, 0)
    assert '"dltensor"' in repr(array.__dlpack__())
    assert '"dltensor_versioned"' in repr(array.__dlpack__(max_version=(1, 1)))
    copied = np.from_dlpack(array, copy=True)
    assert not np.shares_memory(copied, np.asarray(array))
    with pytest.raises(BufferError):
        array.__dlpack__(dl_device=(9, 0))


def test_dlpack_keeps_and_releases_its_memory():
    values = _values("float32")
    refs = sys.getrefcount(values)
    array = opsin.asarray(values)
    taken = np.from_dlpack(array)
    unused = [array.__dlpack__(), array.__dlpack__(max_version=(1, 0))]
    del array
    assert sys.getrefcount(values) == refs + 1
    np.testing.assert_array_equal(taken, values)
    del unused, taken
    assert sys.getrefcount(values) == refs


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        np.int8(1),
        slice(None, None, -2),
        ...,
        (1, 2),
        (..., 1),
        (slice(1, 3), slice(None, 2)),
        (0, ...),
        (slice(5, 9),),
        (1, ..., 2, slice(0, 0)),
        (),
    ],
    ids=repr,
)
def test_indexing_is_a_view_as_in_numpy(key):
    values = _values("float32", (3, 4, 5))
    got = np.asarray(opsin.asarray(values)[key])
    np.testing.assert_array_equal(got, values[key], strict=True)
    if got.size:
        assert np.shares_memory(got, values)


@pytest.mark.parametrize(
    "key", [3, -4, (0, 0, 0, 0), (..., ...), (0, 0, 0, ..., 0), "x", 1.5, None, True, [0, 1], np.array([0])], ids=repr
)
def test_bad_indices_are_index_errors(key):
    with pytest.raises(IndexError):
        opsin.asarray(_values("float32", (3, 4, 5)))[key]


def test_iteration_length_and_truth():
    values = _values("int32")
    array = opsin.asarray(values)
    np.testing.assert_array_equal([np.asarray(row) for row in array], values)
    for bad in (len, iter):
        with pytest.raises(TypeError):
            bad(opsin.asarray(3))
    with pytest.raises(ValueError):
        bool(array)
    assert bool(opsin.asarray([[2.0]])) and not bool(opsin.asarray([0]))


@pytest.mark.parametrize("value", [True, 3, 2**62 + 1, 2.5, 1 + 2j], ids=repr)
def test_items_are_python_scalars(value):
    array = opsin.asarray(np.array([[value]]))
    assert array.item() == value and type(array.item()) is type(value)
    assert complex(array) == complex(value)
    if not isinstance(value, complex):
        assert float(array) == float(value) and int(array) == int(value)
    with pytest.raises(ValueError):
        opsin.asarray([1, 2]).item()


def test_to_and_asarray_do_not_copy_without_need():
    array = opsin.asarray(_values("float32"))
    address = array.__array_interface__["data"][0]
    for same in (array.to("cpu"), opsin.asarray(array), opsin.asarray(array, dtype="float32", device="cpu")):
        assert same.__array_interface__["data"][0] == address
    for bad in ("gpu", "cuda:", "cuda:-1", "CPU", ""):
        with pytest.raises(ValueError, match="device must be"):
            array.to(bad)


def test_operations_give_arrays_back():
    values = _values("float32", (9, 9))
    got = opsin.filters.gaussian(opsin.asarray(values), 1)
    assert type(got) is opsin.Array
    np.testing.assert_array_equal(np.asarray(got), opsin.filters.gaussian(values, 1), strict=True)
    out = opsin.asarray(np.zeros((9, 9), np.float32))
    assert opsin.filters.gaussian(values, 1, out=out) is out
    np.testing.assert_array_equal(np.asarray(out), np.asarray(got))


@pytest.mark.skipif(opsin.cuda_available(), reason="a GPU is here")
def test_cuda_that_is_not_there_is_one_clear_sentence():
    for call in (lambda: opsin.asarray([1.0], device="cuda"), lambda: opsin.asarray([1.0]).to("cuda:1")):
        with pytest.raises(opsin.CudaError, match="^cuda: not available: [^\n]+$"):
            call()
    assert issubclass(opsin.CudaError, RuntimeError)
    assert opsin.asarray([1.0]).item() == 1
