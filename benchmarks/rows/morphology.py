"""Rows of grey and binary morphology, extremes under windows, and footprints."""

import numpy as np

from .model import BITS, BYTES, NARROW, PIXELS, Draw, Row, ball, nothing

PART = PIXELS
BOX15, CROSS, DISK5, DISK7, BALL2 = np.ones((15, 15), np.uint8), ball(1, 2), ball(5, 2), ball(7, 2), ball(2, 3)


def _cv(name, footprint):
    return lambda cv2, x: getattr(cv2, name)(x, footprint, borderType=cv2.BORDER_REFLECT)


def _cv_ex(operation, footprint):
    return lambda cv2, x: cv2.morphologyEx(
        x, getattr(cv2, f"MORPH_{operation}"), footprint, borderType=cv2.BORDER_REFLECT
    )


def _grey(op, name="", footprint=DISK5, opencv=None, **more):
    cv = {} if opencv is None else dict(opencv=opencv, opencv_dtypes=NARROW)
    return Row(f"{op} {name or 'disk 5'}", f"morphology.{op}", dict(footprint=footprint), **cv, **more)


def _seeds_in_mask(d: Draw) -> tuple:
    mask = d.image()
    return mask & (d.rng.random(d.shape) > 0.99), None, mask


def _footprint(op, ours=(), **kwargs):
    return Row(
        op, f"morphology.{op}", kwargs, make=nothing if not ours else lambda d: ours, dtypes=BYTES, sizes=("small",)
    )


ROWS = [
    _grey("erosion", "15x15", BOX15, _cv("erode", BOX15), large_ms=0.06, target_dtype="uint8"),
    Row("erosion cross", "morphology.erosion", opencv=_cv("erode", CROSS), opencv_dtypes=NARROW),
    _grey("dilation", opencv=_cv("dilate", DISK5), large_ms=0.15),
    _grey("opening", opencv=_cv_ex("OPEN", DISK5)),
    _grey("closing", opencv=_cv_ex("CLOSE", DISK5)),
    _grey("white_tophat", "disk 7", DISK7, _cv_ex("TOPHAT", DISK7), dtypes=NARROW, large_ms=0.3, target_dtype="uint8"),
    _grey("black_tophat", "disk 7", DISK7, _cv_ex("BLACKHAT", DISK7), dtypes=NARROW),
    _grey("opening", "ball 2 3d", BALL2, ndim=3, dtypes=NARROW, large_ms=0.3, target_dtype="uint8"),
    *(_grey(f"binary_{n}", dtypes=BITS) for n in ("erosion", "opening", "closing")),
    _grey("binary_dilation", dtypes=BITS, large_ms=0.06, target_dtype="bool"),
    *(Row(f"ndimage.binary_{n} disk 5", f"ndimage.binary_{n}", dict(structure=DISK5), dtypes=BITS)
      for n in ("erosion", "dilation", "opening", "closing")),
    Row("binary_propagation", "ndimage.binary_propagation", make=_seeds_in_mask, dtypes=BITS),
    Row("binary_fill_holes", "ndimage.binary_fill_holes", dtypes=BITS),
    Row("binary_hit_or_miss", "ndimage.binary_hit_or_miss", dict(structure1=CROSS), dtypes=BITS),
    Row("maximum_filter 5", "ndimage.maximum_filter", dict(size=5), opencv=_cv("dilate", np.ones((5, 5), np.uint8)),
        opencv_dtypes=NARROW),
    Row("minimum_filter 5", "ndimage.minimum_filter", dict(size=5), opencv=_cv("erode", np.ones((5, 5), np.uint8)),
        opencv_dtypes=NARROW),
    Row("maximum_filter 5 3d", "ndimage.maximum_filter", dict(size=5), ndim=3),
    Row("maximum_filter1d 31", "ndimage.maximum_filter1d", dict(size=31)),
    Row("minimum_filter1d 31", "ndimage.minimum_filter1d", dict(size=31)),
    *(Row(f"{n} 3x3", f"ndimage.{n}", dict(size=3))
      for n in ("grey_erosion", "grey_dilation", "grey_opening", "grey_closing", "morphological_gradient", "morphological_laplace")),
    Row("ndimage.white_tophat 3x3", "ndimage.white_tophat", dict(size=3)),
    Row("ndimage.black_tophat 3x3", "ndimage.black_tophat", dict(size=3)),
    _footprint("footprint_rectangle", shape=(15, 15)),
    _footprint("square", width=15),
    _footprint("rectangle", nrows=15, ncols=11),
    _footprint("cube", width=15),
    _footprint("diamond", radius=7),
    _footprint("octahedron", radius=7),
    _footprint("disk", radius=15),
    _footprint("ball", radius=7),
    _footprint("ellipse", width=15, height=11),
    _footprint("octagon", m=9, n=5),
    _footprint("star", a=9),
    _footprint("mirror_footprint", (DISK5,)),
    _footprint("pad_footprint", (BOX15[:14, :14],)),
    _footprint("footprint_from_sequence", footprints=((CROSS, 3), (BOX15[:3, :3], 2))),
    Row("generate_binary_structure", "ndimage.generate_binary_structure", dict(rank=3, connectivity=1), make=nothing, dtypes=BYTES,
        sizes=("small",)),
    Row("iterate_structure", "ndimage.iterate_structure", dict(structure=CROSS, iterations=7), make=nothing, dtypes=BYTES,
        sizes=("small",)),
]  # fmt: skip
