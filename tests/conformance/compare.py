"""Does one result agree with another, and one error with another?"""

from __future__ import annotations

import numpy as np

from .model import Tol

# Errors that NumPy or the interpreter raises from the middle of the oracle, by accident rather than by contract.
ACCIDENTS = (
    AttributeError,
    UnboundLocalError,
    ZeroDivisionError,
    OverflowError,
    IndexError,
    MemoryError,
    np.linalg.LinAlgError,
    AssertionError,
    SystemError,
)


def assert_same_error(got: BaseException, want: BaseException, where: str) -> None:
    """The exception types agree; any ValueError or TypeError will do where the oracle trips over itself."""
    allowed = tuple(
        t for t in type(want).__mro__ if t.__module__ == "builtins" and t not in (Exception, BaseException, object)
    )
    if isinstance(want, ACCIDENTS):
        allowed = (ValueError, TypeError, IndexError, type(want))
    else:
        allowed = tuple(t for t in allowed if t not in (LookupError, ArithmeticError)) or (type(want),)
    if not isinstance(got, allowed):
        raise AssertionError(
            f"{where}: raises {type(got).__name__}({got}), the oracle raises {type(want).__name__}({want})"
        )
    if not str(got).strip():
        raise AssertionError(f"{where}: {type(got).__name__} without a message")


def assert_agree(got, want, tol: Tol, where: str, *, ndim: int = 2, unit: float = 1.0, single: bool = False) -> None:
    """Same Python type, dtype, shape, and values within `tol`. `unit` is the size of the input's values; `single`: an f64 result is
    only as good as f32, because it was computed from an f32 image."""
    if isinstance(want, (list, tuple)):
        if type(got) is not type(want):
            raise AssertionError(f"{where}: returns {type(got).__name__}, the oracle {type(want).__name__}")
        if len(got) != len(want):
            raise AssertionError(f"{where}: returns {len(got)} items, the oracle {len(want)}")
        for k, (g, w) in enumerate(zip(got, want)):
            assert_agree(g, w, tol, f"{where}[{k}]", ndim=ndim, unit=unit, single=single)
        return
    if type(got) is not type(want):
        raise AssertionError(f"{where}: returns {type(got).__name__}, the oracle {type(want).__name__}")
    if type(want) is float:
        got, want = np.float64(got), np.float64(want)
    if not isinstance(want, (np.ndarray, np.generic)):
        if got != want:
            raise AssertionError(f"{where}: returns {got!r}, the oracle {want!r}")
        return
    # C has two types of 64 bit integers: NumPy's dtypes of them are equal, its scalars are not of one class.
    if got.dtype.newbyteorder("=").char != want.dtype.newbyteorder("=").char:
        raise AssertionError(f"{where}: dtype {got.dtype}, the oracle's {want.dtype}")
    if got.shape != want.shape:
        raise AssertionError(f"{where}: shape {got.shape}, the oracle's {want.shape}")
    _assert_values(np.asarray(got), np.asarray(want), tol, where, ndim, unit, single)


def _assert_values(got, want, tol, where, ndim, unit, single):
    if want.dtype.kind in "biu":
        g, w = (a.astype(object) if a.dtype.itemsize == 8 else a.astype(np.int64) for a in (got, want))
        wrong = np.asarray(abs(g - w) > tol.integer, dtype=bool)
    else:
        wrong = _float_mismatch(got, want, tol, ndim, unit, single)
    count = int(wrong.sum())
    if count > tol.outliers * wrong.size:
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise AssertionError(
            f"{where}: {count} of {wrong.size} elements differ, the first at {at}: got {got[at]!r}, want {want[at]!r}"
        )


def _float_mismatch(got, want, tol, ndim, unit, single):
    t = tol.of(want.dtype)
    if single:
        t = max(t, tol.f32)
    floor = tol.floor if want.dtype == np.float32 else 0.0
    wide = np.complex128 if want.dtype.kind == "c" else np.float64
    g, w = got.astype(wide), want.astype(wide)
    if tol.key is not None:
        g, w = tol.key(g, ndim), tol.key(w, ndim)
    finite = np.isfinite(w)
    scale = float(np.max(np.abs(w[finite]), initial=0.0))
    if tol.by_input:
        scale = max(scale, unit)
    with np.errstate(all="ignore"):
        close = np.abs(g - w) <= t * (np.abs(w) + scale) + floor
        same = (g == w) | (np.isnan(g) & np.isnan(w))
        ok = np.where(finite & np.isfinite(g), close | same, same)
        if tol.jump is not None:
            near_zero = 4 * (t * scale + floor)
            ok |= (w == tol.jump) & (np.abs(g) <= near_zero) | (g == tol.jump) & (np.abs(w) <= near_zero)
    return ~ok
