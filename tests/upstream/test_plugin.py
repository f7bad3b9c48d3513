"""Tests of the harness: a wrong function must fail, and none may pass because it was not swapped.

They run scikit-image's suite against a made-up opsin that holds scikit-image's own functions, some of them changed.
"""

import json
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

import pytest
import swap
import swap_plugin
from swapped import SWAPPED

RUN = Path(__file__).with_name("run.py")
USAGE_ERROR = pytest.ExitCode.USAGE_ERROR


@pytest.fixture
def run(tmp_path):
    """Run the suite against an opsin whose modules end in the given lines; return (exit status, output)."""

    def run(*arguments, pytest_args=(), **changes):
        package = tmp_path / "opsin"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").write_text(f"from . import {', '.join(SWAPPED)}\n")
        for module, names in SWAPPED.items():
            text = f"from skimage.{module} import {', '.join(names)}\n{changes.get(module, '')}\n"
            (package / f"{module}.py").write_text(text)
        command = [sys.executable, RUN, "--opsin-path", tmp_path, "-n", "0", *arguments, "--", *pytest_args]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout

    return run


def calls(output):
    """Return {function: calls} from the summary."""
    rows = (line.split() for line in output.splitlines())
    return {row[1]: int(row[0]) for row in rows if len(row) == 2 and row[0].isdigit() and "." in row[1]}


def test_right_functions_pass_and_are_used(run, tmp_path):
    status, output = run("--modules", "util", "--require-swapped")
    assert status == 0, output
    total = sum(map(len, SWAPPED.values()))
    assert f"swap: {total} of {total} functions, deep, opsin from {tmp_path}" in output
    assert all(calls(output)[f"util.{name}"] > 0 for name in ["compare_images", "crop", "img_as_ubyte", "invert"])
    assert calls(output)["filters.frangi"] == 0
    assert "filters.frangi" in output.partition("never called: ")[2]


def test_wrong_function_fails_and_so_does_a_skipped_test(run):
    wrong = (
        "import pytest\ndef invert(image, signed_float=False): return image\ndef crop(*args, **kwargs): pytest.skip()"
    )
    status, output = run("--modules", "util", pytest_args=["-k", "test_invert or test_arraycrop"], util=wrong)
    assert status == 1
    failed = [line for line in output.splitlines() if line.startswith("FAILED")]
    assert any("test_invert_bool" in line for line in failed)
    assert any("test_arraycrop.py" in line for line in failed)
    assert "skipped, and not in deselected.txt" in output


@pytest.mark.parametrize(("depth", "expected"), [("deep", 1), ("shallow", 0)])
def test_only_deep_reaches_internal_callers(run, depth, expected):
    arguments = "--modules", "feature", "--depth", depth
    status, output = run(*arguments, pytest_args=["-k", "test_canny"], filters="def gaussian(*args, **kwargs): 1 / 0")
    assert status == expected, output
    assert ("ZeroDivisionError" in output) == (expected == 1)


def test_missing_function_is_left_and_reported(run):
    status, output = run("--modules", "util", pytest_args=["-k", "crop"], util="del crop")
    assert status == 0
    assert "swap: left to scikit-image: util.crop" in output
    assert "util.crop" not in calls(output)


def test_missing_function_is_an_error_on_request(run):
    status, output = run("--modules", "util", "--require-swapped", util="del crop")
    assert status == USAGE_ERROR
    assert "opsin lacks: util.crop" in output


def test_rotten_lists_are_an_error(run, tmp_path):
    deselected = tmp_path / "deselected.txt"
    deselected.write_text("skimage/util/tests/test_invert.py::test_gone  # no such test\n")
    record = json.loads(swap_plugin.COLLECTED.read_text())
    file = "skimage/util/tests/test_invert.py"
    collected = tmp_path / "collected.json"
    collected.write_text(json.dumps(record | {file: record[file] + 1}))
    status, output = run("--modules", "util", pytest_args=["--deselected", deselected, "--collected", collected])
    assert status == USAGE_ERROR
    assert f"no test matches {file}::test_gone" in output
    assert f"{file}: {record[file]} tests collected, {record[file] + 1} recorded" in output
    assert " passed" not in output


def test_opsin_that_cannot_be_imported_is_an_error(tmp_path):
    command = [sys.executable, RUN, "--opsin-path", tmp_path, "--modules", "util", "-n", "0"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == USAGE_ERROR
    assert "opsin cannot be imported" in done.stdout


def warns(level):
    warnings.warn("here", stacklevel=level)


def nested(level):
    warns(level)


@pytest.mark.parametrize(("function", "level"), [(warns, 2), (nested, 3)])
def test_warning_points_at_the_caller_of_the_shim(function, level):
    shim = swap.make_shim(function, function, "module.name", Counter())
    with pytest.warns(UserWarning, match="here") as record:
        shim(level)
    line = test_warning_points_at_the_caller_of_the_shim.__code__.co_firstlineno + 4
    assert (record[0].filename, record[0].lineno) == (__file__, line)


def test_shim_counts_and_looks_like_the_original():
    def original(a, *, b=1):
        """Words."""

    counts = Counter()
    shim = swap.make_shim(lambda x: x + 1, original, "module.name", counts)
    assert [shim(1), shim(2)] == [2, 3]
    assert counts == {"module.name": 2}
    assert (shim.__name__, shim.__doc__, shim.__module__) == ("original", "Words.", __name__)
    assert str(swap.inspect.signature(shim)) == "(x)"


@pytest.mark.parametrize("line", ["some::id", "some::id  # ", "a::b  # twice\na::b  # twice"])
def test_deselected_needs_a_reason_and_no_repetition(tmp_path, line):
    path = tmp_path / "deselected.txt"
    path.write_text(f"# a comment\n\n{line}\n")
    with pytest.raises(pytest.UsageError, match=r"deselected.txt:\d: expected"):
        swap_plugin.read_deselected(path)


@pytest.mark.parametrize("entry", ["f.py", "f.py::C", "f.py::C::t", "f.py::C::t[a::b/c.d-1]"])
def test_deselected_matches_file_class_test_and_parameters(entry):
    assert entry in swap_plugin.candidates("f.py::C::t[a::b/c.d-1]")
    assert "f.py::C::t[other]" not in swap_plugin.candidates("f.py::C::t[a::b/c.d-1]")
