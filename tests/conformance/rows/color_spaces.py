"""color: conversions between spaces, stains, and differences of colours."""

import numpy as np
import skimage.color as ski

from ..images import array, channels
from ..model import EXACT, Case, Lazy, Op, Tol

REAL = Tol(f32=2e-6, f64=1e-14)
RGB = channels(3)
HSV = Tol(f32=3e-7)  # for the policy "single", which scales integers in float32

BAD = [
    Case({}, make=channels(4)),
    Case({}, make=channels(2)),
    Case(dict(channel_axis=0), make=channels(3, -1), ndim=(2, 3)),
    Case(dict(channel_axis=(0, 1)), make=channels(3, 0), ndim=(2, 3)),
    dict(channel_axis=9),
]
AXES = [
    Case(dict(channel_axis=0), make=channels(3, 0)),
    Case(dict(channel_axis=1), make=channels(3, 1)),
    Case(dict(channel_axis=(0,)), make=channels(3, 0)),
    Case(dict(channel_axis=-2), make=channels(3, -2), ndim=(2, 3, 4)),
]


def _scaled(scale, offset=0.0, axis=-1):
    """Floats over the range of another space; integers as they are."""

    def make(shape, dtype, rng):
        (image,) = channels(3, axis)(shape, dtype, rng)
        if image.dtype.kind != "f" or image.ndim == 0 or image.shape[axis] != 3:
            return (image,)
        shape = [1] * image.ndim
        shape[axis] = 3
        full = [np.broadcast_to(np.asarray(v, float), 3).reshape(shape) for v in (scale, offset)]
        return ((image * full[0] + full[1]).astype(image.dtype),)

    return make


def _row(name, exact, *, make=RGB, tol=REAL, args=(), bad=(), three=True, **more):
    return Op(
        f"color.{name}",
        getattr(ski, name),
        args=[{}, dict(channel_axis=-1), *AXES, *args],
        bad=BAD + list(bad) if three else bad,
        make=make,
        tol=tol,
        exact=exact,
        single=True,
        **more,
    )


MATRIX = "a few ulp: three products for each channel, summed in an order that BLAS leaves open in the oracle"
POWER = "a few ulp: fractional powers by Newton's method; float32 takes the exponent 2.4 exactly, NumPy rounds it first"
SIGNED = _scaled((1, 1.2, 1.2), (0, -0.6, -0.6))
LAB = _scaled((100, 160, 160), (0, -80, -80))
LUV = _scaled((99, 100, 100), (1, -50, -50))
LCH = _scaled((100, 100, 2 * np.pi))
WHITES = [
    dict(illuminant="a", observer="10"),
    dict(illuminant="D50", observer="R"),
    dict(illuminant="E"),
    dict(observer="10"),
]
NO_WHITE = [dict(illuminant="D42"), dict(observer="3")]
# Negative Z: a warning. Of one float32 pixel scikit-image makes float64 then, by the way it writes the zero.
CLIPS = [Case({}, make=_scaled((100, 100, 900), (0, -50, -450)), ndim=(2, 3, 4))]


def _stains(shape, dtype, rng):
    return _scaled((0.3, 0.3, 0.3), (0.05, 0.02, 0.01))(shape, dtype, rng)


def _lab_pair(shape, dtype, rng):
    (lab1,), (lab2,) = LAB(shape, dtype, rng), LAB(shape, dtype, rng)
    return lab1, lab2


def _lab_pair_along(axis):
    def make(shape, dtype, rng):
        maker = _scaled((100, 160, 160), (0, -80, -80), axis)
        return maker(shape, dtype, rng)[0], maker(shape, dtype, rng)[0]

    return make


def _image_and_color(shape, dtype, rng):
    (lab,) = LAB(shape, dtype, rng)
    return lab, np.array([50, 10, -20]).astype(dtype if np.dtype(dtype).kind != "u" else "int16")


def _same_twice(shape, dtype, rng):
    (lab,) = LAB(shape, dtype, rng)
    lab = lab % 100 if lab.dtype.kind in "iu" else lab  # the oracle's rounding errors grow with the square
    return lab, lab.copy()


def _more_channels(shape, dtype, rng):
    return channels(5)(shape, dtype, rng)


def _pair_with(n):
    def make(shape, dtype, rng):
        return channels(n)(shape, dtype, rng)[0], channels(n)(shape, dtype, rng)[0]

    return make


def _squares(x, ndim):
    return x * x


# A root magnifies the rounding errors of a difference near zero, which the oracle has for equal colours: squares are compared.
DIFFERENCE = Tol(f32=4e-6, f64=1e-13, key=_squares)


def _difference(name, weights, exact, **more):
    return Op(
        f"color.{name}",
        getattr(ski, name),
        args=[
            {},
            Case(dict(channel_axis=0), make=_lab_pair_along(0)),
            Case(dict(channel_axis=-2), make=_lab_pair_along(-2), ndim=(2, 3, 4)),
            Case({}, make=_same_twice),
            Case({}, make=_pair_with(5)),
            *more.pop("args", [Case({}, make=_image_and_color)]),
            *weights,
        ],
        bad=[Case({}, make=_pair_with(2)), *more.pop("bad", [dict(channel_axis=9)])],
        make=_lab_pair,
        tol=DIFFERENCE,
        exact=exact,
        rescales=False,
        single=True,
        **more,
    )


ANY = [
    Case({}, make=channels(2)),
    Case(dict(channel_axis=(0, 1)), make=channels(3, 0), ndim=(2, 3)),
    dict(channel_axis=9),
]
COUNTS = "on CUDA the number of negative Z is read before the call returns"

ROWS = [
    _row(
        "rgb2hsv",
        "bit for bit: the same subtractions and divisions",
        tol=HSV,
        nan=False,
        differences="a pixel that holds NaN becomes 0; scikit-image leaves its hue uninitialised",
    ),
    _row(
        "hsv2rgb",
        "bit for bit: the same products",
        tol=HSV,
        args=[Case({}, make=_scaled((8, 1, 1), (-3, 0, 0))), Case({}, make=_scaled((800, 1, 1), (-300, 0, 0)))],
    ),
    _row("rgb2xyz", POWER),
    _row("xyz2rgb", POWER),
    *(
        _row(name, MATRIX, make=make)
        for name, make in [
            ("rgb2rgbcie", channels(3)),
            ("rgbcie2rgb", channels(3)),
            ("rgb2yuv", channels(3)),
            ("yuv2rgb", SIGNED),
            ("rgb2yiq", channels(3)),
            ("yiq2rgb", SIGNED),
            ("rgb2ypbpr", channels(3)),
            ("ypbpr2rgb", SIGNED),
            ("rgb2ycbcr", channels(3)),
            ("rgb2ydbdr", channels(3)),
            ("ydbdr2rgb", SIGNED),
        ]
    ),
    _row(
        "ycbcr2rgb",
        MATRIX,
        make=_scaled((219, 224, 224), 16),
        differences="integers wrap around when the offsets are subtracted, as in scikit-image",
    ),
    _row("rgb2lab", POWER, args=WHITES, bad=NO_WHITE),
    _row("xyz2lab", POWER, args=WHITES, bad=NO_WHITE),
    _row(
        "lab2xyz", "a few ulp: cubes", make=LAB, args=[*WHITES, *CLIPS], bad=NO_WHITE, sync="check", differences=COUNTS
    ),
    _row("lab2rgb", POWER, make=LAB, args=[*WHITES, *CLIPS], bad=NO_WHITE, sync="check", differences=COUNTS),
    _row("rgb2luv", POWER, tol=Tol(f32=6e-6, f64=1e-12)),
    _row("xyz2luv", POWER, tol=Tol(f32=6e-6, f64=1e-12), args=WHITES, bad=NO_WHITE),
    _row(
        "luv2xyz",
        "a few ulp: quotients of differences",
        make=LUV,
        tol=Tol(f32=2e-5, f64=1e-13),
        args=WHITES,
        bad=NO_WHITE,
    ),
    _row("luv2rgb", POWER, make=LUV, tol=Tol(f32=2e-5, f64=1e-13)),
    _row(
        "lab2lch",
        "a few ulp: the vector library's arc tangent",
        make=LAB,
        args=[Case({}, make=_more_channels)],
        bad=ANY,
        three=False,
    ),
]


ROWS += [
    _row(
        "lch2lab",
        "a few ulp: the vector library's sine and cosine",
        make=LCH,
        args=[Case({}, make=_more_channels)],
        bad=ANY,
        three=False,
    ),
    _row(
        "rgb2hed", "a few ulp: the vector library's logarithm, in float64 for every image", tol=Tol(f32=3e-6, f64=1e-13)
    ),
    _row("hed2rgb", "a few ulp: the vector library's exponential, in float64 for every image", make=_stains),
    Op(
        "color.separate_stains",
        ski.separate_stains,
        args=[
            dict(conv_matrix=ski.hdx_from_rgb),
            dict(conv_matrix=ski.rbd_from_rgb, channel_axis=-1),
            dict(conv_matrix=np.array([[1.0, 0.2], [0.3, 1], [0.1, 0.4]])),
            dict(conv_matrix=np.arange(12.0).reshape(3, 4) - 4),
            Case(dict(conv_matrix=ski.bro_from_rgb, channel_axis=0), make=channels(3, 0)),
        ],
        bad=[
            dict(conv_matrix=np.eye(4)),
            Case(dict(conv_matrix=np.eye(3)), make=channels(4)),
            dict(conv_matrix=np.eye(3), channel_axis=9),
        ],
        make=channels(3),
        tol=Tol(f32=3e-6, f64=1e-13),
        exact="a few ulp: the vector library's logarithm, in float64 for every image",
        single=True,
    ),
    Op(
        "color.combine_stains",
        ski.combine_stains,
        args=[
            dict(conv_matrix=ski.rgb_from_hdx),
            dict(conv_matrix=ski.rgb_from_rbd, channel_axis=-1),
            dict(conv_matrix=np.array([[1.0, 0.2], [0.3, 1], [0.1, 0.4]])),
            Case(dict(conv_matrix=ski.rgb_from_bro, channel_axis=0), make=channels(3, 0)),
        ],
        bad=[
            dict(conv_matrix=np.eye(4)),
            Case(dict(conv_matrix=np.eye(3)), make=channels(4)),
            dict(conv_matrix=np.eye(3), channel_axis=9),
        ],
        make=_stains,
        exact="a few ulp: the vector library's exponential, in float64 for every image",
        single=True,
    ),
    Op(
        "color.convert_colorspace",
        ski.convert_colorspace,
        args=[
            dict(fromspace="HSV", tospace="yuv"),
            dict(fromspace="RGB", tospace="XYZ", channel_axis=-1),
            *(
                dict(fromspace=a, tospace=b)
                for a, b in [
                    ("RGB", "RGB"),
                    ("rgb", "hsv"),
                    ("rgb cie", "ycbcr"),
                    ("YCbCr", "RGB"),
                    ("ycbcr", "XYZ"),
                    ("XYZ", "HSV"),
                    ("yiq", "YPbPr"),
                    ("ypbpr", "ydbdr"),
                    ("ydbdr", "rgb cie"),
                    ("yuv", "yiq"),
                    ("xyz", "rgb"),
                    ("hsv", "hsv"),
                ]
            ),
            Case(dict(fromspace="hsv", tospace="xyz", channel_axis=0), make=channels(3, 0)),
        ],
        bad=[
            dict(fromspace="lab", tospace="rgb"),
            dict(fromspace="rgb", tospace="cmyk"),
            Case(dict(fromspace="rgb", tospace="hsv"), make=channels(4)),
            dict(fromspace="rgb", tospace="hsv", channel_axis=9),
        ],
        make=channels(3),
        tol=Tol(f32=4e-6, f64=2e-14, outliers=0.0),
        exact=POWER,
        nan=False,
        single=True,
    ),
    _difference("deltaE_cie76", [], "a few ulp"),
    _difference(
        "deltaE_ciede94",
        [dict(kH=2, kC=0.5, kL=2, k1=0.048, k2=0.014)],
        "a few ulp of the square: the difference of hues is computed without cancellation",
    ),
    _difference(
        "deltaE_ciede2000",
        [dict(kL=2, kC=0.5, kH=3)],
        "a few ulp of the square: the vector library's angles",
        args=[],
        bad=[],
    ),
    _difference(
        "deltaE_cmc",
        [dict(kL=2, kC=0.5)],
        "a few ulp of the square: the difference of hues is computed without cancellation",
    ),
    Op(
        "color.gray2rgba",
        ski.gray2rgba,
        args=[
            {},
            dict(channel_axis=0),
            dict(alpha=1),
            dict(alpha=0.5),
            dict(alpha=Lazy(lambda env: array(env.shape, env.dtype, env.rng)), channel_axis=-1),
            dict(alpha=Lazy(lambda env: array(env.shape[-1:], "float32", env.rng))),
            dict(alpha=Lazy(lambda env: array(env.shape, "uint8", env.rng))),
            dict(channel_axis=-2),
        ],
        bad=[dict(alpha=np.ones((2, 3, 4, 5, 6))), dict(alpha=np.zeros(1000)), dict(channel_axis=9)],
        tol=EXACT,
        exact="exact: the values are copied",
        sync="some",
        differences="on CUDA an alpha of another dtype waits for the device, to find out whether the cast changes it",
    ),
    Op(
        "color.xyz_tristimulus_values",
        ski.xyz_tristimulus_values,
        args=[dict(illuminant="D65", observer="2"), dict(illuminant="a", observer="r", dtype=np.float32)],
        bad=[dict(illuminant="D42", observer="2"), dict(illuminant="D65", observer="3")],
        make=lambda shape, dtype, rng: (),
        tol=EXACT,
        exact="exact: a table",
        takes_image=False,
        nan=False,
    ),
]
