"""opsin.SlideDataset: items, processes, open files."""

import multiprocessing
import pickle
import subprocess
import sys

import numpy as np
import pytest
from generators import tiff

import opsin


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    return [str(tiff.write(folder / f"{i}.tif", [tiff.Page(tiff.scene(200, 150, i))])) for i in range(5)]


@pytest.fixture
def dataset(paths):
    rng = np.random.default_rng(0)
    return opsin.SlideDataset(paths, [rng.integers(0, 100, (n, 2)) for n in (4, 0, 7, 1, 3)], (30, 20), max_open=2)


def test_items(dataset, paths):
    assert len(dataset) == 15
    items = list(dataset)  # Ends with IndexError.
    assert len(items) == 15
    for i, item in enumerate(items):
        number, location = dataset.where(i)
        assert item.shape == (20, 30, 3)
        np.testing.assert_array_equal(item, opsin.Slide(paths[number]).read_region(location, (30, 20)))
    assert [dataset.where(i)[0] for i in range(15)] == [0] * 4 + [2] * 7 + [3] + [4] * 3
    np.testing.assert_array_equal(dataset[-1], items[14])
    np.testing.assert_array_equal(dataset[np.int64(3)], items[3])
    for i in (15, -16):
        with pytest.raises(IndexError):
            dataset[i]
    assert len(dataset._opened) <= 2


def test_transform_layout_channels_and_slides(paths):
    slide = opsin.Slide(paths[0])
    dataset = opsin.SlideDataset(
        [slide], [[(5, 6)]], (30, 20), layout="CHW", channels=[2, 0], transform=lambda a: a.astype("f4") / 255
    )
    want = slide.read_region((5, 6), (30, 20), channels=[2, 0]).transpose(2, 0, 1).astype("f4") / 255
    np.testing.assert_array_equal(dataset[0], want)


def test_what_does_not_fit(paths):
    with pytest.raises(ValueError, match="2 arrays of locations for 5 slides"):
        opsin.SlideDataset(paths, [[(0, 0)], [(0, 0)]], (8, 8))
    with pytest.raises(TypeError):
        opsin.SlideDataset(paths[0], [(0, 0)], (8, 8))
    with pytest.raises(ValueError, match="layout"):
        opsin.SlideDataset(paths, [[]] * 5, (8, 8), layout="NCHW")
    assert len(opsin.SlideDataset([], [], (8, 8))) == 0


def test_pickling_leaves_open_slides_behind(dataset):
    before = dataset[4]
    copy = pickle.loads(pickle.dumps(dataset))
    assert len(copy._opened) == 0 and len(copy) == 15
    np.testing.assert_array_equal(copy[4], before)


def _sum(dataset, i):
    return int(dataset[i].sum())


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(dataset, method):
    want = [_sum(dataset, i) for i in range(15)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.starmap_async(_sum, [(dataset, i) for i in range(15)]).get(timeout=120) == want


def test_torch_data_loader(dataset):
    torch = pytest.importorskip("torch")
    dataset.tensor, dataset.layout = True, "CHW"
    loader = torch.utils.data.DataLoader(dataset, batch_size=4, num_workers=2)
    batches = list(loader)
    assert [tuple(b.shape) for b in batches] == [(4, 3, 20, 30)] * 3 + [(3, 3, 20, 30)]
    assert torch.equal(torch.cat(batches), torch.stack([dataset[i] for i in range(15)]))


def test_no_torch_is_imported(paths):
    code = (
        "import sys, opsin\n"
        f"opsin.SlideDataset([{paths[0]!r}], [[(0, 0)]], (8, 8))[0]\n"
        "assert not {'torch', 'PIL'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
