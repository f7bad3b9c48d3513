"""A source file has at most 400 lines, or says in its first five lines why it is longer ("Long because ...")."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from common import CPP, ROOT, files, report

LIMIT = 400
REASON = re.compile(r"\blong because \w+", re.IGNORECASE)
SOURCES = (*CPP, "*.py", "*.sh", "dev", "CMakeLists.txt", "*.cmake")


def check(root: Path) -> list[str]:
    problems = []
    for path, text in files(root, SOURCES):
        lines = text.splitlines()
        if len(lines) > LIMIT and not REASON.search("\n".join(lines[:5])):
            problems.append(f"{path}: {len(lines)} lines; split it, or say 'Long because ...' in its first five lines")
    return problems


if __name__ == "__main__":
    sys.exit(report(check(ROOT)))
