"""Where bytes come from: paths, bytes and file objects; files that are none, that change, that are many."""

import io
import multiprocessing
import os
import pickle
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tifffile
from generate import generate, pixels

import opsin


@pytest.fixture
def tiff(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(generate("tiled", compression="zlib", levels=2))
    return path


def test_all_kinds_of_sources(tiff):
    want = pixels(80, 96)
    content = tiff.read_bytes()
    with open(tiff, "rb") as file:
        sources = [str(tiff), tiff, content, bytearray(content), memoryview(content), io.BytesIO(content), file]
        for source in sources:
            with opsin.Slide(source) as slide:
                np.testing.assert_array_equal(slide.read_region((0, 0), slide.dimensions), want)
            np.testing.assert_array_equal(opsin.io.imread(source), want)
    for wrong in (None, 3, ["a"]):
        with pytest.raises(TypeError, match="a path, bytes or a binary file object"):
            opsin.Slide(wrong)


def test_bytes_stay_alive():
    slide = opsin.Slide(bytes(bytearray(generate("tiled"))))
    np.testing.assert_array_equal(slide.read_region((0, 0), (96, 80)), pixels(80, 96))


def test_file_object_errors(tiff):
    class Broken(io.BytesIO):
        fail = False

        def read(self, n=-1):
            if self.fail:
                raise RuntimeError("the network is gone")
            return super().read(n)

    file = Broken(tiff.read_bytes())
    slide = opsin.Slide(file)
    file.fail = True
    with pytest.raises(OSError, match="the network is gone"):
        slide.read_region((0, 0), (9, 9))
    file.fail = False
    assert slide.read_region((0, 0), (9, 9)).shape == (9, 9, 3)
    with pytest.raises(OSError, match="gave no bytes"):
        opsin.Slide(io.StringIO("II*\0" * 9))


def test_file_object_from_many_threads(tiff):
    slide = opsin.Slide(io.BytesIO(tiff.read_bytes()))
    want = pixels(80, 96)

    def read(i):
        x, y = i * 7 % 60, i * 5 % 50
        np.testing.assert_array_equal(slide.read_region((x, y), (30, 25)), want[y : y + 25, x : x + 30])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(200)))


def test_paths_that_are_no_files(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    started = time.monotonic()
    with pytest.raises(OSError, match="a FIFO, not a file"):
        opsin.Slide(fifo)
    with pytest.raises(OSError, match="a directory, not a file"):
        opsin.Slide(tmp_path)
    with pytest.raises(OSError, match="a device, not a file"):
        opsin.Slide("/dev/zero")
    with pytest.raises(OSError, match="No such file"):
        opsin.Slide(tmp_path / "nothing")
    with pytest.raises(OSError, match="the path holds a NUL"):
        opsin.Slide("a\0b")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="cannot open"):
        opsin.Slide(loop)
    assert time.monotonic() - started < 5


def test_odd_paths(tiff):
    for name in ("ü😐.svs", "with space", os.fsdecode(b"\xff\xfe.tif")):
        path = tiff.parent / name
        shutil.copy(tiff, path)
        assert opsin.Slide(path).dimensions == (96, 80)
        assert opsin.Slide.detect_vendor(path) == "generic-tiff"


def test_file_that_shrinks(tiff):
    slide = opsin.Slide(tiff)
    os.truncate(tiff, 600)
    with pytest.raises(OSError, match="bytes wanted at offset"):
        slide.read_region((0, 0), slide.dimensions)


def test_file_that_is_deleted_can_still_be_read(tiff):
    slide = opsin.Slide(tiff)
    tiff.unlink()
    np.testing.assert_array_equal(slide.read_region((0, 0), slide.dimensions), pixels(80, 96))


def test_thousand_slides(tmp_path, fresh):
    base = tmp_path / "a.tif"
    base.write_bytes(generate("tiled", compression="zlib", levels=2))
    for i in range(1000):
        os.link(base, tmp_path / f"{i}.tif")
    out = fresh(f"""
        import os, resource
        import numpy as np, opsin
        resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
        slides = [opsin.Slide(f"{tmp_path}/{{i}}.tif") for i in range(1000)]
        want = slides[0].read_region((0, 0), (96, 80))
        for _ in range(2):
            for slide in slides:
                assert (slide.read_region((0, 0), (96, 80)) == want).all()
        print(len(os.listdir("/proc/self/fd")))
        # Nobody else's descriptors are starved either.
        others = [open("/dev/null") for _ in range(55)]
        more = opsin.Slide(f"{tmp_path}/7.tif")
        assert (more.read_region((0, 0), (96, 80)) == want).all()
        # With none left at all, ours make room.
        try:
            while True:
                others.append(open("/dev/null"))
        except OSError:
            pass
        again = opsin.Slide(f"{tmp_path}/8.tif")
        assert (again.read_region((0, 0), (96, 80)) == want).all()
    """)
    assert int(out) < 128


def test_file_that_was_replaced_after_its_descriptor_was_closed(tmp_path, fresh):
    base = generate("tiled", compression="zlib", levels=2)
    for i in range(100):
        (tmp_path / f"{i}.tif").write_bytes(base)
    fresh(f"""
        import os, resource, shutil
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        import opsin
        slides = [opsin.Slide(f"{tmp_path}/{{i}}.tif") for i in range(100)]
        shutil.copy(f"{tmp_path}/1.tif", f"{tmp_path}/new.tif")
        os.replace(f"{tmp_path}/new.tif", f"{tmp_path}/0.tif")
        try:
            slides[0].read_region((0, 0), (9, 9))
        except OSError as error:
            assert "has changed since it was opened" in str(error), error
        else:
            raise AssertionError("no error")
    """)


def test_signals_do_not_interrupt_reads(tiff):
    slide = opsin.Slide(tiff)
    want = pixels(80, 96)
    seen = []
    before = signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.siginterrupt(signal.SIGALRM, True)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        for _ in range(500):
            np.testing.assert_array_equal(opsin.Slide(tiff).read_region((0, 0), (96, 80)), want)
            np.testing.assert_array_equal(slide.read_region((0, 0), (96, 80)), want)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert seen


def test_close_and_context_manager(tiff):
    with opsin.Slide(tiff) as slide:
        associated = slide.associated_images
        assert "2 levels" in repr(slide)
    assert repr(slide) == "<opsin.Slide, closed>"
    assert len(associated) == 0
    with pytest.raises(ValueError, match="the slide is closed"):
        slide.read_region((0, 0), (1, 1))
    slide.close()


def test_descriptors_are_closed(tiff):
    def count():
        return len(os.listdir("/proc/self/fd"))

    before = count()
    for _ in range(300):
        opsin.Slide(tiff).read_region((0, 0), (9, 9))
        with pytest.raises(opsin.UnsupportedFormatError):
            opsin.Slide(Path(__file__))
    assert count() <= before + 1


def test_pickle(tiff, monkeypatch):
    monkeypatch.chdir(tiff.parent)
    slide = opsin.Slide("a.tif", errors="fill", fill=9, limits={"tags": 100})
    monkeypatch.chdir("/")
    copy = pickle.loads(pickle.dumps(slide))
    np.testing.assert_array_equal(copy.read_region((-2, 0), (9, 9)), slide.read_region((-2, 0), (9, 9)))
    assert (copy.read_region((-2, 0), (2, 2)) == 9).all()
    from_bytes = pickle.loads(pickle.dumps(opsin.Slide(tiff.read_bytes())))
    assert from_bytes.dimensions == slide.dimensions


def _sum(slide):
    return int(slide.read_region((0, 0), slide.dimensions).sum())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(tiff, method):
    slide = opsin.Slide(tiff)
    want = _sum(slide)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(_sum, [slide] * 6) == [want] * 6


def test_fork_while_others_read(tiff):
    """The child inherits the handle and the cache in whatever state other threads have them."""
    slide = opsin.Slide(tiff)
    want = _sum(slide)
    stop = threading.Event()

    def read():
        rng = np.random.default_rng(threading.get_ident())
        while not stop.is_set():
            slide.read_region(tuple(rng.integers(0, 60, 2)), (20, 20))
            opsin.Slide(tiff).read_region((0, 0), (40, 40))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for t in threads:
        t.start()
    try:
        for _ in range(20):
            child = os.fork()
            if child == 0:
                signal.alarm(20)
                os._exit(0 if _sum(slide) == want and _sum(opsin.Slide(tiff)) == want else 1)
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == 0
    finally:
        stop.set()
        for t in threads:
            t.join()


def test_limits(tiff):
    with pytest.raises(OSError, match="more than the limit of 100"):
        opsin.Slide(tiff, limits={"pixels": 100})
    with pytest.raises(ValueError, match='there is no "pixel"'):
        opsin.Slide(tiff, limits={"pixel": 100})
    with pytest.raises(ValueError, match="larger than the limit"):
        opsin.Slide(tiff).read_region((0, 0), (10**6, 10**6))
    with pytest.raises(ValueError, match="larger than the limit"):
        opsin.Slide(tiff).read_region((0, 0), (2**62, 2**62))


def test_far_outside(tiff):
    slide = opsin.Slide(tiff)
    for x in (-(2**63), -(2**40), 2**40, 2**63 - 1):
        assert (slide.read_region((x, x), (3, 3), 1) == 255).all()
    assert slide.read_region((5, 5), (0, 7)).shape == (7, 0, 3)
    with pytest.raises(ValueError, match="must not be negative"):
        slide.read_region((0, 0), (-1, 5))
    with pytest.raises(IndexError, match="no level 2"):
        slide.read_region((0, 0), (1, 1), 2)
    with pytest.raises(IndexError, match="no level -1"):
        slide.read_region((0, 0), (1, 1), -1)


def test_level_positions_are_rounded_down(tiff):
    slide = opsin.Slide(tiff)
    level = slide.read_region((0, 0), slide.level_dimensions[1], 1)
    for x, y in ((7, 9), (8, 8), (1, 0)):
        np.testing.assert_array_equal(slide.read_region((x, y), (5, 5), 1), level[y // 2 :, x // 2 :][:5, :5])
    np.testing.assert_array_equal(slide.read_region((-1, -1), (5, 5), 1)[1:, 1:], level[:4, :4])


def test_cache_is_bounded_and_counts(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(generate("tiled", compression="zlib", size=(320, 320)))
    capacity = opsin.io.tile_cache_info()["capacity"]
    try:
        opsin.io.set_tile_cache_capacity(0)
        opsin.io.set_tile_cache_capacity(20 * 32 * 32 * 3)
        slide = opsin.Slide(path)
        whole = pixels(320, 320)
        rng = np.random.default_rng(0)
        for x, y in rng.integers(0, 300, (300, 2)):
            np.testing.assert_array_equal(slide.read_region((x, y), (20, 20)), whole[y : y + 20, x : x + 20])
            info = opsin.io.tile_cache_info()
            assert info["bytes"] <= info["capacity"] == 20 * 32 * 32 * 3
        assert info["evictions"] > 0
        assert info["hits"] > 0
        slide.close()
        assert opsin.io.tile_cache_info()["bytes"] == 0
    finally:
        opsin.io.set_tile_cache_capacity(capacity)


def test_tile_larger_than_the_cache_is_decoded_in_part(tmp_path):
    """Its end is damaged, which only a decoder of the whole tile can meet."""
    tile = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)  # Incompressible: rows lie in order.
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, tile, tile=(64, 64), compression="zlib", photometric="rgb", metadata=None)
    with tifffile.TiffFile(path) as file:
        end = file.pages[0].dataoffsets[0] + file.pages[0].databytecounts[0]
    content = bytearray(path.read_bytes())
    content[end - 3000 : end] = bytes(3000)
    slide = opsin.Slide(bytes(content))
    capacity = opsin.io.tile_cache_info()["capacity"]
    try:
        opsin.io.set_tile_cache_capacity(tile.nbytes)
        for _ in range(3):
            np.testing.assert_array_equal(slide.read_region((3, 2), (20, 9)), tile[2:11, 3:23])
        opsin.io.set_tile_cache_capacity(4 * tile.nbytes)
        with pytest.raises(OSError, match=r"tile \(0, 0\) at offset"):
            for _ in range(3):
                slide.read_region((3, 2), (20, 9))
    finally:
        opsin.io.set_tile_cache_capacity(capacity)


def test_many_threads_on_one_handle(tmp_path):
    path = tmp_path / "a.svs"
    path.write_bytes(generate("svs", levels=2))
    slide = opsin.Slide(path)
    whole = [slide.read_region((0, 0), size, i) for i, size in enumerate(slide.level_dimensions)]

    def read(seed):
        rng = np.random.default_rng(seed)
        for _ in range(100):
            level = int(rng.integers(0, 2))
            x, y = (int(v) for v in rng.integers(0, 100, 2))
            x, y = x // 2 * 2, y // 2 * 2
            want = whole[level][y >> level :, x >> level :][:16, :16]
            got = slide.read_region((x, y), (16, 16), level)[: want.shape[0], : want.shape[1]]
            np.testing.assert_array_equal(got, want)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(16)))
