"""Morphology of images of any number of axes (skimage.morphology)."""

from opsin._footprint_sequences import footprint_from_sequence, mirror_footprint, pad_footprint
from opsin._footprints import (
    ball,
    cube,
    diamond,
    disk,
    ellipse,
    footprint_rectangle,
    octagon,
    octahedron,
    rectangle,
    square,
    star,
)
from opsin._morphology_binary import binary_closing, binary_dilation, binary_erosion, binary_opening
from opsin._morphology_grey import black_tophat, closing, dilation, erosion, opening, white_tophat

__all__ = [
    "ball",
    "binary_closing",
    "binary_dilation",
    "binary_erosion",
    "binary_opening",
    "black_tophat",
    "closing",
    "cube",
    "diamond",
    "dilation",
    "disk",
    "ellipse",
    "erosion",
    "footprint_from_sequence",
    "footprint_rectangle",
    "mirror_footprint",
    "octagon",
    "octahedron",
    "opening",
    "pad_footprint",
    "rectangle",
    "square",
    "star",
    "white_tophat",
]
