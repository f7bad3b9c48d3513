# SPDX-License-Identifier: Apache-2.0
"""Writes templates and the first corpus of fuzz_formats from the generators of the slide tests.

python tests/fuzz/seeds_formats.py FOLDER   makes FOLDER/templates, FOLDER/corpus and FOLDER/formats.dict
"""

import importlib
import re
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "slides"))
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1}

# Name, generator, arguments, page, tag.
TEMPLATES = [
    ("argos", "argos", {}, 0, 65000),
    ("huron", "huron", {}, 0, 270),
    ("leica", "leica", {}, 0, 270),
    ("ndpi-map", "hamamatsu_ndpi", {}, 0, 65449),
    ("ndpi-starts", "hamamatsu_ndpi", {}, 0, 65426),
    ("ome", "ome", {}, 0, 270),
    ("philips", "philips", {"associated": "xml"}, 0, 270),
    ("qptiff", "perkinelmer", {}, 0, 270),
    ("trestle", "trestle", {}, 0, 270),
    ("ventana-areas", "ventana", {}, 2, 700),
    ("ventana-iscan", "ventana", {}, 0, 700),
]
VARIANTS = [
    ("argos", {"planes": 2}),
    ("leica", {"areas": ((20000, 30000),)}),
    ("philips", {"missing": {1}}),
    ("ventana", {"bif": False}),
    ("hamamatsu_ndpi", {"interval": None}),
    ("hamamatsu_ndpi", {"starts": False}),
    ("hamamatsu_ndpi", {"focal_planes": (0, 5), "size": (128, 64)}),
    ("ome", {"rgb": True, "dtype": "uint8", "shape": (1, 2, 3, 64, 64)}),
    ("perkinelmer", {"brightfield": True}),
]


def entry_of(data, page, tag):
    """Return (place of the count, its bytes, place of the value, its bytes, type, count, offset)."""
    big, ndpi = data[2] == 43, data[8:12] == bytes(4) and data[2] == 42
    pointer, width = ("<Q", 8) if big or ndpi else ("<I", 4)
    head, size, value = ("<Q", 20, 12) if big else ("<H", 12, 8)
    at = struct.unpack_from(pointer, data, 8 if big else 4)[0]
    while True:
        count = struct.unpack_from(head, data, at)[0]
        first = at + struct.calcsize(head)
        if page == 0:
            break
        at, page = struct.unpack_from(pointer, data, first + count * size)[0], page - 1
    for i in range(count):
        entry = first + i * size
        if struct.unpack_from("<H", data, entry)[0] == tag:
            kind = struct.unpack_from("<H", data, entry + 2)[0]
            wide = 8 if big else 4
            n, offset = (struct.unpack_from("<Q" if big else "<I", data, entry + k)[0] for k in (4, value))
            return entry + 4, wide, entry + value, wide, kind, n, offset
    raise KeyError(tag)


def main(folder):
    for name in ("templates", "corpus"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    words = set()
    scratch = folder / "slide.tif"
    for number, (name, generator, arguments, page, tag) in enumerate(TEMPLATES):
        importlib.import_module(f"generators.{generator}").write(str(scratch), **arguments)
        data = scratch.read_bytes()
        *field, kind, count, offset = entry_of(data, page, tag)
        value = data[offset : offset + count * SIZES[kind]]
        (folder / "templates" / f"{number:02}-{name}").write_bytes(struct.pack("<5Q", *field, SIZES[kind]) + data)
        (folder / "corpus" / name).write_bytes(bytes([number]) + value)
        (folder / "corpus" / f"file-{name}").write_bytes(b"\xff" + data)
        words |= set(re.findall(rb"[A-Za-z_][A-Za-z0-9_.:-]{2,40}", value if kind == 2 or tag == 700 else b""))
    for i, (generator, arguments) in enumerate(VARIANTS):
        importlib.import_module(f"generators.{generator}").write(str(scratch), **arguments)
        (folder / "corpus" / f"variant-{i}").write_bytes(b"\xff" + scratch.read_bytes())
    scratch.unlink()
    numbers = ["-1", "0", "nan", "1e308", "9223372036854775807", "2147483648", "0.0001"]
    lines = [f'"{word}"' for word in sorted(w.decode() for w in words)] + [f'"{n}"' for n in numbers]
    (folder / "formats.dict").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
