"""Every CPU target that the build has: one subprocess per target runs the value and dtype checks of the whole table.

`python -m conformance.targets` (with tests/ on the path and OPSIN_CPU_TARGET set) prints {row: what failed or ""} as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path


def run_table() -> dict[str, str]:
    from .checks import check_dtypes, check_values
    from .ops import OPS
    from .subject import load

    subject = load("opsin")
    report = {"": subject.opsin.cpu_target()}
    for op in OPS:
        try:
            check_values(op, subject)
            check_dtypes(op, subject)
            report[op.name] = ""
        except AssertionError as error:
            report[op.name] = str(error)
    return report


@lru_cache
def report_of(target: str) -> dict[str, str]:
    """The report of a subprocess that was told to use `target`."""
    tests = Path(__file__).resolve().parent.parent
    path = os.pathsep.join([str(tests), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {**os.environ, "OPSIN_CPU_TARGET": target, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-m", "conformance.targets"], env=env, capture_output=True, text=True, timeout=900
    )
    if done.returncode != 0:
        raise AssertionError(f"target {target}: the run ended with {done.returncode}: {done.stderr[-2000:]}")
    report = json.loads(done.stdout)
    if report[""] != target:
        raise AssertionError(f"OPSIN_CPU_TARGET={target} chose {report['']}")
    return report


if __name__ == "__main__":
    json.dump(run_table(), sys.stdout)
