"""Filters that are applied to a spectrum (scipy.ndimage)."""

import operator

from opsin._documented import documented
from opsin._native import ndimage as _native
from opsin._ndimage_arguments import as_dtype, as_input

_DTYPES = ("float32", "float64", "complex64", "complex128")

_REAL = """    n : int, optional
        Negative for the spectrum of a complex transform, else the length of `axis` before a real one; see
        `fourier_gaussian`.
    axis : int, optional
        The axis of the real transform.
"""
_OUTPUT = """    output : dtype or array, optional
        As in `fourier_gaussian`.

    Returns
    -------
    array
        As from `fourier_gaussian`, with its errors.
"""


def _output(output, input, dtypes):
    """(dtype or None, array or None); a dtype is a class, as SciPy wants it."""
    if output is None:
        return None, None
    if isinstance(output, type) or type(output).__module__ == "torch" and type(output).__name__ == "dtype":
        dtype = as_dtype(output)
        if dtype.name not in dtypes:
            raise RuntimeError("output type not supported")
        return dtype, None
    if not hasattr(output, "shape"):
        raise TypeError("output must be a dtype or an array")
    if tuple(output.shape) != tuple(input.shape):
        raise RuntimeError("output shape not correct")
    return None, as_input(output)


def _filter(name, input, parameter, n, axis, output, dtypes=_DTYPES):
    input = as_input(input)
    dtype, out = _output(output, input, dtypes)
    return getattr(_native, name)(input, parameter, operator.index(n), operator.index(axis), dtype, out)


def fourier_gaussian(input, sigma, n=-1, axis=-1, output=None):
    """Multiply a spectrum by that of a Gaussian: the image behind it is smoothed.

    Parameters
    ----------
    input : array
        Spectrum of an image of any number of axes, real or complex.
    sigma : float or sequence of float
        Standard deviation in pixels: one for all axes or one per axis.
    n : int, optional
        Negative for the spectrum of a complex transform. Else that of a real one, whose `axis` holds the frequencies
        that are not negative, and `n` is the length that the axis had before the transform.
    axis : int, optional
        The axis of the real transform.
    output : dtype or array, optional
        float32, float64, complex64 or complex128 (real ones for real spectra only), or an array of one of these that
        receives the result.

    Returns
    -------
    array
        By default of the dtype of `input` where that is float32, complex64 or complex128, else float64.

    Raises
    ------
    RuntimeError
        For a wrong number of sigmas, float16, and outputs of another dtype or shape.
    IndexError
        For an `axis` that is none.
    """
    return _filter("fourier_gaussian", input, sigma, n, axis, output)


@documented(real=_REAL, output=_OUTPUT)
def fourier_uniform(input, size, n=-1, axis=-1, output=None):
    """Multiply a spectrum by that of a box: the image behind it becomes the mean of its neighbours.

    Parameters
    ----------
    input : array
        Spectrum of an image of any number of axes, real or complex.
    size : float or sequence of float
        Side of the box in pixels: one for all axes or one per axis.
    {real}
    {output}
    """
    return _filter("fourier_uniform", input, size, n, axis, output)


@documented(real=_REAL, output=_OUTPUT)
def fourier_ellipsoid(input, size, n=-1, axis=-1, output=None):
    """Multiply a spectrum of one to three axes by that of an ellipsoid.

    Parameters
    ----------
    input : array
        Spectrum of an image, real or complex.
    size : float or sequence of float
        Axes of the ellipsoid in pixels: one for all or one each.
    {real}
    {output}

    Raises
    ------
    NotImplementedError
        For more than three axes.
    """
    return _filter("fourier_ellipsoid", input, size, n, axis, output)


@documented(real=_REAL)
def fourier_shift(input, shift, n=-1, axis=-1, output=None):
    """Multiply a spectrum by phases: the image behind it is shifted, by fractions of pixels too.

    Parameters
    ----------
    input : array
        Spectrum of an image of any number of axes, real or complex.
    shift : float or sequence of float
        Distance in pixels: one for all axes or one per axis.
    {real}
    output : dtype or array, optional
        complex64, complex128, or an array of these that receives the result.

    Returns
    -------
    array
        complex64 for complex64, else complex128; errors as those of `fourier_gaussian`.
    """
    return _filter("fourier_shift", input, shift, n, axis, output, _DTYPES[2:])
