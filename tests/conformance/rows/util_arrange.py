"""util: views, mosaics, grids, marks and noise."""

import numpy as np
import skimage.util as ski

from ..images import array, nothing, signed, unit
from ..model import EXACT, Case, Lazy, Op, Tol

VIEW = "exact: a view"


def _blocks(*size):
    """Images that `size` divides."""

    def make(shape, dtype, rng):
        return (array(tuple(n * (size[k] if k < len(size) else 1) for k, n in enumerate(shape)), dtype, rng),)

    return make


def _points(shape, dtype, rng):
    """As many points as the shape has rows, in an image of 40 x 50."""
    return ((rng.random((shape[0] if shape else 1, 2)) * [39, 49]).astype(dtype),)


def _points_at(value):
    def make(shape, dtype, rng):
        coords = np.full((4, 2), 3.0)
        coords[2, 1] = value
        return (coords.astype(dtype if np.dtype(dtype).kind == "f" else "float64"),)

    return make


def _noise(mode, *args, **more):
    return [dict(mode=mode, rng=3), *(dict(mode=mode, rng=7, **a) for a in args)]


ROWS = [
    Op(
        "util.view_as_blocks",
        ski.view_as_blocks,
        args=[
            Case(dict(block_shape=(2,)), ndim=(1,), make=_blocks(2)),
            Case(dict(block_shape=(2, 3)), ndim=(2,), make=_blocks(2, 3)),
            Case(dict(block_shape=(2, 1, 3)), ndim=(3,), make=_blocks(2, 1, 3)),
            Case(dict(block_shape=(1, 2, 1, 2)), ndim=(4,), make=_blocks(1, 2, 1, 2)),
        ],
        bad=[dict(block_shape=[2]), dict(block_shape=(0, 2)), dict(block_shape=(1,) * 6), dict(block_shape=(5, 4))],
        tol=EXACT,
        exact=VIEW,
        dtype_args=4,
        differences="JAX, which has no views, gets a copy",
    ),
    Op(
        "util.view_as_windows",
        ski.view_as_windows,
        args=[
            dict(window_shape=2),
            Case(dict(window_shape=(2, 3)), ndim=(2,)),
            Case(dict(window_shape=(3, 2), step=2), ndim=(2,)),
            Case(dict(window_shape=(3, 2), step=(1, 3)), ndim=(2,)),
            dict(window_shape=3, step=2),
        ],
        bad=[
            dict(window_shape=1000),
            dict(window_shape=0),
            dict(window_shape=2, step=0),
            dict(window_shape=(2,) * 6),
            dict(window_shape=2, step=(1,) * 6),
        ],
        tol=EXACT,
        exact=VIEW,
        differences="JAX, which has no views, gets a copy",
    ),
    Op(
        "util.slice_along_axes",
        ski.slice_along_axes,
        args=[
            dict(slices=[(1, 3)]),
            dict(slices=[(1, -1)], axes=[0]),
            Case(dict(slices=[(0, 2), (1, 3)]), ndim=(2,)),
            Case(dict(slices=[(0, 2), (-3, -1)], axes=[1, 0]), ndim=(2, 3, 4)),
            dict(slices=[]),
            dict(slices=[(1, 2)], copy=True),
        ],
        bad=[
            dict(slices=[(3, 1)]),
            dict(slices=[(0, 1000)]),
            dict(slices=[(0, 1)], axes=[9]),
            dict(slices=[(0, 1), (0, 1)], axes=[0, 0]),
            dict(slices=[(0, 1)] * 6),
            dict(slices=[(0, 1)], axes=[0, 1]),
        ],
        tol=EXACT,
        exact=VIEW,
    ),
    Op(
        "util.montage",
        ski.montage,
        args=[
            dict(fill=0.5),
            dict(fill=0, padding_width=2),
            {},
            dict(padding_width=1, grid_shape=(20, 3)),
            dict(grid_shape=(1, 30), fill=[3]),
            Case(dict(channel_axis=-1), ndim=(4,)),
            Case(dict(channel_axis=0, padding_width=3), ndim=(4,)),
            Case(dict(channel_axis=2, fill=[3, 1, 4, 1, 5, 9, 2, 6], padding_width=1), ndim=(4,)),
        ],
        bad=[Case({}, ndim=(2, 4)), dict(grid_shape=(1, 2)), Case(dict(channel_axis=-1, fill=[0.5]), ndim=(4,))],
        ndim=(3, 4),
        tol=Tol(f32=1e-6, f64=1e-14, f16=1e-3),
        exact="exact but for the mean colour, whose sum is taken in another order",
        rescales=False,
        nan=False,
    ),
    Op(
        "util.label_points",
        ski.label_points,
        args=[dict(output_shape=(40, 50)), dict(output_shape=[50, 60])],
        bad=[
            dict(output_shape=(40,)),
            dict(output_shape=(40, 50, 3)),
            Case(dict(output_shape=(40, 50)), make=_points_at(-1.0)),
            Case(dict(output_shape=(40, 50)), make=_points_at(50.0)),
            Case(dict(output_shape=(40, 50)), make=_points_at(np.nan)),
        ],
        make=_points,
        dtypes=("uint8", "int32", "uint64", "float32", "float64"),
        ndim=(2,),
        tol=EXACT,
        exact="exact: of points at one place the last one counts",
        sync="check",
        nan=False,
        edge_shapes=False,
    ),
    Op(
        "util.regular_grid",
        ski.regular_grid,
        args=[
            dict(ar_shape=(20, 40), n_points=8),
            dict(ar_shape=[20, 40, 3], n_points=50),
            dict(ar_shape=(3, 1000), n_points=5),
            dict(ar_shape=(5,), n_points=9),
            dict(ar_shape=(7, 7, 7, 900), n_points=12.5),
        ],
        bad=[dict(ar_shape=(20, 40), n_points=0)],
        make=nothing,
        tol=EXACT,
        exact="exact: the same arithmetic",
        takes_image=False,
        nan=False,
    ),
    Op(
        "util.regular_seeds",
        ski.regular_seeds,
        args=[
            dict(ar_shape=(20, 40), n_points=8),
            dict(ar_shape=[5, 12, 3], n_points=50, dtype=np.uint8),
            dict(ar_shape=(3, 4), n_points=50),
        ],
        make=nothing,
        tol=EXACT,
        exact="exact: the same arithmetic",
        takes_image=False,
        nan=False,
    ),
    Op(
        "util.random_noise",
        ski.random_noise,
        args=[
            dict(rng=1),
            Case(dict(rng=2, mode="s&p"), make=signed),
            *_noise("gaussian", dict(mean=0.1, var=0.3), dict(clip=False)),
            dict(rng=np.random.SeedSequence(5), mode="Gaussian"),
            *_noise("salt", dict(amount=0.2), dict(amount=1)),
            *_noise("pepper", dict(amount=0.3)),
            *_noise("s&p", dict(amount=0.3, salt_vs_pepper=0.2), dict(amount=0), dict(salt_vs_pepper=1)),
            Case(dict(rng=4, mode="pepper", amount=0.3), make=signed),
            *_noise("speckle", dict(var=0.5, mean=-0.1)),
            Case(dict(rng=4, mode="speckle", clip=False), make=signed),
            *_noise("poisson", dict(clip=False)),
            Case(dict(rng=4, mode="poisson"), make=signed),
            *_noise("localvar"),
            dict(
                rng=4, mode="localvar", local_vars=Lazy(lambda env: env.rng.random(env.shape) + 0.01, on_device=False)
            ),
        ],
        bad=[
            dict(mode="nonsense"),
            dict(mode="gaussian", amount=1),
            dict(mode="localvar", local_vars=np.zeros(1)),
            dict(mode="poisson", mean=1),
        ],
        make=unit,
        tol=Tol(f32=3e-7, f64=1e-15, f16=1e-3),
        exact="bit for bit: NumPy's random numbers, one sum or product, one clip",
        sync="some",
        nan=False,
        differences="CUDA draws normal noise, salt and pepper itself (the tail to the last place); the rest is drawn on the host",
    ),
]
