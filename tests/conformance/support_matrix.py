"""Writes docs/support-matrix.md from the table: `python tests/conformance/support_matrix.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from conformance.model import BOOL, COMPLEX, FLOATS, INTS, UINTS, Op  # noqa: E402
from conformance.ops import OPS  # noqa: E402

TARGET = TESTS.parent / "docs" / "support-matrix.md"
HEAD = """# Support matrix

Generated from the conformance table by `tests/conformance/support_matrix.py`; do not edit. The conformance run tests every cell: each row on
every CPU target and on CUDA against scikit-image 0.26 or SciPy, for each dtype, ndim and memory layout.

- **dtypes**: what is tested. Where scikit-image or SciPy refuses one of them, so does opsin, with the same exception type.
- **sync**: on CUDA, `none` waits for nothing and can be captured into a graph; `some` does so but for some arguments, for which it waits;
  `check` reads one flag before it returns.
- **exactness**: how CPU, CUDA and the reference agree, and why.
"""


def dtypes(op: Op) -> str:
    groups = {"bool": BOOL, "u8-u64": UINTS, "i8-i64": INTS, "f16-f64": FLOATS, "complex": COMPLEX}
    short = {"float32": "f32", "float64": "f64", "uint8": "u8"}
    if not op.takes_image:
        return "-"
    # complex input is promised where SciPy defines it; scikit-image's functions have none
    offered = [d for d in op.dtypes if d not in COMPLEX or op.name.startswith("ndimage.")]
    names = []
    for name, group in groups.items():
        if all(d in offered for d in group):
            names.append(name)
        else:
            names += [short.get(d, d) for d in group if d in offered]
    return ", ".join(names)


def differences(op: Op) -> str:
    return "; ".join(
        [*(f"`{name}`: {why}" for name, why in op.signature.items()), *([op.differences] if op.differences else [])]
    )


def line(op: Op) -> str:
    lo, hi = min(op.ndim), max(op.ndim)
    ndim = f"{lo}" if lo == hi else f"{lo}-{hi}"
    backends = "CPU, CUDA" if op.takes_image or "device" in op.signature else "CPU"
    return f"| `{op.name}` | {backends} | {dtypes(op)} | {ndim} | {op.sync} | {op.exact} | {differences(op) or '-'} |"


def text() -> str:
    parts = [HEAD]
    for module in dict.fromkeys(op.name.split(".")[0] for op in OPS):
        parts.append(
            f"\n## opsin.{module}\n\n| function | backends | dtypes | ndim | sync | exactness | differences |\n"
            "|---|---|---|---|---|---|---|\n"
        )
        parts.append("\n".join(line(op) for op in OPS if op.name.startswith(module + ".")) + "\n")
    return "".join(parts)


def main() -> int:
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text() != text():
            print(f"{TARGET.name} is out of date: run tests/conformance/support_matrix.py")
            return 1
        return 0
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text())
    print(f"wrote {TARGET.name}: {len(OPS)} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
