# SPDX-License-Identifier: Apache-2.0
"""OME-TIFF: XML in the first page maps pages, of this and other files, to channels, focal planes and times."""

import os

import numpy

from . import tiff

UUID = "urn:uuid:00000000-0000-4000-8000-00000000000"
NAMESPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"


def xml(shape, dtype, order="XYCZT", tiff_data="<TiffData/>", extra="", rgb=False, more=""):
    """Return the XML of an image of shape (T, Z, C, height, width)."""
    t, z, c, height, width = shape
    names = {"uint8": "uint8", "uint16": "uint16", "float32": "float", "int16": "int16"}
    colors = (-16776961, 16711935, 65535)
    if rgb:
        channels = f'<Channel ID="Channel:0:0" SamplesPerPixel="{c}"/>'
    else:
        channels = "".join(
            f'<Channel ID="Channel:0:{i}" Name="ch{i}" Color="{colors[i % 3]}" SamplesPerPixel="1"/>' for i in range(c)
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><OME xmlns="{NAMESPACE}" UUID="{UUID}0"><Instrument ID="Instrument:0">'
        '<Objective ID="Objective:0" NominalMagnification="40"/></Instrument><Image ID="Image:0" Name="sample">'
        f'<ObjectiveSettings ID="Objective:0"/><Pixels ID="Pixels:0" DimensionOrder="{order}" '
        f'Type="{names[numpy.dtype(dtype).name]}" SizeX="{width}" SizeY="{height}" SizeC="{c}" SizeZ="{z}" SizeT="{t}" '
        f'PhysicalSizeX="0.25" PhysicalSizeY="500" PhysicalSizeYUnit="nm" {extra}>{channels}{tiff_data}</Pixels></Image>'
        f"{more}</OME>"
    )


def planes_of(shape, dtype, level):
    """Return the pixels of a level, (T, Z, C, height, width), each plane unlike the others."""
    t, z, c, height, width = shape
    out = numpy.empty((t, z, c, height >> level, width >> level), dtype)
    for number, index in enumerate(numpy.ndindex(t, z, c)):
        out[index] = tiff.scene(width >> level, height >> level, number + 10 * level)[..., 0]
    return out


def write(
    path, shape=(1, 2, 3, 80, 112), dtype="uint16", order="XYCZT", levels=2, files=1, rgb=False, edit=None, big=False
):
    """Write an image of shape (T, Z, C, height, width) with SubIFDs as levels; return the levels, of that shape each.

    With several `files` the planes are dealt out to them; the others lie beside `path`.
    """
    truth = [planes_of(shape, dtype, level) for level in range(levels)]
    sizes = {"T": shape[0], "Z": shape[1], "C": 1 if rgb else shape[2]}
    indices = []
    for flat in range(sizes["T"] * sizes["Z"] * sizes["C"]):
        index, rest = {}, flat
        for axis in order[2:]:
            index[axis], rest = rest % sizes[axis], rest // sizes[axis]
        indices.append(index)

    def page(index):
        def pixels(level):
            stack = truth[level][index["T"], index["Z"]]
            return numpy.moveaxis(stack, 0, -1) if rgb else stack[index["C"]]

        subs = [tiff.Page(pixels(level), tags={254: (tiff.LONG, [1])}) for level in range(1, levels)]
        return tiff.Page(pixels(0), sub_pages=subs)

    folder, base = os.path.split(path)
    names = [base] + [f"{base}.part{i}.tif" for i in range(1, files)]
    shares = [indices[i::files] for i in range(files)]
    data = "<TiffData/>"
    if files > 1:
        data = "".join(
            f'<TiffData FirstT="{index["T"]}" FirstZ="{index["Z"]}" FirstC="{index["C"]}" IFD="{ifd}" PlaneCount="1">'
            f'<UUID FileName="{names[i]}">{UUID}{i}</UUID></TiffData>'
            for i, share in enumerate(shares)
            for ifd, index in enumerate(share)
        )
    text = xml(shape, dtype, order, data, rgb=rgb)
    text = edit(text) if edit else text
    for i, share in enumerate(shares):
        pages = [page(index) for index in share]
        if i == 0:
            pages[0].tags[270] = (tiff.ASCII, text.encode() + b"\0")
        tiff.write(os.path.join(folder, names[i]), pages, big=big)
    return truth
