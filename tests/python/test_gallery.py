"""The gallery: each script runs, makes small pictures, and is what its page shows; its C++ compiles."""

import importlib
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("skimage")
from PIL import Image

import opsin

ROOT = Path(__file__).resolve().parents[2]
GALLERY = ROOT / "docs" / "gallery"
sys.path.insert(0, str(ROOT / "tools" / "docs"))
gallery = importlib.import_module("gallery")
sys.path.pop(0)


@pytest.mark.parametrize("script", gallery.scripts(), ids=lambda path: path.stem)
def test_script_makes_its_page(script, tmp_path):
    pictures = tmp_path / "images"
    pictures.mkdir()
    page, made = gallery.run(script, pictures)
    assert page == (GALLERY / f"{script.stem}.md").read_text(), "the page is old: tools/dev docs"
    assert made
    for picture in made:
        assert picture.stat().st_size < 150_000
        assert (GALLERY / "images" / picture.name).exists()
        assert np.ptp(np.asarray(Image.open(picture))) > 200  # something is drawn


def test_every_module_has_a_page():
    modules = [name for name in opsin.__all__ if isinstance(getattr(opsin, name), types.ModuleType)]
    pages = {script.stem for script in gallery.scripts()}
    assert pages - {"filters_rank"} == {*modules} - {"io"}  # slides have their own examples
    index = (GALLERY / "README.md").read_text()
    assert all(f"({stem}.md)" in index for stem in pages)


@pytest.mark.skipif(not shutil.which("g++"), reason="needs a compiler")
def test_cpp_of_the_pages_compiles(tmp_path):
    pages = [(GALLERY / f"{script.stem}.md").read_text() for script in gallery.scripts()]
    snippets = [re.search(r"```cpp\n(.*?)```", page, re.S).group(1) for page in pages]
    includes = sorted({line for text in snippets for line in re.findall(r"(?m)^#include .*", text)})
    bodies = [f"namespace page_{k} {{\n{re.sub('(?m)^#include .*', '', text)}\n}}" for k, text in enumerate(snippets)]
    source = tmp_path / "pages.cpp"
    source.write_text("\n".join([*includes, *bodies]))
    command = ["g++", "-std=c++20", "-fsyntax-only", "-I", ROOT / "include", source]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
