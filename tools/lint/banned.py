"""Calls that have a wrapper: each rule names what to use instead and where the wrapper lives.

A line is excused by `lint-allow: reason` at its end.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from common import ALLOW, CPP, ROOT, files, report

CORE_CUDA = r"^src/(core|engine)/"
TESTS = r"^tests/|_test\.(cpp|cu)$|^examples/|^benchmarks/"


@dataclass(frozen=True)
class Rule:
    pattern: str
    instead: str
    home: str = ""  # pattern of the paths where the call is at home; none by default
    where: tuple[str, ...] = CPP


RULES = [
    Rule(r"<<<", "engine::launch", CORE_CUDA),
    Rule(r"\bcuda(Malloc|Free)\w*\s*\(", "core::allocate", r"^src/core/"),
    Rule(r"\bcudaMem(cpy|set)\w*\s*\(", "core::copy, or an engine", r"^src/core/"),
    Rule(r"\bcudaDeviceSynchronize\b", "nothing: an op never waits for the device", r"^src/core/"),
    Rule(
        r"\bcudaStreamSynchronize\b",
        "DeviceApi::synchronize, only where the op's row says sync",
        r"^src/core/",
    ),
    Rule(r"__global__|__device__|__shared__", "HD on the functor, the rest belongs to an engine", CORE_CUDA),
    Rule(r"__CUDACC__|__CUDA_ARCH__", "HD and the vector wrapper: an op has one text", CORE_CUDA),
    Rule(r"#\s*if.*\bOPSIN_TARGET|#\s*if(n?def)?\b.*\bOPSIN_(CUDA|CPU)", "one text for every target", CORE_CUDA),
    Rule(r"\b_mm(256|512)?_\w+|<immintrin\.h>", "the vector wrapper in core/simd.h", r"^src/core/"),
    Rule(r"#\s*pragma\s+omp\s+parallel|<omp\.h>", "core::parallel_for"),
    Rule(r"\bstd::(jthread|thread|async)\b", "core::parallel_for", rf"^src/core/|{TESTS}"),
    Rule(r"\btbb::", "core::parallel_for", r"^src/core/threads"),
    Rule(
        r"\bf(open|read|write|seek|close)\s*\(|\bstd::[io]?fstream\b",
        "io's Source",
        rf"^src/io/source|{TESTS}",
    ),
    Rule(
        r"(?<![\w.>])(std::)?(malloc|calloc|realloc|free)\s*\(",
        "core::allocate or std::vector",
        r"^src/core/",
    ),
    Rule(r"\b(std::)?(strto(d|f|l|ul|ll|ull)|ato[fil])\s*\(", "std::from_chars: no locale, no silent zero"),
    Rule(r"\b(std::)?(s?n?printf|sprintf|puts)\s*\(", "core::text, warnings or errors", TESTS),
    Rule(r"\bstd::(cout|cerr|clog)\b", "warnings or errors: a library does not print", TESTS),
    Rule(r"\b(assert|abort|exit)\s*\(", "core::check: bad input is an error, never an abort", TESTS),
    Rule(r"\brand\s*\(\)|\bstd::(mt19937|random_device)\b", "the PCG64 streams of NumPy", TESTS),
    Rule(r"\bstd::regex\b", "std::from_chars and string_view"),
    Rule(r"\bprint\s*\(", "warnings or errors: a library does not print", r"/(__main__|_cli)\.py$", ("*.py",)),
    Rule(r"\bimport skimage|\bfrom skimage", "own code: scikit-image is the test oracle only", "", ("*.py",)),
]
PYTHON_PACKAGE = "python/opsin/"


def code_of(line: str, path: str) -> str:
    """The line without its comment and without the contents of its string literals."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line) if "#include" not in line.replace(" ", "") else line
    return re.split("#" if path.endswith(".py") else "//", line, maxsplit=1)[0]


def check(root: Path) -> list[str]:
    problems = []
    for path, text in files(root, (*CPP, "*.py")):
        python = path.endswith(".py")
        if python and not path.startswith(PYTHON_PACKAGE):
            continue
        rules = [r for r in RULES if python == (r.where == ("*.py",)) and not (r.home and re.search(r.home, path))]
        for number, line in enumerate(text.splitlines(), 1):
            if ALLOW.search(line):
                continue
            code = code_of(line, path)
            problems += [
                f"{path}:{number}: {found.group(0).strip()!r} is banned here; use {rule.instead}"
                for rule in rules
                if (found := re.search(rule.pattern, code))
            ]
    return problems


if __name__ == "__main__":
    sys.exit(report(check(ROOT)))
