"""CPU operations in forked children, whatever other threads of the parent are doing."""

import multiprocessing
import os
import signal
import threading
import time

import numpy as np
import pytest

import opsin

IMAGE = np.random.default_rng(4).random((1200, 1000), dtype=np.float32)
pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 on fork beside threads.


@pytest.fixture(autouse=True)
def _two_threads():
    before = opsin.get_num_threads()
    opsin.set_num_threads(max(2, before))
    yield
    opsin.set_num_threads(before)


def _child(want):
    """0 when results are right and several threads were at work, 1 for wrong results, 2 for one thread only."""
    end = time.monotonic() + 10  # On a busy machine a worker may be late for one call.
    while time.monotonic() < end:
        process, own = time.process_time(), time.thread_time()
        got = opsin.filters.gaussian(IMAGE, 3)
        if not np.array_equal(got, want):
            return 1
        if time.process_time() - process > 1.05 * (time.thread_time() - own):
            return 0
    return 2


def _wait(pid, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hangs"


@pytest.mark.parametrize("others", [0, 1, 3])
def test_fork_while_other_threads_run_operations(others):
    want = opsin.filters.gaussian(IMAGE, 3)
    stop = threading.Event()

    def loop():
        while not stop.is_set():
            opsin.filters.gaussian(IMAGE, 3)

    threads = [threading.Thread(target=loop) for _ in range(others)]
    for t in threads:
        t.start()
    try:
        outcomes = []
        for _ in range(30 if others == 1 else 8):
            pid = os.fork()
            if pid == 0:
                os._exit(_child(want))
            outcomes.append(_wait(pid))
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert set(outcomes) == {0}
    assert _child(want) == 0  # The parent has its threads again.


def test_fork_while_other_threads_transform():
    """Small transforms run in one piece: what a fork waits for here is the lock of their plans."""
    image = IMAGE[:4, :4]
    want = opsin.filters.butterworth(image)
    stop = threading.Event()

    def loop():
        while not stop.is_set():
            opsin.filters.butterworth(image)

    threads = [threading.Thread(target=loop) for _ in range(3)]
    for t in threads:
        t.start()
    try:
        outcomes = []
        for _ in range(300):
            pid = os.fork()
            if pid == 0:
                os._exit(0 if np.array_equal(opsin.filters.butterworth(image), want) else 1)
            outcomes.append(_wait(pid, 20))
            if outcomes[-1] != 0:
                break
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert set(outcomes) == {0}


def test_children_of_children():
    want = opsin.filters.gaussian(IMAGE, 3)
    pid = os.fork()
    if pid == 0:
        own = _child(want)
        inner = os.fork()
        if inner == 0:
            os._exit(_child(want))
        os._exit(own or _wait(inner, 30))
    assert _wait(pid) == 0


def _task(seed):
    image = np.random.default_rng(seed).random((600, 700), dtype=np.float32)
    return float(opsin.filters.gaussian(image, 2).sum())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method):
    want = [_task(i) for i in range(6)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map_async(_task, range(6)).get(timeout=120) == want


def test_arrays_of_the_parent_live_in_the_child():
    array = opsin.filters.gaussian(opsin.asarray(IMAGE), 1)
    want = np.asarray(array).copy()
    pid = os.fork()
    if pid == 0:
        same = np.array_equal(np.asarray(array), want)
        del array
        again = np.array_equal(np.asarray(opsin.filters.gaussian(opsin.asarray(IMAGE), 1)), want)
        os._exit(0 if same and again else 1)
    assert _wait(pid) == 0
