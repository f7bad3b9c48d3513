"""One row per benchmark: an op, its arguments, its input, its targets, and OpenCV's way to the same result where there is one.

Every module of this folder that has ROWS is found; its PART says which targets hold for them.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

from .model import Row, inputs

__all__ = ["ROWS", "Row", "inputs"]

_MODULES = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
ROWS = [dataclasses.replace(row, part=m.PART) for m in _MODULES if hasattr(m, "ROWS") for row in m.ROWS]
