"""A build that holds several CPU targets runs on CPUs that lack the higher ones.

`opsin_targets` prints one line, `target x86-64-v3 sum 1858.66`, and exits with 0. Here it runs under qemu-x86_64 as
a CPU with AVX2 but no AVX-512 and as one without AVX2. The checks: the right target is chosen, no illegal instruction
is met (an object of a higher target that leaked into the baseline would die of SIGILL), the result is the native one,
and a target that the CPU cannot run is refused by name.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

# CPU of qemu, the target it must get, the lowest one it cannot run. qemu 7.2 and later emulate AVX2, none AVX-512.
CPUS = [
    ("Haswell", "x86-64-v3", "x86-64-v4"),
    ("max", "x86-64-v3", "x86-64-v4"),
    ("Nehalem", "x86-64-v2", "x86-64-v3"),
]
LOWEST = "x86-64-v2"
TIMEOUT_S = 120
TOLERANCE = 1e-5  # targets may contract a * b + c differently


def run(command: list[str], forced: str | None = None) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if k != "OPSIN_CPU_TARGET"}
    if forced:
        environment["OPSIN_CPU_TARGET"] = forced
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)


def chosen(result: subprocess.CompletedProcess) -> tuple[str, float]:
    """Target and total of a run that must have worked."""
    if result.returncode < 0 or result.returncode > 128:
        number = abs(result.returncode) % 128
        raise AssertionError(f"died of {signal.Signals(number).name}\n{result.stderr}")
    match = re.search(r"target (\S+) sum (\S+)", result.stdout)
    if result.returncode != 0 or not match:
        raise AssertionError(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return match.group(1), float(match.group(2))


def check_cpu(program: str, cpu: str, expected: str, too_high: str, reference: float) -> str:
    emulated = ["qemu-x86_64", "-cpu", cpu, program]
    target, total = chosen(run(emulated))
    assert target == expected, f"{cpu}: chose {target}, expected {expected}"
    assert abs(total - reference) <= TOLERANCE * abs(reference), f"{cpu}: {total} instead of {reference}"
    assert chosen(run(emulated, forced=LOWEST))[0] == LOWEST, f"{cpu}: OPSIN_CPU_TARGET={LOWEST} was not obeyed"
    refused = run(emulated, forced=too_high)
    assert refused.returncode not in (0, 128 + signal.SIGILL, -signal.SIGILL), f"{cpu}: accepted {too_high}"
    assert too_high in refused.stderr, f"{cpu}: the refusal of {too_high} does not name it: {refused.stderr!r}"
    return f"{cpu}: {target}, sum {total:g}; {too_high} refused"


def main(program: str) -> int:
    _, reference = chosen(run([program], forced=LOWEST))
    failures = 0
    for cpu, expected, too_high in CPUS:
        try:
            print("ok  ", check_cpu(program, cpu, expected, too_high, reference))
        except (AssertionError, subprocess.TimeoutExpired) as error:
            failures += 1
            print("FAIL", cpu, error)
    print(f"{len(CPUS) - failures} of {len(CPUS)} emulated CPUs passed")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: run.py PATH_OF_opsin_targets")
    sys.exit(main(sys.argv[1]))
