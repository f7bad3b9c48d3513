# SPDX-License-Identifier: Apache-2.0
"""Slide readers side by side: opsin, OpenSlide, tifffile + imagecodecs, FastSlide, cuCIM, and the bare decoders.

    python -m benchmarks.slides [--kind jpeg ...] [--scenario aligned ...] [--reader opsin ...] [--rounds 5] [--seconds 1]
                                [--threads 1 2] [--results FOLDER] [--rows FILE]

Slides of 6400 tiles in three levels are made from real ones first (slide_files.py). A round runs every reader once, in
alternating order, on the same list of places; a figure is the median over rounds. On one thread the time is the processor time
of the process, which neighbours on the machine disturb least; with more it is the clock's. The file is in the page cache;
caches of decoded tiles start empty, and for aligned and random places have 32 MiB.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from .slide_files import ACROSS, KINDS, Kind, build
from .slide_peers import READERS, Reader
from .slide_raw import RawDecoder
from .slide_report import write_report

PATCH = 256
RAW = "raw decoder"
MIX = 8
ALONE = ("thumbnail", "open")  # By one caller, whatever the number of threads.


@dataclass
class Row:
    """One scenario on one kind of slide: rates of every reader, one per round."""

    kind: str
    scenario: str
    unit: str
    threads: int
    rates: dict[str, list[float]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def rate(self, name: str) -> float:
        return median(self.rates[name])


@dataclass
class Place:
    x: int
    y: int
    width: int
    height: int
    level: int = 0
    slide: int = 0


@dataclass
class Scenario:
    """What is read; `work` counts what a rate is given in."""

    name: str
    unit: str
    places: Callable[[np.random.Generator, int, int], list[Place]]  # of tile size and how many
    slides: int = 1
    work: Callable[[Place], float] = lambda place: 1.0


def _aligned(rng: np.random.Generator, tile: int, count: int) -> list[Place]:
    tiles = rng.permutation(ACROSS * ACROSS)[:count]
    return [Place(int(i) % ACROSS * tile, int(i) // ACROSS * tile, tile, tile) for i in tiles]


def _random(rng: np.random.Generator, tile: int, count: int) -> list[Place]:
    return [Place(int(x), int(y), PATCH, PATCH) for x, y in rng.integers(0, ACROSS * tile - PATCH, (count, 2))]


def _mix(rng: np.random.Generator, tile: int, count: int) -> list[Place]:
    places = _random(rng, tile, count)
    for place in places:
        place.slide = int(rng.integers(MIX))
    return places


def _level(rng: np.random.Generator, tile: int, count: int) -> list[Place]:
    side = ACROSS // 4 * tile
    return [Place(0, 0, side, side, level=1)]


SCENARIOS = {
    s.name: s
    for s in (
        Scenario("aligned", "tiles/s", _aligned),
        Scenario("random", "patches/s", _random),
        Scenario("mix", "patches/s", _mix, slides=MIX),
        Scenario("level", "256² patches/s", _level, work=lambda p: p.width * p.height / PATCH**2),
        Scenario("thumbnail", "thumbnails/s", lambda rng, tile, count: []),
        Scenario("open", "opens/s", lambda rng, tile, count: []),
    )
}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """cuCIM writes to stderr for each tile that it decodes in another way than it would like."""
    sys.stderr.flush()
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def timed(work: Callable[[], None], threads: int) -> float:
    clock = time.process_time if threads == 1 else time.perf_counter
    start = clock()
    work()
    return clock() - start


class Bench:
    def __init__(self, kind: Kind, options: argparse.Namespace) -> None:
        self.kind, self.options = kind, options
        self.paths = [build(kind)]
        self.raw = RawDecoder(kind, self.paths[0])
        self.readers: dict[str, type[Reader]] = {r.name: r for r in READERS if r.name in options.reader}
        self.skipped = {name: why for name, r in self.readers.items() if (why := r.missing())}

    def run(self, scenario: Scenario, threads: int) -> Row:
        if scenario.slides > len(self.paths):
            self.paths = [build(self.kind, copy) for copy in range(scenario.slides)]
        row = Row(self.kind.name, scenario.name, scenario.unit, threads, skipped=dict(self.skipped))
        runners = {
            name: self.runner(reader, scenario, threads)
            for name, reader in self.readers.items()
            if name not in self.skipped
        }
        if scenario.name in ("aligned", "random") and threads == 1:
            runners[RAW] = self.raw_runner
        if scenario.name == "thumbnail":
            for name in [name for name in runners if not hasattr(self.readers[name], "thumbnail")]:
                row.skipped[name] = "it makes no thumbnails"
                del runners[name]
        amounts = {}
        with quiet():
            for name in list(runners):
                try:
                    amounts[name] = self.amount(runners[name], scenario, threads)
                except Exception as error:  # the reader cannot do this; the table says why
                    row.skipped[name] = f"{type(error).__name__}: {str(error)[:100]}"
                    del runners[name]
            for turn in range(self.options.rounds):
                names = list(runners) if turn % 2 == 0 else list(runners)[::-1]
                for name in names:
                    done, seconds = self.once(runners[name], scenario, threads, amounts[name], turn + 1)
                    row.rates.setdefault(name, []).append(done / seconds)
        return row

    def once(self, runner, scenario: Scenario, threads: int, count: int, seed: int) -> tuple[float, float]:
        places = scenario.places(np.random.default_rng(seed), self.raw.side, count)
        work = runner(places, count)
        seconds = timed(work, threads)
        return (sum(map(scenario.work, places)) if places else count), max(seconds, 1e-9)

    def amount(self, runner, scenario: Scenario, threads: int) -> int:
        """How many places fill the time of a round; also the warm-up."""
        count = 1
        while True:
            _, seconds = self.once(runner, scenario, threads, count, 0)
            if scenario.name == "level" or seconds > self.options.seconds / 4 or count >= ACROSS * ACROSS:
                break
            count *= 4
        return max(1, min(int(count * self.options.seconds / seconds), ACROSS * ACROSS))

    def raw_runner(self, places: list[Place], count: int) -> Callable[[], None]:
        tiles = [i for p in places for i in self.raw.touched(p.x, p.y, p.width, p.height)]
        return lambda: self.raw.decode(tiles)

    def runner(self, reader: type[Reader], scenario: Scenario, threads: int):
        """places, count -> the work to be timed. Slides are open before, but for the scenario that opens them."""

        def prepare(places: list[Place], count: int) -> Callable[[], None]:
            reader.threads(threads if scenario.name == "level" else 1)
            reader.cold(scenario.name in ("aligned", "random"))
            if scenario.name == "open":
                return lambda: [reader(self.paths[0]).close() for _ in range(count)]
            slides = [reader(path) for path in self.paths[: scenario.slides]]
            if scenario.name == "thumbnail":
                return lambda: [slides[0].thumbnail(512) for _ in range(count)]

            def read(part: list[Place]) -> None:
                for p in part:
                    slides[p.slide].read(p.x, p.y, p.width, p.height, p.level)

            if threads == 1 or scenario.name == "level":
                return lambda: read(places)
            parts = [places[i::threads] for i in range(threads)]
            return lambda: list(ThreadPoolExecutor(threads).map(read, parts))

        return prepare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--scenario", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--reader", nargs="+", choices=[r.name for r in READERS], default=[r.name for r in READERS])
    parser.add_argument("--threads", nargs="+", type=int, default=[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one reader in one round")
    parser.add_argument("--results", type=Path, help="folder for a table and a figure")
    parser.add_argument("--rows", type=Path, help="file that keeps rows: the report is about these and the new ones")
    options = parser.parse_args()
    rows = (
        [Row(**row) for row in json.loads(options.rows.read_text())] if options.rows and options.rows.exists() else []
    )
    for kind in options.kind:
        bench = Bench(KINDS[kind], options)
        for name in options.scenario:
            for threads in options.threads:
                if threads > 1 and name in ALONE:
                    continue
                row = bench.run(SCENARIOS[name], threads)
                rows = [r for r in rows if (r.kind, r.scenario, r.threads) != (kind, name, threads)] + [row]
                rows.sort(key=lambda r: (list(KINDS).index(r.kind), list(SCENARIOS).index(r.scenario), r.threads))
                if options.rows:
                    options.rows.write_text(json.dumps([asdict(r) for r in rows]))
                rates = "  ".join(f"{reader} {row.rate(reader):.0f}" for reader in row.rates)
                sys.stdout.write(f"{kind} {name}, {threads} thread(s), {row.unit}: {rates}\n")
                sys.stdout.flush()
    write_report(rows, options.results)


if __name__ == "__main__":
    main()
