"""No object takes more than 20 s to compile.

`.ninja_log` holds wall time, which a second job or a busy machine stretches. So an object that is over the limit there
is compiled again, alone and without ccache, and processor time decides: the least of up to three runs, since what else
runs on a shared machine stretches that too, by a third within minutes. An object that ccache served is seen as fast: a
clean build is the strict check.

The 20 s are those of a machine that compiles yardstick.cpp in REFERENCE_S, a desktop's core of 2022. On a slower one
the limit grows by as much as the yardstick takes longer, or the check would judge the machine; on a faster one it
stays, or a build that passes here would fail there.
"""

from __future__ import annotations

import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from common import ROOT, report

LIMIT_S = 20.0
REFERENCE_S = 1.3
TOP = 5
RUNS = 3


def last_durations(log: str) -> dict[str, float]:
    """Seconds of the last run per object, from the text of a .ninja_log (versions 5 to 7)."""
    seconds = {}
    for line in log.splitlines():
        fields = line.split("\t")
        if len(fields) == 5 and fields[3].endswith(".o"):
            seconds[fields[3]] = (int(fields[1]) - int(fields[0])) / 1000
    return seconds


def objects_of(build: Path) -> set[str]:
    """What the build makes now: the folder also keeps objects of sources that are gone."""
    targets = subprocess.run(["ninja", "-C", build, "-t", "targets", "all"], check=True, capture_output=True, text=True)
    return {line.split(": ")[0] for line in targets.stdout.splitlines()}


def processor_seconds(command: str, folder: Path) -> float:
    """Seconds of processor time of a shell command, ccache off."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, shell=True, cwd=folder, check=True, env={**os.environ, "CCACHE_DISABLE": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def processor_time(build: Path, obj: str) -> float:
    """Seconds of processor time to compile one object alone."""
    command = subprocess.run(
        ["ninja", "-C", build, "-t", "commands", "-s", obj], check=True, capture_output=True, text=True
    ).stdout
    lines = [line for line in command.splitlines() if not line.startswith("ninja:")]
    return processor_seconds(lines[-1], build)


def least_time(build: Path, obj: str, limit: float, measure=processor_time) -> float:
    """The least of up to RUNS measurements; one within the limit is enough."""
    least = float("inf")
    for _ in range(RUNS):
        least = min(least, measure(build, obj))
        if least <= limit:
            break
    return least


def slowness() -> float:
    """How many times longer than the reference this machine compiles, at least 1."""
    source = Path(__file__).with_name("yardstick.cpp")
    with tempfile.TemporaryDirectory() as folder:
        command = f"{os.environ.get('CXX', 'c++')} -std=c++20 -O2 -c {shlex.quote(str(source))} -o yardstick.o"
        # The median: these runs are short, and a lucky one among them says little about half a minute of compiling.
        usual = statistics.median(processor_seconds(command, Path(folder)) for _ in range(5))
    return max(1.0, usual / REFERENCE_S)


def check(build: Path, limit: float = LIMIT_S, measure=processor_time, known=objects_of, machine=slowness) -> list[str]:
    log = build / ".ninja_log"
    if not log.exists():
        return [f"{build}: no .ninja_log; build first"]
    made = known(build)
    seconds = {obj: s for obj, s in last_durations(log.read_text()).items() if obj in made}
    slowest = sorted(seconds.items(), key=lambda item: -item[1])
    for obj, wall in slowest[:TOP]:
        print(f"{wall:7.1f} s  {obj}")
    if not slowest or slowest[0][1] <= limit:
        return []
    factor = machine()
    print(f"this machine compiles {factor:.2f} times as long as the reference")
    limit *= factor
    problems = []
    for obj, wall in slowest:
        if wall > limit and (alone := least_time(build, obj, limit, measure)) > limit:
            problems.append(f"{obj}: {alone:.1f} s of processor time to compile, the limit here is {limit:.3g} s")
    return problems


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: compile_time.py BUILD_FOLDER...")
    sys.exit(report([problem for folder in sys.argv[1:] for problem in check(ROOT / folder)]))
