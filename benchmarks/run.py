"""Side-by-side benchmarks in one process: opsin against scikit-image, SciPy and OpenCV (CPU), cuCIM and CuPy (GPU).

    python -m benchmarks.run [--device cpu|cuda] [--size large|small|quick] [--rows TEXT] [--budget SECONDS] [--quick]
    python -m benchmarks.run --first-call | --import-time | --overhead

A time is the median of synchronised calls from Python, with inputs rotated over 200 MB; the device time and the floor (input and
output bytes over the copy bandwidth measured in the same run) stand beside it.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import sys
import warnings
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from conformance.subject import load  # noqa: E402

from . import extras, report  # noqa: E402
from .backends import Cpu, Cuda, measure, nbytes  # noqa: E402
from .report import Result  # noqa: E402
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
        found["cupy"] = functools.partial(getattr(_import("cupyx.scipy.ndimage"), function), **kwargs)
    elif (cucim := _import(f"cucim.skimage.{module}")) and hasattr(cucim, function):
        found["cucim"] = functools.partial(getattr(cucim, function), **kwargs)
    return found


@functools.cache
def _import(name):
    try:
        return importlib.import_module(name)
    except Exception:  # noqa: BLE001: absent, or without what it needs
        return None


def agreement(ours, theirs) -> float:
    """The largest difference, relative to the largest value; inf for another shape or dtype."""
    a, b = (list(x) if isinstance(x, (list, tuple)) else [x] for x in (ours, theirs))
    if len(a) != len(b) or any(x.shape != y.shape or x.dtype != y.dtype for x, y in zip(a, b)):
        return np.inf
    worst = 0.0
    for x, y in zip(a, b):
        x, y = x.astype(np.float64), y.astype(np.float64)
        both = np.isfinite(x) & np.isfinite(y)
        worst = max(
            worst,
            float(np.max(np.abs(x - y), initial=0, where=both) / max(np.max(np.abs(y), initial=0, where=both), 1e-30)),
        )
    return worst


def run_row(row: Row, size: str, dtype: str, machine, subject, bandwidth: float, options) -> Result:
    args = machine.put(inputs(row, size, dtype, seed=1))
    fn = functools.partial(subject.function(row.op), **row.kwargs)
    timed = functools.partial(measure, machine, calls=options.calls, budget_s=options.budget)
    result = Result(row, size, dtype, machine.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = fn(*args)
        result.floor = (nbytes(args) + nbytes(ours)) / bandwidth
        for name, peer in peers(row, dtype, machine).items():
            try:
                difference = agreement(machine.get(ours), machine.get(peer(*args)))
            except Exception as error:  # noqa: BLE001: a peer that cannot do the row is named, not hidden
                result.notes.append(f"{name}: {type(error).__name__}")
                continue
            if name == "opencv" and difference > 1e-5:
                result.notes.append("opencv: another result, not timed")
                continue
            if difference > 1e-3:
                result.notes.append(f"{name}: differs by {difference:.1g}")
            result.times[name], result.calls[name] = timed(peer, args)
        del ours
        result.times["opsin"], result.calls["opsin"] = timed(fn, args)
        result.device_s = machine.device_time(lambda: fn(*args))
    return result


def parse(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda where there is a GPU, else cpu")
    parser.add_argument("--size", action="append", choices=("large", "small", "quick"), help="default: large and small")
    parser.add_argument("--dtype", action="append", help="default: float32, and on the CPU uint8 and float64 too")
    parser.add_argument("--rows", default="", help="only rows whose name contains this text")
    parser.add_argument("--budget", type=float, default=20.0, help="seconds that one function may take on one row")
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--subject", default="opsin", help="opsin, or skimage to try the benchmark itself")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--quick", action="store_true", help="tiny images and few calls: to test the benchmark code")
    parser.add_argument("--first-call", action="store_true", help="the first call of each op in a fresh process")
    parser.add_argument("--import-time", action="store_true", help="import opsin, over numpy's import")
    parser.add_argument("--overhead", action="store_true", help="a call on one pixel, per array kind")
    return parser.parse_args(argv)


def main(argv=None) -> int:
    options = parse(argv)
    if options.quick:
        options.size, options.calls, options.budget = ["quick"], 3, 0.2
    subject = load(options.subject)
    cuda = subject.opsin is not None and subject.opsin.cuda_available()
    device = options.device or ("cuda" if cuda else "cpu")
    wanted = {"first_call": extras.first_call, "import_time": extras.import_time, "overhead": extras.overhead}
    asked = [extra for name, extra in wanted.items() if getattr(options, name)]
    for extra in asked:
        extra(subject, device, options)
    if asked:
        return 0
    machine = Cuda() if device == "cuda" else Cpu()
    bandwidth = machine.copy_bandwidth()
    print(
        f"{machine.device()}: copy {bandwidth / 1e9:.1f} GB/s, empty sync {machine.sync_cost() * 1e6:.1f} us",
        flush=True,
    )
    results = []
    dtypes = options.dtype or (["float32"] if device == "cuda" else ["float32", "uint8", "float64"])
    for size in options.size or ["large", "small"]:
        for row in [r for r in ROWS if options.rows in r.name]:
            for dtype in [d for d in dtypes if d in row.dtypes]:
                result = run_row(row, size, dtype, machine, subject, bandwidth, options)
                results.append(result)
                print(report.line(result), flush=True)
    if not results:
        print(f"no row is named {options.rows!r}")
        return 2
    path = report.write(results, machine, bandwidth, options)
    print(f"\n{report.summary(results)}\n{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
