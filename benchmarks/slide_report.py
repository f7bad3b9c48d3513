# SPDX-License-Identifier: Apache-2.0
"""The table and the figure of benchmarks.slides."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .slides import Row

PACKAGES = ("openslide-bin", "tifffile", "imagecodecs", "fastslide", "cucim-cu12", "cucim-cu13", "numpy")


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def versions() -> str:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def table(rows: list[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row.rates))
    peers = [name for name in names if name not in ("opsin", "raw decoder")]
    lines = [
        "| slide | scenario | threads | unit | "
        + " | ".join(names)
        + " | to fastest peer | to OpenSlide | to raw | to 1 thread |",
        "|" + "---|" * (len(names) + 8),
    ]
    alone = {(row.kind, row.scenario): row for row in rows if row.threads == 1}
    for row in rows:
        cells = [f"{row.rate(name):.0f}" if name in row.rates else "–" for name in names]

        def ratio(to: list[str], row: Row = row) -> str:
            rates = [row.rate(name) for name in to if name in row.rates]
            return f"{row.rate('opsin') / max(rates):.2f}" if rates and "opsin" in row.rates else "–"

        one = alone.get((row.kind, row.scenario))
        scaling = f"{row.rate('opsin') / one.rate('opsin'):.2f}" if row.threads > 1 and one else "–"
        ratios = [ratio(peers), ratio(["openslide"]), ratio(["raw decoder"]), scaling]
        lines.append("| " + " | ".join([row.kind, row.scenario, str(row.threads), row.unit, *cells, *ratios]) + " |")
    skipped: dict[tuple[str, str], str] = {}  # The first reason of each reader on each slide, or everywhere.
    for row in rows:
        for name, why in row.skipped.items():
            skipped.setdefault((name, row.scenario if row.scenario == "thumbnail" else row.kind), why)
    notes = [f"- {name}, {what}: {why}" for (name, what), why in sorted(skipped.items())]
    return "\n".join(lines + ([""] + notes if notes else []))


def figure(rows: list[Row], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    names = list(dict.fromkeys(name for row in rows for name in row.rates))
    colours = dict(zip(names, plt.get_cmap("tab10").colors))
    across = 4
    down = -(-len(rows) // across)
    fig, axes = plt.subplots(down, across, figsize=(4 * across, 2.4 * down), squeeze=False)
    for axis, row in zip(axes.flat, rows):
        present = [name for name in names if name in row.rates][::-1]
        bars = axis.barh(present, [row.rate(n) for n in present], color=[colours[n] for n in present])
        axis.bar_label(bars, fmt="{:,.0f}", padding=2, fontsize=8)
        axis.set_title(f"{row.kind}: {row.scenario}, {row.threads} thread(s)", fontsize=10)
        axis.set_xlabel(row.unit, fontsize=8)
        axis.margins(x=0.2)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(rows) :]:
        axis.axis("off")
    fig.tight_layout()
    fig.savefig(path, dpi=110)


def write_report(rows: list[Row], results: Path | None) -> None:
    text = table(rows)
    sys.stdout.write(text + "\n")
    if results is None:
        return
    results.mkdir(parents=True, exist_ok=True)
    day = datetime.date.today().isoformat()
    picture = results / f"{day}-slides.png"
    figure(rows, picture)
    head = (
        f"# Slide readers, {day}\n\n{processor()}, Python {platform.python_version()}; {versions()}.\n\n"
        "Medians of alternating rounds in one process, rates: more is better. Slides of 6400 tiles in three levels, made "
        "from the compressed tiles of CMU-1-Small-Region (JPEG 240², Deflate and uncompressed 256²) and "
        "TCGA-CR-7395 (JPEG 2000 256²). `python -m benchmarks.slides` explains the scenarios.\n\n"
    )
    (results / f"{day}-slides.md").write_text(f"{head}{text}\n\n![rates]({picture.name})\n")
