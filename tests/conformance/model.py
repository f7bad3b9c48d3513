"""What a row of the conformance table says, in one dataclass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from .images import unit

BOOL = ("bool",)
UINTS = ("uint8", "uint16", "uint32", "uint64")
INTS = ("int8", "int16", "int32", "int64")
FLOATS = ("float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
REALS = BOOL + UINTS + INTS + FLOATS

# Why functions without an array argument have one more parameter.
DEVICE = {"device": "where the result is made; scikit-image has no such parameter"}
SYNCS = ("none", "some", "check", "shape")


@dataclass(frozen=True)
class Tol:
    """How far a result may lie from the oracle's.

    An element agrees when ``|got - want| <= t * (|want| + scale)``: `t` is `f32` or `f64` by the dtype of the result, `scale` the
    largest finite ``|want|`` of that result, or the largest input value when `by_input` is set and that is more (an op that takes
    differences has the rounding error of its input, not of its result). Integer and bool results differ by at most `integer`.
    """

    f32: float = 0.0
    f64: float = 0.0
    f16: float = 0.0
    integer: int = 0
    by_input: bool = True
    outliers: float = (
        0.0  # share of the elements that may lie further off: for results that are ill-conditioned somewhere
    )
    floor: float = 0.0  # absolute error of f32 results, whatever their scale
    key: Callable[[np.ndarray, int], np.ndarray] | None = (
        None  # compare key(result, ndim of the image) instead of the result
    )
    jump: float | None = None  # a value that stands for "zero" in the result: a rounding error of 0 may turn it into 0

    def of(self, dtype: np.dtype) -> float:
        return {2: self.f16, 4: self.f32}.get(np.finfo(dtype).dtype.itemsize, self.f64)


EXACT = Tol()
REAL = Tol(f32=3e-6, f64=1e-13)


@dataclass(frozen=True)
class Lazy:
    """An argument made for each call: `make(env)` with env.shape, env.dtype, env.rng and env.ndimage (subject's or SciPy's)."""

    make: Callable
    on_device: bool = True  # travels with the image (a mask); False: a parameter that stays on the host (a callback)


@dataclass(frozen=True)
class Case:
    """One set of keyword arguments; `make` replaces the row's input maker, `ndim` its dimensions."""

    kwargs: dict
    make: Callable | None = None
    ndim: tuple[int, ...] | None = None
    nan: tuple[str, ...] = ("float32", "float64")  # the dtypes whose NaN and inf spread as in the oracle


@dataclass(frozen=True, eq=False)  # compared by identity, so that a row can be the key of a cache
class Op:
    """One operation. The comments say which checks a field steers; everything else is derived."""

    name: str  # "module.function"
    oracle: Callable
    args: Sequence[
        dict | Case
    ]  # every one must succeed for at least one of `ndim`; where the oracle raises, so must we
    exact: str  # how CPU, CUDA and the oracle agree, and why; goes into the support matrix
    tol: Tol = REAL
    ndim: tuple[int, ...] = (1, 2, 3, 4)
    sync: str = "none"  # what is said here is tested under CUDA stream capture
    make: Callable = unit  # make(shape, dtype, rng) -> positional arguments
    bad: Sequence[dict | Case] = ()  # keyword arguments that the oracle refuses
    dtypes: tuple[str, ...] = REALS + COMPLEX
    dtype_args: int = 2  # how many of `args` run on every dtype
    out: str | None = None  # the name of the output parameter
    rescales: bool = True  # integers are brought to [0, 1] or [-1, 1] first, so rounding errors are relative to 1
    nan: bool = True  # the oracle's result is defined when the input holds NaN and inf
    single: bool = False  # the float policy "single" turns integer input into float32
    edge_shapes: bool = True  # run empty, 1-pixel and 0-d images
    noise_below: int = 0  # on fewer elements the result is rounding error blown up, which CUDA need not share
    writes_arrays: bool = False  # a callback fills an array of the caller's kind: JAX's never change, and are refused
    takes_image: bool = True  # False: no array goes in, so nothing about array kinds is tested
    signature: dict[str, str] = field(default_factory=dict)  # parameter -> why it differs from the oracle's
    differences: str = ""  # what a user should know; goes into the support matrix

    def __post_init__(self):
        if self.sync not in SYNCS:
            raise ValueError(f"{self.name}: sync must be one of {SYNCS}, got {self.sync!r}")

    @property
    def cases(self) -> list[Case]:
        return [as_case(a) for a in self.args]

    @property
    def main_ndim(self) -> int:
        return 2 if 2 in self.ndim else self.ndim[0]


def as_case(args: dict | Case) -> Case:
    return args if isinstance(args, Case) else Case(args)
