"""Batches of regions: their pixels are read_region's, in order, whatever threads and processes there are."""

import gc
import io
import os
import threading
import time

import numpy as np
import pytest
from generators import tiff

import opsin

SIDE, TILE = 640, 64


@pytest.fixture(scope="module", params=["jpeg", "deflate", "none"])
def path(request, tmp_path_factory):
    compression = {"jpeg": tiff.JPEG, "deflate": tiff.DEFLATE, "none": tiff.NONE}[request.param]
    return _write(tmp_path_factory.mktemp("slides") / f"{request.param}.tif", compression)


@pytest.fixture(scope="module")
def deflate(tmp_path_factory):
    return _write(tmp_path_factory.mktemp("slides") / "deflate.tif", tiff.DEFLATE)


@pytest.fixture
def broken(tmp_path):
    """Tile (2, 1) is damaged."""
    page = tiff.Page(tiff.scene(SIDE, SIDE), (TILE, TILE))
    page.data = page.segments()
    page.data[12] = page.data[12][:20] + b"\xff" * 20 + page.data[12][40:]
    return str(tiff.write(tmp_path / "broken.tif", [page]))


def _write(path, compression):
    pixels = tiff.scene(SIDE, SIDE)
    pages = [
        tiff.Page(pixels, (TILE, TILE), compression),
        tiff.Page(pixels[::2, ::2].copy(), (TILE, TILE), compression),
    ]
    pages[1].tags[254] = (tiff.LONG, [1])
    return str(tiff.write(path, pages))


def _locations(n, seed=0):
    return np.random.default_rng(seed).integers(-30, SIDE, (n, 2))


def _threads():
    return len(os.listdir("/proc/self/task"))


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("level", [0, 1])
def test_batches_are_the_regions(path, workers, level):
    slide = opsin.Slide(path)
    assert slide.level_count == 2
    where = _locations(50)
    want = [slide.read_region(at, (70, 53), level) for at in where]
    for batch_size in (1, 16, 64):
        batches = slide.read_regions(where, (70, 53), level, batch_size=batch_size, num_workers=workers)
        assert len(batches) == -(-50 // batch_size)
        got = list(batches)
        assert [len(b) for b in got[:-1]] == [batch_size] * (len(got) - 1)
        np.testing.assert_array_equal(np.concatenate(got), want)
        assert got[0].dtype == np.uint8 and got[0].flags.writeable and got[0].flags.c_contiguous
        assert list(batches) == []
        dropped = slide.read_regions(where, (70, 53), level, batch_size=batch_size, num_workers=workers, drop_last=True)
        assert len(dropped) == len(list(dropped)) == 50 // batch_size


@pytest.mark.parametrize("name", ["wsi/CMU-1-Small-Region.svs", "wsi/TCGA-CR-7395-J2K33005.svs", "wsi/small.svs"])
def test_real_slides(sample, name):
    slide = opsin.Slide(sample(name))
    width, height = slide.dimensions
    where = np.random.default_rng(1).integers(-50, (width, height), (24, 2))
    want = [slide.read_region(at, (200, 180)) for at in where]
    for workers in (0, 2):
        got = np.concatenate(list(slide.read_regions(where, (200, 180), batch_size=10, num_workers=workers)))
        np.testing.assert_array_equal(got, want)


def test_channels_focal_planes_and_large_values(tmp_path):
    y, x = np.mgrid[:200, :300]
    pixels = np.stack([x * 200 + y, y * 250, x + y * 3, x ^ y, x * y], -1).astype(np.uint16)
    page = tiff.Page(pixels, (32, 48), tags={262: (tiff.SHORT, [1]), 338: (tiff.SHORT, [0] * 4)})
    slide = opsin.Slide(str(tiff.write(tmp_path / "five.tif", [page])))
    where = np.random.default_rng(2).integers(0, (200, 100), (9, 2))
    for channels in (None, [4, 0], [2]):
        want = np.stack([slide.read_region(at, (60, 70), channels=channels) for at in where])
        options = {"batch_size": 9, "channels": channels}
        np.testing.assert_array_equal(next(slide.read_regions(where, (60, 70), **options)), want)
        for dtype in (np.float32, np.float64):
            got = next(slide.read_regions(where, (60, 70), layout="NCHW", dtype=dtype, **options))
            np.testing.assert_array_equal(got, want.transpose(0, 3, 1, 2).astype(dtype))
        mean = np.arange(want.shape[-1]) * 7.5
        got = next(slide.read_regions(where, (60, 70), mean=mean, std=250, **options))
        np.testing.assert_array_equal(got, (want.astype(np.float32) - np.float32(mean)) / np.float32(250))


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
@pytest.mark.parametrize("workers", [0, 2])
def test_dtype_layout_mean_and_std(deflate, layout, workers):
    slide = opsin.Slide(deflate)
    where = _locations(11)
    want = np.stack([slide.read_region(at, (50, 40)) for at in where])
    if layout == "NCHW":
        want = want.transpose(0, 3, 1, 2)
    axes = (1, 1, 3) if layout == "NHWC" else (3, 1, 1)
    mean, std = [110.0, 120.5, 130.25], [60.0, 61.5, 0.7]

    def read(**options):
        (batch,) = slide.read_regions(where, (50, 40), batch_size=11, num_workers=workers, layout=layout, **options)
        return batch

    assert read().dtype == np.uint8
    np.testing.assert_array_equal(read(), want)
    for dtype in ("float16", np.float32, np.float64):
        got = read(dtype=dtype)
        assert got.dtype == dtype and got.flags.c_contiguous
        np.testing.assert_array_equal(got, want.astype(dtype))
    m, s = (np.float32(v).reshape(axes) for v in (mean, std))
    scaled = (want.astype(np.float32) - m) / s
    assert read(mean=mean, std=std).dtype == np.float32
    np.testing.assert_array_equal(read(mean=mean, std=std), scaled)
    np.testing.assert_array_equal(read(mean=mean, std=std, dtype=np.float16), scaled.astype(np.float16))
    np.testing.assert_array_equal(read(std=255), want.astype(np.float32) / np.float32(255))
    np.testing.assert_array_equal(read(mean=3), want.astype(np.float32) - 3)


def test_shuffle_is_numpys_permutation(deflate):
    slide = opsin.Slide(deflate)
    where = _locations(40)
    options = {"batch_size": 7, "shuffle": True}
    want = [slide.read_region(at, (20, 20)) for at in where[np.random.default_rng(5).permutation(40)]]
    for workers in (0, 1, 3):
        got = np.concatenate(list(slide.read_regions(where, (20, 20), seed=5, num_workers=workers, **options)))
        np.testing.assert_array_equal(got, want)
    rng = np.random.default_rng(5)
    np.testing.assert_array_equal(np.concatenate(list(slide.read_regions(where, (20, 20), seed=rng, **options))), want)
    other = np.concatenate(list(slide.read_regions(where, (20, 20), seed=rng, **options)))  # It has gone on.
    assert not np.array_equal(other, want)


def test_locations_of_other_kinds(deflate):
    slide = opsin.Slide(deflate)
    want = slide.read_region((3, 4), (10, 10))[None]
    for where in ([(3, 4)], np.array([[3.0, 4.0]]), np.array([[3, 4]], np.uint16), np.array([[9, 3, 4]], ">i4")[:, 1:]):
        np.testing.assert_array_equal(next(slide.read_regions(where, (10, 10))), want)
    assert len(slide.read_regions([], (10, 10))) == 0 and list(slide.read_regions([], (10, 10), num_workers=2)) == []
    with pytest.raises(ValueError, match="whole"):
        slide.read_regions([(3.5, 4)], (10, 10))
    with pytest.raises(ValueError, match="whole"):
        slide.read_regions([(np.nan, 4)], (10, 10))
    for shape in ((2,), (3, 3), (1, 2, 2)):
        with pytest.raises(ValueError, match="shape"):
            slide.read_regions(np.zeros(shape, int), (10, 10))
    with pytest.raises(TypeError):
        slide.read_regions([("a", "b")], (10, 10))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"level": 2}, IndexError),
        ({"channels": 3}, IndexError),
        ({"z": 1}, IndexError),
        ({"batch_size": 0}, ValueError),
        ({"num_workers": -1}, ValueError),
        ({"prefetch": 0}, ValueError),
        ({"layout": "CHWN"}, ValueError),
        ({"dtype": "int16"}, TypeError),
        ({"dtype": "uint8", "mean": 3}, TypeError),
        ({"mean": [1, 2]}, ValueError),
        ({"std": 0}, ValueError),
        ({"device": "tpu"}, ValueError),
    ],
)
def test_arguments_that_do_not_fit(deflate, options, error):
    with pytest.raises(error):
        opsin.Slide(deflate).read_regions([(0, 0)], (10, 10), **options)


def test_without_cuda(deflate):
    if opsin.cuda_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(opsin.CudaError, match="cuda"):
        opsin.Slide(deflate).read_regions([(0, 0)], (10, 10), device="cuda", num_workers=2)


@pytest.mark.cuda
@pytest.mark.skipif(not opsin.cuda_available(), reason="needs a GPU")
@pytest.mark.parametrize("options", [{}, {"dtype": "float16"}, {"mean": [1, 2, 3], "std": [4, 5, 6]}])
@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
def test_cuda_is_the_cpu(deflate, options, layout):
    slide = opsin.Slide(deflate)
    where = _locations(100)
    options = {"batch_size": 8, "layout": layout, **options}
    want = list(slide.read_regions(where, (60, 60), **options))
    for workers in (0, 3):
        got = [
            np.asarray(b) for b in slide.read_regions(where, (60, 60), device="cuda", num_workers=workers, **options)
        ]
        assert len(got) == len(want)
        for g, w in zip(got, want, strict=True):
            np.testing.assert_array_equal(g, w)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_error_in_the_consumer(broken, workers):
    before = _threads()
    where = [(0, 0)] * 20
    where[11] = (2 * TILE, TILE)
    batches = opsin.Slide(broken).read_regions(where, (TILE, TILE), batch_size=4, num_workers=workers, prefetch=8)
    assert len([next(batches), next(batches)]) == 2
    with pytest.raises(OSError, match=r"broken\.tif: IFD 0: tile \(2, 1\) at offset \d+: "):
        next(batches)
    assert list(batches) == []
    if workers:
        assert _threads() <= before


def test_filled_tiles_warn_in_the_consumer(broken):
    slide = opsin.Slide(broken, errors="fill")
    batches = slide.read_regions([(0, 0), (2 * TILE, TILE)], (TILE, TILE), batch_size=2, num_workers=2)
    with pytest.warns(RuntimeWarning, match=r"1 tile could not be decoded.*tile \(2, 1\)"):
        batch = next(batches)
    assert (batch[1] == 255).all()


def test_ending_early_joins_the_threads(deflate):
    slide = opsin.Slide(deflate)
    before = _threads()

    def start():
        batches = slide.read_regions(_locations(500), (90, 90), batch_size=4, num_workers=3, prefetch=3)
        next(batches)
        assert _threads() == before + 3
        return batches

    batches = start()
    batches.close()
    batches.close()
    assert _threads() == before
    with pytest.raises(StopIteration):
        next(batches)
    batches = start()
    del batches
    gc.collect()
    assert _threads() == before
    with start() as batches:
        slide.close()  # What has begun goes on.
        next(batches)
    assert _threads() == before


class Counting(io.BytesIO):
    """Bytes that are read, in calls."""

    def __init__(self, content):
        super().__init__(content)
        self.reads = []

    def read(self, n=-1):
        self.reads.append(n)
        return super().read(n)


@pytest.mark.parametrize("workers", [0, 3])
def test_each_tile_once_and_neighbours_together(deflate, workers):
    with open(deflate, "rb") as file:
        source = Counting(file.read())
    slide = opsin.Slide(source)
    slide.read_region((0, 0), (1, 1))
    where = [(x, y) for y in range(32, SIDE - 64, 32) for x in range(32, SIDE - 64, 32)]
    native = opsin._native.slide
    capacity = native.tile_cache_statistics()["capacity"]
    native.set_tile_cache_capacity(0)
    try:
        native.reset_tile_cache_statistics()
        source.reads.clear()
        (batch,) = slide.read_regions(where, (64, 64), batch_size=len(where), num_workers=workers)
        assert native.tile_cache_statistics()["misses"] == (SIDE // TILE) ** 2  # One before each decoding.
        assert len(source.reads) < 10
    finally:
        native.set_tile_cache_capacity(capacity)
    np.testing.assert_array_equal(batch, [slide.read_region(at, (64, 64)) for at in where])


def test_no_more_is_read_ahead_than_said(deflate):
    """A consumer that waits finds `prefetch` batches made, and no further one begun."""
    with open(deflate, "rb") as file:
        source = Counting(file.read())
    slide = opsin.Slide(source)
    slide.read_region((0, 0), (1, 1))
    native = opsin._native.slide
    native.reset_tile_cache_statistics()
    where = [(x * TILE, y * TILE) for y in range(10) for x in range(10)]  # A region is a tile, and each is another one.
    with slide.read_regions(where[1:], (TILE, TILE), batch_size=5, num_workers=4, prefetch=3) as batches:

        def settled():
            last, end = -1, time.monotonic() + 30
            while (now := native.tile_cache_statistics()["misses"]) != last or now % 5:
                assert time.monotonic() < end
                last = now
                time.sleep(0.3)
            return last

        assert settled() == 15
        next(batches)
        assert settled() == 20


def test_several_iterators_at_once(deflate):
    slide = opsin.Slide(deflate)
    failures = []

    def consume(seed):
        try:
            where = _locations(60, seed)
            got = np.concatenate(list(slide.read_regions(where, (40, 30), batch_size=8, num_workers=2)))
            np.testing.assert_array_equal(got, [slide.read_region(at, (40, 30)) for at in where])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=consume, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    pairs = zip(
        slide.read_regions(_locations(30), (8, 8), num_workers=1),
        slide.read_regions(_locations(30), (8, 8), num_workers=2),
        strict=True,
    )
    assert all(np.array_equal(a, b) for a, b in pairs)
    for t in threads:
        t.join()
    assert failures == []
