"""Rows of what arranges, draws and maps pixels."""

import numpy as np

from .model import BYTES, FLOATS, PIXELS, Draw, Row, shape_alone

PART = PIXELS
ANY = ("float64",)  # for what takes no image: one dtype is measured
LABELS = 5000


def _mapping(d: Draw) -> tuple:
    labels = d.image() % LABELS
    return labels, np.arange(LABELS).astype(d.dtype), np.arange(float(LABELS))


def _points(d: Draw) -> tuple:
    """Points on a grid of 40^4: the coordinates of a large image are all different, of a small one nearly."""
    return (d.rng.integers(0, 40, (int(np.prod(d.shape)) // 4, 4)).astype(d.dtype),)


def _labelled(d: Draw) -> tuple:
    return d.places(), d.shape


ROWS = [
    Row("montage", "util.montage", dict(fill=0, padding_width=2), ndim=3),
    Row("montage mean", "util.montage", ndim=3),
    Row("random_noise", "util.random_noise", dict(rng=1)),
    Row("random_noise s&p", "util.random_noise", dict(mode="s&p", rng=1)),
    # Views: the time of the call. The windows of a large image would be compared with gigabytes of copies.
    Row("view_as_blocks 8x8", "util.view_as_blocks", dict(block_shape=(8, 8)), sizes=("small",)),
    Row("view_as_windows 3x3", "util.view_as_windows", dict(window_shape=(3, 3)), sizes=("small",)),
    Row("slice_along_axes", "util.slice_along_axes", dict(slices=[(1, -1), (1, -1)]), sizes=("small",)),
    Row("label_points", "util.label_points", make=_labelled, dtypes=ANY),
    Row("regular_grid", "util.regular_grid", dict(n_points=1000), make=shape_alone, dtypes=ANY),
    Row("regular_seeds", "util.regular_seeds", dict(n_points=1000), make=shape_alone, dtypes=ANY),
    Row("map_array", "util.map_array", make=_mapping, dtypes=("uint16", "uint32")),
    Row("unique_rows of 4", "util.unique_rows", make=_points, dtypes=("int32", "float32")),
    Row("binary_blobs", "data.binary_blobs", dict(rng=1), make=lambda d: d.shape[:1], dtypes=ANY, large_shape=(1024, 1024), makes=True),
    Row("inverse_gaussian_gradient", "segmentation.inverse_gaussian_gradient", dict(sigma=2.0), dtypes=FLOATS),
    Row("checkerboard_level_set", "segmentation.checkerboard_level_set", make=shape_alone, dtypes=BYTES, makes=True),
    Row("disk_level_set", "segmentation.disk_level_set", make=shape_alone, dtypes=BYTES, makes=True),
]  # fmt: skip
