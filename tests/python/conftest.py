"""Markers, and where the tests that start a fresh interpreter find this one's packages."""

import os
import subprocess
import sys
import textwrap

import pytest

# JAX would otherwise take most of the GPU's memory away from everybody else.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def pytest_configure(config):
    config.addinivalue_line("markers", "cuda: needs a GPU")


@pytest.fixture
def fresh():
    """Run code in a fresh interpreter; returns what it prints. `env` adds environment variables."""

    def run(code, timeout=120, **env):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), **env},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run
