"""The table: one row per op, `Op(name, oracle, args, exact, ...)`. tests/conformance/model.py says what each field steers."""

import importlib
import pkgutil

from . import rows

# Every module of tests/conformance/rows that has ROWS.
MODULES = [importlib.import_module(f"{rows.__name__}.{found.name}") for found in pkgutil.iter_modules(rows.__path__)]
OPS = [row for module in MODULES for row in getattr(module, "ROWS", ())]
BY_NAME = {op.name: op for op in OPS}
