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
        except Exception:  # noqa: BLE001: bad arguments: let the function itself refuse them
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
