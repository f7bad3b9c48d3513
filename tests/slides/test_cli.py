"""The command line, in child processes as users call it."""

import subprocess
import sys

import numpy as np
import pytest
from generators import leica, perkinelmer, tiff
from PIL import Image

import opsin


def run(*arguments, code=0):
    """Return what a call prints on its two streams; its exit code must be `code`."""
    done = subprocess.run([sys.executable, "-m", "opsin", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout, done.stderr


@pytest.fixture
def slide(tmp_path):
    path = tmp_path / "slide.tif"
    levels = [tiff.scene(200 >> i, 150 >> i, i) for i in range(2)]
    resolution = {282: (tiff.RATIONAL, [20000, 1]), 283: (tiff.RATIONAL, [20000, 1]), 296: (tiff.SHORT, [3])}
    tiff.write(str(path), [tiff.Page(levels[0], tags=resolution), tiff.Page(levels[1], tags={254: (tiff.LONG, [1])})])
    return path, levels


def test_without_arguments_it_shows_the_installation():
    out, _ = run()
    assert out.startswith("opsin ")
    assert "NumPy" in out


def test_info(slide):
    out, _ = run("info", slide[0])
    lines = [line.split() for line in out.splitlines()]
    assert ["format", "generic-tiff"] in lines
    assert ["size", "200", "x", "150"] in lines
    assert ["um/pixel", "0.5", "x", "0.5"] in lines
    assert ["channels", "3", "x", "uint8", "(Red,", "Green,", "Blue)"] in lines
    assert ["0", "200", "150", "1", "64x64", "Deflate"] in lines
    assert ["1", "100", "75", "2", "64x64", "Deflate"] in lines
    assert "openslide.vendor" not in out
    assert "  openslide.vendor: generic-tiff\n" in run("info", "-p", slide[0])[0]


def test_info_of_areas_and_associated_images(tmp_path):
    leica.write(str(tmp_path / "slide.scn"))
    out, _ = run("info", tmp_path / "slide.scn")
    assert "macro  50 x 100" in out
    assert "leica" in out


def test_region_as_png_and_npy(slide, tmp_path):
    path, levels = slide
    run("region", path, 20, 30, 64, 48, tmp_path / "r.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "r.png")), levels[0][30:78, 20:84])
    run("region", path, 20, 30, 40, 30, tmp_path / "r.npy", "--level", 1, "--channels", "2,0")
    np.testing.assert_array_equal(np.load(tmp_path / "r.npy"), levels[1][15:45, 10:50, [2, 0]])
    run("region", path, 0, 0, 100, 75, tmp_path / "m.npy", "--mpp", 1)
    want = opsin.Slide(path).read_at_mpp((0, 0), (100, 75), 1)
    np.testing.assert_array_equal(np.load(tmp_path / "m.npy"), want)


def test_region_of_16_bits_by_channel_name(tmp_path):
    truth = perkinelmer.write(str(tmp_path / "slide.qptiff"), dtype=np.uint16)
    run("region", tmp_path / "slide.qptiff", 0, 0, 50, 40, tmp_path / "r.png", "-c", "Opal 520")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "r.png")), truth[0][:40, :50, 1])


def test_thumbnail(slide, tmp_path):
    run("thumbnail", slide[0], tmp_path / "t.png", "--size", 50)
    assert Image.open(tmp_path / "t.png").size == (50, 38)


def test_verify_counts_tiles(slide):
    out, err = run("verify", slide[0])
    assert out == f"{slide[0]}: 16 tiles, none broken\n"
    assert err == ""  # No bar without a terminal.


def test_verify_lists_every_broken_tile(slide, tmp_path):
    data = bytearray(slide[0].read_bytes())
    offsets = opsin_offsets(slide[0])
    for number in (1, 7):
        data[offsets[number] : offsets[number] + 4] = b"\xff\xff\xff\xff"
    broken = tmp_path / "broken.tif"
    broken.write_bytes(data)
    out, _ = run("verify", broken, code=1)
    lines = out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{broken}: IFD 0: tile (1, 0) at offset {offsets[1]}: ")
    assert lines[1].startswith(f"{broken}: IFD 0: tile (3, 1) at offset {offsets[7]}: ")
    assert lines[2] == f"{broken}: 16 tiles, 2 broken"


def opsin_offsets(path):
    """Tile offsets of the first page, as tifffile reads them."""
    import tifffile

    with tifffile.TiffFile(path) as file:
        return file.pages[0].dataoffsets


def test_verify_tells_sparse_from_broken(tmp_path):
    path = tmp_path / "slide.tif"
    tiff.write(str(path), [tiff.Page(tiff.scene(200, 150), missing={2, 3})])
    assert run("verify", path)[0] == f"{path}: 12 tiles, 2 not stored, none broken\n"


def test_verify_looks_at_associated_images(sample):
    out, _ = run("verify", sample("wsi/unreadable.svs"), code=1)
    assert "IFD 0: tile (0, 0) at offset" in out
    assert "IFD 1: strip 0 at offset" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info", "missing.tif"], "missing.tif"),
        (["region", "SLIDE", 0, 0, 10, 10, "r.jpg"], "neither .png nor .npy"),
        (["region", "SLIDE", 0, 0, 10, 10, "r.png", "-l", 7], "level"),
        (["region", "SLIDE", 0, 0, -1, 10, "r.png"], "size|negative"),
        (["region", "SLIDE", 0, 0, 10, 10, "r.png", "-c", "Purple"], "Purple"),
        (["region", "SLIDE", 0, 0, 10, 10, "no/such/folder/r.png"], "No such file"),
        (["verify", "SLIDE", "more"], "unrecognized"),
        (["frobnicate"], "invalid choice"),
    ],
    ids=str,
)
def test_errors_are_one_line_and_code_2(slide, tmp_path, arguments, message):
    import re

    arguments = [
        slide[0] if a == "SLIDE" else tmp_path / a if str(a).endswith((".png", ".jpg")) else a for a in arguments
    ]
    out, err = run(*arguments, code=2)
    assert out == ""
    assert re.search(message, err)
    assert "Traceback" not in err
