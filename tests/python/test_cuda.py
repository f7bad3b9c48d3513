"""Arrays on a GPU: no copy on the way in, the caller's stream, the caller's allocator out."""

import gc
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import opsin
from opsin.filters import gaussian

pytestmark = [pytest.mark.cuda, pytest.mark.skipif(not opsin.cuda_available(), reason="no GPU")]

IMAGE = np.random.default_rng(7).random((200, 300), dtype=np.float32)
WANT = gaussian(IMAGE, 2)


@pytest.fixture
def cupy():
    return pytest.importorskip("cupy")


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def _close(got):
    np.testing.assert_allclose(got, WANT, atol=1e-6)


def test_opsin_arrays():
    array = opsin.asarray(IMAGE, device="cuda")
    assert array.device == "cuda:0" and array.__dlpack_device__() == (2, 0)
    assert not hasattr(array, "__array_interface__")
    interface = array.__cuda_array_interface__
    assert interface["shape"] == IMAGE.shape and interface["typestr"] == "<f4" and interface["stream"] == 1
    got = gaussian(array, 2)
    assert type(got) is opsin.Array and got.device == "cuda:0"
    _close(np.asarray(got))
    _close(np.asarray(got.to("cpu")))
    np.testing.assert_array_equal(np.asarray(array[10:20, ::-3]), IMAGE[10:20, ::-3])
    assert array[3, 4].item() == IMAGE[3, 4]
    np.testing.assert_array_equal(np.asarray(array.astype("float64")), IMAGE.astype("float64"))
    with pytest.raises(ValueError, match="copy"):
        array.__array__(copy=False)


def test_cupy_in_and_out(cupy):
    array = cupy.asarray(IMAGE)
    refs = sys.getrefcount(array)
    pool = cupy.get_default_memory_pool()
    used = pool.used_bytes()
    got = gaussian(array, 2)
    assert type(got) is cupy.ndarray
    assert pool.used_bytes() - used >= got.nbytes  # CuPy's own memory.
    _close(cupy.asnumpy(got))
    assert sys.getrefcount(array) == refs
    view = opsin.asarray(array)
    assert view.__cuda_array_interface__["data"][0] == array.data.ptr
    assert sys.getrefcount(array) == refs + 1
    del view, got
    assert sys.getrefcount(array) == refs and pool.used_bytes() == used
    out = cupy.empty_like(array)
    assert gaussian(array, 2, out=out) is out
    _close(out.get())
    for odd in (array.T, array[::2, ::-1], array[5], array[2, 3]):
        np.testing.assert_allclose(gaussian(odd, 1).get(), gaussian(odd.get(), 1), atol=1e-6)


def test_torch_in_and_out(torch):
    tensor = torch.from_numpy(IMAGE).cuda()
    refs = sys.getrefcount(tensor)
    used = torch.cuda.memory_allocated()
    got = gaussian(tensor, 2)
    assert type(got) is torch.Tensor and got.device == tensor.device
    assert torch.cuda.memory_allocated() - used >= got.nbytes  # PyTorch's own memory.
    _close(got.cpu().numpy())
    assert opsin.asarray(tensor).__cuda_array_interface__["data"][0] == tensor.data_ptr()
    assert sys.getrefcount(tensor) == refs
    del got
    assert torch.cuda.memory_allocated() == used
    out = torch.empty_like(tensor)
    assert gaussian(tensor, 2, out=out) is out
    _close(out.cpu().numpy())


def test_libraries_read_opsin_arrays(cupy, torch):
    array = gaussian(opsin.asarray(IMAGE, device="cuda"), 2)
    address = array.__cuda_array_interface__["data"][0]
    assert cupy.asarray(array).data.ptr == address and cupy.from_dlpack(array).data.ptr == address
    assert torch.from_dlpack(array).data_ptr() == address
    _close(torch.from_dlpack(array).cpu().numpy())
    _close(np.from_dlpack(array, device="cpu"))


@pytest.mark.parametrize("blocking", [True, False])
def test_work_runs_on_cupys_current_stream(cupy, blocking):
    """A slow producer on a stream of its own: the right result shows that the order was kept."""
    big = cupy.zeros((6000, 6000), cupy.float32)
    big[...] = 1
    cupy.cuda.Device().synchronize()
    with cupy.cuda.Stream(non_blocking=not blocking) as stream:
        for _ in range(20):
            big += 1
        got = gaussian(big, 1)
        after = got + 1
        stream.synchronize()
    np.testing.assert_allclose(after[::500, ::500].get(), 22, rtol=1e-5)


def test_work_runs_on_torchs_current_stream(torch):
    big = torch.ones((6000, 6000), device="cuda")
    torch.cuda.synchronize()
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(20):
            big += 1
        after = gaussian(big, 1) + 1
    stream.synchronize()
    np.testing.assert_allclose(after[::500, ::500].cpu().numpy(), 22, rtol=1e-5)


def test_arrays_of_two_streams_are_ordered(cupy, torch):
    tensor = torch.zeros((6000, 6000), device="cuda")
    torch.cuda.synchronize()
    out = cupy.empty((6000, 6000), cupy.float32)
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for _ in range(20):
            tensor += 1
        with cupy.cuda.Stream(non_blocking=True) as other:
            gaussian(tensor, 1, out=out)
            stream.synchronize()
            other.synchronize()
    np.testing.assert_allclose(out[::500, ::500].get(), 20, rtol=1e-5)


def test_arrays_outlive_their_stream(cupy):
    """Memory made on a stream that is gone is freed, used again and given back."""
    for _ in range(30):
        stream = cupy.cuda.Stream(non_blocking=True)
        with stream:
            view = gaussian(cupy.asarray(IMAGE), 2)
            kept = opsin.asarray(view).copy()
        stream.synchronize()
        del stream, view
        gc.collect()
        _close(np.asarray(kept))
        del kept
    opsin.release_cached_memory("cuda")
    assert opsin._native.cached_cuda_bytes() == 0
    _close(np.asarray(gaussian(opsin.asarray(IMAGE, device="cuda"), 2)))


def test_freed_memory_is_used_again():
    opsin.release_cached_memory("cuda")
    array = opsin.asarray(IMAGE, device="cuda")
    addresses = {gaussian(array, 2).__cuda_array_interface__["data"][0] for _ in range(50)}
    assert len(addresses) <= 2
    assert opsin._native.cached_cuda_bytes() < 10 * IMAGE.nbytes


def test_mixed_devices_are_refused(cupy):
    array = cupy.asarray(IMAGE)
    for image, out in ((IMAGE, array.copy()), (array, np.empty_like(IMAGE))):
        with pytest.raises(ValueError, match="device|lie on"):
            gaussian(image, 2, out=out)
    _close(gaussian(array, 2).get())


def test_out_of_memory_is_a_memory_error():
    array = opsin.asarray(np.zeros((1000, 1000), np.float32), device="cuda")
    wide = opsin.asarray(np.zeros(1, np.uint8), device="cuda")
    keep = []
    with pytest.raises(MemoryError, match="cuda:0"):
        while len(keep) < 100_000:
            keep.append(array.astype("complex128"))
            array = array if len(keep) < 4 else opsin.asarray(np.zeros((16000, 16000), np.float32), device="cuda")
    keep.clear()
    gc.collect()
    assert wide.copy().item() == 0
    _close(np.asarray(gaussian(opsin.asarray(IMAGE, device="cuda"), 2)))
    opsin.release_cached_memory("cuda")


def test_no_such_device():
    with pytest.raises(ValueError, match="there is no device cuda:63"):
        opsin.asarray(IMAGE, device="cuda:63")


def test_cuda_in_a_forked_child_names_spawn():
    """In a process of its own: a fork beside other libraries' CUDA threads is nobody's friend."""
    code = """
        import os, numpy, opsin
        array = opsin.asarray(numpy.ones((64, 64), numpy.float32), device="cuda")
        pid = os.fork()
        if pid == 0:
            try:
                opsin.filters.gaussian(array)
            except opsin.CudaError as error:
                code = 0 if "spawn" in str(error) else 2
            else:
                code = 1
            if opsin.filters.gaussian(numpy.ones((64, 64))).shape != (64, 64):
                code = 3
            del array
            os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        print(numpy.asarray(opsin.filters.gaussian(array)).shape)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.split("\n")[:2] == ["0", "(64, 64)"], done.stderr


def test_jax_in_and_out():
    jax = pytest.importorskip("jax")
    if not any(d.platform == "gpu" for d in jax.devices()):
        pytest.skip("JAX sees no GPU")
    got = gaussian(jax.numpy.asarray(IMAGE), 2)
    assert isinstance(got, jax.Array) and next(iter(got.devices())).platform == "gpu"
    _close(np.asarray(got))


@pytest.mark.skipif(opsin.cuda_device_count() < 2, reason="one GPU")
def test_second_device():
    array = opsin.asarray(IMAGE, device="cuda:1")
    got = gaussian(array, 2)
    assert got.device == "cuda:1"
    _close(np.asarray(got))
    with pytest.raises(ValueError, match="different devices|must lie on"):
        gaussian(array, 2, out=opsin.asarray(IMAGE, device="cuda:0"))
    cupy = pytest.importorskip("cupy")
    with cupy.cuda.Device(1):
        other = cupy.asarray(IMAGE)
    result = gaussian(other, 2)
    assert result.device.id == 1 and cupy.cuda.Device().id == 0
    _close(result.get())


@pytest.mark.parametrize("n", [1, 63, 1000, 1024 * 128 + 5, 3_000_001])
def test_noise_drawn_on_the_device_is_numpys(cupy, n):
    image = np.zeros(n)
    for seed in range(3):
        ours, numpys = np.random.default_rng(seed), np.random.default_rng(seed)
        got = opsin.util.random_noise(cupy.asarray(image), rng=ours, clip=False, mean=0.25)
        want = opsin.util.random_noise(image, rng=numpys, clip=False, mean=0.25)
        np.testing.assert_allclose(cupy.asnumpy(got), want, rtol=0, atol=1e-15)
        assert (cupy.asnumpy(got) != want).sum() <= 2 + n / 1000  # of the tail, whose logarithms are the device's
        assert ours.bit_generator.state == numpys.bit_generator.state
        got = opsin.util.random_noise(cupy.asarray(image) + 0.5, "s&p", rng=ours, amount=0.2, salt_vs_pepper=0.3)
        want = opsin.util.random_noise(image + 0.5, "s&p", rng=numpys, amount=0.2, salt_vs_pepper=0.3)
        np.testing.assert_array_equal(cupy.asnumpy(got), want)
        assert ours.bit_generator.state == numpys.bit_generator.state


def test_an_impulse_response_meets_cupy_positions(cupy):
    seen = []

    def response(r, c):
        seen.append(type(r))
        return np.exp(-np.hypot(r, c))  # its spectrum stays far from zero, which the inverse divides by

    for function in (opsin.filters.filter_forward, opsin.filters.filter_inverse, opsin.filters.wiener):
        got = function(cupy.asarray(IMAGE), response)
        want = function(IMAGE, response)
        assert type(got) is cupy.ndarray and got.dtype == want.dtype
        np.testing.assert_allclose(cupy.asnumpy(got), want, atol=1e-4 * abs(want).max())
    assert seen == [cupy.ndarray, np.ndarray] * 3
