# SPDX-License-Identifier: Apache-2.0
"""pytest plugin: `openslide` is `opsin.openslide`, and what is known to fail is marked (`-p swap_openslide`)."""

import importlib
import os
import sys
from pathlib import Path

import pytest

KNOWN = Path(__file__).parent / "known_failures.txt"

if os.environ.get("OPSIN_SWAP_OPENSLIDE") == "1":
    importlib.import_module("opsin.openslide.deepzoom")
    for name in ("", ".deepzoom", ".lowlevel"):
        sys.modules["openslide" + name] = sys.modules["opsin.openslide" + name]


def known_failures():
    """Return test id -> reason."""
    lines = [line for line in KNOWN.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.rsplit(": ", 1) for line in lines)


def pytest_collection_modifyitems(items):
    if os.environ.get("OPSIN_SWAP_OPENSLIDE") != "1":
        return
    known = known_failures()
    for item in items:
        reason = known.pop(item.nodeid.removeprefix("tests/"), None)
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    if known:
        raise pytest.UsageError(f"known_failures.txt names tests that are not there: {', '.join(known)}")
