# SPDX-License-Identifier: Apache-2.0
"""Trestle TIFF: Software starts with MedScan, the description is key=value;..., tiles of a level overlap."""

import numpy

from . import tiff

DESCRIPTION = "Background Color=E6E6E6;White Balance=FFEEDD;Objective Power=20;JPEG Quality=88;OverlapsXY= 16 8 4 2;"


def write(path, description=DESCRIPTION, overlaps=((16, 8), (4, 2), (0, 0)), big=False, edit=None):
    """Write a slide of three levels whose tiles overlap, and return the pixels of each as a reader must join them.

    The tiles of a level stand side by side in the file; a reader lays each over the ones before, `overlaps` pixels
    nearer.
    """
    description = edit(description) if edit else description
    joined, pages = [], []
    for i, (overlap_x, overlap_y) in enumerate(overlaps):
        columns, rows, side = max(4 >> i, 1), max(3 >> i, 1), 64
        width, height = columns * (side - overlap_x) + overlap_x, rows * (side - overlap_y) + overlap_y
        whole = tiff.scene(width, height, i)
        stored = numpy.zeros((rows * side, columns * side, 3), numpy.uint8)
        for row in range(rows):
            for column in range(columns):
                x, y = column * (side - overlap_x), row * (side - overlap_y)
                stored[row * side :, column * side :][:side, :side] = whole[y : y + side, x : x + side]
        joined.append(whole)
        tags = {305: "MedScan 1.2", 270: description, 282: (tiff.RATIONAL, [4, 10]), 283: (tiff.RATIONAL, [5, 10])}
        pages.append(tiff.Page(stored, tags=tags))
    tiff.write(path, pages, big=big)
    return joined
