"""Malformed files: each folder <case>/case.yaml says how one is made and what opening and reading it must give.

    why: one line
    class: 5                        number in the list of malformed inputs
    base: {generator: tiled, ...}   function of generate.py and its arguments
    edits: [{set: {...}}, ...]      methods of tiff_edit.Tiff
    open: error text (a regular expression), or absent: it opens
    read: error text of reading every level whole, or absent: it reads
    unchanged: [levels whose pixels are those of the base]
    limits: {...}                   limits to open it with

Each case runs in a child process with a bound on memory and time: a crash, a hang or a huge allocation is a failure.
"""

import os
import pickle
import re
import resource
import signal
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest
import yaml
from generate import generate
from tiff_edit import edited

import opsin

HERE = Path(__file__).parent
CASES = sorted(p.parent.name for p in HERE.glob("*/case.yaml"))
MEMORY = 1 << 30
SECONDS = 20


def test_there_are_cases():
    assert len(CASES) >= 180


def in_child(function):
    """What function() returns or raises, from a forked child with bounds."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(SECONDS)
            try:
                result = (function(), None)
            except BaseException:
                result = (None, traceback.format_exc())
            with os.fdopen(writer, "wb") as pipe:
                pickle.dump(result, pipe)
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"the child ended with {os.waitstatus_to_exitcode(status)}"
    value, error = pickle.loads(content)
    if error:
        pytest.fail(error)
    return value


def read_levels(slide):
    return [slide.read_region((0, 0), size, level) for level, size in enumerate(slide.level_dimensions)]


def outcome(path, case):
    """(open error, read error, levels) of a file; only errors that a caller may expect are caught."""
    limits = case.get("limits")
    try:
        slide = opsin.Slide(path, limits=limits)
    except OSError as error:
        return str(error), None, None
    assert repr(slide)
    assert slide.properties["openslide.vendor"] == slide.vendor
    for name, image in slide.associated_images.items():
        assert image.ndim == 3, name
    try:
        levels = read_levels(slide)
    except OSError as error:
        # The message says where; with errors="fill" the rest is there, with one warning.
        assert str(error).startswith(path), error
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            filled = opsin.Slide(path, limits=limits, errors="fill")
            levels = read_levels(filled)
        assert caught
        assert all(w.category is RuntimeWarning for w in caught)
        return None, str(error), levels
    slide.thumbnail((16, 16))
    return None, None, levels


@pytest.mark.parametrize("name", CASES)
def test_case(name, tmp_path):
    case = yaml.safe_load((HERE / name / "case.yaml").read_text())
    arguments = dict(case["base"])
    base = generate(arguments.pop("generator"), **arguments)
    path = tmp_path / "case.tif"
    path.write_bytes(edited(base, case.get("edits", [])))
    open_error, read_error, levels = in_child(lambda: outcome(str(path), case))
    for what, error in (("open", open_error), ("read", read_error)):
        wanted = case.get(what)
        if wanted is None:
            assert error is None, f"{what}: {error}"
        else:
            assert error is not None, f"{what}: no error"
            assert re.search(wanted, error), f"{what}: {error}"
    if "unchanged" in case:
        good = tmp_path / "base.tif"
        good.write_bytes(base)
        want = read_levels(opsin.Slide(str(good)))
        for level in case["unchanged"]:
            np.testing.assert_array_equal(levels[level], want[level])
