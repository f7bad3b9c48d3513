"""Who is under test: opsin; or, to prove the harness, the oracles themselves, once as they are and once with rounding noise."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .calls import arrays, tree_map
from .model import Op


@dataclass
class Subject:
    name: str
    opsin: object = None  # the package, when it is opsin; None: checks of what only opsin has are skipped
    modules: dict[str, str] = field(default_factory=dict)
    wrap: Callable = staticmethod(lambda op, fn: fn)

    def get(self, op: Op):
        """What to call. The oracles stand for themselves with their bugs mended (rows/oracles.py)."""
        return self.function(op.name) if self.opsin else self.wrap(op, op.oracle)

    def function(self, dotted: str):
        module, name = dotted.rsplit(".", 1)
        return getattr(self.module(module), name)

    def module(self, name: str):
        return importlib.import_module(self.modules.get(name, f"{self.name}.{name}"))

    @property
    def ndimage(self):
        return self.module("ndimage")


ORACLES = {m: f"skimage.{m}" for m in ("util", "color", "filters", "feature", "measure")} | {"ndimage": "scipy.ndimage"}


def rounded(op: Op, fn):
    """The oracle on inputs that are off by half a unit in the last place: what another, equally good arithmetic would return."""

    def precision(arrays_):
        return {np.finfo(a.dtype).eps for a in arrays_ if a.dtype.kind in "fc"}

    def nudge(a):
        if a.dtype.kind not in "fc":
            return a
        noise = 1 + np.finfo(a.dtype).eps / 2 * np.random.default_rng(a.size).choice([-1, 1], a.shape)
        return np.asarray(a * noise, dtype=a.dtype)

    def call(*args, **kwargs):
        exact = fn(*args, **kwargs)
        if op.tol.f32 == 0 or precision(arrays(args)) != precision(arrays([exact])):
            return exact  # the result is finer than the input, or coarser: noise in the input is not its rounding
        return fn(*(tree_map(nudge, a) for a in args), **kwargs)

    return call


def load(name: str) -> Subject:
    if name == "opsin":
        return Subject("opsin", opsin=importlib.import_module("opsin"))
    if name == "skimage":
        return Subject("skimage", modules=ORACLES)
    if name == "rounded":
        return Subject("rounded", modules=ORACLES, wrap=rounded)
    raise ValueError(f"no subject {name!r}: opsin, skimage or rounded")
