# SPDX-License-Identifier: Apache-2.0
"""Philips TIFF: XML in the description, levels padded to whole tiles, tiles without bytes, label and macro in XML."""

import base64

import numpy

from . import tiff

SPACING = 0.00025  # mm per column of level 0; rows are twice as far apart
OUTSIDE = 0  # what fills the padding


def attribute(name, value, kind="IString"):
    """Return one Attribute element."""
    return f'<Attribute Name="{name}" Group="0x0028" Element="0x0030" PMSVR="{kind}">{value}</Attribute>'


def array(name, objects):
    """Return an Attribute that holds objects."""
    return attribute(name, f"<Array>{''.join(objects)}</Array>", "IDataObjectArray")


def data_object(kind, *attributes):
    """Return one DataObject element."""
    return f'<DataObject ObjectType="{kind}">{"".join(attributes)}</DataObject>'


def spacing(downsample):
    """Return the text of DICOM_PIXEL_SPACING, rows first as DICOM has it."""
    return f"&quot;{SPACING * downsample * 2}&quot; &quot;{SPACING * downsample}&quot;"


def image_xml(kind, *attributes):
    """Return the DPScannedImage object of a kind: WSI, LABELIMAGE, MACROIMAGE."""
    return data_object("DPScannedImage", attribute("PIM_DP_IMAGE_TYPE", kind), *attributes)


def slide_xml(levels, images=(), barcode="P-7"):
    """Return the XML of a slide with that many levels."""
    representations = [
        data_object(
            "PixelDataRepresentation",
            attribute("DICOM_PIXEL_SPACING", spacing(2**i), "IDoubleArray"),
            attribute("PIIM_PIXEL_DATA_REPRESENTATION_COLUMNS", 192 >> i, "IUInt32"),
            attribute("PIIM_PIXEL_DATA_REPRESENTATION_NUMBER", i, "IUInt16"),
        )
        for i in range(levels)
    ]
    wsi = image_xml(
        "WSI",
        attribute("DICOM_PIXEL_SPACING", spacing(1), "IDoubleArray"),
        attribute("DICOM_DERIVATION_DESCRIPTION", "tiff-useBigTIFF=1-clip=1"),
        array("PIIM_PIXEL_DATA_REPRESENTATION_SEQUENCE", representations),
    )
    return '<?xml version="1.0" encoding="UTF-8" ?>' + data_object(
        "DPUfsImport",
        attribute("DICOM_MANUFACTURER", "PHILIPS"),
        attribute("DICOM_SOFTWARE_VERSIONS", "&quot;1.6.6186&quot; &quot;20150402_R48&quot;", "IStringArray"),
        attribute("PIM_DP_UFS_BARCODE", base64.b64encode(barcode.encode()).decode()),
        array("PIM_DP_SCANNED_IMAGES", [wsi, *images]),
    )


def padded(pixels, tile):
    """Return pixels on a canvas of whole tiles."""
    height, width = (-(-length // tile) * tile for length in pixels.shape[:2])
    out = numpy.full((height, width, 3), OUTSIDE, numpy.uint8)
    out[: pixels.shape[0], : pixels.shape[1]] = pixels
    return out


def write(path, missing=frozenset(), associated="ifd", edit=None, big=True, size=(192, 128)):
    """Write a slide of three levels, tiles 64, level 0 of `size`.

    Levels below the first are padded in the file; the returned pixels are the true part. `associated` says where label
    and macro are: "ifd", "xml" or None. `edit` is a function from XML to XML.
    """
    truth = [tiff.scene(size[0] >> i, size[1] >> i, i) for i in range(3)]
    pages = [
        tiff.Page(padded(pixels, 64), missing=missing if i == 0 else frozenset()) for i, pixels in enumerate(truth)
    ]
    images = []
    for name, kind, seed in (("Macro", "MACROIMAGE", 7), ("Label", "LABELIMAGE", 8)):
        pixels = tiff.scene(60, 30, seed)
        if associated == "ifd":
            tags = {254: (tiff.LONG, [1]), 270: f"{name} -offset=(0,0)-pixelsize=(0.0315,0.0315)-rois=((2,38,69,23))"}
            pages.append(tiff.Page(pixels, tile=None, tags=tags))
        elif associated == "xml":
            data = base64.encodebytes(tiff.jpeg(pixels)).decode()
            images.append(image_xml(kind, attribute("PIM_DP_IMAGE_DATA", data)))
    xml = slide_xml(3, images)
    pages[0].tags.update({270: edit(xml) if edit else xml, 305: "Philips DP v1.0", 271: "PHILIPS"})
    for page in pages[1:]:
        page.tags[254] = (tiff.LONG, [1])
    tiff.write(path, pages, big=big)
    return truth
