"""Which layer may include which: core <- engine <- modules <- python; io sees core.

Quoted includes are checked against the layer of the file, system includes that pull in a device or a library against
the layers that are home to it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from common import ALLOW, CPP, ROOT, files, report

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

MAY_SEE = {
    "public": {"public"},
    "core": {"public", "core"},
    "engine": {"public", "core", "engine"},
    "module": {"public", "core", "engine", "module"},
    "io": {"public", "core", "io"},
    # The array hand-over needs the core (memory, streams); operations are reached through public headers.
    "python": {"public", "core", "python"},
}

# System headers and the layers that may name them, first match decides.
HOMES = [
    (re.compile(r"^cub/|^thrust/|^cooperative_groups"), {"engine"}),
    (re.compile(r"^cuda|^cufft|^math_constants\.h"), {"core", "engine"}),
    (re.compile(r"^hwy/"), {"core"}),
    (re.compile(r"^(one)?tbb/|^oneapi/tbb"), {"core"}),
    (re.compile(r"^nanobind/|^Python\.h"), {"python"}),
]


def layer_of_file(path: str) -> str | None:
    """Layer of a repository path; None for files outside the layered tree (tests, examples)."""
    parts = path.split("/")
    if parts[:2] == ["include", "opsin"]:
        return "public"
    if parts[:2] == ["python", "src"]:
        return "python"
    if parts[0] == "src" and len(parts) > 2:
        return parts[1] if parts[1] in ("core", "engine", "io") else "module"
    return None


def layer_of_include(name: str) -> str | None:
    """Layer of a quoted include; None when it names a neighbour of the including file or another library."""
    parts = name.split("/")
    if len(parts) == 1:
        return None
    if parts[0] == "opsin":
        return "public"
    return parts[0] if parts[0] in ("core", "engine", "io") else "module"


def allowed(path: str, layer: str) -> set[str]:
    if layer == "io" and Path(path).name.startswith("region"):
        return MAY_SEE["io"] | {"engine"}  # regions are assembled with the engines
    return MAY_SEE[layer]


def check(root: Path) -> list[str]:
    problems = []
    for path, text in files(root, CPP):
        layer = layer_of_file(path)
        if layer is None:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match or ALLOW.search(line):
                continue
            quote, name = match.groups()
            where = f"{path}:{number}: layer {layer}"
            if quote == '"' and (other := layer_of_include(name)) and other not in allowed(path, layer):
                problems.append(f'{where} must not include "{name}" of layer {other}')
            home = next((homes for pattern, homes in HOMES if pattern.search(name)), None)
            if home is not None and layer not in home:
                problems.append(f"{where} must not include <{name}>: only {', '.join(sorted(home))} may")
    return problems


if __name__ == "__main__":
    sys.exit(report(check(ROOT)))
