"""What a row of the benchmark is, and the inputs that rows draw."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

FLOATS = ("float32", "float64")
NARROW = ("uint8", "float32")
BYTES = ("uint8",)
BITS = ("bool",)
ALL = ("float32", "uint8", "float64")
SIZES = {
    "large": {2: (4096, 4096), 3: (256, 256, 256)},
    "small": {2: (512, 512), 3: (64, 64, 64)},
    "quick": {2: (48, 40), 3: (16, 12, 14)},
}
ONE_KERNEL = 0.025  # ms at 512^2 on a GPU, of operations of one kernel


@dataclass(frozen=True)
class Part:
    """Rows that share their targets: geometric means over the reference, and the least that each row must reach."""

    title: str
    cpu_mean: float
    cpu_least: float
    gpu_mean: dict[str, float] = field(default_factory=dict)  # size -> mean
    gpu_least: float = 0.0


FOUNDATION = Part("foundation", cpu_mean=12, cpu_least=3)
PIXELS = Part("pixels and filters", cpu_mean=15, cpu_least=2, gpu_mean={"large": 30, "small": 15}, gpu_least=1)


@functools.lru_cache(maxsize=4)  # most rows draw the same one
def _pattern(shape: tuple[int, ...], channel_axes: int, seed: int) -> np.ndarray:
    x = np.random.default_rng(seed).random(shape, dtype=np.float32)
    wave = np.sin(np.arange(shape[1 if channel_axes else -1]) / 7).astype(np.float32)
    return (0.6 * x + 0.2 + 0.2 * (wave[:, None] if channel_axes else wave)).clip(0, 1)


@dataclass
class Draw:
    """Random inputs of one shape and dtype."""

    shape: tuple[int, ...]
    dtype: str
    rng: np.random.Generator

    def image(self, *extra: int) -> np.ndarray:
        """A smooth pattern with noise, in [0, 1] for floats and over the range for integers; half True for bool."""
        return self.as_dtype(_pattern((*self.shape, *extra), len(extra), int(self.rng.integers(1 << 32))))

    def as_dtype(self, x: np.ndarray) -> np.ndarray:
        """x, in [0, 1], as an image of the dtype."""
        if self.dtype == "bool":
            return x > 0.5
        return (x * np.iinfo(self.dtype).max if np.dtype(self.dtype).kind in "iu" else x).astype(self.dtype)

    def places(self, margin: int = 0) -> np.ndarray:
        """(K, ndim) whole coordinates at least `margin` from every edge: one for 1600 pixels."""
        count = max(int(np.prod(self.shape)) // 1600, 1)
        return self.rng.integers(margin, np.subtract(self.shape, margin), (count, len(self.shape)))


def image(d: Draw) -> tuple:
    return (d.image(),)


def pair(d: Draw) -> tuple:
    return d.image(), d.image()


def rgb(d: Draw) -> tuple:
    return (d.image(3),)


def nothing(d: Draw) -> tuple:
    return ()


def shape_alone(d: Draw) -> tuple:
    return (d.shape,)


@dataclass(frozen=True)
class Row:
    name: str  # as it stands in the table
    op: str  # "module.function"
    kwargs: dict = field(default_factory=dict)
    ndim: int = 2
    make: Callable[[Draw], tuple] = image  # the positional arguments
    dtypes: tuple[str, ...] = ALL
    sizes: tuple[str, ...] = ("large", "small")
    large_shape: tuple[int, ...] | None = None  # in the place of SIZES["large"]
    makes: bool = False  # no array goes in: opsin is told where the result is to lie
    large_ms: float | None = None  # GPU targets, of target_dtype
    small_ms: float | None = None
    floor_factor: float | None = None  # GPU target: device time / floor
    target_dtype: str = "float32"
    opencv: Callable | None = None  # (cv2, *arguments) -> result
    opencv_dtypes: tuple[str, ...] = ("float32",)
    part: Part = PIXELS  # set from the module's PART

    @property
    def has_target(self) -> bool:
        return any(target is not None for target in (self.large_ms, self.small_ms, self.floor_factor))

    def function(self, subject, device: str) -> Callable:
        """The operation of who is measured, on the positional arguments."""
        where = {"device": device} if self.makes and subject.opsin else {}
        return functools.partial(subject.function(self.op), **self.kwargs, **where)

    def measured_dtypes(self, device: str) -> tuple[str, ...]:
        """Those that a run measures by default: all on a CPU; float32 (or the first) and the target's on a GPU."""
        if device == "cpu":
            return self.dtypes
        first = "float32" if "float32" in self.dtypes else self.dtypes[0]
        return tuple(d for d in self.dtypes if d in (first, self.target_dtype))


def inputs(row: Row, size: str, dtype: str, seed: int) -> tuple:
    """The positional arguments of a row."""
    shape = row.large_shape if size == "large" and row.large_shape else SIZES[size][row.ndim]
    return row.make(Draw(shape, dtype, np.random.default_rng(seed)))


def ball(radius: int, ndim: int) -> np.ndarray:
    """Footprint of all elements within a radius."""
    return (sum(g * g for g in np.ogrid[(slice(-radius, radius + 1),) * ndim]) <= radius * radius).astype(np.uint8)
