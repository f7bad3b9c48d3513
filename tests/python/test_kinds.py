"""PyTorch, JAX and any DLPack producer on the CPU: same memory in, same kind out. The CUDA side is in test_cuda.py."""

import ctypes
import sys
import types

import numpy as np
import pytest

import opsin
from opsin.filters import gaussian

IMAGE = np.random.default_rng(1).random((11, 12), dtype=np.float32)
WANT = gaussian(IMAGE, 1.5)


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def jax():
    return pytest.importorskip("jax")


def test_torch_in_and_out(torch):
    tensor = torch.from_numpy(IMAGE.copy())
    refs = sys.getrefcount(tensor)
    got = gaussian(tensor, 1.5)
    assert type(got) is torch.Tensor and got.device.type == "cpu" and got.is_contiguous()
    assert got.untyped_storage().resizable()  # From PyTorch's own allocator.
    np.testing.assert_array_equal(got.numpy(), WANT, strict=True)
    assert sys.getrefcount(tensor) == refs


def test_torch_memory_is_not_copied(torch):
    tensor = torch.from_numpy(IMAGE.copy())
    refs = sys.getrefcount(tensor)
    array = opsin.asarray(tensor)
    assert array.__array_interface__["data"][0] == tensor.data_ptr()
    assert sys.getrefcount(tensor) == refs + 1
    del array
    assert sys.getrefcount(tensor) == refs
    out = torch.empty_like(tensor)
    assert gaussian(tensor, 1.5, out=out) is out
    np.testing.assert_array_equal(out.numpy(), WANT)


@pytest.mark.parametrize(
    "view",
    [
        lambda t: t.T,
        lambda t: t[::2, 1::3],
        lambda t: t[3],
        lambda t: t[2, 2],
        lambda t: t[:0],
        lambda t: t.expand(2, *t.shape),
    ],
)
def test_torch_views(torch, view):
    tensor = view(torch.from_numpy(IMAGE.copy()))
    np.testing.assert_array_equal(gaussian(tensor, 0.7).numpy(), gaussian(tensor.numpy(), 0.7), strict=True)


@pytest.mark.parametrize(
    "name", ["bool", "uint8", "int8", "int16", "uint16", "int32", "int64", "float16", "float64", "complex64"]
)
def test_torch_dtypes(torch, name):
    tensor = torch.ones(3, dtype=getattr(torch, name))
    assert opsin.asarray(tensor).dtype == np.dtype(name)


def test_torch_subclasses_are_tensors(torch):
    class Mine(torch.Tensor):
        pass

    got = gaussian(torch.nn.Parameter(torch.from_numpy(IMAGE), requires_grad=False), 1.5)
    assert isinstance(got, torch.Tensor)
    assert isinstance(gaussian(torch.from_numpy(IMAGE).as_subclass(Mine), 1.5), torch.Tensor)


def test_torch_refusals(torch):
    with pytest.raises(TypeError, match="detach"):
        gaussian(torch.ones(3, 3, requires_grad=True))
    with pytest.raises(TypeError, match="bfloat16"):
        gaussian(torch.ones(3, 3, dtype=torch.bfloat16))
    with pytest.raises(TypeError, match="meta"):
        gaussian(torch.ones(3, 3, device="meta"))
    with pytest.raises(TypeError, match="resolve_conj"):
        opsin.asarray(torch.ones(3, dtype=torch.complex64).conj())
    with pytest.raises(TypeError, match="resolve_neg"):
        opsin.asarray(torch.ones(3, dtype=torch.complex64).conj().imag)
    np.testing.assert_array_equal(gaussian(torch.from_numpy(IMAGE), 1.5).numpy(), WANT)


def test_torch_reads_opsin_arrays(torch):
    array = opsin.asarray(IMAGE.copy())
    tensor = torch.from_dlpack(array)
    assert tensor.data_ptr() == array.__array_interface__["data"][0]
    np.testing.assert_array_equal(torch.asarray(array).numpy(), IMAGE)


def test_jax_in_and_out(jax):
    array = jax.numpy.asarray(IMAGE)
    got = gaussian(array, 1.5)
    assert isinstance(got, jax.Array)
    np.testing.assert_array_equal(np.asarray(got), WANT, strict=True)
    assert opsin.asarray(array).__array_interface__["data"][0] == array.unsafe_buffer_pointer()


def test_jax_arrays_cannot_be_written(jax):
    array = jax.numpy.asarray(IMAGE)
    with pytest.raises(ValueError, match="read-only"):
        gaussian(IMAGE, out=array)


def test_first_array_decides_the_kind(torch):
    out = np.empty_like(IMAGE)
    assert gaussian(torch.from_numpy(IMAGE), 1.5, out=out) is out
    np.testing.assert_array_equal(out, WANT)


class Producer:
    """A DLPack producer on top of NumPy, with or without DLPack 1.0's arguments."""

    def __init__(self, values, old):
        self.values, self.old, self.options = values, old, []

    def __dlpack_device__(self):
        return (1, 0)

    def __dlpack__(self, **options):
        self.options.append(options)
        if self.old and "max_version" in options:
            raise TypeError("unexpected keyword")
        return self.values.__dlpack__(**options)


@pytest.mark.parametrize("old", [False, True])
def test_any_dlpack_producer(old):
    values = IMAGE.copy()
    refs = sys.getrefcount(values)
    producer = Producer(values, old)
    got = gaussian(producer, 1.5)
    assert type(got) is opsin.Array  # There is no general way back.
    np.testing.assert_array_equal(np.asarray(got), WANT)
    assert "stream" not in producer.options[-1]
    array = opsin.asarray(producer)
    assert array.__array_interface__["data"][0] == values.__array_interface__["data"][0]
    del array, producer
    assert sys.getrefcount(values) == refs


def test_read_only_dlpack_memory_stays_so():
    values = IMAGE.copy()
    values.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        gaussian(IMAGE, out=Producer(values, old=False))


def test_producers_that_fail():
    class Broken:
        def __dlpack_device__(self):
            return (1, 0)

        def __dlpack__(self, **options):
            raise RuntimeError("broken producer")

    class Wrong(Broken):
        def __dlpack__(self, **options):
            return 3

    with pytest.raises(RuntimeError, match="broken producer"):
        gaussian(Broken())
    with pytest.raises(TypeError, match="DLPack capsule"):
        gaussian(Wrong())


@pytest.mark.skipif(opsin.cuda_available(), reason="a GPU is here")
def test_cuda_interface_without_cuda():
    class Fake:
        __cuda_array_interface__ = {"shape": (2,), "typestr": "<f4", "data": (4096, False), "version": 3}

    with pytest.raises(opsin.CudaError, match="not available"):
        gaussian(Fake())


class Interface:
    """Device memory that is never looked at, by __cuda_array_interface__."""

    def __init__(self, address, shape, typestr, strides=None):
        self.__cuda_array_interface__ = dict(
            shape=shape, typestr=typestr, data=(address, False), strides=strides, version=3
        )

    __cuda_array_interface__ = None


class LikeCupy:
    """The same, as CuPy's arrays look."""

    __module__ = "cupy"
    __cuda_array_interface__ = None

    def __init__(self, address, shape, typestr, strides=None):
        self.dtype = np.dtype(typestr)
        self.data = types.SimpleNamespace(ptr=address, device_id=0)
        self.shape = shape
        self.strides = strides or np.empty(shape, typestr).strides


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    ]


class LikeTorch:
    """The same, by DLPack, whose strides are whole elements."""

    def __init__(self, address, shape, typestr, strides=None):
        self.dtype, self.shape = np.dtype(typestr), shape
        dtype = self.dtype
        self.sizes = (ctypes.c_int64 * len(shape))(*shape)
        code = 5 if dtype.kind == "c" else 2
        self.tensor = Tensor(address, 2, 0, len(shape), code, 8 * dtype.itemsize, 1, self.sizes)

    def __dlpack_device__(self):
        return 2, 0

    def __dlpack__(self, **options):
        new = ctypes.pythonapi.PyCapsule_New
        new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
        return new(ctypes.addressof(self.tensor), b"dltensor", None)


@pytest.mark.parametrize("like", [Interface, LikeCupy, LikeTorch])
@pytest.mark.parametrize("address, typestr", [(4097, "<f4"), (4100, "<f8"), (4098, "<c8")])
def test_misaligned_device_memory_is_refused(like, address, typestr):
    with pytest.raises(ValueError, match="addresses that are whole elements"):
        opsin.asarray(like(address, (2, 3), typestr))


@pytest.mark.parametrize("like", [Interface, LikeCupy])
def test_device_memory_between_elements_is_refused(like):
    with pytest.raises(ValueError, match="strides that are whole elements"):
        opsin.asarray(like(4096, (2, 3), "<f4", (13, 4)))


def test_arrays_of_two_devices_are_refused():
    """A pointer of one device would be followed on the other."""
    image = np.ones((4, 5, 3), np.float32)
    for call in (
        lambda other: opsin.metrics.mean_squared_error(image, other),
        lambda other: opsin.color.deltaE_cie76(image, other),
        lambda other: opsin.measure.pearson_corr_coeff(image, other),
        lambda other: opsin.exposure.match_histograms(image, other),
    ):
        with pytest.raises(ValueError, match=r"different devices \(cpu and cuda:0\)"):
            call(LikeTorch(4096, image.shape, "<f4"))
