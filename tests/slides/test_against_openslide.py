"""Every vendor's slide against OpenSlide: the format's name, geometry, all properties' texts, associated images, pixels.

A row is a generator, its arguments, and how far pixels are compared where they are not equal everywhere.
"""

import importlib
import re

import numpy as np
import openslide as reference
import pytest

from opsin import openslide as ours

UNEQUAL = ((0, 0, 3, 2, (4, 2)), (3, 1, 2, 3, (6, 8)))

SLIDES = [
    ("huron", {}),
    ("trestle", {}),
    ("trestle", {"big": True}),
    ("trestle", {"description": "OverlapsXY= 4"}),
    ("trestle", {"description": "OverlapsXY= -4 8;Objective Power=abc;a=b=c;=d;e=;Background Color=zz"}),
    ("argos", {}),
    ("argos", {"planes": 2}),
    ("argos", {"missing": {1, 5}}),
    ("leica", {}),
    ("leica", {"areas": ((20000, 30000),)}),
    ("leica", {"areas": ((20400, 30300), (120990, 250400)), "collection": (200300, 401990)}),
    ("leica", {"namespace": "http://www.leica-microsystems.com/scn/2010/03/10"}),
    ("philips", {}),
    ("philips", {"associated": "xml", "missing": {1, 4}}),
    ("philips", {"associated": None, "big": False, "size": (180, 120)}),
    ("ventana", {}),
    ("ventana", {"bif": False}),
    ("ventana", {"areas": ((1, 1, 3, 2, (4, 2)),), "grid": (4, 3)}),
    ("ventana", {"areas": UNEQUAL}, "none"),  # whole tiles at fractions of a pixel: OpenSlide resamples
    ("hamamatsu_ndpi", {}),
    ("hamamatsu_ndpi", {"starts": False}),
    ("hamamatsu_ndpi", {"interval": None}),
    ("hamamatsu_ndpi", {"subsampling": 1}),
    ("hamamatsu_ndpi", {"halvings": (0, 2)}),
    ("hamamatsu_ndpi", {"ndpi": False}),
    ("hamamatsu_ndpi", {"focal_planes": (-5, 0, 5)}),
    ("hamamatsu_ndpi", {"size": (256, 92)}, "covered"),  # OpenSlide leaves out a last row of blocks that is cut
    ("hamamatsu_ndpi", {"size": (264, 100), "interval": 11, "halvings": (0,)}, "covered"),
]


def row_id(row):
    return "-".join(map(str, row))


@pytest.fixture(params=SLIDES, ids=row_id)
def row(request, tmp_path):
    name, arguments, *pixels = request.param
    path = str(tmp_path / "slide.tif")
    importlib.import_module(f"generators.{name}").write(path, **arguments)
    return path, (pixels or ["all"])[0]


def compare_metadata(path):
    with reference.OpenSlide(path) as theirs, ours.OpenSlide(path) as mine:
        assert ours.OpenSlide.detect_format(path) == reference.OpenSlide.detect_format(path)
        assert mine.level_dimensions == theirs.level_dimensions
        assert mine.level_downsamples == theirs.level_downsamples
        assert dict(mine.properties) == dict(theirs.properties)
        assert list(mine.associated_images) == list(theirs.associated_images)
        for name, image in theirs.associated_images.items():
            np.testing.assert_array_equal(np.asarray(mine.associated_images[name]), np.asarray(image), err_msg=name)


def regions(slide):
    """Whole levels, and at level 0 what leaves it and what starts inside a tile."""
    for level, size in enumerate(slide.level_dimensions):
        yield (0, 0), level, size
    width, height = slide.dimensions
    yield (-7, -5), 0, (width + 14, height + 9)
    yield (13, 17), 0, (50, 41)


def test_metadata(row):
    compare_metadata(row[0])


def test_pixels(row):
    path, how = row
    if how == "none":
        pytest.skip("OpenSlide resamples here")
    with reference.OpenSlide(path) as theirs, ours.OpenSlide(path) as mine:
        for region in regions(theirs):
            want, got = np.asarray(theirs.read_region(*region)), np.asarray(mine.read_region(*region))
            if how == "covered":
                seen = want[..., 3] > 0
                assert seen.mean() > 0.8
                want, got = want[seen], got[seen]
            np.testing.assert_array_equal(got, want, err_msg=str(region))


SAMPLES = ["CMU-1-Small-Region.svs", "boxes.tiff", "small.svs"]


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(sample, name):
    path = sample(f"wsi/{name}")
    compare_metadata(path)
    with reference.OpenSlide(path) as theirs, ours.OpenSlide(path) as mine:
        for region in regions(theirs):
            np.testing.assert_array_equal(
                np.asarray(mine.read_region(*region)), np.asarray(theirs.read_region(*region)), err_msg=str(region)
            )


def test_jpeg_2000(sample):
    """Another release of OpenJPEG rounds a few samples another way."""
    path = sample("wsi/TCGA-CR-7395-J2K33005.svs")
    with reference.OpenSlide(path) as theirs, ours.OpenSlide(path) as mine:
        assert mine.level_downsamples == theirs.level_downsamples
        want = np.asarray(theirs.read_region((1000, 1000), 0, (1024, 1024))).astype(int)
        got = np.asarray(mine.read_region((1000, 1000), 0, (1024, 1024)))
        assert abs(got - want).max() <= 1
        assert (got != want).mean() < 1e-4


@pytest.mark.parametrize("name", ["unopenable.tiff", "text-not-a-slide.svs"])
def test_not_a_slide(sample, name):
    path = sample(f"wsi/{name}")
    with pytest.raises(reference.OpenSlideError) as theirs:
        reference.OpenSlide(path)
    with pytest.raises(ours.OpenSlideError) as mine:
        ours.OpenSlide(path)
    assert type(mine.value).__name__ == type(theirs.value).__name__
    assert re.search("52479|Unsupported or missing", str(mine.value))


def test_the_first_focal_plane_is_the_middle_one_of_argos(tmp_path):
    path = str(tmp_path / "slide.avs")
    truth = importlib.import_module("generators.argos").write(path)
    with ours.OpenSlide(path) as slide:
        np.testing.assert_array_equal(np.asarray(slide.read_region((0, 0), 0, slide.dimensions))[..., :3], truth[0])


def test_trestle_macro_lies_beside_the_slide(tmp_path):
    from generators import tiff, trestle

    path = str(tmp_path / "slide.tif")
    trestle.write(path)
    (tmp_path / "slide.Full").write_bytes(tiff.jpeg(tiff.scene(33, 22)))
    compare_metadata(path)
    with ours.OpenSlide(path) as slide:
        assert slide.associated_images["macro"].size == (33, 22)
    (tmp_path / "slide.Full").write_bytes(b"no image")
    with ours.OpenSlide(path) as slide:
        assert list(slide.associated_images) == []
