"""Every operation of the conformance table from many threads, on the same arrays: what one thread alone gave comes back, bit for bit.

With an ordinary Python the calls overlap where the GIL is released; with a free-threaded one (`tools/dev test freethreaded`)
everything does.
"""

import copy
import importlib
import random
import sys
import sysconfig
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conformance.calls import make_inputs, on_device, shape_of, tree_map
from conformance.checks import applies
from conformance.model import as_case
from conformance.ops import OPS

import opsin

THREADS, ROUNDS = 8, 2


class Call:
    """One call of the table, whose arrays all threads share; `policy` is the float policy that it runs under."""

    def __init__(self, op, case, dtype, policy, *, as_array):
        self.title = f"{op.name} {dtype} {case.kwargs} {policy}{' of opsin.Array' * as_array}"
        module, name = op.name.rsplit(".", 1)
        self.function = getattr(importlib.import_module(f"opsin.{module}"), name)
        self.policy = policy
        args, kwargs = make_inputs(op, case, shape_of(op, op.main_ndim, small=True), dtype, opsin.ndimage)
        if as_array:
            args = tree_map(opsin.asarray, args)
            kwargs = {k: tree_map(opsin.asarray, v) if k in on_device(case) else v for k, v in kwargs.items()}
        self.args, self.kwargs = args, kwargs
        self.changes = any(isinstance(v, np.random.Generator) for v in kwargs.values()) or op.out in kwargs
        self.want = self()

    def __call__(self):
        """What comes back as bytes, or the type of the error."""
        kwargs = copy.deepcopy(self.kwargs) if self.changes else self.kwargs
        try:
            with opsin.set_float_policy(self.policy):
                return leaves(self.function(*self.args, **kwargs))
        except Exception as error:  # errors are results here
            return type(error)


def leaves(x):
    if isinstance(x, (list, tuple)):
        return [leaf for v in x for leaf in leaves(v)]
    array = np.asarray(x)
    return [(str(array.dtype), array.shape, array.tobytes() if array.dtype != object else repr(x))]


def calls():
    for op in OPS:
        cases = [case for case in op.cases if applies(op, case, op.main_ndim)][:2] + [as_case(a) for a in op.bad][:1]
        dtypes = [d for d in ("float32", "uint8") if d in op.dtypes] or op.dtypes[:1]
        for case in cases:
            for dtype in dtypes if case is cases[0] else dtypes[:1]:
                yield Call(op, case, dtype, "skimage", as_array=False)
        if op.takes_image:
            yield Call(op, cases[0], dtypes[-1], "single", as_array=True)


@pytest.fixture(autouse=True)
def _quiet():
    """Warnings are silenced once: their filters belong to the process, not to a thread."""
    before = opsin.get_num_threads()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    opsin.set_num_threads(before)


@pytest.fixture(scope="module")
def table():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(calls())


def together(work, *, beside=()):
    """work(k) in THREADS threads that start at once; each of `beside` again and again until they are done."""
    start, done = threading.Barrier(THREADS + len(beside)), threading.Event()

    def run(k):
        start.wait()
        work(k)

    def again(f):
        start.wait()
        while not done.is_set():
            f()

    with ThreadPoolExecutor(THREADS + len(beside)) as pool:
        others = [pool.submit(again, f) for f in beside]
        try:
            for future in [pool.submit(run, k) for k in range(THREADS)]:
                future.result()
        finally:
            done.set()
        for future in others:
            future.result()


def _other_numbers_of_threads():
    opsin.set_num_threads(random.Random().randint(1, 5))
    assert 1 <= opsin.get_num_threads() <= 5


def test_every_operation(table):
    """Results and errors, arrays of NumPy and of opsin, both float policies, while the number of threads changes."""
    assert {call.want for call in table if isinstance(call.want, type)} >= {ValueError, TypeError}
    wrong = []

    def work(k):
        order = random.Random(k).sample(table, len(table))
        for call in order * ROUNDS:
            if call() != call.want:
                wrong.append(call.title)

    together(work, beside=[_other_numbers_of_threads])
    assert not wrong, f"{len(wrong)} of {THREADS * ROUNDS * len(table)} calls differ: {sorted(set(wrong))[:10]}"


def test_one_operation_is_first_called_by_many_threads(fresh):
    """Targets, tables and types are made on the first call of a process: eight threads make it at once."""
    out = fresh(
        """
        import threading
        from concurrent.futures import ThreadPoolExecutor
        import numpy as np
        import opsin

        image = np.random.default_rng(0).random((50, 70), dtype=np.float32)
        start = threading.Barrier(8)

        def work(k):
            start.wait()
            given = opsin.asarray(image) if k % 2 else image
            return [
                np.asarray(f(given)).tobytes()
                for f in (opsin.filters.gaussian, opsin.filters.sobel,
                          opsin.exposure.equalize_hist, opsin.morphology.opening, opsin.filters.median)
            ]

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(work, range(8)))
        print(all(r == results[0] for r in results))
        """
    )
    assert out.strip() == "True"


def test_arrays_are_handed_around():
    """DLPack, indices, conversions and the last reference, of the same array from many threads."""
    source = np.arange(6000.0).reshape(60, 100)
    array = opsin.asarray(source.copy())

    def work(k):
        for i in range(400):
            row = array[i % 60, k::3]
            back = np.from_dlpack(opsin.asarray(np.from_dlpack(row)))
            assert np.array_equal(back, source[i % 60, k::3])
            assert array[i % 60][k].item() == source[i % 60, k]
            with pytest.raises(IndexError):
                array[60 + i]
            with pytest.raises(ValueError):
                opsin.filters.gaussian(array, -1)

    together(work, beside=[lambda: np.asarray(opsin.filters.sobel(array)), _other_numbers_of_threads])
    assert np.array_equal(np.asarray(array), source)


def test_callbacks_run_in_every_thread():
    """Callbacks take the GIL, or none, in the midst of a call; what they raise ends their own call alone."""
    image = np.random.default_rng(4).random((9, 11))
    want = opsin.ndimage.generic_filter(image, lambda w: w[0] - w[-1], 3)

    def fail(w):
        raise KeyError("mine")

    def work(k):
        for i in range(20):
            if (i + k) % 3:
                got = opsin.ndimage.generic_filter(image, lambda w: w[0] - w[-1], 3)
                assert np.array_equal(got, want)
            else:
                with pytest.raises(KeyError, match="mine"):
                    opsin.ndimage.generic_filter(image, fail, 3)

    together(work)


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python has a GIL")
def test_importing_opsin_leaves_the_gil_off(fresh):
    assert not sys._is_gil_enabled(), "another package took the GIL back: PYTHON_GIL=0 keeps it off"
    out = fresh("import sys, opsin, opsin.openslide; print(sys._is_gil_enabled())", PYTHON_GIL="")
    assert out.strip() == "False"
