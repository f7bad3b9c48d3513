# SPDX-License-Identifier: Apache-2.0
"""Hamamatsu NDPI: classic TIFF with 64-bit offsets; a level is one JPEG, its tiles are the restart intervals."""

import io
import struct

import numpy
from PIL import Image

from . import tiff

FLAG, LENS, X_OFFSET, Y_OFFSET, FOCAL, STARTS, REFERENCE, STARTS_HIGH, MAP = (
    *(65420, 65421, 65422, 65423, 65424, 65426, 65427, 65432, 65449),
)
PROPERTIES = "Product=C13140\r\nNDP.S/N=000123\r\nObjective.Lens.Magnificant=20\r\nCreated=2020/01/02\r\n"
SLONG = 9


# What tag 65426 may hold instead of the starts.
DAMAGE = {
    "one start less": lambda starts: starts[:-1],
    "shifted starts": lambda starts: [start + 1 for start in starts],
    "starts beyond the end": lambda starts: [start + (1 << 30) for start in starts],
    "falling starts": lambda starts: starts[:2] + starts[:1:-1],
    "one start shifted": lambda starts: [start + 2 * (i == 3) for i, start in enumerate(starts)],
}


def level_jpeg(pixels, interval, subsampling=0):
    """Return a JPEG whose restart interval is `interval` MCUs, and the offsets of its intervals' data."""
    stream = io.BytesIO()
    options = {"restart_marker_blocks": interval} if interval else {}
    Image.fromarray(pixels).save(stream, "JPEG", quality=90, subsampling=subsampling, **options)
    data = stream.getvalue()
    sos = data.index(b"\xff\xda")
    start = sos + 2 + struct.unpack_from(">H", data, sos + 2)[0]
    starts = [start]
    for i in range(start, len(data) - 1):
        if data[i] == 0xFF and 0xD0 <= data[i + 1] <= 0xD7:
            starts.append(i + 2)
    return data, starts


class Page(tiff.Page):
    """A page with MCU starts; their offsets are relative to the JPEG."""

    def __init__(self, pixels, lens, focal=0, interval=8, subsampling=0, starts=True, tags=(), damage=None):
        data, offsets = level_jpeg(pixels, interval, subsampling)
        own = {
            258: (tiff.SHORT, [8, 8, 8]),
            262: (tiff.SHORT, [6]),
            271: "Hamamatsu",
            272: "C13140",
            282: (tiff.RATIONAL, [40000, 1]),
            283: (tiff.RATIONAL, [20000, 1]),
            296: (tiff.SHORT, [3]),
            530: None,
            FLAG: (tiff.LONG, [1]),
            LENS: (tiff.FLOAT, [lens]),
            X_OFFSET: (SLONG, [-1234]),
            Y_OFFSET: (SLONG, [5678]),
            FOCAL: (SLONG, [focal]),
            REFERENCE: "ref-1",
            MAP: PROPERTIES,
        }
        if starts and interval:
            own[STARTS] = (tiff.LONG, DAMAGE.get(damage, list)(offsets))
        self.intact = data
        if damage == "frame of size 0":
            at = data.index(b"\xff\xc0") + 5
            data = data[:at] + bytes(4) + data[at + 4 :]
        if damage == "a marker is gone":
            at = offsets[3] - 2
            data = data[:at] + b"\x11\x11" + data[at + 2 :]
        super().__init__(pixels, tile=None, compression=tiff.JPEG, tags=own | dict(tags), data=[data])
        if damage == "extension of a SHORT":
            self.extensions = {258: b"\0\0\1\0", 262: b"\7\0\0\0"}
        if pixels.ndim == 2:
            self.tags[262] = (tiff.SHORT, [1])

    def decoded(self):
        """Return the pixels as the JPEG gives them."""
        return numpy.asarray(Image.open(io.BytesIO(self.intact)).convert("RGB"))


def write(
    path,
    starts=True,
    focal_planes=(0,),
    subsampling=0,
    level_tags=(),
    ndpi=True,
    size=(256, 96),
    interval=4,
    halvings=(0, 1),
    damage=None,
    others=None,
    absent=(),
):
    """Write a slide with levels of 2**-halvings per focal plane, a macro and a map; return the pixels of the levels at plane 0.

    `others` is a dictionary that gets those of all planes, by (focal plane, halving). Those in `absent` are left out.
    """
    pages, truth = [], []
    for i in halvings:
        for focal in focal_planes:
            if (focal, i) in absent:
                continue
            page = Page(
                tiff.scene(size[0] >> i, size[1] >> i, i + focal),
                20.0 / 2**i,
                focal,
                interval,
                subsampling,
                starts,
                level_tags if i == halvings[0] else (),
                damage if i == halvings[0] else None,
            )
            pages.append(page)
            if others is not None:
                others[focal, i] = page.decoded()
            if focal == 0:
                truth.append(page.decoded())
    pages.append(Page(tiff.scene(60, 24, 7), -1.0, interval=0))
    pages.append(Page(tiff.scene(40, 16, 8)[..., 0], -2.0, interval=0))
    tiff.write(path, pages, ndpi=ndpi)
    return truth
