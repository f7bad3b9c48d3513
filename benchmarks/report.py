"""From results to a Markdown table, a plot, and a verdict per target."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .backends import bandwidths_text
from .rows import Row

REFERENCES = ("scikit-image", "scipy", "cucim", "cupy")
LIBRARIES = (
    "opsin",
    "numpy",
    "scipy",
    "scikit-image",
    "opencv-python-headless",
    "cupy-cuda13x",
    "cupy-cuda12x",
    "cucim-cu13",
    "cucim-cu12",
)
# On a CPU a row may be slower where the reference is near its own floor; the parts' other targets stand in rows/model.py.
NEAR_FLOOR, LEAST_NEAR_FLOOR, NOT_SLOWER = 3.0, 0.95, 0.95
WORST = 10  # rows that the summary of a part names


@dataclass
class Result:
    row: Row
    size: str
    dtype: str
    device: str
    floor: float = 0.0
    times: dict[str, float] = field(default_factory=dict)  # library -> seconds
    calls: dict[str, int] = field(default_factory=dict)
    device_s: float | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def reference(self) -> float | None:
        return next((self.times[n] for n in REFERENCES if n in self.times), None)

    @property
    def speedup(self) -> float | None:
        return self.reference / self.times["opsin"] if self.reference else None

    @property
    def least(self) -> float:
        """What the speed-up must reach."""
        if self.device == "cuda":
            return self.row.part.gpu_least
        return LEAST_NEAR_FLOOR if self.reference <= NEAR_FLOOR * self.floor else self.row.part.cpu_least

    @property
    def over_opencv(self) -> float | None:
        return self.times["opencv"] / self.times["opsin"] if "opencv" in self.times else None

    @property
    def title(self) -> str:
        return f"{self.row.name} {self.size} {self.dtype}"

    def targets(self) -> list[tuple[str, bool]]:
        """(what is asked for, whether it holds) of this row."""
        ours = self.times["opsin"]
        if self.device == "cuda":
            found = []
            if self.dtype == self.row.target_dtype:
                ms = {"large": self.row.large_ms, "small": self.row.small_ms}.get(self.size)
                if ms is not None:
                    found.append((f"<= {ms} ms", ours * 1e3 <= ms))
                if self.row.floor_factor and self.size == "large":
                    found.append(
                        (
                            f"kernel <= {self.row.floor_factor}x floor",
                            self.device_s <= self.row.floor_factor * self.floor,
                        )
                    )
            if self.speedup and self.row.part.gpu_least:
                found.append((f">= {self.least}x", self.speedup >= self.least))
            return found
        found = []
        if self.speedup:
            found.append((f">= {self.least}x", self.speedup >= self.least))
        if "opencv" in self.times:
            found.append((f"opencv >= {NOT_SLOWER}x", self.over_opencv >= NOT_SLOWER))
        return found


class Kept:
    """Results in a file, a line each, so that a long table can be measured in pieces. Without a path nothing is kept."""

    def __init__(self, path: Path | None):
        self.path = path
        self.lines = [json.loads(text) for text in path.read_text().splitlines()] if path and path.exists() else []

    def _append(self, line: dict) -> None:
        self.lines.append(line)
        if self.path:
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")

    def bandwidths(self, machine) -> dict[str, float]:
        """Of the first piece: one floor for the whole table."""
        if not self.lines:
            self._append({"bandwidths": machine.bandwidths()})
        return self.lines[0]["bandwidths"]

    def add(self, r: Result) -> None:
        self._append({**vars(r), "row": r.row.name})

    def find(self, row: Row, size: str, dtype: str) -> Result | None:
        for line in self.lines[1:]:
            if (line["row"], line["size"], line["dtype"]) == (row.name, size, dtype):
                return Result(**{**line, "row": row})
        return None


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1e3:.4g}"


def _verdict(result: Result) -> str:
    return "; ".join(f"{text}: {'pass' if ok else 'FAIL'}" for text, ok in result.targets()) or "-"


def line(r: Result) -> str:
    theirs = ", ".join(f"{n} {_ms(t)}" for n, t in r.times.items() if n != "opsin")
    return f"{r.row.name:34} {r.size:6} {r.dtype:8} opsin {_ms(r.times['opsin']):>8} ms  {theirs}  {_verdict(r)}  {'; '.join(r.notes)}"


def geometric_mean(values) -> float:
    values = [v for v in values if v]
    return float(np.exp(np.mean(np.log(values)))) if values else float("nan")


def summary(results: list[Result], failed: list[str]) -> str:
    """A line for each part and, on a GPU, size; then the rows of each part that a reader asks about."""
    groups = {}
    for r in results:
        groups.setdefault((r.row.part.title, r.size if r.device == "cuda" else "all sizes"), []).append(r)
    lines = [
        "| part | size | rows | geometric mean over the reference | target | geometric mean over the floor | targets of rows met |",
        "|---|---|---:|---:|---|---:|---:|",
        *(_group_line(title, size, group) for (title, size), group in sorted(groups.items())),
    ]
    parts = {}
    for r in results:
        parts.setdefault(r.row.part.title, []).append(r)
    for title, rows in sorted(parts.items()):
        lines += ["", f"**{title}**", "", *_named_rows(rows)]
    if failed:
        lines += ["", "**failed**", "", *(f"- {f}" for f in failed)]
    return "\n".join(lines)


def _group_line(title: str, size: str, group: list[Result]) -> str:
    part = group[0].row.part
    mean = geometric_mean(r.speedup for r in group)
    asked = part.gpu_mean.get(size) if group[0].device == "cuda" else part.cpu_mean
    target = f">= {asked:g}x: {'pass' if mean >= asked else 'FAIL'}" if asked and not np.isnan(mean) else "-"
    floor = geometric_mean(r.times["opsin"] / r.floor for r in group if r.floor)
    verdicts = [ok for r in group for _, ok in r.targets()]
    return f"| {title} | {size} | {len(group)} | {mean:.2f}x | {target} | {floor:.2f}x | {sum(verdicts)} of {len(verdicts)} |"


def _named_rows(rows: list[Result]) -> list[str]:
    """The slowest rows, those below what each must reach, those slower than OpenCV, and those above their milliseconds."""
    compared = sorted((r for r in rows if r.speedup), key=lambda r: r.speedup)
    behind = sorted((r for r in rows if r.over_opencv and r.over_opencv < NOT_SLOWER), key=lambda r: r.over_opencv)
    late = [
        f"{r.title} ({text})" for r in rows for text, ok in r.targets() if not ok and text.endswith(("ms", "floor"))
    ]
    found = {
        f"the {min(WORST, len(compared))} least": [f"{r.title} {r.speedup:.2f}x" for r in compared[:WORST]],
        "below what a row must reach": [
            f"{r.title} {r.speedup:.2f}x (>= {r.least}x)" for r in compared if r.speedup < r.least
        ],
        "slower than OpenCV": [f"{r.title} {r.over_opencv:.2f}x" for r in behind],
        "above their time": late,
    }
    return [f"- {name} ({len(texts)}): {'; '.join(texts)}" for name, texts in found.items() if texts]


def _versions() -> str:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def _commit() -> str:
    here = Path(__file__).parent
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=here, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def write(results: list[Result], failed: list[str], machine, bandwidths: dict[str, float], options) -> Path:
    """<date>-<device>.md and .png under options.out; the path of the table."""
    today = datetime.date.today().isoformat()
    device = machine.device()
    stem = f"{today}-{re.sub(r'[^a-z0-9]+', '-', device.lower()).strip('-')}" + ("-quick" if options.quick else "")
    options.out.mkdir(parents=True, exist_ok=True)
    libraries = [n for n in ("scikit-image", "scipy", "opencv", "cucim", "cupy") if any(n in r.times for r in results)]
    head = [
        "row",
        "size",
        "dtype",
        "floor ms",
        "opsin ms",
        "x floor",
        "kernel ms",
        *(f"{n} ms" for n in libraries),
        "speed-up",
        "calls",
        "target",
        "notes",
    ]
    text = [
        f"# {device}, {today}\n",
        f"Commit {_commit()}; {_versions()}. Bandwidth: {bandwidths_text(bandwidths)}; empty sync "
        f"{machine.sync_cost() * 1e6:.1f} us. A time is the median of {options.calls} synchronised calls; of fewer (column calls: "
        f"opsin/others) where another library would take more than {options.budget:g} s for them.\n",
        summary(results, failed),
        "",
        "| " + " | ".join(head) + " |",
        "|---" * len(head) + "|",
    ]
    for r in results:
        counts = "/".join(str(r.calls[n]) for n in ("opsin", *(n for n in r.calls if n != "opsin")))
        cells = [
            r.row.name,
            r.size,
            r.dtype,
            _ms(r.floor),
            _ms(r.times["opsin"]),
            f"{r.times['opsin'] / r.floor:.1f}" if r.floor else "-",
            _ms(r.device_s),
            *(_ms(r.times.get(n)) for n in libraries),
            f"{r.speedup:.1f}" if r.speedup else "-",
            counts,
            _verdict(r),
            "; ".join(r.notes) or "-",
        ]
        text.append("| " + " | ".join(cells) + " |")
    path = options.out / f"{stem}.md"
    path.write_text("\n".join(text) + "\n")
    _plot(results, device, today, libraries, path.with_suffix(".png"))
    return path


def _plot(results, device, today, libraries, path):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = [r.title for r in results]
    y = np.arange(len(results))
    figure, axis = plt.subplots(figsize=(9, 1.5 + 0.2 * len(results)), layout="constrained")
    axis.scatter([r.floor * 1e3 for r in results], y, marker="|", color="0.4", label="floor")
    for library in ["opsin", *libraries]:
        shown = [(r.times[library] * 1e3, k) for k, r in enumerate(results) if library in r.times]
        axis.scatter(*zip(*shown), s=18, label=library)
    axis.set(xscale="log", xlabel="ms per call", yticks=y, title=f"{device}, {today}")
    axis.set_yticklabels(names, fontsize=6)
    axis.invert_yaxis()
    axis.grid(axis="x", alpha=0.3)
    axis.legend(loc="upper right", fontsize=7)
    figure.savefig(path, dpi=110)
    plt.close(figure)
