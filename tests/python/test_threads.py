"""Many Python threads at once, the GIL, the number of threads, the policy of a thread. Runs on any build of Python."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import opsin

RNG = np.random.default_rng(3)


@pytest.fixture(autouse=True)
def _threads():
    before = opsin.get_num_threads()
    yield
    opsin.set_num_threads(before)


def _work(seed):
    """A round of calls of every kind, each checked; some fail on purpose."""
    rng = np.random.default_rng(seed)
    image = rng.random((40 + seed % 7, 300), dtype=np.float32)
    want = opsin.filters.gaussian(image, 1.3)
    for round_ in range(20):
        given = [image, opsin.asarray(image), image.astype(">f4"), image.tolist()][round_ % 4]
        got = np.asarray(opsin.filters.gaussian(given, 1.3))
        if round_ % 4 == 3:
            np.testing.assert_allclose(got, want, atol=1e-5)
        else:
            np.testing.assert_array_equal(got, want)
        with pytest.raises(ValueError):
            opsin.filters.gaussian(image, -1)
        colours = opsin.asarray(rng.integers(0, 255, (20, 30, 3), dtype=np.uint8))
        assert opsin.color.rgb2gray(colours[::2, ..., :]).shape == (10, 30)
        assert np.from_dlpack(colours[3]).shape == (30, 3)
        with opsin.set_float_policy("single" if seed % 2 else "skimage"):
            assert opsin.color.rgb2gray(colours).dtype == ("float32" if seed % 2 else "float64")
    return seed


@pytest.mark.parametrize("threads", [1, 3])
def test_stress(threads):
    opsin.set_num_threads(threads)
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(_work, range(24))) == list(range(24))


def test_shared_arrays_stress():
    """Several threads read, index, export and drop the same array."""
    array = opsin.asarray(np.arange(1000.0).reshape(10, 100))

    def use(k):
        for i in range(300):
            row = array[i % 10]
            assert np.from_dlpack(row)[k] == (i % 10) * 100 + k
            assert row[k].item() == (i % 10) * 100 + k

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(16)))


def test_first_use_of_a_type_from_many_threads():
    types = [
        type(f"Holder{i}", (), {"__array__": lambda self, dtype=None, copy=None: np.ones((4, 4))}) for i in range(50)
    ]
    start = threading.Barrier(8)

    def use(_):
        start.wait()
        for t in types:
            assert opsin.asarray(t()).shape == (4, 4)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))


WITHOUT_THE_GIL = {
    "gaussian": lambda: opsin.filters.gaussian(RNG.random((3000, 3000)), 20),
    "checkerboard_level_set": lambda: opsin.segmentation.checkerboard_level_set((8000, 8000)),
    "disk_level_set": lambda: opsin.segmentation.disk_level_set((8000, 8000)),
    "regular_seeds": lambda: opsin.util.regular_seeds((4000, 4000), 4_000_000),
}


@pytest.mark.parametrize("name", WITHOUT_THE_GIL)
def test_the_gil_is_released(name):
    """While one thread computes, another one counts. On a quick machine one call is too short to count much in."""
    opsin.set_num_threads(1)
    end = time.monotonic() + 0.5
    counts = []
    done = threading.Event()

    def count():
        n = 0
        while not done.is_set():
            n += 1
            time.sleep(0)
        counts.append(n)

    counter = threading.Thread(target=count)
    counter.start()
    calls = 0
    while calls == 0 or time.monotonic() < end:
        WITHOUT_THE_GIL[name]()
        calls += 1
    done.set()
    counter.join()
    # Calls that kept the GIL would let the counter in just before each starts and after it ends.
    assert counts[0] > 1000 + 5 * calls


def test_two_threads_overlap():
    """Both calls are inside the library at some moment: CPU time runs ahead of what one thread could use."""
    opsin.set_num_threads(1)
    image = RNG.random((2000, 2000))
    start = threading.Barrier(2)
    spans = []

    def run():
        start.wait()
        begin = time.monotonic()
        opsin.filters.gaussian(image, 15)
        spans.append((begin, time.monotonic()))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    overlap = min(end for _, end in spans) - max(begin for begin, _ in spans)
    assert overlap > 0.5 * min(end - begin for begin, end in spans)


def test_results_do_not_depend_on_the_number_of_threads():
    image = RNG.random((900, 1100), dtype=np.float32)
    results = []
    for n in (1, 2, 5):
        opsin.set_num_threads(n)
        assert opsin.get_num_threads() == n
        results.append(opsin.filters.gaussian(image, 3))
    for other in results[1:]:
        np.testing.assert_array_equal(results[0], other)


def test_threads_are_used_and_bounded():
    image = RNG.random((3000, 3000), dtype=np.float32)

    def share():
        process, own = time.process_time(), time.thread_time()
        opsin.filters.gaussian(image, 10)
        return (time.process_time() - process) / (time.thread_time() - own)

    opsin.set_num_threads(1)
    opsin.filters.gaussian(image, 10)
    assert share() < 1.1
    opsin.set_num_threads(4)
    assert max(share() for _ in range(5)) > 1.2


@pytest.mark.parametrize("value, want", [("3", 3), ("1", 1), ("0", None), ("-2", None), ("many", None), ("", None)])
def test_environment_variable(fresh, value, want):
    got = int(fresh("import opsin; print(opsin.get_num_threads())", OPSIN_NUM_THREADS=value))
    usable = int(fresh("import os; print(len(os.sched_getaffinity(0)))"))
    assert got == (usable if want is None else want)


def test_more_threads_than_cores_say_nothing(fresh):
    out = fresh(
        """
        import os, subprocess, sys
        code = "import numpy, opsin; opsin.filters.gaussian(numpy.ones((1000, 1000)), 3)"
        os.environ["OPSIN_NUM_THREADS"] = "9"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True)
        print(done.returncode, done.stderr)
        """
    )
    assert out.strip() == "0 b''"


def test_float_policy_belongs_to_a_thread():
    image = np.ones((4, 4), np.uint8)
    assert opsin.float_policy() == "skimage"
    with opsin.set_float_policy("single"):
        assert opsin.float_policy() == "single"
        assert opsin.filters.gaussian(image).dtype == np.float32
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(opsin.float_policy).result() == "skimage"
            assert pool.submit(opsin.filters.gaussian, image).result().dtype == np.float64
        with opsin.set_float_policy("skimage"):
            assert opsin.filters.gaussian(image).dtype == np.float64
        assert opsin.float_policy() == "single"
    assert opsin.float_policy() == "skimage"
    opsin.set_float_policy("single")
    try:
        assert opsin.filters.gaussian(image).dtype == np.float32
    finally:
        opsin.set_float_policy("skimage")
