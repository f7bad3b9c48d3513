"""OME-TIFF: dimensions in every order, SubIFD pyramids, several files; against what was written and against tifffile."""

import numpy as np
import pytest
import tifffile
from generators import ome, tiff

import opsin

IMAGES = [
    {},
    {"order": "XYZTC", "shape": (2, 3, 2, 64, 80)},
    {"order": "XYTCZ", "shape": (2, 3, 2, 64, 80), "files": 3},
    {"order": "XYCTZ", "shape": (3, 2, 2, 48, 64), "levels": 3},
    {"rgb": True, "dtype": "uint8", "shape": (1, 2, 3, 64, 64)},
    {"dtype": "float32", "big": True, "levels": 1},
    {"dtype": "int16", "shape": (1, 1, 1, 64, 64)},
]


def stack_of(slide, level):
    """The whole level as (T, Z, C, height, width)."""
    size, n = slide.level_dimensions[level], slide.sizes
    planes = [
        [np.moveaxis(slide.read_region((0, 0), size, level, z=z, t=t), -1, 0) for z in range(n["Z"])]
        for t in range(n["T"])
    ]
    return np.asarray(planes)


@pytest.mark.parametrize("arguments", IMAGES, ids=str)
def test_every_plane_of_every_level(tmp_path, arguments):
    path = str(tmp_path / "image.ome.tif")
    truth = ome.write(path, **arguments)
    slide = opsin.Slide(path)
    assert slide.vendor == "ome-tiff"
    assert slide.dtype == truth[0].dtype
    assert tuple(slide.sizes[axis] for axis in "TZC") == truth[0].shape[:3]
    assert slide.level_count == len(truth)
    for level, want in enumerate(truth):
        np.testing.assert_array_equal(stack_of(slide, level), want)
    assert slide.mpp == (0.25, 0.5)
    assert slide.objective_power == 40
    if not arguments.get("rgb"):
        assert slide.channels == tuple(f"ch{i}" for i in range(truth[0].shape[2]))
        assert slide.channel_colors[0] == (255, 0, 0)


@pytest.mark.parametrize("arguments", [a for a in IMAGES if not a.get("rgb")], ids=str)
def test_tifffile_sees_the_same(tmp_path, arguments):
    path = str(tmp_path / "image.ome.tif")
    ome.write(path, **arguments)
    with tifffile.TiffFile(path) as file:
        series = file.series[0]
        there = [axis for axis in "TZC" if axis in series.axes]
        array = np.moveaxis(series.asarray(), [series.axes.index(axis) for axis in there], range(len(there)))
    slide = opsin.Slide(path)
    got = stack_of(slide, 0)
    np.testing.assert_array_equal(got, array.reshape(got.shape))


def test_real_image(sample):
    path = sample("tiff/multi-channel-z-series.ome.tif")
    slide = opsin.Slide(path)
    want = tifffile.imread(path)
    assert slide.sizes == {"C": 3, "Z": 5, "T": 1}
    assert slide.dtype == want.dtype
    got = stack_of(slide, 0)[0]
    np.testing.assert_array_equal(np.swapaxes(got, 0, 1) if want.shape[0] == 3 else got, want)


def test_metadata_in_a_companion_file(tmp_path):
    path = tmp_path / "image.ome.tif"
    whole = []
    binary = f'<OME xmlns="{ome.NAMESPACE}"><BinaryOnly MetadataFile="set.companion.ome" UUID="{ome.UUID}0"/></OME>'
    truth = ome.write(str(path), edit=lambda xml: whole.append(xml) or binary)
    (tmp_path / "set.companion.ome").write_text(whole[0])
    np.testing.assert_array_equal(stack_of(opsin.Slide(path), 0), truth[0])
    (tmp_path / "set.companion.ome").unlink()
    with pytest.raises(OSError, match="companion"):
        opsin.Slide(path)


def test_a_second_image_is_associated(tmp_path):
    path = str(tmp_path / "image.ome.tif")
    label = tiff.scene(40, 30, 5)
    more = (
        '<Image Name="label image"><Pixels DimensionOrder="XYCZT" Type="uint8" SizeX="40" SizeY="30" SizeC="3" SizeZ="1" '
        'SizeT="1"><Channel SamplesPerPixel="3"/><TiffData IFD="1"/></Pixels></Image>'
    )
    first = tiff.scene(80, 64, 1)[..., 0]
    text = ome.xml((1, 1, 1, 64, 80), "uint8", tiff_data='<TiffData IFD="0"/>', more=more)
    tiff.write(path, [tiff.Page(first, tags={270: text}), tiff.Page(label)])
    slide = opsin.Slide(path)
    np.testing.assert_array_equal(slide.read_region((0, 0), (80, 64))[..., 0], first)
    np.testing.assert_array_equal(slide.associated_images["label"], label)


def test_bytes_cannot_name_other_files(tmp_path):
    path = tmp_path / "image.ome.tif"
    ome.write(str(path), files=2)
    with pytest.raises(OSError, match="opened by its path"):
        opsin.Slide(path.read_bytes())


@pytest.mark.parametrize("name", ["../other.tif", "/etc/passwd", "..", "a\\\\b.tif"])
def test_files_elsewhere_are_refused(tmp_path, name):
    path = str(tmp_path / "image.ome.tif")
    ome.write(path, files=2, edit=lambda xml: xml.replace("image.ome.tif.part1.tif", name))
    with pytest.raises(OSError, match="outside its folder"):
        opsin.Slide(path)
