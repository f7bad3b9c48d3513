"""Write build/docs/api/<module>.md from the public names of the built package: signature and docstring of each."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path

import opsin

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "build" / "docs" / "api"


def public_modules() -> list[str]:
    # The C++ libraries lie beside the modules, and end like extension modules.
    names = [info.name for info in pkgutil.iter_modules(opsin.__path__) if not info.name.startswith(("_", "libopsin"))]
    return ["opsin", *(f"opsin.{name}" for name in sorted(names))]


def entry(name: str, value: object) -> str:
    """One public name: a heading with the signature, then the docstring as it is."""
    try:
        signature = str(inspect.signature(value))
    except (TypeError, ValueError):
        signature = ""
    doc = inspect.getdoc(value) or ""
    return f"## {name}\n\n```python\n{name}{signature}\n```\n\n```text\n{doc}\n```\n"


def page(module_name: str) -> tuple[str, list[str]]:
    """The page of a module, and the public callables on it that have no docstring."""
    module = importlib.import_module(module_name)
    parts = [f"# {module_name}\n\n{inspect.getdoc(module) or ''}\n"]
    bare = []
    for name in sorted(getattr(module, "__all__", [])):
        value = getattr(module, name)
        if callable(value):
            parts.append(entry(name, value))
            if not inspect.getdoc(value):
                bare.append(f"{module_name}.{name}")
    return "\n".join(parts), bare


def main() -> int:
    TARGET.mkdir(parents=True, exist_ok=True)
    bare = []
    modules = public_modules()
    for name in modules:
        text, without = page(name)
        (TARGET / f"{name.removeprefix('opsin.')}.md").write_text(text)
        bare += without
    print(f"{len(modules)} pages in {TARGET.relative_to(ROOT)}")
    for name in bare:
        print(f"no docstring: {name}")
    return 1 if bare else 0


if __name__ == "__main__":
    raise SystemExit(main())
