# SPDX-License-Identifier: Apache-2.0
"""Writes the first corpus of fuzz_tiff and fuzz_region: every malformed case, and small sound files of every layout.

python tests/fuzz/seeds_tiff.py FOLDER
"""

import sys
from pathlib import Path

import yaml

SLIDES = Path(__file__).resolve().parent.parent / "slides"
sys.path.insert(0, str(SLIDES))

from generate import GENERATORS, generate  # noqa: E402
from tiff_edit import edited  # noqa: E402

LARGEST = 20_000
SOUND = [
    *(
        ("tiled", {"compression": c, "size": (40, 50)})
        for c in (None, "lzw", "zlib", "packbits", "zstd", "lzma", "jpeg")
    ),
    *(("tiled", {"compression": c, "size": (40, 50)}) for c in ("webp", "png", "jpeg2000")),
    *(("tiled", {"dtype": d, "samples": 1, "size": (40, 50)}) for d in ("u2", "i4", "f2", "f4", "f8")),
    ("tiled", {"compression": "zlib", "predictor": 2, "dtype": "u2", "size": (40, 50)}),
    ("tiled", {"compression": "zlib", "predictor": 3, "dtype": "f4", "samples": 1, "size": (40, 50)}),
    ("tiled", {"planarconfig": "separate", "size": (40, 50)}),
    ("tiled", {"bigtiff": True, "levels": 3, "compression": "zlib", "size": (40, 50)}),
    ("tiled", {"byteorder": ">", "dtype": "u2", "levels": 2, "compression": "lzw", "size": (40, 50)}),
    ("strips", {"compression": "lzw", "size": (40, 50)}),
    ("strips", {"size": (40, 50), "rowsperstrip": 7}),
    ("svs", {"levels": 2}),
    ("svs", {"levels": 3, "compression": "zlib"}),
]


def files():
    for i, (name, arguments) in enumerate(SOUND):
        yield f"sound-{i}", generate(name, **arguments)
    for path in sorted(SLIDES.glob("*/case.yaml")):
        case = yaml.safe_load(path.read_text())
        base = dict(case["base"])
        name = base.pop("generator")
        if name in GENERATORS and not name.endswith("_bomb"):
            yield path.parent.name, edited(generate(name, **base), case.get("edits", []))


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files():
        if len(content) <= LARGEST:
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1])
