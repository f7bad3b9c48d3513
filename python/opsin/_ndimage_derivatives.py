"""Derivatives, Laplacians and gradient magnitudes (scipy.ndimage)."""

from opsin._native import ndimage as _native
from opsin._ndimage_arguments import all_axes, as_dtype, as_input, as_output, one_axis, per_axis
from opsin._ndimage_smooth import gaussian_radius


def _edges(function, input, axis, output, mode, cval):
    input = as_input(input)
    ndim = len(input.shape)
    axis = one_axis(axis, ndim)
    dtype, out = as_output(output, input, False)
    return function(input, axis, dtype, out, per_axis(mode, ndim), cval)


def sobel(input, axis=-1, output=None, mode="reflect", cval=0.0):
    """Sobel filter: the derivative along an axis, smoothed along all others.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    axis : int, optional
        The axis of the derivative.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. The array may be or overlap the input.
    mode : str or sequence of str, optional
        What lies beyond the edges: 'reflect', 'constant', 'nearest', 'mirror', 'wrap', 'grid-mirror',
        'grid-constant' or 'grid-wrap'.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        The result, of the input's shape: [-1, 0, 1] along `axis`, then [1, 2, 1] along every other axis.

    Raises
    ------
    ValueError
        For an axis out of range.
    RuntimeError
        For a sequence of the wrong length, an unknown mode, an unsupported dtype or an output of another shape.
    """
    return _edges(_native.sobel, input, axis, output, mode, cval)


def prewitt(input, axis=-1, output=None, mode="reflect", cval=0.0):
    """Prewitt filter: the derivative along an axis, summed over three neighbours along all others.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    axis : int, optional
        The axis of the derivative.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str or sequence of str, optional
        What lies beyond the edges, see `sobel`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        The result, of the input's shape: [-1, 0, 1] along `axis`, then [1, 1, 1] along every other axis.

    Raises
    ------
    ValueError, RuntimeError
        See `sobel`.
    """
    return _edges(_native.prewitt, input, axis, output, mode, cval)


def laplace(input, output=None, mode="reflect", cval=0.0, *, axes=None):
    """Laplacian from the second differences along the axes.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str or sequence of str, optional
        What lies beyond the edges, see `sobel`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    axes : int or tuple of int, optional
        The axes of the derivatives; by default all.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    ValueError
        For axes out of range or repeated.
    RuntimeError
        For a sequence of the wrong length, an unknown mode, an unsupported dtype or an output of another shape.
    """
    input = as_input(input)
    axes = all_axes(axes, len(input.shape))
    dtype, out = as_output(output, input, False)
    return _native.laplace(input, dtype, out, per_axis(mode, len(axes)), cval, axes)


def _gaussian_arguments(input, axes, sigma, mode, keywords):
    """(axes, sigma for every axis, mode, radius for every axis)."""
    ndim = len(input.shape)
    truncate = keywords.pop("truncate", 4.0)
    radius = keywords.pop("radius", None)
    if keywords:
        raise TypeError(f"gaussian_filter() got an unexpected keyword argument {next(iter(keywords))!r}")
    radius = [gaussian_radius(s, truncate, r) if s > 1e-15 else 0 for s, r in zip(sigma, per_axis(radius, ndim))]
    return per_axis(mode, len(axes)), radius


def gaussian_laplace(input, sigma, output=None, mode="reflect", cval=0.0, *, axes=None, **kwargs):
    """Laplacian of a Gaussian: the sum of its second derivatives.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    sigma : float or sequence of float
        Standard deviation in pixels, for all axes of `axes` or one by one.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str or sequence of str, optional
        What lies beyond the edges, see `sobel`; one per derivative.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    axes : int or tuple of int, optional
        The filtered axes; by default all.
    **kwargs
        `truncate` and `radius`, see `gaussian_filter`.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    ValueError, RuntimeError
        See `gaussian_filter`.
    """
    input = as_input(input)
    ndim = len(input.shape)
    axes = all_axes(axes, ndim)
    sigma = per_axis(sigma, len(axes))
    every = sigma
    if len(axes) < ndim:
        every = [0.0] * ndim
        for axis, s in zip(axes, sigma):
            every[axis] = s
    mode, radius = _gaussian_arguments(input, axes, every, mode, kwargs)
    dtype, out = as_output(output, input, False)
    return _native.gaussian_laplace(input, sigma, dtype, out, mode, cval, axes, radius)


def gaussian_gradient_magnitude(input, sigma, output=None, mode="reflect", cval=0.0, *, axes=None, **kwargs):
    """Length of the gradient of a Gaussian: the root of the sum of squares of its first derivatives.

    Parameters
    ----------
    input : array
        Real or complex array; float16 is refused.
    sigma : float or sequence of float
        Standard deviation in pixels, for all axes of the input or one by one.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's. Squares of integers wrap, as SciPy's do.
    mode : str or sequence of str, optional
        What lies beyond the edges, see `sobel`; one per derivative.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    axes : int or tuple of int, optional
        The axes of the derivatives; by default all. The others are smoothed.
    **kwargs
        `truncate` and `radius`, see `gaussian_filter`.

    Returns
    -------
    array
        The result, of the input's shape.

    Raises
    ------
    ValueError, RuntimeError
        See `gaussian_filter`.
    """
    input = as_input(input)
    ndim = len(input.shape)
    axes = all_axes(axes, ndim)
    if not axes:  # The image itself is the result, and SciPy reads nothing else.
        sigma, mode, kwargs = 0.0, "reflect", {}
    sigma = per_axis(sigma, ndim)
    mode, radius = _gaussian_arguments(input, axes, sigma, mode, kwargs)
    dtype, out = as_output(output, input, False)
    return _native.gaussian_gradient_magnitude(input, sigma, dtype, out, mode, cval, axes, radius)


def _generic(input, derivative, output, mode, cval, extra_arguments, extra_keywords, axes, each, finish):
    """finish(the sum of each(derivative) over the axes), in an array of the caller's kind."""
    keywords = extra_keywords or {}
    input = as_input(input)
    dtype, out = as_output(output, input, False)
    axes = all_axes(axes, len(input.shape))
    if not axes:
        out = _native.zeros(input, dtype) if out is None else out
        _native.assign(out, input)
        return out
    modes = per_axis(mode, len(axes))
    # A caller's output may overlap the input, which every derivative reads: the sum has its own memory until the end.
    total = _native.zeros(input, dtype if out is None else as_dtype(out.dtype))
    derivative(input, axes[0], total, modes[0], cval, *extra_arguments, **keywords)
    each(total)
    for axis, one in zip(axes[1:], modes[1:]):
        term = derivative(input, axis, total.dtype, one, cval, *extra_arguments, **keywords)
        each(term)
        _native.add_into(total, term)
    finish(total)
    if out is None:
        return total
    _native.assign(out, total)
    return out


def generic_laplace(
    input, derivative2, output=None, mode="reflect", cval=0.0, extra_arguments=(), extra_keywords=None, *, axes=None
):
    """Laplacian from a caller's second derivative.

    Parameters
    ----------
    input : array
        Array of any shape.
    derivative2 : callable
        ``derivative2(input, axis, output, mode, cval, *extra_arguments, **extra_keywords)``. It is called with arrays of
        the input's kind; `output` is an array to fill for the first axis and a dtype for the others, for which the
        callable returns a new array. Functions of this module are such callables.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str or sequence of str, optional
        What lies beyond the edges, handed to `derivative2`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    extra_arguments : sequence, optional
        More positional arguments for `derivative2`.
    extra_keywords : dict, optional
        Keyword arguments for `derivative2`.
    axes : int or tuple of int, optional
        The axes of the derivatives; by default all.

    Returns
    -------
    array
        The sum of the derivatives, of the input's shape.

    Raises
    ------
    RuntimeError
        For a sequence of modes of the wrong length, or an output of another shape.
    ValueError
        For axes out of range or repeated.
    """
    keep = lambda term: None  # noqa: E731
    return _generic(input, derivative2, output, mode, cval, extra_arguments, extra_keywords, axes, keep, keep)


def generic_gradient_magnitude(
    input, derivative, output=None, mode="reflect", cval=0.0, extra_arguments=(), extra_keywords=None, *, axes=None
):
    """Length of the gradient from a caller's derivative.

    Parameters
    ----------
    input : array
        Array of any shape.
    derivative : callable
        ``derivative(input, axis, output, mode, cval, *extra_arguments, **extra_keywords)``, see `generic_laplace`. The
        arrays that it returns are changed.
    output : array or dtype, optional
        Where the result goes, or its dtype; by default the input's.
    mode : str or sequence of str, optional
        What lies beyond the edges, handed to `derivative`.
    cval : scalar, optional
        The value beyond the edges for mode 'constant'.
    extra_arguments : sequence, optional
        More positional arguments for `derivative`.
    extra_keywords : dict, optional
        Keyword arguments for `derivative`.
    axes : int or tuple of int, optional
        The axes of the derivatives; by default all.

    Returns
    -------
    array
        The root of the sum of squares, of the input's shape.

    Raises
    ------
    RuntimeError, ValueError
        See `generic_laplace`.
    """
    square, root = _native.square_in_place, _native.root_in_place
    return _generic(input, derivative, output, mode, cval, extra_arguments, extra_keywords, axes, square, root)
