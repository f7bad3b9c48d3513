"""opsin: n-dimensional image processing and biomedical image I/O on CPU and CUDA.

The functions mirror scikit-image (``import opsin as ski``) and run where their data lives: NumPy arrays on the CPU, CuPy,
PyTorch, JAX and ``opsin.Array`` on their device; the same kind of array comes back.
"""

from opsin import _native
from opsin import color as color
from opsin import feature as feature
from opsin import filters as filters
from opsin import ndimage as ndimage
from opsin._native import Array as Array
from opsin._native import CudaError as CudaError
from opsin._runtime import (
    asarray,
    cpu_target,
    cpu_targets,
    cuda_available,
    cuda_device_count,
    cuda_unavailable_reason,
    float_policy,
    get_num_threads,
    release_cached_memory,
    set_float_policy,
    set_num_threads,
    synchronize,
)

__version__ = _native.version()

__all__ = [
    "Array",
    "CudaError",
    "asarray",
    "color",
    "cpu_target",
    "cpu_targets",
    "cuda_available",
    "cuda_device_count",
    "cuda_unavailable_reason",
    "feature",
    "filters",
    "float_policy",
    "get_num_threads",
    "ndimage",
    "release_cached_memory",
    "set_float_policy",
    "set_num_threads",
    "synchronize",
]
