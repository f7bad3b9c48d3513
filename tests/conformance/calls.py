"""One guarded call: what comes back, what it raises, what it warns of, and that it left its inputs alone."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from types import SimpleNamespace
from zlib import crc32

import numpy as np
import scipy.ndimage

from . import images
from .model import Case, Lazy, Op


@dataclass
class Outcome:
    value: object = None
    error: BaseException | None = None
    warned: list = field(default_factory=list)  # (category, file) of the warnings a user would see


def tree_map(f, x):
    """Apply f to every array in a nest of lists, tuples and dicts; leave everything else."""
    if isinstance(x, np.ndarray):
        return f(x)
    if isinstance(x, (list, tuple)) and any(isinstance(v, (np.ndarray, list, tuple)) for v in x):
        return type(x)(tree_map(f, v) for v in x)
    if isinstance(x, dict):
        return {k: tree_map(f, v) for k, v in x.items()}
    return x


def arrays(x) -> list[np.ndarray]:
    found = []
    tree_map(lambda a: found.append(a), x)
    return found


def call(fn, args, kwargs, *, changes=()) -> Outcome:
    """Call and record. Every array that goes in, but those named in `changes`, must come out bit for bit as it was."""
    inputs = arrays([args, {k: v for k, v in kwargs.items() if k not in changes}])
    before = [(a, a.tobytes()) for a in inputs]
    result = Outcome()
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter("always")
        try:
            result.value = fn(*args, **kwargs)
        except Exception as error:  # whatever it is, it is compared with the oracle's
            result.error = error
    # RuntimeWarning and ComplexWarning come from NumPy's arithmetic inside the oracle and are no part of its contract.
    result.warned = [(w.category, w.filename) for w in log if issubclass(w.category, (UserWarning, FutureWarning))]
    for a, bytes_before in before:
        if a.tobytes() != bytes_before:
            raise AssertionError(f"{getattr(fn, '__name__', fn)} changed its input")
    return result


def make_inputs(op: Op, case: Case, shape, dtype, ndimage=scipy.ndimage):
    """The positional and keyword arguments of a case; the same for the oracle and for every subject."""
    rng = np.random.default_rng(crc32(f"{op.name}{shape}{dtype}".encode()))
    args = (case.make or op.make)(tuple(shape), dtype, rng)
    env = SimpleNamespace(shape=tuple(shape), dtype=np.dtype(dtype), rng=rng, ndimage=ndimage)
    kwargs = {k: v.make(env) if isinstance(v, Lazy) else v for k, v in case.kwargs.items()}
    return args, kwargs


@lru_cache(maxsize=4096)
def oracle(op: Op, index: int, shape: tuple, dtype: str) -> Outcome:
    """The oracle's answer to op.cases[index], computed once however many layouts and kinds are compared with it."""
    case = op.cases[index]
    args, kwargs = make_inputs(op, case, shape, dtype)
    return call(op.oracle, args, kwargs)


def shape_of(op: Op, ndim: int, small=False) -> tuple:
    return (images.SMALL if small else images.SHAPES)[ndim]


def on_device(case: Case) -> set[str]:
    """The keyword arguments that travel with the image to its device."""
    return {k for k, v in case.kwargs.items() if isinstance(v, Lazy) and v.on_device}


def unit_of(op: Op, args) -> float:
    """The size of the input's values as the op sees them."""
    if op.rescales:
        return 1.0
    finite = [np.abs(a[np.isfinite(a)].astype(complex)).max(initial=0) for a in arrays(args)]
    return float(max([1.0, *finite]))
