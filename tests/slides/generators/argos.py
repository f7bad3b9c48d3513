# SPDX-License-Identifier: Apache-2.0
"""Argos AVS: BigTIFF with XML in tag 65000; all levels of the lowest focal plane, then those of the next; thumbnail, macro."""

from . import tiff

XML = (
    "<Argos.Scan.Metadata><ObjectiveMagnification>20</ObjectiveMagnification>"
    "<ObjectiveName>Olympus UPlanXApo 20x</ObjectiveName><AcquisitionDate>06.13.2023</AcquisitionDate>"
    "<AcquisitionTime>10:13:08</AcquisitionTime><ZRange>2</ZRange><MinZ>-1</MinZ><MaxZ>1</MaxZ>"
    "<ScanArea><X1>0.15</X1><Y1>0.15</Y1></ScanArea><Barcode>A-17</Barcode><ScannerType>S&amp;T</ScannerType>"
    "</Argos.Scan.Metadata>"
)


def write(path, xml=XML, planes=3, missing=frozenset(), edit=None, truth=None):
    """Write `planes` focal planes of two levels; return the pixels of the middle plane's levels.

    `truth` is a list that gets those of all planes, from the lowest on.
    """
    xml = edit(xml) if edit else xml
    pages, middle = [], []
    for plane in range(planes):
        for i in range(2):
            pixels = tiff.scene(200 >> i, 150 >> i, plane * 2 + i)
            tags = {282: (tiff.RATIONAL, [40000, 1]), 283: (tiff.RATIONAL, [20000, 1]), 296: (tiff.SHORT, [3])}
            if not pages:
                tags[65000] = (tiff.ASCII, xml.encode() + b"\0")
            pages.append(tiff.Page(pixels, tags=tags, missing=missing if i == 0 else frozenset()))
            if truth is not None:
                truth.append(pixels)
            if plane == planes // 2:
                middle.append(pixels)
    pages += [tiff.Page(tiff.scene(60, 40, 8), tile=None), tiff.Page(tiff.scene(70, 20, 9), tile=None)]
    tiff.write(path, pages, big=True)
    return middle
