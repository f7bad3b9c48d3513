# SPDX-License-Identifier: Apache-2.0
"""Runs fuzz targets of the slide reader for a given time and prints one line per run, as in LOG.md.

    python tests/fuzz/run.py [--build build/fuzz] [--seconds 60] [TARGET ...]

Without a target the seeds of all are run, then one of them is fuzzed: another one for each commit, so that a minute in every
CI run reaches all. Seeds are written anew; what a run finds interesting stays in build/fuzz/work for the next. An input
that fails is left in build/fuzz/found.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEEDS = {"tiff": "seeds_tiff.py", "region": "seeds_tiff.py", "formats": "seeds_formats.py", "codecs": "seeds_codecs.py"}
# No input may need longer or more memory, and none allocate more at once.
BOUNDS = ["-timeout=20", "-rss_limit_mb=3072", "-malloc_limit_mb=1024", "-max_len=40000"]


def turn() -> str:
    """The target whose turn it is: by the number of commits, or by the day where there is no history."""
    done = subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    number = int(done.stdout) if done.returncode == 0 else datetime.date.today().toordinal()
    return sorted(SEEDS)[number % len(SEEDS)]


def run(target: str, build: Path, seconds: int) -> bool:
    """Fuzz one target, or with 0 seconds only run its seeds; true when nothing was found."""
    seeds, work, found = (build / part / target for part in ("seeds", "work", "found"))
    for folder in (seeds, work, found):
        folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, HERE / SEEDS[target], seeds], check=True)
    corpus, environment, extra = seeds, dict(os.environ), []
    if target == "formats":
        environment["OPSIN_FUZZ_TEMPLATES"] = str(seeds / "templates")
        corpus, extra = seeds / "corpus", [f"-dict={seeds / 'formats.dict'}"]
    # Files, not folders, are run once each.
    what = (
        [f"-max_total_time={seconds}", work, corpus] if seconds else sorted(p for p in corpus.iterdir() if p.is_file())
    )
    command = [build / f"fuzz_{target}", *BOUNDS, *extra, "-print_final_stats=1", f"-artifact_prefix={found}/", *what]
    started = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
    executions = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    coverage = re.findall(r"cov: (\d+)", done.stderr)
    outcome = "nothing" if done.returncode == 0 else f"exit status {done.returncode}, input in {found}"
    sys.stdout.write(
        f"| {datetime.date.today()} | fuzz_{target} | {time.monotonic() - started:.0f} | "
        f"{executions[1] if executions else '?'} | {coverage[-1] if coverage else '?'} | {outcome} |\n"
    )
    if done.returncode != 0:
        sys.stdout.write("\n".join(done.stderr.splitlines()[-60:]) + "\n")
    sys.stdout.flush()
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="*", choices=[[], *sorted(SEEDS)], help="default: the one whose turn it is")
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build" / "fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="of each target")
    options = parser.parse_args()
    results = [run(target, options.build, 0) for target in sorted(SEEDS)] if not options.target else []
    results += [run(target, options.build, options.seconds) for target in options.target or [turn()]]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
