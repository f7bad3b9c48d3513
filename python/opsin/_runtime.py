"""Arrays, devices, threads and policies: what does not belong to one module."""

from opsin import _native


def asarray(x, dtype=None, device=None):
    """An ``opsin.Array`` of any array-like.

    Parameters
    ----------
    x : array-like
        A NumPy, CuPy, PyTorch or JAX array, anything with ``__dlpack__``, ``__cuda_array_interface__`` or
        ``__array__``, a list or a scalar.
    dtype : dtype, optional
        Converts to it as C does.
    device : {"cpu", "cuda", "cuda:N"}, optional
        Where the array shall lie; by default it stays where it is.

    Returns
    -------
    Array
        A view of the same memory where device and dtype allow it, else a copy.
    """
    return _native.asarray(x, dtype, device)


def cpu_targets():
    """Names of the instruction-set levels that this build holds and this processor runs, best last."""
    return _native.cpu_targets()


def cpu_target():
    """The level in use; the environment variable ``OPSIN_CPU_TARGET`` forces a lower one."""
    return _native.cpu_target()


def cuda_device_count():
    """Number of CUDA devices, 0 when CUDA cannot be used."""
    return _native.cuda_device_count()


def cuda_available():
    """Whether CUDA can be used."""
    return _native.cuda_device_count() > 0


def cuda_unavailable_reason():
    """Why CUDA cannot be used, in one sentence; an empty string when it can."""
    return _native.cuda_unavailable_reason()


def get_num_threads():
    """Threads that CPU work may use."""
    return _native.num_threads()


def set_num_threads(n):
    """Set the number of threads that CPU work may use (at first ``OPSIN_NUM_THREADS`` or the usable cores)."""
    _native.set_num_threads(n)


def synchronize(device="cuda"):
    """Wait for the work that is queued on the current stream of a device."""
    _native.synchronize(device)


def release_cached_memory(device="cpu"):
    """Give memory that opsin keeps for reuse back to the system.

    Freed blocks are kept: on the CPU at most 1 GiB or 1/16 of the machine's memory (``OPSIN_CPU_CACHE_MB`` sets it), on
    a GPU at most 1/8 of its memory. Waits until the GPU is idle.
    """
    _native.release_cached_memory(device)


class _PolicyScope:
    """What `set_float_policy` returns: leaving it as a context manager restores the policy before."""

    def __init__(self, before):
        self._before = before

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        _native.set_float_policy(self._before)


def set_float_policy(policy):
    """Choose the float type that integer images compute in, for this thread.

    ``"skimage"`` (the default) computes in float64 as scikit-image does; ``"single"`` in float32, as cuCIM does for 8
    and 16 bit, at half the memory. Also a context manager: ``with opsin.set_float_policy("single"): ...``.
    """
    return _PolicyScope(_native.set_float_policy(policy))


def float_policy():
    """The float policy of this thread."""
    return _native.float_policy()
