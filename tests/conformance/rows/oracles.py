"""Oracles where the reference has a bug: the same function, with the bug avoided."""

import functools

import numpy as np
import skimage.filters


def _mended(fn, kernel_shape):
    """SciPy's n-D correlate reads outside the image for mode "reflect" when the kernel's radius reaches twice an axis' length
    (the coordinate -2n is mapped to -1). Extending the image first, by NumPy, keeps it away from that."""

    @functools.wraps(fn)
    def call(image, *args, **kwargs):
        mode = kwargs.get("mode", "reflect")
        try:
            kernel = kernel_shape(*args, **kwargs)
        except Exception:  # bad arguments: let the function itself refuse them
            kernel = ()
        shape = np.shape(image)
        pad = max(kernel, default=0)
        hit = len(kernel) == len(shape) and 0 not in shape and any(1 < n <= pad // 2 + 1 for n in shape)
        if not hit or mode not in ("reflect", "grid-mirror"):
            return fn(image, *args, **kwargs)
        inside = tuple(slice(pad, pad + n) for n in shape)
        result = fn(np.pad(image, pad, mode="symmetric"), *args, **kwargs)
        return tuple(r[inside] for r in result) if isinstance(result, tuple) else result[inside]

    return call


def mend_correlate(fn):
    return _mended(fn, lambda weights, **_: np.shape(weights))


def mend_gabor(fn):
    keys = ("theta", "bandwidth", "sigma_x", "sigma_y", "n_stds")
    return _mended(
        fn, lambda frequency, **k: skimage.filters.gabor_kernel(frequency, **{n: k[n] for n in keys if n in k}).shape
    )


def mend_unsharp_mask(fn):
    """scikit-image 0.26 takes a negative channel_axis for the first axis and leaves the rest of its result unwritten."""

    @functools.wraps(fn)
    def call(image, *args, channel_axis=None, **kwargs):
        axis = (
            channel_axis % image.ndim if channel_axis is not None and -image.ndim <= channel_axis < 0 else channel_axis
        )
        return fn(image, *args, channel_axis=axis, **kwargs)

    return call


def mend_correlate_sparse(fn):
    """Mode "valid" of an image smaller than the kernel has no result: scikit-image's slices then count from the other end."""

    @functools.wraps(fn)
    def call(image, kernel, mode="reflect"):
        sizes = np.shape(kernel)
        if mode == "valid" and len(sizes) == image.ndim and any(n < k - 1 for n, k in zip(image.shape, sizes)):
            raise ValueError("the image is smaller than the kernel")
        return fn(image, kernel, mode)

    return call


def mend_sato(fn):
    """A NumPy scalar among the sigmas makes float64 of a float32 result (its square takes part in NumPy's promotion)."""

    @functools.wraps(fn)
    def call(image, sigmas=range(1, 10, 2), *args, **kwargs):
        return fn(image, [s.item() if isinstance(s, np.generic) else s for s in sigmas], *args, **kwargs)

    return call


def _large_window(fn, image, *args, size=None, footprint=None, **kwargs):
    """SciPy's rank filters read outside the image where its n-D correlate does."""
    if footprint is not None:
        window = np.shape(footprint)
    elif size is None:
        window = ()
    else:
        window = tuple(np.atleast_1d(size)) * (np.ndim(image) if np.ndim(size) == 0 else 1)
    return _mended(fn, lambda *_, **__: window)(image, *args, size=size, footprint=footprint, **kwargs)


def mend_rank_filter(fn):
    """SciPy 1.17 filters one-dimensional arrays by other rules: it ignores the footprint's holes, takes cval for an integer and
    writes the result's bits as the input's dtype. As an image with one row such an array goes the way of all others."""

    @functools.wraps(fn)
    def call(image, *args, **kwargs):
        if np.ndim(image) != 1:
            return _large_window(fn, image, *args, **kwargs)
        image = np.asarray(image)
        try:
            given = dict(kwargs)
            size, footprint, axes = given.pop("size", None), given.pop("footprint", None), given.pop("axes", None)
            origin = np.atleast_1d(given.pop("origin", 0))
            assert axes in (None, 0, -1, (0,), (-1,), [0]) and origin.size == 1
            if footprint is None:
                size, footprint = None, np.ones(np.atleast_1d(size), bool)
            if np.ndim(given.get("output")) == 1:
                given["output"] = given["output"][None]
            footprint = np.asarray(footprint)[None]
            assert footprint.ndim == 2 and footprint.any()
            result = _large_window(
                fn, image[None], *args, size=size, footprint=footprint, origin=(0, int(origin[0])), **given
            )
        except Exception:  # bad arguments: let the function itself refuse them
            return fn(image, *args, **kwargs)
        return kwargs["output"] if np.ndim(kwargs.get("output")) == 1 else result[0]

    return call


def mend_median(fn, median_filter):
    """skimage.filters.median over a mended median filter."""

    @functools.wraps(fn)
    def call(image, footprint=None, out=None, mode="nearest", cval=0.0, behavior="ndimage"):
        if behavior == "rank":
            return fn(image, footprint, out, mode, cval, behavior)
        footprint = np.ones((3,) * image.ndim) if footprint is None else footprint
        return median_filter(image, footprint=footprint, output=out, mode=mode, cval=cval)

    return call
