"""Differences of colours (skimage.color)."""

from opsin._documented import documented
from opsin._native import color as _native

_PARAMETERS = """

    Parameters
    ----------
    lab1, lab2 : (..., C>=3, ...) array
        Two images in CIE-LAB, or colours; their axes but that of the channels broadcast. Integers are taken as they are.{weights}
    channel_axis : int, optional
        The axis of the channels; channels from the fourth on are left out.

    Returns
    -------
    (...) array
        The difference of each pair of pixels: float32 for float16 and float32 images, else float64.

    Raises
    ------
    ValueError
        If an image has less than 3 channels or is complex, or if the shapes do not broadcast.
    IndexError
        If an image has no such axis.

    References
    ----------
    .. [1] {reference}
    """


def _difference(reference, weights=""):
    return documented(_PARAMETERS.format(reference=reference, weights=weights))


@_difference("Commission Internationale de l'Eclairage, Colorimetry, CIE 15:2004.")
def deltaE_cie76(lab1, lab2, channel_axis=-1):
    """The Euclidean distance of colours in CIE-LAB [1]_."""
    return _native.deltaE_cie76(lab1, lab2, channel_axis)


@_difference(
    'R. McDonald and K. J. Smith, "CIE94: a new colour-difference formula", J. Soc. Dyers Colour. 111, 376-379, 1995.',
    """
    kH, kC, kL : float, optional
        Weights of hue, chroma and lightness: the larger, the less it counts.
    k1, k2 : float, optional
        Weights of the first image's chroma. Graphic arts: 0.045 and 0.015; textiles: 0.048 and 0.014, and kL = 2.""",
)
def deltaE_ciede94(lab1, lab2, kH=1, kC=1, kL=1, k1=0.045, k2=0.015, *, channel_axis=-1):
    """The difference of colours by CIE 1994 [1]_. It is not symmetric: `lab1` is the reference."""
    return _native.deltaE_ciede94(lab1, lab2, kH, kC, kL, k1, k2, channel_axis)


@_difference(
    'G. Sharma, W. Wu and E. N. Dalal, "The CIEDE2000 color-difference formula", Color Res. Appl. 30, 21-30, 2005.',
    """
    kL, kC, kH : float, optional
        Weights of lightness, chroma and hue: the larger, the less it counts.""",
)
def deltaE_ciede2000(lab1, lab2, kL=1, kC=1, kH=1, *, channel_axis=-1):
    """The difference of colours by CIEDE2000 [1]_. `channel_axis` is taken modulo the number of axes of `lab1`."""
    return _native.deltaE_ciede2000(lab1, lab2, kL, kC, kH, channel_axis)


@_difference(
    'F. J. J. Clarke, R. McDonald and B. Rigg, "Modification to the JPC79 colour-difference formula",'
    " J. Soc. Dyers Colour. 100, 128-132, 1984.",
    """
    kL, kC : float, optional
        Weights of lightness and chroma: 1 and 1 for what is just perceptible, 2 and 1 for what is acceptable.""",
)
def deltaE_cmc(lab1, lab2, kL=1, kC=1, *, channel_axis=-1):
    """The difference of colours by CMC l:c of the Society of Dyers and Colourists [1]_. `lab1` is the reference."""
    return _native.deltaE_cmc(lab1, lab2, kL, kC, channel_axis)
