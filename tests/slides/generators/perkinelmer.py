# SPDX-License-Identifier: Apache-2.0
"""PerkinElmer QPTIFF: XML in every page; each channel of each level is a page, thumbnail and label lie between."""

import numpy

from . import tiff

CHANNELS = (("DAPI", "0,0,255"), ("Opal 520", "0,255,0"), ("Opal 690", "255,0,0"))


def page_xml(kind, name="", color="", extra=""):
    """Return the XML of one page."""
    channel = f"<Name>{name}</Name><Color>{color}</Color>" if name else ""
    return (
        '<?xml version="1.0" encoding="utf-16"?>\r\n<PerkinElmer-QPI-ImageDescription><DescriptionVersion>2'
        f"</DescriptionVersion><ImageType>{kind}</ImageType><SlideID>S1</SlideID><Barcode>Q-9</Barcode>{channel}"
        f"<Objective>20x</Objective><ScanProfile><Magnification>20</Magnification></ScanProfile>{extra}"
        "</PerkinElmer-QPI-ImageDescription>"
    )


def write(path, channels=CHANNELS, dtype=numpy.uint8, brightfield=False, utf16=False, levels=2, edit=None):
    """Write a slide; return the pixels of its levels, (height, width, channels)."""

    def page(pixels, xml, **options):
        xml = edit(xml) if edit else xml
        text = (tiff.ASCII, xml.encode("utf-16" if utf16 else "utf-8") + b"\0\0")
        tags = {270: text, 305: "PerkinElmer-QPI", 282: (tiff.RATIONAL, [20000, 1]), 283: (tiff.RATIONAL, [10000, 1])}
        return tiff.Page(pixels, tags=tags | {296: (tiff.SHORT, [3])}, **options)

    truth, pages = [], []
    for i in range(levels):
        kind = "ReducedResolution" if i else "FullResolution"
        if brightfield:
            truth.append(tiff.scene(160 >> i, 96 >> i, i))
            pages.append(page(truth[-1], page_xml(kind)))
        else:
            planes = [tiff.scene(160 >> i, 96 >> i, i * 3 + c)[..., c % 3].astype(dtype) for c in range(len(channels))]
            if numpy.dtype(dtype).itemsize > 1:
                planes = [plane * 257 for plane in planes]
            pages += [page(plane, page_xml(kind, *channel)) for plane, channel in zip(planes, channels)]
            truth.append(numpy.stack(planes, axis=-1))
        if i == 0:
            pages.append(page(tiff.scene(40, 24, 8), page_xml("Thumbnail"), tile=None))
    pages.append(page(tiff.scene(60, 30, 9), page_xml("Overview"), tile=None))
    pages.append(page(tiff.scene(30, 30, 10), page_xml("Label"), tile=None))
    tiff.write(path, pages)
    return truth
