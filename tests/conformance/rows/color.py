"""color: rgb2gray, gray2rgb, rgba2rgb."""

import numpy as np
import skimage.color as ski

from ..images import channels
from ..model import EXACT, Case, Op, Tol

ULPS = Tol(f32=3e-7, f64=6e-16, by_input=True)

ROWS = [
    Op(
        "color.rgb2gray",
        ski.rgb2gray,
        args=[
            {},
            dict(channel_axis=-1),
            Case(dict(channel_axis=0), make=channels(3, 0)),
            Case(dict(channel_axis=1), make=channels(3, 1)),
            Case(dict(channel_axis=(0,)), make=channels(3, 0)),
            Case(dict(channel_axis=-2), make=channels(3, -2), ndim=(2, 3, 4)),
        ],
        bad=[
            Case({}, make=channels(4)),
            Case({}, make=channels(2)),
            Case(dict(channel_axis=0), make=channels(3, -1), ndim=(2, 3)),
            Case(dict(channel_axis=(0, 1)), make=channels(3, 0), ndim=(2, 3)),
            dict(channel_axis=9),
        ],
        make=channels(3),
        tol=ULPS,
        exact="a few ulp: three products, summed in an order that BLAS leaves open in the oracle",
        single=True,
    ),
    Op(
        "color.gray2rgb",
        ski.gray2rgb,
        args=[{}, dict(channel_axis=-1), dict(channel_axis=0), dict(channel_axis=1), dict(channel_axis=-2)],
        bad=[dict(channel_axis=9)],
        tol=EXACT,
        exact="exact: the values are copied",
    ),
    Op(
        "color.rgba2rgb",
        ski.rgba2rgb,
        args=[
            {},
            dict(background=(0.2, 0.5, 1)),
            dict(background=np.array([0, 0.25, 0.75])),
            Case(dict(channel_axis=0), make=channels(4, 0)),
            Case(dict(background=[0, 0, 0], channel_axis=1), make=channels(4, 1), ndim=(2, 3, 4)),
        ],
        bad=[
            Case({}, make=channels(3)),
            dict(background=(0, 0)),
            dict(background=(0, 0, 1.5)),
            dict(background=(-0.1, 0, 0)),
            dict(channel_axis=9),
        ],
        make=channels(4),
        tol=ULPS,
        exact="a few ulp: a compiler may contract the blend into fused multiply-adds",
        single=True,
    ),
]
