"""The checks that every row goes through on the CPU. Each is a function of (op, subject) that raises AssertionError."""

from __future__ import annotations

import inspect

import numpy as np

from .calls import Outcome, arrays, call, make_inputs, oracle, shape_of, tree_map, unit_of
from .compare import assert_agree, assert_same_error
from .images import SMALL, edge_shapes, layouts, put_nan
from .model import Case, Op, as_case
from .subject import Subject


class Failures(list):
    """Collects what differs, so that one run of a check shows all of it."""

    def add(self, error: AssertionError):
        self.append(str(error))

    def compare(self, *args, **kwargs):
        """compare(), whose AssertionError is kept."""
        try:
            compare(*args, **kwargs)
        except AssertionError as error:
            self.add(error)

    def finish(self, limit=12):
        if self:
            more = f"\n... and {len(self) - limit} more" if len(self) > limit else ""
            raise AssertionError(f"{len(self)} differences:\n" + "\n".join(self[:limit]) + more)


def label(op: Op, case: Case, shape, dtype) -> str:
    kwargs = ", ".join(f"{k}={_short(v)}" for k, v in case.kwargs.items())
    return f"{op.name}({'x'.join(map(str, shape)) or '0-d'} {dtype}, {kwargs})"


def _short(v):
    text = getattr(v, "__name__", None) or repr(v).replace("\n", " ")
    return text if len(text) < 50 else text[:47] + "..."


def applies(op: Op, case: Case, ndim: int) -> bool:
    return ndim in (case.ndim or op.ndim)


def compare(op: Op, got: Outcome, want: Outcome, args, where: str, *, warned=True) -> None:
    """One outcome against another: values or errors, and the categories of the warnings with the line they point at."""
    is_complex = any(a.dtype.kind == "c" for a in arrays(args))
    if want.error is not None:
        if got.error is None:
            if is_complex:
                return None  # complex input that the oracle refuses by accident of its implementation
            raise AssertionError(f"{where}: returns, the oracle raises {type(want.error).__name__}({want.error})")
        return assert_same_error(got.error, want.error, where)
    if got.error is not None:
        if is_complex and isinstance(got.error, (TypeError, ValueError)) and not op.name.startswith("ndimage."):
            return None  # scikit-image defines no complex images; where it lets them through, we may refuse them
        raise AssertionError(f"{where}: raises {type(got.error).__name__}({got.error})") from got.error
    ndim = max((a.ndim for a in arrays(args)), default=0)
    single = not op.name.startswith("ndimage.") and any(a.dtype in (np.float16, np.float32) for a in arrays(args))
    assert_agree(got.value, want.value, op.tol, where, ndim=ndim, unit=unit_of(op, args), single=single)
    if warned:
        theirs = sorted({c.__name__ for c, _ in want.warned})
        ours = sorted({c.__name__ for c, _ in got.warned})
        if ours != theirs:
            raise AssertionError(f"{where}: warns {ours}, the oracle {theirs}")


def run_case(op, subject, index, shape, dtype, failures):
    """One case of the row on one fresh contiguous image, against the oracle."""
    case = op.cases[index]
    where = label(op, case, shape, dtype)
    args, kwargs = make_inputs(op, case, shape, dtype, subject.ndimage)
    try:
        got = call(subject.get(op), args, kwargs)
        compare(op, got, oracle(op, index, tuple(shape), str(dtype)), args, where)
    except AssertionError as error:
        failures.add(error)


def check_values(op: Op, subject: Subject) -> None:
    """Every set of arguments, every ndim, f64 and f32 (tolerances of their own)."""
    failures = Failures()
    succeeded = set()
    for ndim in op.ndim:
        shape = shape_of(op, ndim)
        for index, case in enumerate(op.cases):
            if applies(op, case, ndim):
                for dtype in ("float64", "float32"):
                    run_case(op, subject, index, shape, dtype, failures)
                if oracle(op, index, shape, "float64").error is None:
                    succeeded.add(index)
    for index in set(range(len(op.cases))) - succeeded:
        failures.append(f"the row is wrong: the oracle refuses {label(op, op.cases[index], (), '')} for every ndim")
    failures.finish()


def check_dtypes(op: Op, subject: Subject) -> None:
    """Every dtype the oracle accepts gives its dtype and values; every dtype it refuses is refused with its exception."""
    failures = Failures()
    for dtype in op.dtypes:
        for ndim in {op.main_ndim, op.ndim[-1]}:
            for index in range(min(op.dtype_args, len(op.cases))):
                if applies(op, op.cases[index], ndim):
                    run_case(op, subject, index, shape_of(op, ndim, small=True), dtype, failures)
    # An integer output goes through SciPy's casts: run every case on one narrow and one wide integer.
    for dtype in [d for d in ("uint8", "int32") if d in op.dtypes]:
        for index, case in enumerate(op.cases):
            if applies(op, case, op.main_ndim):
                run_case(op, subject, index, shape_of(op, op.main_ndim, small=True), dtype, failures)
    failures.finish()


def check_layouts(op: Op, subject: Subject) -> None:
    """Strides, order, byte order, alignment and read-only inputs do not change the result."""
    failures = Failures()
    fn = subject.get(op)
    for ndim in op.ndim:
        shape = shape_of(op, ndim, small=True)
        for index in [i for i, c in enumerate(op.cases) if applies(op, c, ndim)][:2]:
            for dtype in [d for d in ("float32", "uint8", "uint16", "float64") if d in op.dtypes]:
                want = oracle(op, index, shape, dtype)
                args, kwargs = make_inputs(op, op.cases[index], shape, dtype, subject.ndimage)
                variants = zip(*(layouts(a) for a in arrays(args)))
                for variant in variants:
                    replacements = iter([v for _, v in variant])
                    laid_out = tree_map(lambda a, replacements=replacements: next(replacements), args)
                    where = f"{label(op, op.cases[index], shape, dtype)}, {variant[0][0]}"
                    if want.error is not None:
                        continue
                    got = call(fn, laid_out, kwargs)
                    if got.error is not None and subject.opsin is None:
                        continue  # Cython inside the oracle refuses byte-swapped or read-only buffers; ours must take them
                    failures.compare(op, got, want, args, where, warned=False)
    failures.finish()


def check_edge_shapes(op: Op, subject: Subject) -> None:
    """Empty, 1-pixel, thin and 0-d images, and images smaller than the kernel, do what the oracle does."""
    failures = Failures()
    for ndim in op.ndim:
        for index in [i for i, c in enumerate(op.cases) if applies(op, c, ndim)][: 8 if ndim <= 2 else 3]:
            for shape in edge_shapes(ndim):
                run_case(op, subject, index, shape, "float32", failures)
    for index in range(min(2, len(op.cases))):
        for dtype in ("float64", "uint8"):
            run_case(op, subject, index, (), dtype, failures)
    failures.finish()


def check_other_ndim(op: Op, subject: Subject) -> None:
    """Images of fewer or more axes than the row's do what the oracle does, mostly raise."""
    failures = Failures()
    for ndim in sorted(set(SMALL) - set(op.ndim)):
        run_case(op, subject, 0, SMALL[ndim], "float64", failures)
    failures.finish()


def check_nan(op: Op, subject: Subject) -> None:
    """NaN and infinities spread exactly as far as in the oracle."""
    failures = Failures()
    fn = subject.get(op)
    for ndim in op.ndim:
        shape = shape_of(op, ndim, small=True)
        for case in op.cases:
            if not applies(op, case, ndim):
                continue
            for dtype in case.nan:
                args, kwargs = make_inputs(op, case, shape, dtype, subject.ndimage)
                image = arrays(args)[0]
                if not put_nan(image):
                    continue
                oracle_args, oracle_kwargs = make_inputs(op, case, shape, dtype)
                arrays(oracle_args)[0][...] = image
                want = call(op.oracle, oracle_args, oracle_kwargs)
                where = label(op, case, shape, dtype) + " with NaN and inf"
                failures.compare(op, call(fn, args, kwargs), want, args, where, warned=False)
    failures.finish()


def check_out(op: Op, subject: Subject) -> None:
    """`out`/`output` receives the result, in any layout, overlapping the input or not; what cannot hold it is refused."""
    failures = Failures()
    fn = subject.get(op)
    for ndim in op.ndim:
        shape = shape_of(op, ndim, small=True)
        index = next(i for i, c in enumerate(op.cases) if applies(op, c, ndim) and op.out not in c.kwargs)
        case = op.cases[index]
        for dtype in ("float32", "float64"):
            want = oracle(op, index, shape, dtype)
            if want.error is not None:
                continue
            where = f"{label(op, case, shape, dtype)}, {op.out}="
            for name, args, out, ours_only in _outs(op, case, shape, want.value):
                if ours_only and subject.opsin is None:
                    continue
                _, kwargs = make_inputs(op, case, shape, dtype, subject.ndimage)
                got = (
                    call(fn, args, {**kwargs, op.out: out}, changes=(op.out,))
                    if not np.shares_memory(args[0], out)
                    else _call_overlapping(fn, args, {**kwargs, op.out: out})
                )
                try:
                    if got.error is not None:
                        raise AssertionError(f"{where}{name}: raises {type(got.error).__name__}({got.error})")
                    if got.value is not None and got.value is not out:
                        raise AssertionError(f"{where}{name}: returns another object than {op.out}")
                    assert_agree(np.asarray(out), want.value, op.tol, where + name, ndim=ndim)
                except AssertionError as error:
                    failures.add(error)
            _refused_outs(op, subject, fn, case, shape, dtype, want.value, where, failures)
    failures.finish()


def _call_overlapping(fn, args, kwargs):
    """The input is overwritten on purpose: nothing to guard."""
    try:
        return Outcome(fn(*args, **kwargs))
    except Exception as error:  # noqa: BLE001
        return Outcome(error=error)


def _outs(op, case, shape, want):
    """(name, args, out, only opsin promises it)."""
    fresh = lambda: make_inputs(op, case, shape, want.dtype)[0]  # noqa: E731
    yield "contiguous", fresh(), np.empty(want.shape, want.dtype), False
    yield "Fortran order", fresh(), np.empty(want.shape, want.dtype, order="F"), False
    yield (
        "strided",
        fresh(),
        np.empty(tuple(2 * n for n in want.shape), want.dtype)[(slice(None, None, 2),) * want.ndim],
        False,
    )
    yield "reversed", fresh(), np.empty(want.shape, want.dtype)[(slice(None, None, -1),) * want.ndim], False
    args = fresh()
    if args[0].dtype == want.dtype and args[0].shape == want.shape:
        yield "the input itself", args, args[0], True
        for name, step in (("shifted by one row", 1), ("shifted back by one row", -1)):
            buffer = np.empty((want.shape[0] + 1, *want.shape[1:]), want.dtype)
            image, out = (buffer[:-1], buffer[1:]) if step > 0 else (buffer[1:], buffer[:-1])
            image[...] = fresh()[0]
            yield name, (image, *args[1:]), out, True
        buffer = fresh()[0]
        yield "the input reversed", (buffer, *args[1:]), buffer[(slice(None, None, -1),) * want.ndim], True


def _refused_outs(op, subject, fn, case, shape, dtype, want, where, failures):
    read_only = np.zeros(want.shape, want.dtype)
    read_only.flags.writeable = False
    wrong = {"wrong shape": np.zeros((*want.shape[:-1], want.shape[-1] + 1), want.dtype), "read-only": read_only}
    for name, out in wrong.items():
        args, kwargs = make_inputs(op, case, shape, dtype)
        theirs = call(
            op.oracle, args, {**kwargs, op.out: out.copy() if name != "read-only" else out}, changes=(op.out,)
        )
        if theirs.error is None and subject.opsin is None:
            continue
        args, kwargs = make_inputs(op, case, shape, dtype, subject.ndimage)
        before = out.copy()
        got = call(fn, args, {**kwargs, op.out: out}, changes=(op.out,))
        if got.error is None:
            failures.append(f"{where}{name}: is accepted")
        elif subject.opsin is not None and not np.array_equal(out, before):
            failures.append(f"{where}{name}: is written before it is refused")
        elif not isinstance(got.error, (ValueError, RuntimeError, TypeError)):
            failures.append(f"{where}{name}: raises {type(got.error).__name__}")


def check_bad(op: Op, subject: Subject) -> None:
    """What the oracle refuses is refused with its exception type, with a message, and the next call works."""
    failures = Failures()
    fn = subject.get(op)
    for bad in map(as_case, op.bad):
        refused = False
        for ndim in bad.ndim or op.ndim:
            shape = shape_of(op, ndim, small=True)
            for dtype in ("float64", "uint8"):
                want = call(op.oracle, *make_inputs(op, bad, shape, dtype))
                if want.error is None:
                    continue  # harmless at this ndim
                refused = True
                args, kwargs = make_inputs(op, bad, shape, dtype, subject.ndimage)
                failures.compare(op, call(fn, args, kwargs), want, args, label(op, bad, shape, dtype), warned=False)
        if not refused:
            failures.append(f"the row is wrong: the oracle accepts {label(op, bad, (), '')}")
    index = next(i for i, c in enumerate(op.cases) if applies(op, c, op.main_ndim))
    run_case(op, subject, index, shape_of(op, op.main_ndim), "float32", failures)
    failures.finish()


def check_signature(op: Op, subject: Subject) -> None:
    """Names, kinds, order and defaults of the parameters are the oracle's, but for what the row explains."""
    ours, theirs = (inspect.signature(f).parameters for f in (subject.function(op.name), op.oracle))
    keep = lambda ps: [(p.name, p.kind, p.default) for p in ps.values() if p.name not in op.signature]  # noqa: E731
    if keep(ours) != keep(theirs):
        raise AssertionError(
            f"{op.name}: signature ({', '.join(map(str, ours.values()))}),"
            f" the oracle's ({', '.join(map(str, theirs.values()))})"
        )
    for name in op.signature:
        if name not in ours and name not in theirs:
            raise AssertionError(f"{op.name}: the row explains a parameter {name!r} that does not exist")


def check_warnings(op: Op, subject: Subject) -> None:
    """A warning points at the line that called the public function."""
    failures = Failures()
    for index, case in enumerate(op.cases):
        shape = shape_of(op, op.main_ndim, small=True)
        want = oracle(op, index, shape, "float32") if applies(op, case, op.main_ndim) else Outcome()
        if not want.warned:
            continue
        args, kwargs = make_inputs(op, case, shape, "float32", subject.ndimage)
        got = call(subject.get(op), args, kwargs)
        files = {f for _, f in got.warned}
        if not files or any(not f.endswith("calls.py") for f in files):
            failures.append(f"{label(op, case, shape, 'float32')}: warns at {files or 'no line'}, not at its caller")
    failures.finish()


def check_threads(op: Op, subject: Subject) -> None:
    """One thread and many give the same bits."""
    fn, threads = subject.get(op), subject.opsin
    failures = Failures()
    before = threads.get_num_threads()
    try:
        for ndim, shape in ((1, (70001,)), (2, (421, 393)), (3, (47, 51, 66))):
            cases = [c for c in op.cases if applies(op, c, ndim)][:2] if ndim in op.ndim else []
            for case in cases:
                for dtype in [d for d in ("float32", "uint8") if d in op.dtypes]:
                    args, kwargs = make_inputs(op, case, shape, dtype, subject.ndimage)
                    results = []
                    for n in (1, 2, 7):
                        threads.set_num_threads(n)
                        results.append(call(fn, args, kwargs))
                    first = results[0]
                    for n, other in zip((2, 7), results[1:]):
                        where = f"{label(op, case, shape, dtype)}, {n} threads against 1"
                        if type(first.error) is not type(other.error):
                            failures.append(f"{where}: {first.error!r} and {other.error!r}")
                        elif [a.tobytes() for a in arrays([first.value])] != [
                            a.tobytes() for a in arrays([other.value])
                        ]:
                            failures.append(f"{where}: other bits")
    finally:
        threads.set_num_threads(before)
    failures.finish()


def check_policy(op: Op, subject: Subject) -> None:
    """set_float_policy("single"): integer input computes in float32; the values are the f64 ones within f32's tolerance."""
    fn = subject.get(op)
    shape = shape_of(op, op.main_ndim, small=True)
    index = next(i for i, c in enumerate(op.cases) if applies(op, c, op.main_ndim))
    for dtype in [d for d in ("uint8", "int16") if d in op.dtypes]:
        want = oracle(op, index, shape, dtype)
        if want.error is not None:
            continue
        args, kwargs = make_inputs(op, op.cases[index], shape, dtype, subject.ndimage)
        with subject.opsin.set_float_policy("single"):
            got = call(fn, args, kwargs)
        narrow = Outcome(tree_map(lambda a: a.astype(np.float32), want.value), warned=want.warned)
        compare(op, got, narrow, args, label(op, op.cases[index], shape, dtype) + ' under the policy "single"')
        compare(
            op, call(fn, args, kwargs), want, args, label(op, op.cases[index], shape, dtype) + " after the policy ended"
        )


def always(op, subject):
    return True


def only_opsin(op, subject):
    return subject.opsin is not None


# name -> (check, applies to this row and subject)
CHECKS = {
    "values": (check_values, always),
    "dtypes": (check_dtypes, always),
    "layouts": (check_layouts, lambda op, s: op.takes_image),
    "edge_shapes": (check_edge_shapes, lambda op, s: op.edge_shapes),
    "other_ndim": (check_other_ndim, lambda op, s: op.takes_image and not set(SMALL) <= set(op.ndim)),
    "nan": (check_nan, lambda op, s: op.nan),
    "out": (check_out, lambda op, s: op.out is not None),
    "bad": (check_bad, lambda op, s: bool(op.bad)),
    "signature": (check_signature, always),
    "warnings": (check_warnings, only_opsin),
    "threads": (check_threads, lambda op, s: only_opsin(op, s) and op.takes_image),
    "policy": (check_policy, lambda op, s: only_opsin(op, s) and op.single),
}
