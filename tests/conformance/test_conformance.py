"""Runs the table: every row through every check that applies to it. `-k "gaussian and values"` picks one, `-m cuda` the GPU."""

import pytest

from .checks import CHECKS
from .checks_kinds import CUDA_CHECKS, check_kind
from .kinds import CPU_KINDS, CUDA_KINDS
from .ops import OPS
from .subject import load
from .targets import report_of


def _cuda(subject) -> bool:
    return subject.opsin is not None and subject.opsin.cuda_available()


def _cpu_targets(subject):
    """The targets other than the one that this process tests anyway."""
    if subject.opsin is None:
        return []
    return [t for t in subject.opsin.cpu_targets() if t != subject.opsin.cpu_target()]


def pytest_generate_tests(metafunc):
    subject = load(metafunc.config.getoption("--subject"))
    names = set(metafunc.fixturenames)
    with_images = [op for op in OPS if op.takes_image]

    def rows(columns, found, ids):
        metafunc.parametrize(columns, found, ids=ids)

    if "check" in names:
        found = [(op, c, n) for n, (c, applies) in CHECKS.items() for op in OPS if applies(op, subject)]
        rows("op,check", [f[:2] for f in found], [f"{op.name}-{n}" for op, _, n in found])
    elif "cpu_kind" in names:
        found = [(op, k) for op in with_images for k in CPU_KINDS] if subject.opsin else []
        rows("op,cpu_kind", found, [f"{op.name}-{k.name}" for op, k in found])
    elif "target" in names:
        found = [(op, t) for t in _cpu_targets(subject) for op in OPS]
        rows("op,target", found, [f"{op.name}-{t}" for op, t in found])
    elif "cuda_check" in names:
        found = [(op, c, n) for n, (c, applies) in CUDA_CHECKS.items() for op in with_images if applies(op)]
        found = found if _cuda(subject) else []
        rows("op,cuda_check", [f[:2] for f in found], [f"{op.name}-{n}" for op, _, n in found])
    elif "cuda_kind" in names:
        found = [(op, k) for op in with_images for k in CUDA_KINDS] if _cuda(subject) else []
        rows("op,cuda_kind", found, [f"{op.name}-{k.name}" for op, k in found])


def _need(kind):
    if not kind.available():
        pytest.skip(f"{kind.library} with {kind.device} is not here")


def test_cpu(op, check, subject):
    check(op, subject)


def test_cpu_kind(op, cpu_kind, subject):
    _need(cpu_kind)
    check_kind(op, subject, cpu_kind)


def test_cpu_target(op, target):
    failed = report_of(target)[op.name]
    assert not failed, f"target {target}: {failed}"


@pytest.mark.cuda
def test_cuda(op, cuda_check, subject):
    pytest.importorskip("cupy")
    cuda_check(op, subject)


@pytest.mark.cuda
def test_cuda_kind(op, cuda_kind, subject):
    _need(cuda_kind)
    check_kind(op, subject, cuda_kind)
