"""Runs the table: every row through every check that applies to it. `-k "gaussian and values"` picks one."""

import pytest

from .checks import CHECKS
from .ops import OPS
from .subject import load


def pytest_generate_tests(metafunc):
    if {"op", "check"} <= set(metafunc.fixturenames):
        subject = load(metafunc.config.getoption("--subject"))
        rows = [(op, check) for name, (check, applies) in CHECKS.items() for op in OPS if applies(op, subject)]
        metafunc.parametrize("op,check", rows, ids=[f"{op.name}-{check.__name__[6:]}" for op, check in rows])


def test_cpu(op, check, subject):
    check(op, subject)
