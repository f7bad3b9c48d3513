"""Gaussian and uniform filters (scipy.ndimage)."""

import numbers
import operator

from opsin._native import ndimage as _native
from opsin._ndimage_arguments import all_axes, as_input, as_output, is_complex, one_axis, per_axis


def gaussian_radius(sigma, truncate, radius):
    """Half the length of a Gaussian filter, by SciPy's rule."""
    if radius is None:
        radius = int(truncate * float(sigma) + 0.5)
    if not isinstance(radius, numbers.Integral) or radius < 0:
        raise ValueError("Radius must be a nonnegative integer.")
    return int(radius)


def gaussian_filter1d(
    input, sigma, axis=-1, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *, radius=None
):
    """Gaussian filter along one axis.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    sigma : float
        Standard deviation in pixels.
    axis : int, optional
        The filtered axis.
    order : int, optional
        0 smooths, k > 0 takes the k-th derivative of the Gaussian.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : {'reflect', 'constant', 'nearest', 'mirror', 'wrap', 'grid-mirror', 'grid-constant', 'grid-wrap'}, optional
        What lies beyond the edges.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    truncate : float, optional
        The filter ends at this many standard deviations.
    radius : int, optional
        Half the length of the filter, in place of ``truncate * sigma``.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    ValueError
        For a negative order or radius, or an axis out of range.
    ZeroDivisionError
        For a sigma of 0.
    RuntimeError
        For an unknown mode, an unsupported dtype or an output of another shape.
    """
    input = as_input(input)
    radius = gaussian_radius(sigma, truncate, radius)
    if order < 0:
        raise ValueError("order must be non-negative")
    if sigma == 0:
        raise ZeroDivisionError("float division by zero")
    dtype, out = as_output(output, is_complex(input))
    axis = one_axis(axis, len(input.shape))
    return _native.gaussian_filter1d(input, sigma, axis, order, dtype, out, mode, cval, radius)


def gaussian_filter(
    input, sigma, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *, radius=None, axes=None
):
    """Gaussian filter along several axes.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused where something is filtered.
    sigma : float or sequence of float
        Standard deviation in pixels, for all filtered axes or one by one. Axes with at most 1e-15 are not filtered.
    order : int or sequence of int, optional
        0 smooths, k > 0 takes the k-th derivative of the Gaussian.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : str or sequence of str, optional
        What lies beyond the edges: 'reflect', 'constant', 'nearest', 'mirror', 'wrap', 'grid-mirror',
        'grid-constant' or 'grid-wrap'.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    truncate : float, optional
        The filter ends at this many standard deviations.
    radius : int or sequence of int, optional
        Half the length of the filter, in place of ``truncate * sigma``.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    ValueError
        For a negative order or radius, or axes out of range or repeated.
    RuntimeError
        For a sequence of the wrong length, an unknown mode, an unsupported dtype or an output of another shape.

    Notes
    -----
    Integer results go through the result's dtype after every axis, and equal SciPy's, as float64 ones do, bit for bit.
    A float32 result of a float32 image or of 8 and 16 bit integers is computed in float32.
    """
    input = as_input(input)
    dtype, out = as_output(output, False)
    axes = all_axes(axes, len(input.shape))
    order, sigma, mode, radius = (per_axis(value, len(axes)) for value in (order, sigma, mode, radius))
    used = [s > 1e-15 for s in sigma]
    radius = [gaussian_radius(s, truncate, r) if u else 0 for s, r, u in zip(sigma, radius, used)]
    order = [o if u else 0 for o, u in zip(order, used)]
    mode = [m if u else "reflect" for m, u in zip(mode, used)]
    return _native.gaussian_filter(input, sigma, order, dtype, out, mode, cval, radius, axes)


def uniform_filter1d(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    """Mean of `size` neighbours along one axis.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    size : int
        Length of the window.
    axis : int, optional
        The filtered axis.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : str, optional
        What lies beyond the edges, see `correlate1d`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int, optional
        Moves the window.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError
        For a size below 1, an unknown mode, an unsupported dtype or an output of another shape.
    ValueError
        For an axis or origin out of range.

    Notes
    -----
    Integer images give SciPy's result to the bit (as long as the sums stay below 2**53). Sums of floating point images
    are made window by window, so that rounding errors do not accumulate along a line and NaN and infinities stay
    within the windows that hold them; SciPy's running sum spreads them to the end of the line.
    """
    input = as_input(input)
    axis = one_axis(axis, len(input.shape))
    dtype, out = as_output(output, is_complex(input))
    return _native.uniform_filter1d(input, operator.index(size), axis, dtype, out, mode, cval, operator.index(origin))


def uniform_filter(input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    """Mean of a box of neighbours.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused where something is filtered.
    size : int or sequence of int, optional
        Lengths of the box. Axes with at most 1 are not filtered.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : str or sequence of str, optional
        What lies beyond the edges, see `correlate1d`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    origin : int or sequence of int, optional
        Moves the box.
    axes : int or tuple of int, optional
        The filtered axes; by default all.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    RuntimeError
        For a sequence of the wrong length, an unknown mode, an unsupported dtype or an output of another shape.
    ValueError
        For an origin out of range, or axes out of range or repeated.

    Notes
    -----
    See `uniform_filter1d`. Integer results are truncated after every axis, as SciPy's are.
    """
    input = as_input(input)
    dtype, out = as_output(output, is_complex(input))
    axes = all_axes(axes, len(input.shape))
    size, origin, mode = (per_axis(value, len(axes)) for value in (size, origin, mode))
    used = [s > 1 for s in size]
    size = [int(s) if u else 1 for s, u in zip(size, used)]
    mode = [m if u else "reflect" for m, u in zip(mode, used)]
    origin = [operator.index(o) if u else 0 for o, u in zip(origin, used)]
    return _native.uniform_filter(input, size, dtype, out, mode, cval, origin, axes)
