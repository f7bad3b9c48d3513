"""util: conversions between dtypes, invert, crop, compare_images."""

import skimage.util as ski

from ..images import array, full_range, pair, signed
from ..model import EXACT, Case, Op, Tol

SAME = "bit for bit on every backend: the same products, roundings and clips"


def _conversion(name, *, sync):
    return Op(
        f"util.{name}",
        getattr(ski, name),
        args=[{}, dict(force_copy=True)],
        make=full_range,
        tol=EXACT,
        exact=SAME,
        sync=sync,
        dtype_args=1,
    )


def _out_of_range(shape, dtype, rng):
    return (2 + array(shape, "float64", rng),)


def _with(value):
    def make(shape, dtype, rng):
        x = array(shape, "float32", rng)
        x.flat[0] = value
        return (x,)

    return make


def _refusing(name):
    op = _conversion(name, sync="check")
    values = (1.0001, -1.0001)
    bad = [Case({}, make=_out_of_range), *(Case({}, make=_with(v)) for v in values)]
    return Op(
        **{
            **op.__dict__,
            "bad": bad,
            "nan": False,
            "differences": "on CUDA the range of float input is checked through one flag, read before the call returns",
        }
    )


def _pair_of_sizes(shape, dtype, rng):
    return array(shape, dtype, rng), array((2,) + tuple(shape[1:]), dtype, rng)


def _mixed_pair(shape, dtype, rng):
    return array(shape, dtype, rng), array(shape, "uint8", rng)


ROWS = [
    *(_conversion(n, sync="none") for n in ("img_as_float", "img_as_float32", "img_as_float64", "img_as_bool")),
    *(_refusing(n) for n in ("img_as_ubyte", "img_as_uint", "img_as_int")),
    Op(
        "util.dtype_limits",
        ski.dtype_limits,
        args=[{}, dict(clip_negative=True), dict(clip_negative=False)],
        tol=EXACT,
        exact="exact: read from the dtype, not from the pixels",
        dtype_args=3,
    ),
    Op(
        "util.invert",
        ski.invert,
        args=[{}, dict(signed_float=True)],
        make=signed,
        tol=EXACT,
        exact=SAME,
    ),
    Op(
        "util.crop",
        ski.crop,
        args=[
            dict(crop_width=1),
            dict(crop_width=((1, 0),)),
            dict(crop_width=(0, 1)),
            dict(crop_width=(1,)),
            dict(crop_width=((1, 2), (0, 3))),
            dict(crop_width=((1, 1), (0, 2), (2, 0))),
            dict(crop_width=1, copy=True),
            dict(crop_width=1, copy=True, order="F"),
            dict(crop_width=0, order="C"),
        ],
        bad=[dict(crop_width=(1, 2, 3)), dict(crop_width=((1, 2),) * 5), dict()],
        tol=EXACT,
        exact="exact: a view, or a copy",
    ),
    Op(
        "util.compare_images",
        ski.compare_images,
        args=[
            {},
            dict(method="diff"),
            dict(method="blend"),
            Case(dict(method="checkerboard"), ndim=(2,)),
            Case(dict(method="checkerboard", n_tiles=(3, 5)), ndim=(2,)),
            Case(dict(method="diff"), make=_mixed_pair),
        ],
        bad=[
            dict(method="nonsense"),
            Case({}, make=_pair_of_sizes),
            Case(dict(method="checkerboard"), ndim=(1, 3)),
        ],
        make=pair,
        tol=Tol(f32=1e-7, f64=2e-16, f16=1e-3),
        exact="bit for bit: one subtraction or one mean of two converted values",
        dtype_args=3,
    ),
]
