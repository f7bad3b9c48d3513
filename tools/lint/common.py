"""What every lint shares: which files there are, and how problems are told."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPP = ("*.h", "*.cpp", "*.cu")
ALLOW = re.compile(r"lint-allow:\s*\S")


def files(root: Path, patterns: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (path relative to root, text) of what git tracks or would track; of every file where there is no git."""
    if (root / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        )
        names = [name for name in listing.stdout.split("\0") if name]
    else:
        names = [path.relative_to(root).as_posix() for path in root.rglob("*")]
    for name in sorted(set(names)):
        path = root / name
        if path.is_file() and not path.is_symlink() and any(fnmatch(path.name, pattern) for pattern in patterns):
            yield name, path.read_text(encoding="utf-8", errors="replace")


def report(problems: list[str]) -> int:
    """Print the problems; return the exit status."""
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0
