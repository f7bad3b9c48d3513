"""QPTIFF, which OpenSlide does not read: generated slides, and a real one against tifffile."""

import numpy as np
import pytest
import tifffile
from generators import perkinelmer

import opsin


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"dtype": np.uint16},
        {"brightfield": True},
        {"utf16": True},
        {"levels": 3},
        {"channels": perkinelmer.CHANNELS[:1]},
    ],
    ids=str,
)
def test_levels_channels_and_metadata(tmp_path, arguments):
    path = tmp_path / "slide.qptiff"
    truth = perkinelmer.write(str(path), **arguments)
    slide = opsin.Slide(path)
    assert slide.vendor == "perkinelmer"
    assert slide.level_dimensions == tuple((t.shape[1], t.shape[0]) for t in truth)
    assert slide.dtype == truth[0].dtype
    assert slide.sizes == {"C": truth[0].shape[2], "Z": 1, "T": 1}
    for level, want in enumerate(truth):
        np.testing.assert_array_equal(slide.read_region((0, 0), slide.level_dimensions[level], level), want)
    assert slide.mpp == (0.5, 1.0)
    assert slide.objective_power == 20
    assert slide.properties["openslide.barcode"] == "Q-9"
    assert slide.properties["perkinelmer.SlideID"] == "S1"
    assert {name: image.shape[:2] for name, image in slide.associated_images.items()} == {
        "thumbnail": (24, 40),
        "macro": (30, 60),
        "label": (30, 30),
    }
    if not arguments.get("brightfield"):
        channels = arguments.get("channels", perkinelmer.CHANNELS)
        assert slide.channels == tuple(name for name, _ in channels)
        assert slide.channel_colors[0] == (0, 0, 255)


def test_one_channel_by_name(tmp_path):
    path = tmp_path / "slide.qptiff"
    truth = perkinelmer.write(str(path))
    region = opsin.Slide(path).read_region((10, 20), (64, 48), channels="Opal 520")
    np.testing.assert_array_equal(region[..., 0], truth[0][20:68, 10:74, 1])


def test_real_slide(sample):
    path = sample("wsi/small_vectra.qptiff")
    slide = opsin.Slide(path)
    assert slide.vendor == "perkinelmer"
    assert slide.objective_power == 10
    np.testing.assert_allclose(slide.mpp, 0.4965, atol=1e-4)
    want = np.stack([tifffile.imread(path, key=i) for i in range(3)], axis=-1)
    np.testing.assert_array_equal(slide.read_region((0, 0), slide.dimensions), want)
    assert slide.channels[0] == "DAPI"
    for name, page in {"thumbnail": 3, "macro": 4, "label": 5}.items():
        np.testing.assert_array_equal(slide.associated_images[name], tifffile.imread(path, key=page))
