"""Fixtures of the slide tests."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("OPSIN_SAMPLES", ROOT.parent / "shared" / "samples"))


def pytest_configure(config):
    config.addinivalue_line("markers", "cuda: needs a GPU")


@pytest.fixture(scope="session")
def sample():
    """Path of a real file by its name under the samples folder; skips where the folder or the file is not there."""

    def path_of(name):
        path = SAMPLES / name
        if not path.exists():
            pytest.skip(f"no sample {name} in {SAMPLES} (OPSIN_SAMPLES names another folder)")
        return str(path)

    return path_of


@pytest.fixture
def fresh():
    """Runs code in a fresh interpreter; returns what it prints."""

    def run(code):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run
