"""Write docs/support-matrix.md: which operation takes which device, ndim and dtype, and how exact it is.

The rows of the conformance table are called on every dtype and ndim; what is accepted is recorded per device in
docs/support/<device>.json. A machine refreshes the devices that it has and leaves the other records alone, so the page
shows CUDA as the last run on a machine with a GPU found it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import opsin

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from conformance.calls import call, make_inputs, on_device, shape_of, tree_map  # noqa: E402
from conformance.model import COMPLEX, FLOATS, INTS, UINTS, Op  # noqa: E402
from conformance.ops import OPS  # noqa: E402
from conformance.subject import load  # noqa: E402

GROUPS = [("u8-u64", UINTS), ("i8-i64", INTS), ("f16-f64", FLOATS), ("complex", COMPLEX)]


def accepted(op: Op, ndim: int, dtype: str, device: str, subject) -> bool:
    """Whether the first set of arguments that is meant for this ndim gives a result."""
    for case in op.cases:
        if ndim not in (case.ndim or op.ndim):
            continue
        args, kwargs = make_inputs(op, case, shape_of(op, ndim, small=True), dtype, subject.ndimage)
        if device != "cpu":
            args = tree_map(lambda a: opsin.asarray(a, device=device), args)
            moved = on_device(case)
            kwargs = {
                k: tree_map(lambda a: opsin.asarray(a, device=device), v) if k in moved else v
                for k, v in kwargs.items()
            }
        if call(subject.get(op), args, kwargs).error is None:
            return True
    return False


def measure(device: str) -> dict[str, dict]:
    """Accepted ndim and dtypes of every row on one device."""
    subject = load("opsin")
    record = {}
    for op in OPS:
        dtypes = [t for t in op.dtypes if accepted(op, op.main_ndim, t, device, subject)]
        probe = "float32" if "float32" in dtypes or not dtypes else dtypes[0]
        record[op.name] = {"dtypes": dtypes, "ndim": [n for n in op.ndim if accepted(op, n, probe, device, subject)]}
    return record


def short_dtypes(names: list[str]) -> str:
    """`bool, u8-u64, f32` instead of every name."""
    left = list(names)
    parts = ["bool"] if "bool" in left else []
    for title, group in GROUPS:
        here = [name for name in group if name in left]
        parts += [title] if len(here) == len(group) else here
    return ", ".join(parts) or "-"


def short_ndim(ndim: list[int]) -> str:
    if len(ndim) > 1 and ndim == list(range(ndim[0], ndim[-1] + 1)):
        return f"{ndim[0]}-{ndim[-1]}"
    return ", ".join(map(str, ndim)) or "-"


def page(records: dict[str, dict]) -> str:
    lines = [
        "# Support matrix",
        "",
        "Written by `tools/dev docs` from the conformance table and a run of every row; do not edit.",
        "`sync` says when a CUDA call waits for the device: never, to read a check of values, or to learn a shape.",
        "",
        "| operation | device | ndim | dtypes | sync | exactness | differences |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for op in OPS:
        for device, record in records.items():
            if (found := record.get(op.name)) and found["dtypes"]:
                cells = (
                    f"`{op.name}`",
                    device,
                    short_ndim(found["ndim"]),
                    short_dtypes(found["dtypes"]),
                    op.sync if device != "cpu" else "",
                    op.exact,
                    op.differences,
                )
                lines.append("| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder to write to")
    docs = parser.parse_args().docs
    folder = docs / "support"
    folder.mkdir(parents=True, exist_ok=True)
    for device in ["cpu", "cuda"] if opsin.cuda_device_count() else ["cpu"]:
        text = json.dumps(measure(device), indent=1, sort_keys=True)
        (folder / f"{device}.json").write_text(text + "\n")
    records = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    (docs / "support-matrix.md").write_text(page(records))
    print(f"support-matrix.md: {len(OPS)} operations, devices {', '.join(records)}")


if __name__ == "__main__":
    main()
