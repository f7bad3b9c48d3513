# SPDX-License-Identifier: Apache-2.0
"""Huron TIFF: Make names the maker, the description is lines of key = value, stripped pages are associated images."""

from . import tiff

DESCRIPTION = "Huron test\nMagnification = 20\nResolution = 0.5\nNote = a = b\nEmpty =\nno value here\n"


def write(path, description=DESCRIPTION, levels=2, edit=None):
    """Write a slide of `levels` levels and return the pixels of each."""
    description = edit(description) if edit else description
    pixels = [tiff.scene(200 >> i, 150 >> i, i) for i in range(levels)]
    identity = {271: "Huron Technologies", 305: "TissueScope", 282: (tiff.RATIONAL, [20000, 1])}
    identity |= {283: (tiff.RATIONAL, [10000, 1]), 296: (tiff.SHORT, [3])}
    pages = [
        tiff.Page(pixels[0], tags=identity | {270: description}),
        tiff.Page(tiff.scene(60, 40, 5), tile=None, tags={270: description}),
        *(tiff.Page(level, tags={254: (tiff.LONG, [1]), 270: description}) for level in pixels[1:]),
        tiff.Page(tiff.scene(30, 30, 6), tile=None, tags={254: (tiff.LONG, [1])}),
        tiff.Page(tiff.scene(70, 20, 7), tile=None, tags={254: (tiff.LONG, [9])}),
    ]
    tiff.write(path, pages)
    return pixels
