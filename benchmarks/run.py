"""Side-by-side benchmarks in one process: opsin against scikit-image, SciPy and OpenCV (CPU), cuCIM and CuPy (GPU).

    python -m benchmarks.run [--device cpu|cuda] [--size large|small|quick] [--rows TEXT] [--budget SECONDS] [--quick]
    python -m benchmarks.run --keep FILE --limit 200 --extras    in pieces: the same command until no row is left
    taskset -c 0,1 python -m benchmarks.run --device cpu --share 1/4 --keep FILE1    a table's quarter; the files' lines together are a table
    python -m benchmarks.run --first-call | --import-time | --overhead | --memory

A time is the median of synchronised calls from Python, with inputs rotated over 200 MB; the device time and the floor stand beside it:
input and output bytes over the bandwidth of a copy, on a CPU the input's over that of a reduction if that is more, both measured in
the same run.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import sys
import time
import warnings
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from conformance.subject import load  # noqa: E402

from . import extras, memory, report  # noqa: E402
from .backends import Cpu, Cuda, bandwidths_text, floor, measure, nbytes  # noqa: E402
from .report import Kept, Result  # noqa: E402
from .rows import ROWS, Row, inputs  # noqa: E402


def peers(row: Row, dtype: str, machine) -> dict:
    """name -> function of the other libraries that do this row here."""
    module, function = row.op.rsplit(".", 1)
    found = {}
    if machine.name == "cpu":
        lib, where = ("scipy", "scipy.ndimage") if module == "ndimage" else ("scikit-image", f"skimage.{module}")
        found[lib] = functools.partial(getattr(importlib.import_module(where), function), **row.kwargs)
        if row.opencv and dtype in row.opencv_dtypes and (cv2 := _import("cv2")):
            found["opencv"] = functools.partial(row.opencv, cv2)
        return found
    # CuPy wants kernels on the GPU
    kwargs = {k: machine.put(v) if isinstance(v, np.ndarray) else v for k, v in row.kwargs.items()}
    if module == "ndimage":
        if (cupyx := _import("cupyx.scipy.ndimage")) and hasattr(cupyx, function):
            found["cupy"] = functools.partial(getattr(cupyx, function), **kwargs)
    elif (cucim := _import(f"cucim.skimage.{module}")) and hasattr(cucim, function):
        found["cucim"] = functools.partial(getattr(cucim, function), **kwargs)
    return found


@functools.cache
def _import(name):
    try:
        return importlib.import_module(name)
    except Exception:  # absent, or without what it needs
        return None


def agreement(xp, ours, theirs) -> float:
    """The largest difference, relative to the largest value; inf for another shape or dtype. `xp` is the arrays' module."""
    a, b = (list(x) if isinstance(x, (list, tuple)) else [x] for x in (ours, theirs))
    if len(a) != len(b):
        return np.inf
    worst = 0.0
    for x, y in zip(a, b):
        if isinstance(x, slice):
            worst = max(worst, 0.0 if x == y else np.inf)
            continue
        x, y = xp.asarray(x), xp.asarray(y)
        # The dtype of a scalar says nothing: Python's float stands beside NumPy's.
        if x.shape != y.shape or (x.ndim and x.dtype != y.dtype):
            return np.inf
        wide = np.complex128 if x.dtype.kind == "c" else np.float64
        x, y = x.astype(wide), y.astype(wide)
        both = xp.isfinite(x) & xp.isfinite(y)
        if not both.any():
            continue
        difference, size = (float(xp.where(both, xp.abs(v), 0).max()) for v in (x - y, y))
        worst = max(worst, difference / max(size, 1e-30))
    return worst


def run_row(row: Row, size: str, dtype: str, machine, subject, bandwidths, options) -> Result:
    args = machine.put(inputs(row, size, dtype, seed=1))
    fn = row.function(subject, machine.name)
    result = Result(row, size, dtype, machine.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # opsin has its number of calls whatever they take; only the others are cut short.
        ours, result.times["opsin"], result.calls["opsin"] = measure(
            machine, fn, args, calls=options.calls, budget_s=np.inf
        )
        result.device_s = machine.device_time(fn, args)
        result.floor = floor(bandwidths, nbytes(args), nbytes(ours))
        for name, peer in peers(row, dtype, machine).items():
            try:
                theirs, seconds, count = measure(machine, peer, args, calls=options.calls, budget_s=options.budget)
                difference = agreement(machine.arrays, ours, theirs)
            except Exception as error:  # a peer that cannot do the row is named, not hidden
                result.notes.append(f"{name}: {type(error).__name__}")
                continue
            if name == "opencv" and difference > 1e-5:
                result.notes.append(f"opencv: another result ({seconds * 1e3:.4g} ms), not compared")
                continue
            if difference > 1e-3:
                result.notes.append(f"{name}: differs by {difference:.1g}")
            result.times[name], result.calls[name] = seconds, count
    return result


def _share(text: str) -> tuple[int, int]:
    k, n = map(int, text.split("/"))
    if not 1 <= k <= n:
        raise ValueError(text)
    return k, n


def parse(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda where there is a GPU, else cpu")
    parser.add_argument("--size", action="append", choices=("large", "small", "quick"), help="default: large and small")
    parser.add_argument("--dtype", action="append", help="default: all of a row on the CPU, on a GPU the target's")
    parser.add_argument("--rows", default="", help="only rows whose name contains this text")
    parser.add_argument("--part", default="", help="only rows of parts whose title contains this text")
    parser.add_argument(
        "--share",
        type=_share,
        default=(1, 1),
        metavar="K/N",
        help="the K-th of N shares of the rows, for N processes on cores of their own",
    )
    parser.add_argument(
        "--budget", type=float, default=2.0, help="seconds that one function of another library may take on one row"
    )
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--subject", default="opsin", help="opsin, or skimage to try the benchmark itself")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument(
        "--keep", type=Path, help="a file for what is measured; rows that stand in it are not measured again"
    )
    parser.add_argument(
        "--limit", type=float, default=np.inf, help="seconds after which no row is begun; goes on with --keep"
    )
    parser.add_argument("--quick", action="store_true", help="tiny images and few calls: to test the benchmark code")
    parser.add_argument(
        "--extras", action="store_true", help="the three tables below too, at the end of the table's file"
    )
    parser.add_argument("--first-call", action="store_true", help="the first call of each op in a fresh process")
    parser.add_argument("--import-time", action="store_true", help="import opsin, over numpy's import")
    parser.add_argument("--overhead", action="store_true", help="a call on one pixel, per array kind")
    parser.add_argument(
        "--memory", action="store_true", help="what a call on the CPU holds besides its result, in images"
    )
    return parser.parse_args(argv)


def main(argv=None) -> int:
    options = parse(argv)
    if options.quick:
        options.size, options.calls, options.budget = ["quick"], 3, 0.2
    subject = load(options.subject)
    cuda = subject.opsin is not None and subject.opsin.cuda_available()
    device = options.device or ("cuda" if cuda else "cpu")
    found = {"first_call": extras.first_call, "import_time": extras.import_time, "overhead": extras.overhead}
    asked = [extra for name, extra in {**found, "memory": memory.memory}.items() if getattr(options, name)]
    for extra in asked:
        extra(subject, device, options, lambda text: print(text, flush=True))
    if asked:
        return 0
    machine = Cuda() if device == "cuda" else Cpu()
    kept = Kept(options.keep)
    bandwidths = kept.bandwidths(machine)
    print(
        f"{machine.device()}: {bandwidths_text(bandwidths)}, empty sync {machine.sync_cost() * 1e6:.1f} us",
        flush=True,
    )
    wanted = [
        (row, size, dtype)
        for size in options.size or ["large", "small"]
        for row in ROWS
        for dtype in options.dtype or row.measured_dtypes("cuda" if options.quick else device)
        if options.rows in row.name
        and options.part in row.part.title
        and dtype in row.dtypes
        and (size in row.sizes or size == "quick")
    ]
    wanted.sort(key=lambda item: not item[0].has_target)  # What has a target comes first, for a run that is cut short.
    k, n = options.share
    wanted = wanted[k - 1 :: n]
    end = time.monotonic() + options.limit
    left = 0
    results, failed = [], []
    for row, size, dtype in wanted:
        result = kept.find(row, size, dtype)
        if result is None and time.monotonic() > end:
            left += 1
            continue
        if result is None:
            try:
                result = run_row(row, size, dtype, machine, subject, bandwidths, options)
            except Exception as error:  # one row that fails leaves the others, and fails the run
                failed.append(f"{row.name} {size} {dtype}: {type(error).__name__}: {str(error)[:200]}")
                print(f"FAILED {failed[-1]}", flush=True)
                continue
            kept.add(result)
            print(report.line(result), flush=True)
        results.append(result)
    if not results:
        print(f"no row to measure is named {options.rows!r}")
        return 2
    path = report.write(results, failed, machine, bandwidths, options)
    print(f"\n{report.summary(results, failed)}\n{path}", flush=True)
    if options.extras and (not left or not options.keep):
        with path.open("a") as table:
            for extra in found.values():
                table.write("\n")
                extra(subject, device, options, lambda text: print(text, flush=True) or print(text, file=table))
    if left:
        print(f"{left} of {len(wanted)} rows are left: --keep and the same command again go on with them")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
