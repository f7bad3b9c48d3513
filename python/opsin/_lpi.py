"""Filters given by an impulse response, and their inverses (skimage.filters)."""

import numpy as np

from opsin._documented import documented
from opsin._native import filters as _native

__all__ = ["LPIFilter2D", "filter_forward", "filter_inverse", "wiener"]

_UNDONE = """    impulse_response : callable ``f(r, c, **filter_params)``
        Of the filter that is undone; see `LPIFilter2D`.
    filter_params : dict, optional
        Handed to `impulse_response`.
"""


class LPIFilter2D:
    """Linear position-invariant filter of images with two axes.

    Parameters
    ----------
    impulse_response : callable ``f(r, c, **filter_params)``
        Gives the response at positions seen from its centre: `r` and `c` are arrays of one axis with the row and the
        column of each position, CuPy arrays for an image that is one, else NumPy arrays on the host, whatever the
        image's device. As many values come back, real or complex, of any array library.
    **filter_params
        Handed to `impulse_response`.

    Raises
    ------
    ValueError
        When `impulse_response` cannot be called.

    Notes
    -----
    The response is kept for further images of the same size.
    """

    def __init__(self, impulse_response, **filter_params):
        if not callable(impulse_response):
            raise ValueError("Impulse response must be a callable.")
        self.impulse_response = impulse_response
        self.filter_params = filter_params
        self._cache = None

    def _response(self, data):
        """The image and the response for its size, both as arrays."""
        if not hasattr(data, "shape"):
            data = np.asarray(data)
        key = (tuple(data.shape), str(data.dtype), type(data))
        if self._cache is None or self._cache[0] != key:
            values = self.impulse_response(*_native.lpi_positions(data), **self.filter_params)
            self._cache = key, values.reshape([n + 1 - n % 2 for n in data.shape])
        return data, self._cache[1]

    def __call__(self, data):
        """Apply the filter.

        Parameters
        ----------
        data : array, shape (M, N)
            Real image; beyond its edges it counts as 0.

        Returns
        -------
        array, shape (M, N)
            Absolute values: float32 when the image is float16 or float32 and the response not of double precision, else
            float64.

        Raises
        ------
        ValueError
            For images without two axes, and empty or complex ones.
        """
        return _native.filter_forward(*self._response(data))


def _chosen(data, impulse_response, filter_params, predefined_filter):
    """The filter to use."""
    if isinstance(predefined_filter, LPIFilter2D):
        return predefined_filter
    if predefined_filter is not None:  # scikit-image's own
        return LPIFilter2D(predefined_filter.impulse_response, **predefined_filter.filter_params)
    if not callable(impulse_response):
        _native.lpi_positions(data)  # an image that no filter can be used on is refused first
    return LPIFilter2D(impulse_response, **(filter_params or {}))


def filter_forward(data, impulse_response=None, filter_params=None, predefined_filter=None):
    """Filter an image by an impulse response.

    Parameters
    ----------
    data : array, shape (M, N)
        Real image; beyond its edges it counts as 0.
    impulse_response : callable ``f(r, c, **filter_params)``
        See `LPIFilter2D`.
    filter_params : dict, optional
        Handed to `impulse_response`.
    predefined_filter : LPIFilter2D, optional
        A filter in place of the two, which keeps its response from one image to the next.

    Returns
    -------
    array, shape (M, N)
        Absolute values; see `LPIFilter2D`.

    Raises
    ------
    ValueError
        For images without two axes, empty or complex ones, and no callable.
    """
    return _chosen(data, impulse_response, filter_params, predefined_filter)(data)


@documented(undone=_UNDONE)
def filter_inverse(data, impulse_response=None, filter_params=None, max_gain=2, predefined_filter=None):
    """Undo a filter, as far as a limited gain allows.

    Parameters
    ----------
    data : array, shape (M, N)
        Real image.
    {undone}
    max_gain : float, optional
        Greatest gain of a frequency. A filter that suppresses a frequency has an inverse that blows up its noise.
    predefined_filter : LPIFilter2D, optional
        A filter in place of the two.

    Returns
    -------
    array, shape (M, N)
        Absolute values; see `LPIFilter2D`.

    Raises
    ------
    ValueError
        For images without two axes, empty or complex ones, and no callable.
    """
    chosen = _chosen(data, impulse_response, filter_params, predefined_filter)
    return _native.filter_inverse(*chosen._response(data), float(max_gain))


@documented(undone=_UNDONE)
def wiener(data, impulse_response=None, filter_params=None, K=0.25, predefined_filter=None):
    """Undo a filter with the least mean squared error.

    Parameters
    ----------
    data : array, shape (M, N)
        Real image.
    {undone}
    K : float or array, shape (2 M - 1, 2 N - 1), optional
        Ratio of the power of the noise and that of the image: one, or one per frequency of the extended image.
    predefined_filter : LPIFilter2D, optional
        A filter in place of the two.

    Returns
    -------
    array, shape (M, N)
        Absolute values; see `LPIFilter2D`.

    Raises
    ------
    ValueError
        For images without two axes, empty or complex ones, no callable, and a `K` that does not fit.
    """
    spectrum = None
    if isinstance(K, np.floating):
        K, spectrum = 0.0, np.reshape(K, (1, 1))  # NumPy's scalars have a precision, as its arrays have
    elif not isinstance(K, float):
        K, spectrum = 0.0, K
    chosen = _chosen(data, impulse_response, filter_params, predefined_filter)
    return _native.wiener(*chosen._response(data), K, spectrum)
