"""Focal planes of the vendors whose planes OpenSlide does not show: z = 0 is the one that it does."""

import numpy as np
import pytest
from generators import argos, hamamatsu_ndpi

import opsin
from opsin import openslide


def test_argos(tmp_path):
    path, truth = tmp_path / "slide.avs", []
    argos.write(path, planes=4, truth=truth)
    slide = opsin.Slide(path)
    assert slide.sizes == {"C": 3, "Z": 4, "T": 1}
    assert [slide.properties[f"opsin.z[{z}].focal-plane"] for z in range(4)] == ["0", "-2", "-1", "1"]
    for z, plane in enumerate((2, 0, 1, 3)):
        for level in range(2):
            got = slide.read_region((0, 0), slide.level_dimensions[level], level, z=z)
            np.testing.assert_array_equal(got, truth[2 * plane + level])
    with pytest.raises(IndexError, match="no z 4"):
        slide.read_region((0, 0), (1, 1), z=4)
    with openslide.OpenSlide(path) as shown:
        assert not [name for name in shown.properties if name.startswith("opsin.")]


def test_ndpi(tmp_path):
    path, truth = tmp_path / "slide.ndpi", {}
    hamamatsu_ndpi.write(path, focal_planes=(4000, 0, -4000), others=truth)
    slide = opsin.Slide(path)
    assert slide.sizes["Z"] == 3
    for z, focal in enumerate((0, -4000, 4000)):
        assert slide.properties[f"opsin.z[{z}].focal-plane"] == str(focal)
        for level in range(2):
            got = slide.read_region((0, 0), slide.level_dimensions[level], level, z=z)
            np.testing.assert_array_equal(got, truth[focal, level])
    # Levels that JPEG makes are there for each plane, and differ as the planes do.
    small = [slide.read_region((0, 0), slide.level_dimensions[2], 2, z=z) for z in range(3)]
    assert len({image.tobytes() for image in small}) == 3


@pytest.mark.parametrize("absent", [(5, 0), (5, 1)])
def test_a_plane_without_all_levels_is_left_out(tmp_path, absent):
    path, truth = tmp_path / "slide.ndpi", {}
    hamamatsu_ndpi.write(path, focal_planes=(-5, 0, 5), absent=[absent], others=truth)
    slide = opsin.Slide(path)
    assert slide.sizes["Z"] == 2
    np.testing.assert_array_equal(slide.read_region((0, 0), slide.dimensions, z=1), truth[-5, 0])
