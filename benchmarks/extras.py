"""First calls in fresh processes, import time, call overhead per array kind. Each says a table."""

from __future__ import annotations

import functools
import multiprocessing
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from conformance.kinds import CPU_KINDS, CUDA_KINDS
from conformance.subject import load

from .backends import Cpu, Cuda, tree
from .rows import ROWS, inputs

ROOT = Path(__file__).resolve().parent.parent
FIRST_CALL_MS, IMPORT_MS, OVERHEAD_US = 5.0, 50.0, 10.0
FREE_OVERHEAD = ("jax",)  # reported, not held to the target


def _verdict(ok: bool) -> str:
    return "pass" if ok else "FAIL"


def _child(code: str, *args: str) -> float:
    done = subprocess.run([sys.executable, "-c", code, *args], cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    return float(done.stdout.split()[-1])


def first_call(subject, device, options, say):
    """Of each operation in a process of its own, one at a time: what starts beside it would be in its time.

    They are forked from a server that has imported the packages and knows no GPU: a context takes less long than imports.
    """
    size = "quick" if options.quick else "small"
    say("| first call | ms | target |\n|---|---:|---|")
    first = {row.op: row for row in reversed(ROWS) if options.rows in row.name}
    rows = [row for row in ROWS if first.get(row.op) is row]
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["numpy", "cupy", subject.name])
    for row in rows:
        with server.Pool(1) as pool:
            ms = pool.apply_async(_first_ms, (row.name, device, size, subject.name)).get(timeout=120)
        say(f"| {row.op} | {ms:.2f} | <= {FIRST_CALL_MS:g} ms: {_verdict(ms <= FIRST_CALL_MS)} |")


def _first_ms(name: str, device: str, size: str, subject: str) -> float:
    warnings.simplefilter("ignore")
    row = next(r for r in ROWS if r.name == name)
    machine = Cuda() if device == "cuda" else Cpu()
    args = machine.put(inputs(row, size, "float32" if "float32" in row.dtypes else row.dtypes[0], 1))
    fn = row.function(load(subject), device)
    machine.sync()
    start = time.perf_counter()
    fn(*args)
    machine.sync()
    return (time.perf_counter() - start) * 1e3


def import_time(subject, device, options, say):
    code = f"import time, numpy; t = time.perf_counter(); import {subject.name}; print((time.perf_counter() - t) * 1e3)"
    ms = statistics.median(_child(code) for _ in range(3 if options.quick else 11))
    say(f"import {subject.name} over numpy's: {ms:.1f} ms; <= {IMPORT_MS:g} ms: {_verdict(ms <= IMPORT_MS)}")


def overhead(subject, device, options, say):
    """Seconds of a call on one pixel, less the device's time and an empty sync."""
    calls = 50 if options.quick else 2000
    kinds = [k for k in (CUDA_KINDS if device == "cuda" else CPU_KINDS) if k.available()] if subject.opsin else []
    machine = Cuda() if device == "cuda" else Cpu()
    say("| kind | op | us over the kernel | target |\n|---|---|---:|---|")
    for name, title, call in machine.own_calls() if subject.opsin else []:
        say(f"| {name} | {title} | {_microseconds(call, machine, calls):.1f} | for comparison |")
    for row in [r for r in ROWS if options.rows in r.name and "float32" in r.dtypes]:
        columns = ([("numpy", None)] if device == "cpu" else []) + [(k.name, k) for k in kinds]
        for name, kind in columns:
            args = _one_pixel(row, kind)
            call = functools.partial(row.function(subject, machine.name), *args)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    us = _microseconds(call, machine, calls)
            except Exception as error:  # some ops have no result for one pixel
                say(f"| {name} | {row.name} | {type(error).__name__} | - |")
                continue
            held = (
                "reported"
                if name.split()[0] in FREE_OVERHEAD
                else f"<= {OVERHEAD_US:g} us: {_verdict(us <= OVERHEAD_US)}"
            )
            say(f"| {name} | {row.name} | {us:.1f} | {held} |")


def _one_pixel(row, kind):
    args = inputs(row, "quick", "float32", 1)
    keep = (slice(0, 1),) * row.ndim
    small = tree(lambda a: np.ascontiguousarray(a[keep]), args)
    return small if kind is None else tree(functools.partial(kind.to, kind.load()), small)


def _microseconds(call, machine, calls) -> float:
    def once():
        start = time.perf_counter()
        call()
        machine.sync()
        return time.perf_counter() - start

    once()
    kernel = (machine.device_time(call) or 0.0) + machine.sync_cost()
    return (statistics.median(once() for _ in range(calls)) - kernel) * 1e6
