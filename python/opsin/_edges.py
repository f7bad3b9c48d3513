"""Edge filters (skimage.filters)."""

from opsin._native import filters as _native

__all__ = [
    "farid",
    "farid_h",
    "farid_v",
    "laplace",
    "prewitt",
    "prewitt_h",
    "prewitt_v",
    "roberts",
    "roberts_neg_diag",
    "roberts_pos_diag",
    "scharr",
    "scharr_h",
    "scharr_v",
    "sobel",
    "sobel_h",
    "sobel_v",
]


def _edge_doc(text):
    """Completes the docstring of one of the n-dimensional edge filters, whose parameters are the same."""

    def decorate(function):
        function.__doc__ = f"""{text}

    Parameters
    ----------
    image : array
        Real image of any number of axes. Integers are scaled to [0, 1].
    mask : array, optional
        Where it is 0, and within one element of that or of the image's edges, the result is multiplied by 0.
    axis : int or sequence of int, optional
        The axis across which edges are found; all others are smoothed. With several, or with None for all, the result is
        the square root of the sum of the squares over the number of the image's axes.
    mode : {{'reflect', 'constant', 'nearest', 'mirror', 'wrap'}}, optional
        What lies beyond the edges, in scipy.ndimage's words.
    cval : float, optional
        The value beyond the edges for mode 'constant'.

    Returns
    -------
    array
        Signed differences along one axis, or the magnitude: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For complex images, and for a mask whose shape does not broadcast to the image's.
    IndexError
        For an axis that the image has not.
    RuntimeError
        For an unknown `mode`.

    Notes
    -----
    float64 results equal scikit-image's bit for bit. A negative axis is not the same as its positive twin: as in
    scikit-image, the smoothing weights then apply along it as well.
    """
        return function

    return decorate


def _plane_doc(text):
    """Completes the docstring of one of the 2-D filters, whose parameters are the same."""

    def decorate(function):
        function.__doc__ = f"""{text}

    Parameters
    ----------
    image : array, shape (M, N)
        Real image. Integers are scaled to [0, 1].
    mask : array, optional
        Where it is 0, and within one element of that or of the image's edges, the result is multiplied by 0.

    Returns
    -------
    array, shape (M, N)
        float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        Unless the image is real, 2-D and not empty, and the mask's shape broadcasts to it.
    """
        return function

    return decorate


@_edge_doc("""Edges by the Sobel filter.

    Differences, smoothed across by (1, 2, 1) / 4.""")
def sobel(image, mask=None, *, axis=None, mode="reflect", cval=0.0):
    return _native.sobel(image, mask, axis, mode, cval)


@_plane_doc("Horizontal edges by the Sobel filter: differences along axis 0.")
def sobel_h(image, mask=None):
    return _native.sobel_h(image, mask)


@_plane_doc("Vertical edges by the Sobel filter: differences along axis 1.")
def sobel_v(image, mask=None):
    return _native.sobel_v(image, mask)


@_edge_doc("""Edges by the Scharr filter.

    Differences, smoothed across by (3, 10, 3) / 16: closer to rotation invariance than Sobel's.""")
def scharr(image, mask=None, *, axis=None, mode="reflect", cval=0.0):
    return _native.scharr(image, mask, axis, mode, cval)


@_plane_doc("Horizontal edges by the Scharr filter: differences along axis 0.")
def scharr_h(image, mask=None):
    return _native.scharr_h(image, mask)


@_plane_doc("Vertical edges by the Scharr filter: differences along axis 1.")
def scharr_v(image, mask=None):
    return _native.scharr_v(image, mask)


@_edge_doc("""Edges by the Prewitt filter.

    Differences, smoothed across by (1, 1, 1) / 3.""")
def prewitt(image, mask=None, *, axis=None, mode="reflect", cval=0.0):
    return _native.prewitt(image, mask, axis, mode, cval)


@_plane_doc("Horizontal edges by the Prewitt filter: differences along axis 0.")
def prewitt_h(image, mask=None):
    return _native.prewitt_h(image, mask)


@_plane_doc("Vertical edges by the Prewitt filter: differences along axis 1.")
def prewitt_v(image, mask=None):
    return _native.prewitt_v(image, mask)


@_edge_doc("""Edges by the Farid filter.

    Five taps: the matched derivative and interpolator of Farid and Simoncelli (2004) [1]_.

    .. [1] H. Farid, E. Simoncelli, "Differentiation of discrete multidimensional signals", IEEE Transactions on Image
       Processing 13(4), 496-508, 2004.""")
def farid(image, mask=None, *, axis=None, mode="reflect", cval=0.0):
    return _native.farid(image, mask, axis, mode, cval)


@_plane_doc("Horizontal edges by the Farid filter: differences along axis 0.")
def farid_h(image, *, mask=None):
    return _native.farid_h(image, mask)


@_plane_doc("Vertical edges by the Farid filter: differences along axis 1.")
def farid_v(image, *, mask=None):
    return _native.farid_v(image, mask)


@_plane_doc("Edges by Roberts' cross: the magnitude of the differences along the two diagonals over the root of 2.")
def roberts(image, mask=None):
    return _native.roberts(image, mask)


@_plane_doc("Roberts' cross along the main diagonal: the element below and to the right less the element itself.")
def roberts_pos_diag(image, mask=None):
    return _native.roberts_pos_diag(image, mask)


@_plane_doc("Roberts' cross along the other diagonal: the element below less the one to the right.")
def roberts_neg_diag(image, mask=None):
    return _native.roberts_neg_diag(image, mask)


def laplace(image, ksize=3, mask=None):
    """Edges by the discrete Laplacian: 2 n times the element less its neighbours along the n axes.

    Parameters
    ----------
    image : array
        Real image of one or more axes. Integers are scaled to [0, 1].
    ksize : int, optional
        At least 3; the operator has three elements along each axis whatever it says.
    mask : array, optional
        Where it is 0, and within one element of that or of the image's edges, the result is multiplied by 0.

    Returns
    -------
    array
        float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        For complex and 0-d images, `ksize` below 3, and a mask whose shape does not broadcast to the image's.
    """
    return _native.laplace(image, ksize, mask)
