"""Batches of regions in forked and spawned processes, and at the end of one."""

import multiprocessing
import os
import subprocess
import sys
import time

import numpy as np
import pytest
import tifffile
from generators import tiff

import opsin

SIDE = 640
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 on fork beside threads.


@pytest.fixture(scope="module")
def deflate(tmp_path_factory):
    page = tiff.Page(tiff.scene(SIDE, SIDE), (64, 64))
    return str(tiff.write(tmp_path_factory.mktemp("slides") / "deflate.tif", [page]))


def _locations(n, seed=0):
    return np.random.default_rng(seed).integers(-30, SIDE, (n, 2))


def _consume(path, seed):
    where = _locations(30, seed)
    batches = opsin.Slide(path).read_regions(where, (40, 30), batch_size=8, num_workers=2)
    return sum(int(b.sum()) for b in batches)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(deflate, method):
    slide = opsin.Slide(deflate)
    want = [_consume(deflate, seed) for seed in range(4)]
    with slide.read_regions(_locations(500), (90, 90), batch_size=4, num_workers=3) as batches:
        next(batches)  # Its threads are at work while children are made.
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.starmap_async(_consume, [(deflate, s) for s in range(4)]).get(timeout=120) == want
        assert sum(len(b) for b in batches) == 496


def test_forked_child_of_a_busy_parent(deflate):
    slide = opsin.Slide(deflate)
    for _ in range(5):
        batches = slide.read_regions(_locations(2000), (90, 90), batch_size=4, num_workers=3)
        next(batches)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                own = slide.read_regions(_locations(20), (30, 30), batch_size=8, num_workers=2)
                right = sum(len(b) for b in own) == 20
                try:
                    next(batches)  # The parent's.
                except RuntimeError as error:
                    right = right and "forked" in str(error)
                    del batches
                    code = 0 if right else 2
            finally:
                os._exit(code)
        end = time.monotonic() + 60
        while (done := os.waitpid(pid, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
            time.sleep(0.01)
        if done == (0, 0):
            os.kill(pid, 9)
            os.waitpid(pid, 0)
        assert done != (0, 0) and os.waitstatus_to_exitcode(done[1]) == 0
        batches.close()


def test_exit_with_an_iterator_over_a_python_file(deflate):
    code = (
        "import opsin, io, numpy as np\n"
        f"slide = opsin.Slide(io.BytesIO(open({deflate!r}, 'rb').read()))\n"
        "kept = slide.read_regions(np.zeros((5000, 2), int) + 40, (99, 99), batch_size=9, num_workers=3, prefetch=9)\n"
        "next(kept)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")


def test_fork_beside_loops_that_allocate(tmp_path, fresh):
    """A fork waits for running loops, and these for its locks: a cache of memory that was first used after the first loop
    made both wait for ever."""
    image = np.zeros((1920, 2560, 3), np.uint8)
    image[..., 1] = 7
    for name, tile in (("small", 16), ("large", 640)):  # Tiles of more than 1 MiB have blocks of their own.
        tifffile.imwrite(tmp_path / name, image, tile=(tile, tile), photometric="rgb", metadata=None)
    fresh(f"""
        import os, signal, threading
        import opsin
        signal.alarm(60)
        opsin.set_num_threads(2)
        opsin.Slide("{tmp_path}/small").read_region((0, 0), (300, 300))  # A loop before any large block.
        slide = opsin.Slide("{tmp_path}/large")
        def read():
            return slide.read_region((0, 0), (2560, 1920), channels=[2, 1, 0])
        stop = threading.Event()
        def read_on():
            while not stop.is_set():
                read()
        threads = [threading.Thread(target=read_on) for _ in range(3)]
        for t in threads:
            t.start()
        try:
            for _ in range(15):
                child = os.fork()
                if child == 0:
                    signal.alarm(20)
                    os._exit(0 if read()[0, 0, 1] == 7 else 1)
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        finally:
            stop.set()
            for t in threads:
                t.join()
    """)
