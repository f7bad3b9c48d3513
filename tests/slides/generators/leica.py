# SPDX-License-Identifier: Apache-2.0
"""Leica SCN: BigTIFF whose XML places images, in nanometres, on a collection; one of them covers it: the macro."""

import base64

from . import tiff

NAMESPACE = "http://www.leica-microsystems.com/scn/2010/10/01"
IMAGE = """<image name="{name}"><creationDate>2012-03-04T05:06:07Z</creationDate>
<device model="Leica SCN400" version="1.4"/>
<pixels sizeX="{width}" sizeY="{height}">{dimensions}</pixels>
<view sizeX="{view[2]}" sizeY="{view[3]}" offsetX="{view[0]}" offsetY="{view[1]}" spacingZ="0"/>
<scanSettings><objectiveSettings><objective>{objective}</objective></objectiveSettings>
<illuminationSettings><numericalAperture>0.4</numericalAperture>
<illuminationSource>{source}</illuminationSource></illuminationSettings></scanSettings></image>"""
NM = 500  # per pixel of level 0
RESOLUTION = {282: (tiff.RATIONAL, [20000, 1]), 283: (tiff.RATIONAL, [10000, 1]), 296: (tiff.SHORT, [3])}
COLLECTION = (200000, 400000)


def image_xml(name, dimensions, view, objective="20", source="brightfield"):
    """Return the XML of an image. `dimensions` are (width, height, r, ifd), `view` is (x, y, width, height) in nm."""
    text = "".join(f'<dimension sizeX="{w}" sizeY="{h}" r="{r}" ifd="{ifd}"/>' for w, h, r, ifd in dimensions)
    width, height = dimensions[0][:2]
    return IMAGE.format(
        name=name, width=width, height=height, dimensions=text, view=view, objective=objective, source=source
    )


def collection_xml(images, barcode="L-42", namespace=NAMESPACE, size=COLLECTION):
    """Return the XML of a slide."""
    code = base64.b64encode(barcode.encode()).decode()
    return (
        f'<?xml version="1.0"?><scn xmlns="{namespace}" uuid="u"><collection name="c" uuid="u" sizeX="{size[0]}" '
        f'sizeY="{size[1]}"><barcode>{code}</barcode>{"".join(images)}</collection></scn>'
    )


def write(path, areas=((20000, 30000), (120000, 250000)), edit=None, namespace=NAMESPACE, collection=COLLECTION):
    """Write a slide with a macro and 100 x 80 pixel areas of two levels at `areas` in nm.

    Returns one list per area, the pixels of its levels. `edit` is a function from XML to XML.
    """
    macro = tiff.scene(50, 100, 9)
    view = (0, 0, *collection)
    images = [image_xml("macro", [(50, 100, 0, 0)], view, objective="1")]
    pages, truth = [tiff.Page(macro, tile=(16, 16))], []
    for number, (x, y) in enumerate(areas):
        levels = [tiff.scene(100 >> i, 80 >> i, number * 2 + i) for i in range(2)]
        dimensions = [(100 >> i, 80 >> i, i, len(pages) + i) for i in range(2)]
        images.append(image_xml(f"image_{number}", dimensions, (x, y, 100 * NM, 80 * NM)))
        pages += [tiff.Page(level, tile=(32, 32), tags=RESOLUTION) for level in levels]
        truth.append(levels)
    xml = collection_xml(images, namespace=namespace, size=collection)
    pages[0].tags[270] = edit(xml) if edit else xml
    tiff.write(path, pages, big=True)
    return truth
