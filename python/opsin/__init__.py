"""opsin: n-dimensional image processing and biomedical image I/O on CPU and CUDA.

The functions mirror scikit-image (``import opsin as ski``) and run where their data lives: NumPy arrays on the CPU, CuPy,
PyTorch, JAX and ``opsin.Array`` on their device; the same kind of array comes back.
"""

from opsin import _native
from opsin import color as color
from opsin import data as data
from opsin import exposure as exposure
from opsin import feature as feature
from opsin import filters as filters
from opsin import io as io
from opsin import measure as measure
from opsin import metrics as metrics
from opsin import morphology as morphology
from opsin import ndimage as ndimage
from opsin import segmentation as segmentation
from opsin import transform as transform
from opsin import util as util
from opsin._loader import SlideDataset as SlideDataset
from opsin._native import Array as Array
from opsin._native import CudaError as CudaError
from opsin._native import UnsupportedFormatError as UnsupportedFormatError
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
from opsin._slide import Slide as Slide
from opsin.data import data_dir as data_dir
from opsin.util import (
    dtype_limits,
    img_as_bool,
    img_as_float,
    img_as_float32,
    img_as_float64,
    img_as_int,
    img_as_ubyte,
    img_as_uint,
)

__version__ = _native.version()

__all__ = [
    "Array",
    "CudaError",
    "Slide",
    "SlideDataset",
    "UnsupportedFormatError",
    "asarray",
    "color",
    "cpu_target",
    "cpu_targets",
    "cuda_available",
    "cuda_device_count",
    "cuda_unavailable_reason",
    "data",
    "data_dir",
    "dtype_limits",
    "exposure",
    "feature",
    "filters",
    "float_policy",
    "get_num_threads",
    "img_as_bool",
    "img_as_float",
    "img_as_float32",
    "img_as_float64",
    "img_as_int",
    "img_as_ubyte",
    "img_as_uint",
    "io",
    "measure",
    "metrics",
    "morphology",
    "ndimage",
    "release_cached_memory",
    "segmentation",
    "set_float_policy",
    "set_num_threads",
    "synchronize",
    "transform",
    "util",
]
