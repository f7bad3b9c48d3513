"""The two machines a benchmark can run on: how arrays get there, how a call is timed, how fast a copy is."""

from __future__ import annotations

import os
import platform
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

ROTATE = 200e6  # bytes of input that a timing walks through, so that no cache holds them
IN_A_ROW = 8  # calls between two events
LONG_S = 1e-3  # a call that takes as long is timed alone


def tree(f, x):
    return type(x)(tree(f, v) for v in x) if isinstance(x, (list, tuple)) else f(x) if hasattr(x, "dtype") else x


def nbytes(x) -> int:
    return sum(nbytes(v) for v in x) if isinstance(x, (list, tuple)) else getattr(x, "nbytes", 0)


class Cpu:
    name = "cpu"
    arrays = np  # the module that reckons where the results lie

    def device(self) -> str:
        try:
            with open("/proc/cpuinfo") as info:
                model = next(
                    (line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine()
                )
        except OSError:
            model = platform.processor() or platform.machine()
        return model

    def put(self, x):
        return x

    def duplicate(self, x):
        return tree(np.copy, x)

    def sync(self):
        pass

    def sync_cost(self) -> float:
        return 0.0

    def device_time(self, call, args=()) -> float | None:
        return None

    def own_calls(self):
        """What the arrays' libraries take for less than an operation, to compare overheads with: (kind, title, call)."""
        return []

    def bandwidths(self) -> dict[str, float]:
        """Bytes per second on all cores: read and written of the fastest copy of a large array that this machine is seen to make, and
        read of the fastest reduction. Reading alone does not reach what a copy moves.

        NumPy's copy reads the lines that it writes, and so may the C library's; opsin's writes past the caches where it is here.
        """
        a, b = np.ones(1 << 26, np.float32), np.ones(1 << 26, np.float32)
        with ThreadPoolExecutor(threads := len(os.sched_getaffinity(0))) as pool:
            to, of = np.array_split(b, threads), np.array_split(a, threads)
            copies = [lambda: list(pool.map(np.copyto, to, of))]
            reads = [lambda f=f: list(pool.map(f, of)) for f in (np.max, lambda part: np.dot(part, part))]
            try:
                import opsin

                copies.append(lambda: opsin.util.crop(a, 0, copy=True))
                reads.append(lambda: opsin.filters.threshold_mean(a))
            except ImportError:
                pass
            return {
                "copy": 2 * a.nbytes / min(_seconds(copy) for _ in range(9) for copy in copies),
                "read": a.nbytes / min(_seconds(read) for _ in range(9) for read in reads),
            }


class Cuda:
    name = "cuda"

    def __init__(self):
        import cupy

        self.cupy = self.arrays = cupy
        cupy.zeros(1).sum()
        self.sync()
        self.block = cupy.zeros(1 << 26, np.float32)
        self.other = cupy.zeros_like(self.block)

    def device(self) -> str:
        return self.cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()

    def put(self, x):
        return tree(self.cupy.asarray, x)

    def duplicate(self, x):
        return tree(self.cupy.copy, x)

    def sync(self):
        self.cupy.cuda.get_current_stream().synchronize()

    def sync_cost(self) -> float:
        return statistics.median(_seconds(self.sync) for _ in range(200))

    def device_time(self, call, args=()) -> float:
        """Seconds of a call on the device: of several in a row between two events, on copies of the inputs in turn.

        Copies queued before them keep the GPU busy, so that the host is never late. In a row, since what a call leaves in the L2 cache is
        written to memory by the next one: after copies, one call alone would pay for theirs.
        """
        single = self._between_events(call, [args])
        if single > LONG_S:
            return statistics.median([single, *(self._between_events(call, [args]) for _ in range(4))])
        inputs = rotating(self, args, IN_A_ROW)
        turn = [inputs[i % len(inputs)] for i in range(IN_A_ROW)]
        return statistics.median(self._between_events(call, turn) for _ in range(5)) / len(turn)

    def _between_events(self, call, inputs) -> float:
        start, end = self.cupy.cuda.Event(), self.cupy.cuda.Event()
        for _ in range(12):
            self.cupy.copyto(self.other, self.block)
        start.record()
        for args in inputs:
            call(*args)
        end.record()
        end.synchronize()
        return self.cupy.cuda.get_elapsed_time(start, end) / 1e3

    def own_calls(self):
        cupy = self.cupy
        x = cupy.ones((1, 1), np.float32)
        kernel = cupy.RawKernel('extern "C" __global__ void nothing() {}', "nothing")
        calls = [
            ("cupy", "an empty kernel", lambda: kernel((1,), (32,), ())),
            (
                "cupy",
                "cupy.empty and an empty kernel",
                lambda: (cupy.empty((1, 1), np.float32), kernel((1,), (32,), ())),
            ),
            ("cupy", "cupy.negative", lambda: cupy.negative(x)),
            ("cupy", "x + x", lambda: x + x),
        ]
        try:
            import torch
        except ImportError:
            return calls
        t = torch.ones((1, 1), device="cuda")
        return [*calls, ("torch cuda", "torch.neg", lambda: torch.neg(t)), ("torch cuda", "t + t", lambda: t + t)]

    def bandwidths(self) -> dict[str, float]:
        return {"copy": 2 * self.block.nbytes / self.device_time(lambda: self.cupy.copyto(self.other, self.block))}


def floor(bandwidths: dict[str, float], read: int, written: int) -> float:
    """Seconds that so many bytes take at least."""
    return max((read + written) / bandwidths["copy"], read / bandwidths.get("read", np.inf))


def bandwidths_text(bandwidths: dict[str, float]) -> str:
    return ", ".join(f"{name} {value / 1e9:.1f} GB/s" for name, value in bandwidths.items())


def _seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def rotating(machine, args, most: int) -> list:
    """The inputs and so many copies of them that together they take ROTATE bytes, `most` at most."""
    copies = int(np.clip(ROTATE / max(nbytes(args), 1) + 1, 1, most))
    return [args, *(machine.duplicate(args) for _ in range(copies - 1))]


def measure(machine, fn, args, *, calls=20, budget_s=20.0) -> tuple[object, float, int]:
    """(result of the first call, median seconds of a synchronised call, number of calls).

    The first call fills caches and pools (and compiles, where a library does) and is not counted, but on a CPU where it alone spends
    the budget. The others rotate over ROTATE bytes of inputs, as far as their number goes.
    """

    def once(a):
        result = fn(*a)
        machine.sync()
        return result

    start = time.perf_counter()
    result = once(args)
    first = time.perf_counter() - start
    if first > budget_s:
        if machine.name == "cpu":
            return result, first, 1
        first = _seconds(lambda: once(args))
    affordable = int(np.clip(budget_s / max(first, 1e-7), 1, calls))
    buffers = rotating(machine, args, affordable)
    machine.sync()
    start, times = time.perf_counter(), []
    while len(times) < calls and (not times or time.perf_counter() - start < budget_s):
        a = buffers[len(times) % len(buffers)]
        times.append(_seconds(lambda a=a: once(a)))
    return result, statistics.median(times), len(times)
