"""No path of one machine in the repository: code, configuration and documents name places relative to it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from common import ALLOW, ROOT, files, report

FOLDERS = ("work", "root", "home", "tmp", "Users", "mnt")
MACHINE_PATH = re.compile(rf"(?<![\w.$}}*/~-])/({'|'.join(FOLDERS)})(?![\w.-])")
SUFFIXES = ["h", "cpp", "cu", "py", "pyi", "sh", "md", "txt", "toml", "json", "cmake", "in", "yml", "yaml", "cfg"]
TEXT = [*(f"*.{suffix}" for suffix in SUFFIXES), "dev", "run"]


def check(root: Path) -> list[str]:
    return [
        f"{path}:{number}: machine path {found.group(0)!r}"
        for path, text in files(root, TEXT)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := MACHINE_PATH.search(line)) and not ALLOW.search(line)
    ]


if __name__ == "__main__":
    sys.exit(report(check(ROOT)))
