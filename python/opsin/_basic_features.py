"""Local features at several scales (skimage.feature)."""

from opsin._native import feature as _native
from opsin._ndimage_arguments import as_input


def multiscale_basic_features(
    image,
    intensity=True,
    edges=True,
    texture=True,
    sigma_min=0.5,
    sigma_max=16,
    num_sigma=None,
    workers=None,
    *,
    channel_axis=None,
):
    """Intensity, edges and texture around every pixel at several scales, for pixel classifiers.

    Parameters
    ----------
    image : array
        Real image. Integers are scaled to [0, 1] (signed ones to [-1, 1]).
    intensity : bool, optional
        The smoothed image.
    edges : bool, optional
        The Sobel magnitude of the smoothed image.
    texture : bool, optional
        The eigenvalues of the smoothed image's Hessian.
    sigma_min, sigma_max : float, optional
        The smallest and the largest standard deviation of the smoothing, in pixels.
    num_sigma : int, optional
        How many scales, at equal ratios; by default one for each octave.
    workers : int, optional
        Ignored: threads are set for the library as a whole.
    channel_axis : int, optional
        The axis of channels; their features come one after the other.

    Returns
    -------
    array of float32
        The image's shape without channels, and a last axis of features: for each channel, for each scale, the kinds in
        the order above.

    Raises
    ------
    ValueError
        When no kind is wanted, for a complex image, and for texture of an image with one axis or an axis of fewer than
        two elements.
    """
    if not any([intensity, edges, texture]):
        raise ValueError("At least one of `intensity`, `edges` or `textures`must be True for features to be computed.")
    return _native.multiscale_basic_features(
        as_input(image), bool(intensity), bool(edges), bool(texture), sigma_min, sigma_max, num_sigma, channel_axis
    )
