# SPDX-License-Identifier: Apache-2.0
"""Ventana BIF: BigTIFF with XMP; areas of interest whose tiles overlap by what tile joints say. TIF: without areas."""

import numpy

from . import tiff

SIDE = 32
ISCAN = (
    '<iScan Mode="BrightField" Magnification="20" ScanRes="0.465" UnitNumber="2000" UserName="Me" BuildDate="7/1" '
    'ScanWhitePoint="235" Z-layers="1" Barcode1D="V-1" Barcode2D="v2">{inner}</iScan>'
)


def joints_xml(columns, rows, overlaps, area=0):
    """Return the TileJointInfo elements of an area; tiles are numbered from the bottom, every other row from the right.

    `overlaps` is (of columns, of rows), in pixels.
    """

    def number(column, row):
        row = rows - 1 - row
        return row * columns + (column if row % 2 == 0 else columns - 1 - column) + 1

    def joint(direction, a, b, x, y):
        return (
            f'<TileJointInfo FlagJoined="1" Confidence="100" Direction="{direction}" Tile1="{a}" Tile2="{b}" '
            f'OverlapX="{x}" OverlapY="{y}"/>'
        )

    out = []
    for row in range(rows):
        for column in range(columns):
            if column:
                out.append(joint("RIGHT", number(column - 1, row), number(column, row), overlaps[0], 0))
            if row:
                out.append(joint("UP", number(column, row), number(column, row - 1), 0, overlaps[1]))
    return "".join(out)


def area_xml(index, columns, rows, overlaps, position):
    """Return the ImageInfo of an area."""
    return (
        f'<ImageInfo AOIScanned="1" AOIIndex="{index}" NumRows="{rows}" NumCols="{columns}" Width="{SIDE}" '
        f'Height="{SIDE}" Pos-X="{position[0]}" Pos-Y="{position[1]}">{joints_xml(columns, rows, overlaps)}</ImageInfo>'
    )


def encode_xml(areas, positions):
    """Return the EncodeInfo of a slide. An area is (first column, first row, columns, rows, overlaps); its position is
    that of its bottom left corner, counted from the bottom left."""
    infos, origins = "", ""
    for index, (column, row, columns, rows, overlaps) in enumerate(areas):
        infos += area_xml(index, columns, rows, overlaps, positions[index])
        origins += f'<AOI{index} OriginX="{column * SIDE}" OriginY="{row * SIDE}"/>'
    return (
        f'<EncodeInfo Ver="2"><SlideStitchInfo>{infos}</SlideStitchInfo><AoiOrigin>{origins}</AoiOrigin></EncodeInfo>'
    )


def stored_tiles(seed, areas, grid, shrink):
    """Return the pixels of a grid of tiles as the file has them, and the whole image of each area."""
    columns, rows = grid
    stored = numpy.zeros((rows * SIDE >> shrink, columns * SIDE >> shrink, 3), numpy.uint8)
    wholes = []
    for number, (left, top, across, down, (over_x, over_y)) in enumerate(areas):
        step_x, step_y = (SIDE - over_x) >> shrink, (SIDE - over_y) >> shrink
        side = SIDE >> shrink
        whole = tiff.scene((across - 1) * step_x + side, (down - 1) * step_y + side, seed + number)
        wholes.append(whole)
        for row in range(down):
            for column in range(across):
                part = whole[row * step_y :, column * step_x :][:side, :side]
                y, x = (top + row) * side, (left + column) * side
                stored[y : y + side, x : x + side] = part
    return stored, wholes


AREAS = ((0, 0, 3, 2, (4, 2)), (3, 1, 2, 3, (4, 2)))
POSITIONS = ((10, 60), (120, 20))


def write(path, areas=AREAS, positions=POSITIONS, grid=(5, 4), bif=True, edit=None):
    """Write a slide of two levels and return the pixels of each area at each level (BIF), or of each level (TIF)."""
    levels, pages = [], []
    inner = "".join(f'<AOI{i} Left="0" Top="0" Right="10" Bottom="10"/>' for i in range(len(areas)))
    iscan = ISCAN.format(inner=inner)
    xmp = {False: f"<Metadata>{iscan}</Metadata>", True: iscan}[bif]
    label_xmp = xmp if bif or not edit else edit(xmp)
    pages.append(tiff.Page(tiff.scene(40, 60, 9), tile=None, tags={270: "Label Image", 700: _xmp(label_xmp)}))
    if bif:
        pages.append(tiff.Page(tiff.scene(20, 30, 8)[..., 0], tile=None, tags={270: "Probability_Image"}))
    for i in range(2):
        if bif:
            pixels, whole = stored_tiles(i * 2, areas, grid, i)
        else:
            pixels = whole = tiff.scene(grid[0] * SIDE >> i, grid[1] * SIDE >> i, i)
        levels.append(whole)
        tags = {270: f"level={i} mag={20 >> i} quality=90"}
        if i == 0:
            if bif:
                text = encode_xml(areas, positions)
                tags[700] = _xmp(edit(text) if edit else text)
            tags |= {305: "ScanOutputManager 1.1.0.15854", 306: "2015:01:02 03:04:05"}
        pages.append(tiff.Page(pixels, tile=(SIDE, SIDE), tags=tags))
    tiff.write(path, pages, big=bif)
    return levels


def _xmp(text):
    return (tiff.BYTE, b'<?xml version="1.0" encoding="utf-8"?>' + text.encode())
