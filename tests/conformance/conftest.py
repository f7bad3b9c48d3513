"""Options of the conformance run: --subject takes the oracles themselves as the library under test, to prove the harness."""

import os

import pytest

# JAX would otherwise take most of the GPU's memory away from CuPy, PyTorch and opsin.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")


def pytest_addoption(parser):
    parser.addoption("--subject", default="opsin", help="the library under test: opsin (default), skimage or rounded")


def pytest_configure(config):
    config.addinivalue_line("markers", "cuda: needs a GPU")


@pytest.fixture(scope="session")
def subject(request):
    from .subject import load

    return load(request.config.getoption("--subject"))
