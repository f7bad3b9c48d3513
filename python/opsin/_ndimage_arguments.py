"""How the functions of ``opsin.ndimage`` read their arguments: scipy.ndimage's rules and errors."""

import operator
import warnings
from collections.abc import Iterable

import numpy as np


def as_input(x):
    """`x` itself when it is an array of any library, else numpy.asarray(x)."""
    if not hasattr(x, "dtype") or not hasattr(x, "shape"):
        x = np.asarray(x)
    dtype = x.dtype
    if isinstance(dtype, np.dtype) and (dtype.kind not in "biufc" or dtype.itemsize > (16 if dtype.kind == "c" else 8)):
        raise RuntimeError(f"array type {dtype!r} not supported")
    return x


def is_complex(x):
    """True for arrays and dtypes of any library that are complex."""
    dtype = getattr(x, "dtype", x)
    # NumPy's name of a dtype takes longer than a small image.
    return dtype.kind == "c" if isinstance(dtype, np.dtype) else "complex" in str(dtype)


def as_dtype(dtype):
    """numpy.dtype of a NumPy or PyTorch dtype, a class or a name."""
    if type(dtype).__module__ == "torch":
        dtype = str(dtype).removeprefix("torch.")
    return np.dtype(dtype)


def is_dtype(x):
    return isinstance(x, (type, np.dtype)) or (type(x).__module__ == "torch" and type(x).__name__ == "dtype")


def as_output(output, input, complex_result, stacklevel=3):
    """(dtype or None, array or None) of an `output` argument."""
    if output is None:
        return None, None
    if is_dtype(output):
        dtype = as_dtype(output)
        if complex_result and dtype.kind != "c":
            warnings.warn("promoting specified output dtype to complex", stacklevel=stacklevel)
            dtype = np.promote_types(dtype, np.complex64)
        return dtype, None
    if isinstance(output, str):
        dtype = np.dtype(output)
        if complex_result and dtype.kind != "c":
            raise RuntimeError("output must have complex dtype")
        if not issubclass(dtype.type, np.number):
            raise RuntimeError("output must have numeric dtype")
        return dtype, None
    out = as_input(output)
    if tuple(out.shape) != tuple(input.shape):
        raise RuntimeError("output shape not correct")
    if complex_result and not is_complex(out):
        raise RuntimeError("output must have complex dtype")
    return None, out


def per_axis(value, count):
    """A list with one value per filtered axis."""
    if isinstance(value, (str, int, float)) or not np.iterable(value):
        return [value] * count
    values = list(value)
    if len(values) != count:
        raise RuntimeError("sequence argument must have length equal to input rank")
    return values


def one_axis(axis, ndim):
    """`axis` in [0, ndim)."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis % ndim


def all_axes(axes, ndim):
    """The filtered axes, each in [0, ndim)."""
    if axes is None:
        return list(range(ndim))
    if np.isscalar(axes):
        return [one_axis(axes, ndim)]
    if not isinstance(axes, Iterable):
        raise ValueError("axes must be an integer, iterable of integers, or None")
    axes = [operator.index(axis) for axis in axes]
    for axis in axes:
        if not -ndim <= axis < ndim:
            raise ValueError(f"specified axis: {axis} is out of range")
    axes = [axis % ndim for axis in axes]
    if len(set(axes)) != len(axes):
        raise ValueError("axes must be unique")
    return axes
