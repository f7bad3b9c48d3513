"""Noise (skimage.util)."""

import numpy as np

from opsin._native import util as _native
from opsin._ndimage_arguments import as_dtype

_ADDED, _MULTIPLIED, _REPLACED = range(3)
_LOW_64 = (1 << 64) - 1

_PARAMETERS = {
    "gaussian": ("mean", "var"),
    "localvar": ("local_vars",),
    "poisson": (),
    "salt": ("amount",),
    "pepper": ("amount",),
    "s&p": ("amount", "salt_vs_pepper"),
    "speckle": ("mean", "var"),
}


def _drawn(rng, draw, otherwise):
    """draw(words): numbers of a PCG64 stream that opsin draws where the image is, and the stream's words after them. NumPy draws
    `otherwise`, from streams of other kinds.
    """
    bits = rng.bit_generator
    if type(bits) is not np.random.PCG64:
        return otherwise()
    with bits.lock:
        now = bits.state
        state, increment = now["state"]["state"], now["state"]["inc"]
        numbers, after = draw([state >> 64, state & _LOW_64, increment >> 64, increment & _LOW_64])
        now["state"]["state"] = after[0] << 64 | after[1]
        bits.state = now
    return numbers


def _normal(image, rng, mean, deviation):
    """rng.normal(mean, deviation, image.shape): the same numbers, and the same state afterwards."""
    return _drawn(
        rng,
        lambda words: _native.normal_noise(image, mean, deviation, words),
        lambda: rng.normal(mean, deviation, image.shape),
    )


def _bernoulli(image, probability, rng):
    """True with a probability; nothing is drawn where it is certain."""
    return _drawn(
        rng,
        lambda words: _native.bernoulli_noise(image, probability, words),
        lambda: (
            np.full(image.shape, bool(probability)) if probability in (0, 1) else rng.random(image.shape) <= probability
        ),
    )


def _on_host(image):
    """A float image as a NumPy array."""
    from opsin import asarray
    from opsin.util import img_as_float

    return np.asarray(asarray(img_as_float(image)))


def _poisson(image, rng):
    image = _on_host(image)
    scale = 2 ** np.ceil(np.log2(len(np.unique(image))))
    if not image.min() < 0:
        return rng.poisson(image * scale) / float(scale)
    span = image.max() + 1.0
    return rng.poisson((image + 1.0) / span * scale) / float(scale) * span - 1.0


def random_noise(image, mode="gaussian", rng=None, clip=True, **kwargs):
    """An image with noise.

    Parameters
    ----------
    image : array
        Of any number of axes; taken as `img_as_float` gives it.
    mode : {'gaussian', 'localvar', 'poisson', 'salt', 'pepper', 's&p', 'speckle'}, optional
        Normal noise that is added; the same with a variance for each pixel; counts of photons in the place of the image; pixels that
        become 1, the least value, or either; normal noise that is multiplied with the image and added.
    rng : numpy.random.Generator or seed, optional
        What numpy.random.default_rng takes. Normal noise, salt and pepper are drawn on the image's device, the same numbers as on the
        host (the normal distribution's tail to a unit in the last place); the other modes, and generators other than PCG64, draw
        on the host.
    clip : bool, optional
        Clip the result to [0, 1], or to [-1, 1] for images with negative values.
    mean, var : float, optional
        Of 'gaussian' and 'speckle': 0 and 0.01.
    local_vars : NumPy array, optional
        Of 'localvar': positive, of the image's shape; 0.01.
    amount : float, optional
        Of 'salt', 'pepper' and 's&p': the share of pixels that change, 0.05.
    salt_vs_pepper : float, optional
        Of 's&p': the share of these that become 1, 0.5.

    Returns
    -------
    array
        Of the image's shape; float64, for salt and pepper the image's float dtype.

    Raises
    ------
    ValueError
        For a parameter that the mode does not have, variances that are not positive, and empty images.
    KeyError
        For another mode.

    Notes
    -----
    'poisson' reads the image on the host.
    """
    mode = mode.lower()
    allowed = _PARAMETERS[mode]
    for name in kwargs:
        if name not in allowed:
            raise ValueError(f"{name} keyword not in allowed keywords {list(allowed)}")
    if not hasattr(image, "shape") or not hasattr(image, "dtype"):
        image = np.asarray(image)
    shape, clip = tuple(image.shape), bool(clip)
    rng = np.random.default_rng(rng)
    if mode in ("salt", "pepper", "s&p"):
        share = {"salt": 1, "pepper": 0}.get(mode, kwargs.get("salt_vs_pepper", 0.5))
        changed = _bernoulli(image, kwargs.get("amount", 0.05), rng)
        return _native.apply_salt_and_pepper(image, changed, _bernoulli(image, share, rng), clip)
    if 0 in shape:
        raise ValueError("zero-size array to reduction operation minimum which has no identity")
    if mode == "poisson":
        return _native.apply_noise(image, _poisson(image, rng), _REPLACED, clip)
    if mode == "localvar":
        local = kwargs.get("local_vars")
        if local is None:
            dtype = as_dtype(image.dtype)
            local = np.full(shape, 0.01, dtype if dtype.kind == "f" else float)
        if (local <= 0).any():
            raise ValueError("All values of `local_vars` must be > 0.")
        return _native.apply_noise(image, np.broadcast_to(rng.normal(0, local**0.5), shape), _ADDED, clip)
    noise = _normal(image, rng, kwargs.get("mean", 0.0), kwargs.get("var", 0.01) ** 0.5)
    return _native.apply_noise(image, noise, _MULTIPLIED if mode == "speckle" else _ADDED, clip)
