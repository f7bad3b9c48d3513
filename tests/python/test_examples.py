"""Examples run as a user would start them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import opsin

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BUILD = Path(opsin.__file__).parents[2]


def _run(*command, env=None):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=500, env=env)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def _read_pgm(path):
    magic, size, _, pixels = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert magic == b"P5"
    return np.frombuffer(pixels, np.uint8).reshape(height, width)


@pytest.mark.skipif(not (BUILD / "CMakeCache.txt").exists() or not shutil.which("cmake"), reason="needs a build folder")
def test_cpp_example_against_an_installed_prefix(tmp_path):
    prefix, build = tmp_path / "prefix", tmp_path / "build"
    _run("cmake", "--install", BUILD, "--prefix", prefix)
    config = next(prefix.glob("lib*/**/opsin-config.cmake")).parent
    _run("cmake", "-S", EXAMPLES / "cpp", "-B", build, f"-Dopsin_DIR={config}", "-DCMAKE_BUILD_TYPE=Release")
    _run("cmake", "--build", build)

    drawn, again = tmp_path / "drawn.pgm", tmp_path / "again.pgm"
    assert f"opsin {opsin.__version__}, cpu: (512, 512)" in _run(build / "vessels", drawn)
    assert np.ptp(_read_pgm(drawn)) == 255
    _run(build / "vessels", "--sigma", 3, drawn, again)
    assert np.ptp(_read_pgm(again)) == 255
    bad = subprocess.run([build / "vessels", tmp_path / "missing.pgm", again], capture_output=True, text=True)
    assert bad.returncode == 1 and "missing.pgm" in bad.stderr

    _run("cmake", "-S", EXAMPLES / "cpp" / "slide_region", "-B", tmp_path / "slide", f"-Dopsin_DIR={config}")
    _run("cmake", "--build", tmp_path / "slide")
    picture = tmp_path / "slide.png"
    Image.fromarray(np.tile(np.arange(250, dtype=np.uint8)[:, None, None], (1, 300, 3))).save(picture)
    out = _run(tmp_path / "slide" / "slide_region", picture, 10, 20, 40, 30, tmp_path / "region.ppm")
    assert "level 0: 300 x 250" in out and "region (30, 40, 3), means 34.5 34.5 34.5" in out
    assert out.count("batch (10, 30, 40, 3), means") == 2 and "batch (5, 30, 40, 3), means" in out
    pixels = np.asarray(Image.open(tmp_path / "region.ppm"))
    assert np.array_equal(pixels[:, :, 1], np.repeat(np.arange(20, 50)[:, None], 40, 1))


@pytest.mark.skipif(not hasattr(opsin.filters, "frangi"), reason="ridge filters are not there yet")
def test_retina_example(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("skimage")
    out = _run(sys.executable, EXAMPLES / "retina_vessels.py", "--quick", "--output", tmp_path)
    for name in ("rgb2gray", "meijering", "sato", "frangi", "hessian"):
        assert name in out
    assert (tmp_path / "retina_vessels.png").stat().st_size > 100_000


@pytest.mark.skipif(not hasattr(opsin.filters, "gabor_kernel"), reason="gabor_kernel is not there yet")
def test_gabor_example():
    pytest.importorskip("skimage")
    out = _run(sys.executable, EXAMPLES / "gabor.py")
    assert "opsin CPU" in out and "9/9" in out.split("opsin CPU")[1]


@pytest.mark.parametrize("drawn", [False, True])
def test_slide_patches_example(tmp_path, drawn):
    pytest.importorskip("matplotlib")
    pytest.importorskip("tifffile")
    samples = Path(os.environ.get("OPSIN_SAMPLES", EXAMPLES.parents[1] / "shared" / "samples"))
    if not drawn and not (samples / "wsi" / "CMU-1-Small-Region.svs").exists():
        pytest.skip("no samples (OPSIN_SAMPLES names their folder)")
    environment = {**os.environ, "OPSIN_SAMPLES": str(tmp_path if drawn else samples)}
    out = _run(sys.executable, EXAMPLES / "slide_patches.py", "--quick", "--output", tmp_path, env=environment)
    assert ("generic-tiff, 3072 x 2048" if drawn else "aperio, 2220 x 2967") in out
    assert "opsin, 1 thread: " in out and "OpenSlide" in out
    assert (tmp_path / "slide_patches.png").stat().st_size > 100_000
