"""`tools/dev gpu` without a GPU: the bundle, its limit, the choice of steps, their time, and what a second call goes on with."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = " ".join(f'source "$TOOLS/lib/{part}.sh";' for part in ("common", "setup", "build", "gpu"))
SMOKE = ROOT / "tests" / "cuda" / "smoke.py"

# Stands for every program that a run starts: writes down how it was called.
PROGRAM = """#!/usr/bin/env bash
printf '%s %s\\n' "${0##*/}" "$*" >>"$CALLS"
case "${0##*/} $*" in $FAILS) echo "this one fails"; exit 3 ;; esac
case "$*" in *benchmarks.run*) echo row >>"$WORK/bench.jsonl" ;; esac
case "$*" in *sys.version_info*) ;; *--count*) echo "passing the current filters: 2" ;; *) echo "1 passed" ;; esac
"""


class Tools:
    """tools/lib in a checkout of its own, with programs that only write down their calls."""

    def __init__(self, root: Path):
        self.root, self.calls, self.work = root, root / "calls", root / "build" / "gpu-work"
        for folder in ("python", "src/core", "include", "benchmarks/results", "programs"):
            (root / folder).mkdir(parents=True)
        (root / "python" / "source.cpp").write_text("1")
        (self.work / "opsin" / "bin").mkdir(parents=True)
        names = ("cmake", "compute-sanitizer", "nvidia-smi", "fakepython")
        for program in [*(root / "programs" / name for name in names), self.work / "opsin" / "bin" / "opsin_tests"]:
            program.write_text(PROGRAM)
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def bundle(self, payload="payload"):
        (self.root / "build/gpu-bundle/wheels").mkdir(parents=True, exist_ok=True)
        (self.root / "build/gpu-bundle/payload.tar.xz").write_text(payload)
        (self.root / "build/gpu-bundle/wheels/a.whl").write_text("wheel")

    def bash(self, text, **env):
        return subprocess.run(
            ["bash", "-c", f'set -euo pipefail; {PARTS} cd "$ROOT"; {text}'],
            env={
                **os.environ,
                "ROOT": str(self.root),
                "TOOLS": str(ROOT / "tools"),
                "CALLS": str(self.calls),
                "WORK": str(self.work),
                "PATH": f"{self.root / 'programs'}:{os.environ['PATH']}",
                "OPSIN_PYTHON": "fakepython",
                "OUT": str(self.root / "out"),
                "FAILS": "nothing",
                **env,
            },
            capture_output=True,
            text=True,
            timeout=60,
        )

    def run(self, *steps, **env):
        """The programs that a run called, one a line, and its outcome."""
        self.calls.write_text("")
        done = self.bash("gpu_run " + " ".join(f"'{step}'" for step in steps), **env)
        return self.calls.read_text(), done


@pytest.fixture
def tools(tmp_path):
    return Tools(tmp_path)


def test_the_chosen_steps_run_with_their_patterns(tools):
    tools.bundle()
    calls, done = tools.run("tests:gaussian and not kind", "bench:sobel")
    assert done.returncode == 0, done.stderr
    assert "-m pytest -q -m cuda" in calls and "-k gaussian and not kind " in calls
    assert f"--keep {tools.work}/bench.jsonl --limit " in calls and calls.rstrip().endswith("--rows sobel")
    assert "compute-sanitizer" not in calls and "smoke.py" not in calls
    assert (tools.root / "out" / "bench.jsonl").read_text() == "row\n"
    assert "benchmarks                   ok" in (tools.root / "out" / "summary.txt").read_text()


def test_all_steps_without_a_choice(tools):
    tools.bundle()
    calls, done = tools.run()
    assert done.returncode == 0, done.stderr
    order = ["tests/cuda/smoke.py", "-m pytest", "--count", "benchmarks.run", "--tool memcheck", "--tool racecheck"]
    assert [calls.index(text) for text in order] == sorted(calls.index(text) for text in order)
    assert calls.count("compute-sanitizer") == 4


@pytest.mark.parametrize(
    "step, said", [("nonsense", "unknown step 'nonsense' (smoke tests"), ("tests", "no bundle in build/gpu-bundle")]
)
def test_a_wrong_step_and_a_missing_bundle_are_said_before_anything_runs(tools, step, said):
    calls, done = tools.run(step)
    assert done.returncode == 1 and said in done.stderr
    assert calls == ""


def test_a_second_call_prepares_only_what_changed(tools):
    tools.bundle()
    prepared = ("extractall", "pip install", "cmake -G", "cmake --build")

    def kinds(calls):
        return [text for text in prepared if text in calls]

    assert kinds(tools.run("smoke")[0]) == list(prepared)
    assert kinds(tools.run("smoke")[0]) == []
    (tools.root / "python" / "source.cpp").write_text("2")
    assert kinds(tools.run("smoke")[0]) == ["cmake --build"]
    tools.bundle("another")
    assert kinds(tools.run("smoke")[0]) == ["extractall", "cmake -G", "cmake --build"]


def test_what_failed_to_be_prepared_ends_the_run_and_is_tried_again(tools):
    tools.bundle()
    calls, done = tools.run("smoke", FAILS="cmake --build*")
    assert done.returncode == 1 and "build the extension          rc 3" in done.stdout
    assert "smoke.py" not in calls
    calls, done = tools.run("smoke")
    assert done.returncode == 0 and "cmake --build" in calls and "smoke.py" in calls


def test_a_failed_step_does_not_hide_the_next(tools):
    tools.bundle()
    calls, done = tools.run("tests", "smoke", FAILS="*-m?pytest*")
    assert done.returncode == 1
    assert "pytest -m cuda               rc 3" in done.stdout and "smoke                        ok" in done.stdout


def test_what_another_machine_measured_is_gone_on_with(tools):
    tools.bundle()
    (tools.root / "build/gpu-bundle/bench.jsonl").write_text("theirs\n")
    tools.run("bench")
    assert (tools.root / "out" / "bench.jsonl").read_text() == "theirs\nrow\n"


STEP = 'GPU_TABLE=(); GPU_FAILED=0; GPU_OUT=$ROOT; gpu_step {} || status=$?; echo "${{GPU_TABLE[*]}} $GPU_FAILED ${{status:-0}}"'


@pytest.mark.parametrize(
    "end, step, said",
    [
        (100, "50 title sleep 0", "ok 0 0"),
        (100, "1 title sleep 30", "rc 124 1 124"),  # its own limit
        (6, "50 title sleep 30", "rc 124 1 124"),  # what is left of the whole
        (4, "50 title sleep 30", "no time 1 1"),
        (100, "50 title false", "rc 1 1 1"),
    ],
)
def test_a_step_ends_in_time(tools, end, step, said):
    done = tools.bash(f"GPU_END=$((SECONDS + {end})); {STEP.format(step)}")
    words = re.sub(r"\d+ s\b", "", done.stdout.splitlines()[-1]).split()
    assert words == ["title", *said.split()]


def test_a_step_is_interrupted_so_that_it_can_report(tools):
    code = "import time\ntry: time.sleep(30)\nexcept KeyboardInterrupt: print(3, 'failed before')"
    step = STEP.format(f'3 title {sys.executable} -c "{code}"')
    done = tools.bash(f"GPU_END=$((SECONDS + 50)); {step}")
    assert "3 failed before" in done.stdout


def test_shares_give_what_is_left_over_to_the_next(tools):
    done = tools.bash("GPU_END=$((SECONDS + 120)); gpu_share 1 4; gpu_share 1 3; gpu_share 2 2")
    assert done.stdout.split() == ["30", "40", "120"]


def test_the_payload_unpacks_to_what_was_packed(tools):
    folder = tools.root / "prefix"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "real.so").write_bytes(os.urandom(1000))
    (folder / "lib" / "real.so").chmod(0o755)
    (folder / "lib" / "link.so").symlink_to("real.so")
    assert tools.bash(f"pack_payload {folder}").returncode == 0
    text = (ROOT / "tools/lib/gpu.sh").read_text()
    code = next(line.strip().rstrip("\\ ").strip("'") for line in text.splitlines() if "extractall" in line)
    subprocess.run(
        [sys.executable, "-c", code, tools.root / "build/gpu-bundle/payload.tar.xz", tools.root / "to"], check=True
    )
    assert (tools.root / "to/lib/link.so").read_bytes() == (folder / "lib/real.so").read_bytes()
    assert os.access(tools.root / "to/lib/real.so", os.X_OK) and (tools.root / "to/lib/link.so").is_symlink()


def test_a_bundle_over_the_limit_says_its_size_and_fails(tools):
    tools.bundle()
    assert "bundle: build/gpu-bundle, 1 MB of at most 60 MB" in tools.bash("pack_size").stdout
    (tools.root / "build/gpu-bundle/payload.tar.xz").write_bytes(os.urandom(3 << 20))
    done = tools.bash("GPU_LIMIT_MB=2; pack_size")
    assert done.returncode == 1
    assert "4 MB of at most 2 MB" in done.stdout and "over 2 MB; OPSIN_GPU_PEERS=" in done.stderr
    assert "payload.tar.xz" in done.stderr


def smoke(*arguments):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", SMOKE, "--device", "cpu", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout.splitlines()[-1]


def test_the_smoke_list_holds_on_the_cpu():
    status, said = smoke()
    assert status == 0 and said.endswith(" passed, 0 failed, 0 left"), said


def test_the_smoke_list_goes_on_in_pieces(tmp_path):
    kept = tmp_path / "kept"
    status, said = smoke("median", "--keep", kept, "--limit", 0)
    count = int(said.removeprefix("0 passed, 0 failed, ").removesuffix(" left"))
    assert status == 1 and count > 50
    assert smoke("median", "--keep", kept) == (0, f"{count} passed, 0 failed, 0 left")
    assert smoke("median", "--keep", kept) == (0, f"0 passed, {count} before, 0 failed, 0 left")
    assert smoke("no such title") == (1, "0 passed, 0 failed, 0 left")
