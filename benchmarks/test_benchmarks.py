"""The benchmark code runs: tiny images, the reference in the place of opsin, every row, table and plot written."""

from pathlib import Path

import pytest

from . import run
from .report import Result, summary
from .rows import ROWS
from .rows.model import FOUNDATION, PIXELS


def test_quick_run_writes_a_table_and_a_plot(tmp_path: Path, capsys):
    assert run.main(["--quick", "--device", "cpu", "--subject", "skimage", "--out", str(tmp_path)]) == 0
    (table,) = tmp_path.glob("*.md")
    text = table.read_text()
    assert all(f"| {row.name} |" in text for row in ROWS)
    assert table.with_suffix(".png").stat().st_size > 10_000
    out = capsys.readouterr().out
    assert "geometric mean" in out and "FAILED" not in out
    assert all(f"| {part.title} | all sizes |" in text and f"**{part.title}**" in text for part in (FOUNDATION, PIXELS))


def test_every_operation_has_a_row():
    """The conformance table names every operation; a benchmark row that no module of benchmarks.rows hands on is not measured."""
    from conformance.ops import OPS  # benchmarks.run has put tests/ on the path

    measured = {row.op for row in ROWS}
    assert [op.name for op in OPS if op.name not in measured] == []
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_default_dtypes_of_a_gpu_hold_the_target():
    for row in ROWS:
        assert row.measured_dtypes("cuda")
        assert not row.has_target or row.target_dtype in row.measured_dtypes("cuda")


@pytest.mark.parametrize("extra", ["--import-time", "--overhead", "--first-call", "--memory"])
def test_extras_run(extra, capsys):
    assert run.main([extra, "--quick", "--device", "cpu", "--subject", "skimage", "--rows", "gaussian s1"]) == 0
    assert "FAIL" in (out := capsys.readouterr().out) or "pass" in out


def test_targets_tell_pass_from_fail():
    row = next(r for r in ROWS if r.name == "sobel")
    gpu = Result(row, "large", "float32", "cuda", floor=4.5e-5, times={"opsin": 6e-5}, device_s=5e-5)
    assert [ok for _, ok in gpu.targets()] == [True]
    gpu.times["opsin"] = 8e-5
    assert [ok for _, ok in gpu.targets()] == [False]
    cpu = Result(row, "large", "float32", "cpu", floor=1e-3, times={"opsin": 1e-2, "scikit-image": 2e-2})
    assert [ok for _, ok in cpu.targets()] == [False]  # 2x where 3x is asked for
    cpu.times["scikit-image"] = 2.9e-3  # the reference is at its own floor: 0.95x will do, and 0.29x does not
    assert [ok for _, ok in cpu.targets()] == [False]
    cpu.times["opsin"] = 3e-3
    assert [ok for _, ok in cpu.targets()] == [True]


def test_summary_names_the_rows_of_each_part():
    """Every list of the summary names what belongs there, and nothing else."""
    median, sobel = (next(r for r in ROWS if r.name == name) for name in ("median 3x3", "sobel"))
    slow = Result(median, "large", "uint8", "cpu", 1e-3, {"opsin": 2e-2, "scikit-image": 3e-2, "opencv": 1e-2})
    fast = Result(median, "small", "uint8", "cpu", 1e-3, {"opsin": 1e-3, "scikit-image": 1.5e-1, "opencv": 1e-2})
    text = summary(
        [slow, fast, Result(sobel, "large", "float32", "cpu", 1e-3, {"opsin": 1e-3, "scikit-image": 2e-2})], ["x: y"]
    )
    assert "| pixels and filters | all sizes | 2 | 15.00x | >= 15x: pass |" in text
    assert "| foundation | all sizes | 1 | 20.00x | >= 12x: pass |" in text
    assert "- below what a row must reach (1): median 3x3 large uint8 1.50x (>= 2x)" in text
    assert "- slower than OpenCV (1): median 3x3 large uint8 0.50x" in text
    assert "**failed**\n\n- x: y" in text
    late = summary([Result(sobel, "large", "float32", "cuda", 1e-5, {"opsin": 1e-4}, device_s=1e-4)], [])
    assert "- above their time (1): sobel large float32 (<= 0.07 ms)" in late
