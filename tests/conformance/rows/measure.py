"""measure: blocks, blur and colocalisation."""

import numpy as np
import skimage.measure as ski

from ..images import array, channels
from ..model import REALS, Case, Lazy, Op, Tol
from .filters import MODES

COMPARED = "integers bit for bit; floats to a few ulp: float64 sums in another order"
MASK = Lazy(lambda env: env.rng.random(env.shape) < 0.7)
BYTES = Lazy(lambda env: (env.rng.random(env.shape) < 0.6).astype(np.uint8))
BAD_MASK = Lazy(lambda env: np.full(env.shape, 2, np.uint8))
NO_FLOAT16 = ("bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64")


def _not_negative(shape, dtype, rng):
    def one():
        x = array(shape, dtype, rng)
        return np.abs(x) // 2 if x.dtype.kind == "i" else x

    return one(), one()


def _with_mask(shape, dtype, rng):
    return _not_negative(shape, dtype, rng)[0], rng.random(shape) < 0.5


def _with_bytes(shape, dtype, rng):
    return _not_negative(shape, dtype, rng)[0], (rng.random(shape) < 0.5).astype(np.uint8)


def _masks(shape, dtype, rng):
    return (rng.random(shape) < 0.6).astype(dtype), (rng.random(shape) < 0.5).astype(dtype)


def _shapes(shape, dtype, rng):
    return array(shape, dtype, rng), array((*shape[:-1], shape[-1] + 1), dtype, rng)


def _spread(blocks, axis, scale=1.0):
    return scale * (np.max(blocks, axis=axis) - np.min(blocks, axis=axis))


def _line(src, dst):
    return lambda shape, dtype, rng: (array(shape, dtype, rng), src, dst)


def _root(pixels, axis):
    return np.sum(pixels, axis=axis) ** 0.5


ROWS = [
    Op(
        "measure.block_reduce",
        ski.block_reduce,
        args=[
            {},
            dict(func=np.mean, cval=0.5),
            dict(block_size=3, func=np.max, cval=2),
            dict(block_size=5, func=np.min, cval=1),
            dict(block_size=Lazy(lambda env: (1, 4, 2, 3)[: len(env.shape)], on_device=False), func=np.median),
            dict(block_size=4, func=np.median, cval=1),
            dict(block_size=3, func=np.std),
            dict(block_size=70, func=np.var),
            dict(block_size=2, func=np.prod, cval=1),
            dict(block_size=40),
            dict(block_size=4, func=np.amax),
            dict(block_size=6, cval=3),
            dict(block_size=3, func=_spread),
            dict(block_size=3, func=_spread, func_kwargs=dict(scale=2.0)),
            dict(func=np.mean, func_kwargs=dict(dtype=np.float64)),
        ],
        bad=[dict(block_size=0), dict(block_size=(2,) * 7), dict(block_size=-1)],
        exact=COMPARED,
        tol=Tol(f32=3e-6, f64=1e-12, f16=2e-3),
        dtypes=REALS,
        sync="some",
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.blur_effect",
        ski.blur_effect,
        args=[
            {},
            dict(h_size=3),
            dict(reduce_func=None),
            dict(reduce_func=np.mean),
            Case(dict(channel_axis=-1), make=channels(3), ndim=(3,)),
            Case(dict(channel_axis=0), make=channels(3, 0), ndim=(3,)),
        ],
        bad=[dict(h_size=0)],
        exact="tolerance: sums of edge filters' results",
        tol=Tol(f32=1e-5, f64=1e-11),
        ndim=(1, 2, 3),
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.profile_line",
        ski.profile_line,
        args=[
            {},
            dict(linewidth=3),
            dict(linewidth=4, order=3, reduce_func=np.max),
            dict(linewidth=2, reduce_func=None),
            *(dict(linewidth=3, order=1, mode=m, cval=0.4) for m in MODES),
            *(dict(linewidth=2, order=o, mode=m, cval=0.4) for o in (2, 5) for m in MODES),
            Case(dict(order=4, reduce_func=np.median, linewidth=5), make=_line((0, 0), (9.5, 7.25))),
            Case(dict(linewidth=3, reduce_func=np.sum), make=_line((3, 3), (3, 3))),
            Case(dict(order=0), make=_line((8, 2), (1, 2))),
            dict(linewidth=3, reduce_func=_root),
        ],
        bad=[dict(order=6), dict(order=-1), dict(mode="nonsense")],
        make=_line((1, 2), (14, 12.5)),
        ndim=(2, 3),
        dtypes=("bool", "float32", "float64"),
        differences="integer images: where interpolated values tie between two integers, the other one may come",
        exact="tolerance: splines by the same recursions",
        tol=Tol(f32=1e-5, f64=1e-11),
        sync="some",
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.pearson_corr_coeff",
        ski.pearson_corr_coeff,
        args=[{}, dict(mask=MASK), dict(mask=BYTES)],
        bad=[dict(mask=BAD_MASK), Case({}, make=_shapes)],
        make=_not_negative,
        exact="tolerance: float64 sums in another order; the p-value by a continued fraction",
        tol=Tol(f32=1e-4, f64=1e-9),
        dtypes=NO_FLOAT16,
        ndim=(1, 2, 3),
        sync="some",
        rescales=False,
        nan=False,
        edge_shapes=False,
        differences="CUDA does not warn of constant images, nor refuse a mask of fewer than two elements",
    ),
    Op(
        "measure.manders_coloc_coeff",
        ski.manders_coloc_coeff,
        args=[{}, dict(mask=MASK), dict(mask=BYTES), Case({}, make=_with_bytes)],
        bad=[
            dict(mask=BAD_MASK),
            Case({}, make=_shapes),
            Case({}, make=lambda shape, dtype, rng: (array(shape, "float64", rng) - 0.5, rng.random(shape) < 0.5)),
        ],
        make=_with_mask,
        exact=COMPARED,
        tol=Tol(f32=1e-5, f64=1e-13),
        ndim=(1, 2, 3),
        dtypes=NO_FLOAT16,
        sync="some",
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.manders_overlap_coeff",
        ski.manders_overlap_coeff,
        args=[{}, dict(mask=MASK), dict(mask=BYTES)],
        bad=[
            dict(mask=BAD_MASK),
            Case({}, make=_shapes),
            Case({}, make=lambda shape, dtype, rng: (array(shape, "float64", rng) - 0.5, array(shape, "float64", rng))),
        ],
        make=_not_negative,
        exact=COMPARED,
        tol=Tol(f32=1e-5, f64=1e-13),
        ndim=(1, 2, 3),
        dtypes=NO_FLOAT16[1:],
        sync="some",
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "measure.intersection_coeff",
        ski.intersection_coeff,
        args=[{}, dict(mask=MASK), dict(mask=BYTES)],
        bad=[dict(mask=BAD_MASK), Case({}, make=_shapes)],
        make=_masks,
        exact="bit for bit: counts",
        tol=Tol(f64=1e-15),
        ndim=(1, 2, 3),
        dtypes=("bool", "uint8", "int32", "float64"),
        sync="some",
        rescales=False,
        nan=False,
        edge_shapes=False,
    ),
]
