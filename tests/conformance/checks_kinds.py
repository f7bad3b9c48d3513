"""The checks of array kinds and of CUDA: what NumPy gives on the CPU is the reference, which the CPU checks tie to the oracle."""

from __future__ import annotations

import numpy as np

from .calls import Outcome, arrays, call, make_inputs, on_device, shape_of, tree_map
from .checks import Failures, applies, compare, label
from .images import edge_shapes, put_nan
from .kinds import CUPY, Kind
from .model import Case, Op
from .subject import Subject


def device_map(f, lib, kind: Kind, x, where=""):
    """Like tree_map, for nests that hold arrays of `kind`."""
    if isinstance(x, (list, tuple)):
        return type(x)(device_map(f, lib, kind, v, where) for v in x)
    return f(x) if hasattr(x, "shape") and hasattr(x, "dtype") else x


def call_on(kind: Kind, fn, op: Op, case: Case, args, kwargs, where: str) -> Outcome:
    """Call with everything that is image-like moved to `kind`; back comes an outcome in NumPy. Checks kind and input."""
    lib = kind.load()
    moved = tree_map(lambda a: kind.to(lib, a), args)
    moved_kwargs = {k: tree_map(lambda a: kind.to(lib, a), v) if k in on_device(case) else v for k, v in kwargs.items()}
    result = call(fn, moved, moved_kwargs)
    if result.error is not None:
        return result
    result.value = _home(kind, lib, result.value, where)
    for before, after in zip(arrays(args), _flat(moved)):
        if kind.back(lib, after).tobytes() != before.tobytes():
            raise AssertionError(f"{where}: changed its input")
    return result


def _flat(x):
    if isinstance(x, (list, tuple)):
        return [leaf for v in x for leaf in _flat(v)]
    return [x]


def _home(kind, lib, value, where):
    def bring(x):
        kind.assert_kind(lib, x, where)
        return kind.back(lib, x)

    return device_map(bring, lib, kind, value)


def reference(op: Op, subject: Subject, case: Case, shape, dtype):
    """The subject's own answer for NumPy input, and fresh inputs for another kind."""
    args, kwargs = make_inputs(op, case, shape, dtype, subject.ndimage)
    return call(subject.get(op), args, kwargs), *make_inputs(op, case, shape, dtype, subject.ndimage)


def as_cuda_gives(value):
    """A scalar result is a 0-d array on CUDA."""
    if isinstance(value, (tuple, list)):
        return type(value)(as_cuda_gives(v) for v in value)
    return value if value is None or isinstance(value, np.ndarray) else np.asarray(value)


def as_arrays_of(got, want):
    """What is wanted, with 0-d arrays for scalars where such came back: other libraries have no scalars."""
    leaves = [v for v in _flat(got) if v is not None]
    return as_cuda_gives(want) if leaves and all(isinstance(v, np.ndarray) for v in leaves) else want


def _against_numpy(kind, op, subject, case, shape, dtype, failures, *, exactly=False):
    where = f"{label(op, case, shape, dtype)}, {kind.name}"
    try:
        want, args, kwargs = reference(op, subject, case, shape, dtype)
        got = call_on(kind, subject.get(op), op, case, args, kwargs, where)
        want.value = as_arrays_of(got.value, want.value)
        compare(op, got, want, args, where, warned=False)
        if (
            exactly
            and want.error is None
            and [a.tobytes() for a in arrays([got.value])] != [a.tobytes() for a in arrays([want.value])]
        ):
            failures.append(f"{where}: other bits than for NumPy input")
    except AssertionError as error:
        failures.add(error)


def check_kind(op: Op, subject: Subject, kind: Kind, *, dtypes=None, cases=12) -> None:
    """The same kind comes back, with NumPy's values: bit for bit on the CPU, within the row's tolerance on CUDA."""
    failures = Failures()
    if op.writes_arrays and kind.library == "jax":
        return _assert_refused(kind, op, subject)
    indices = [i for i, c in enumerate(op.cases) if applies(op, c, op.main_ndim)]
    shape = shape_of(op, op.main_ndim)
    for dtype in [d for d in dtypes or kind.dtypes if d in op.dtypes]:
        for index in indices[: cases if dtype == "float32" else 1]:
            _against_numpy(kind, op, subject, op.cases[index], shape, dtype, failures, exactly=kind.device == "cpu")
    failures.finish()


def _assert_refused(kind: Kind, op: Op, subject: Subject) -> None:
    args, kwargs = make_inputs(op, op.cases[0], shape_of(op, op.main_ndim), "float32", subject.ndimage)
    got = call(subject.get(op), tree_map(lambda a: kind.to(kind.load(), a), args), kwargs)
    if not isinstance(got.error, (TypeError, ValueError)) or "JAX" not in str(got.error):
        raise AssertionError(f"{op.name}, {kind.name}: {got.error!r} instead of an error that names JAX")


def check_cuda_values(op: Op, subject: Subject) -> None:
    """Every set of arguments at every ndim."""
    failures = Failures()
    for ndim in op.ndim:
        for case in op.cases:
            if applies(op, case, ndim):
                for dtype in ("float32", "float64", "uint8"):
                    if dtype in op.dtypes:
                        _against_numpy(CUPY, op, subject, case, shape_of(op, ndim), dtype, failures)
    failures.finish()


def check_cuda_dtypes(op: Op, subject: Subject) -> None:
    failures = Failures()
    for dtype in op.dtypes:
        for ndim in {op.main_ndim, op.ndim[-1]}:
            for case in [c for c in op.cases if applies(op, c, ndim)][: op.dtype_args]:
                _against_numpy(CUPY, op, subject, case, shape_of(op, ndim, small=True), dtype, failures)
    failures.finish()


def check_cuda_shapes(op: Op, subject: Subject) -> None:
    failures = Failures()
    for ndim in op.ndim:
        for case in [c for c in op.cases if applies(op, c, ndim)][:3]:
            for shape in [s for s in edge_shapes(ndim) if not 1 < np.prod(s) < op.noise_below]:
                _against_numpy(CUPY, op, subject, case, shape, "float32", failures)
    _against_numpy(CUPY, op, subject, op.cases[0], (), "float32", failures)
    failures.finish()


def _device_layouts(cupy, a):
    x = cupy.asarray(a)
    wide = cupy.zeros(tuple(2 * n + 1 for n in a.shape), a.dtype)[tuple(slice(0, 2 * n, 2) for n in a.shape)]
    shifted = cupy.zeros(tuple(n + 3 for n in a.shape), a.dtype)[tuple(slice(1, 1 + n) for n in a.shape)]
    for name, view in (("step slices", wide), ("offset view", shifted)):
        view[...] = x
        yield name, view
    backwards = (slice(None, None, -1),) * a.ndim
    yield "negative strides", cupy.ascontiguousarray(x[backwards])[backwards]
    yield "Fortran order", cupy.asfortranarray(x)


def check_cuda_layouts(op: Op, subject: Subject) -> None:
    """Strides do not change the result."""
    import cupy

    failures = Failures()
    for ndim in op.ndim:
        shape = shape_of(op, ndim, small=True)
        for case in [c for c in op.cases if applies(op, c, ndim)][:2]:
            for dtype in [d for d in ("float32", "uint8", "float64") if d in op.dtypes]:
                want, args, kwargs = reference(op, subject, case, shape, dtype)
                if want.error is not None:
                    continue
                wanted = want.value
                kwargs = {k: tree_map(cupy.asarray, v) if k in on_device(case) else v for k, v in kwargs.items()}
                for variant in zip(*(_device_layouts(cupy, a) for a in arrays(args))):
                    views = iter([v for _, v in variant])
                    where = f"{label(op, case, shape, dtype)}, cupy, {variant[0][0]}"
                    got = call(subject.get(op), tree_map(lambda a, views=views: next(views), args), kwargs)
                    try:
                        if got.error is None:
                            got.value = _home(CUPY, cupy, got.value, where)
                        want.value = as_arrays_of(got.value, wanted)
                        compare(op, got, want, args, where, warned=False)
                    except AssertionError as error:
                        failures.add(error)
    failures.finish()


def check_cuda_nan(op: Op, subject: Subject) -> None:
    failures = Failures()
    for ndim in op.ndim:
        shape = shape_of(op, ndim, small=True)
        for case in [c for c in op.cases if applies(op, c, ndim)][:6]:
            args, kwargs = make_inputs(op, case, shape, "float32", subject.ndimage)
            image = arrays(args)[0]
            if not put_nan(image):
                continue
            where = label(op, case, shape, "float32") + " with NaN and inf, cupy"
            try:
                want = call(subject.get(op), args, kwargs)
                got = call_on(CUPY, subject.get(op), op, case, args, kwargs, where)
                want.value = as_arrays_of(got.value, want.value)
                compare(op, got, want, args, where, warned=False)
            except AssertionError as error:
                failures.add(error)
    failures.finish()


def check_cuda_out(op: Op, subject: Subject) -> None:
    """`out`/`output` on the device, contiguous, strided, and overlapping the input; a host array is refused."""
    import cupy

    failures = Failures()
    fn = subject.get(op)
    for ndim in op.ndim:
        shape = shape_of(op, ndim, small=True)
        case = next(c for c in op.cases if applies(op, c, ndim) and op.out not in c.kwargs)
        want, args, kwargs = reference(op, subject, case, shape, "float32")
        if want.error is not None:
            continue
        where = f"{label(op, case, shape, 'float32')}, cupy, {op.out}="
        n = want.value.shape
        dtype = want.value.dtype
        image = cupy.asarray(args[0])
        outs = {
            "contiguous": (image, cupy.empty(n, dtype)),
            "Fortran order": (image, cupy.empty(n, dtype, order="F")),
            "strided": (image, cupy.empty(tuple(2 * k for k in n), dtype)[(slice(None, None, 2),) * ndim]),
            "the input itself": (image2 := image.astype(dtype), image2),
        }
        buffer = cupy.empty((n[0] + 1, *n[1:]), dtype)
        outs["shifted by one row"] = (buffer[:-1], buffer[1:])
        for name, (source, out) in outs.items():
            source[...] = cupy.asarray(args[0])
            got = call(fn, (source, *args[1:]), {**kwargs, op.out: out})
            try:
                got.value = None if got.error is not None else cupy.asnumpy(out)
                compare(op, got, want, args, where + name, warned=False)
            except AssertionError as error:
                failures.add(error)
        host = call(fn, (cupy.asarray(args[0]), *args[1:]), {**kwargs, op.out: np.empty(n, dtype)})
        if not isinstance(host.error, (TypeError, ValueError)):
            failures.append(f"{where}a host array: {host.error!r} instead of a TypeError or ValueError")
    failures.finish()


def check_cuda_capture(op: Op, subject: Subject) -> None:
    """sync = none: the op can be captured into a CUDA graph, and the graph gives the result. Otherwise capture is refused;
    sync = some: either of them."""
    import cupy

    failures = Failures()
    fn = subject.get(op)
    lib = CUPY.load()
    for ndim in {op.main_ndim, op.ndim[-1]}:
        shape = shape_of(op, ndim)
        for case in [c for c in op.cases if applies(op, c, ndim)][:6]:
            want, args, kwargs = reference(op, subject, case, shape, "float32")
            if want.error is not None:
                continue
            where = f"{label(op, case, shape, 'float32')}, captured"
            stream = cupy.cuda.Stream(non_blocking=True)
            with stream:
                moved = tree_map(cupy.asarray, args)
                kwargs = {k: tree_map(cupy.asarray, v) if k in on_device(case) else v for k, v in kwargs.items()}
                for _ in range(2):  # fill the memory pools: an allocation under capture would end it
                    fn(*moved, **kwargs)
                stream.synchronize()
                stream.begin_capture()
                try:
                    got = call(fn, moved, kwargs)
                finally:
                    try:
                        graph = stream.end_capture()
                    except cupy.cuda.runtime.CUDARuntimeError as error:
                        failures.append(f"{where}: the capture broke: {error}")
                        continue
                if op.sync not in ("none", "some"):
                    if got.error is None:
                        failures.append(f"{where}: runs under capture although the row says sync={op.sync}")
                    continue
                if got.error is not None:
                    if op.sync == "none":
                        failures.append(f"{where}: raises {type(got.error).__name__}({got.error})")
                    continue
                graph.launch(stream)
                stream.synchronize()
                try:
                    got.value = _home(CUPY, lib, got.value, where)
                    want.value = as_arrays_of(got.value, want.value)
                    compare(op, got, want, args, where, warned=False)
                except AssertionError as error:
                    failures.add(error)
    failures.finish()


def check_cuda_mixed(op: Op, subject: Subject) -> None:
    """Arrays on two devices are refused; the device is the caller's before and after."""
    import cupy

    case = next((c for c in op.cases if on_device(c) and applies(op, c, op.main_ndim)), None)
    args, kwargs = make_inputs(op, case or op.cases[0], shape_of(op, op.main_ndim), "float32", subject.ndimage)
    if case is not None:
        args = tree_map(cupy.asarray, args)
    elif len(arrays(args)) > 1:
        first = iter([True])
        args = tree_map(lambda a: cupy.asarray(a) if next(first, False) else a, args)
    else:
        return
    got = call(subject.get(op), args, kwargs)
    if not isinstance(got.error, (TypeError, ValueError)):
        raise AssertionError(f"{op.name}: {got.error!r} for arrays on two devices, not a TypeError or ValueError")


# name -> (check, applies to this row)
CUDA_CHECKS = {
    "values": (check_cuda_values, lambda op: True),
    "dtypes": (check_cuda_dtypes, lambda op: True),
    "shapes": (check_cuda_shapes, lambda op: op.edge_shapes),
    "layouts": (check_cuda_layouts, lambda op: True),
    "nan": (check_cuda_nan, lambda op: op.nan),
    "out": (check_cuda_out, lambda op: op.out is not None),
    "capture": (check_cuda_capture, lambda op: True),
    "mixed": (check_cuda_mixed, lambda op: True),
}
