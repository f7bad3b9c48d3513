"""What importing opsin costs and loads; `python -m opsin`; type stubs."""

import ast
import importlib.util
import inspect
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import opsin

PACKAGE = Path(opsin.__file__).parent


def test_import_takes_no_time_over_numpy(fresh):
    code = "import time, numpy; t = time.process_time(); import opsin; print(time.process_time() - t)"
    # An installed package has its bytecode. Here the first run writes it, whatever the environment says.
    assert statistics.median(float(fresh(code, PYTHONDONTWRITEBYTECODE="")) for _ in range(5)) < 0.05


def test_import_loads_nothing_heavy(fresh):
    modules = set(fresh("import sys, opsin; print(*sys.modules)").split())
    heavy = {"torch", "cupy", "jax", "scipy", "skimage", "matplotlib", "cucim"}
    assert not heavy & modules


def test_import_without_docstrings():
    """python -OO drops them, and the sections that functions share are put into them."""
    code = "import pkgutil, opsin; [getattr(opsin, m.name) for m in pkgutil.iter_modules(opsin.__path__) if m.name in opsin.__all__]"
    subprocess.run(
        [sys.executable, "-OO", "-c", code], check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )


def test_no_copy_of_the_cxx_library_is_exported(fresh):
    """Where the compiler links it statically, numbers in error messages crash if the loader mixes two copies."""
    nm = shutil.which("nm") or pytest.skip("no nm")
    files = fresh("import opsin; opsin.cpu_target(); print(open('/proc/self/maps').read())")
    ours = set(re.findall(r"/\S+/(?:libopsin|_native)\S*", files))
    assert len(ours) >= 2
    for file in ours:
        symbols = subprocess.run([nm, "-D", "--defined-only", file], check=True, capture_output=True, text=True).stdout
        assert "opsin" in symbols or "PyInit__native" in symbols
        assert "_ZNSt6locale2id" not in symbols, file


def test_cuda_target_loads_on_first_use(fresh):
    out = fresh(
        """
        import numpy, opsin
        loaded = lambda: any(name in open("/proc/self/maps").read() for name in ("libopsin_cuda", "libcuda."))
        opsin.filters.gaussian(numpy.ones((9, 9)))
        print(loaded())
        opsin.cuda_available()
        print(loaded())
        """
    ).split()
    assert out[0] == "False"
    assert out[1] == str((PACKAGE / "libopsin_cuda.so").exists())


def test_cpu_operations_work_when_no_gpu_is_visible(fresh):
    out = fresh(
        """
        import numpy, opsin
        print(opsin.cuda_device_count(), opsin.cuda_available(), opsin.cuda_unavailable_reason())
        print(opsin.filters.gaussian(numpy.ones((9, 9))).shape)
        """,
        CUDA_VISIBLE_DEVICES="",
    ).splitlines()
    assert out[0].startswith("0 False cuda: not available: ")
    assert out[1] == "(9, 9)"


def test_cpu_target_can_be_forced(fresh):
    lowest = opsin.cpu_targets()[0]
    assert fresh("import opsin; print(opsin.cpu_target())", OPSIN_CPU_TARGET=lowest).strip() == lowest
    assert opsin.cpu_target() in opsin.cpu_targets()


def test_python_m_opsin(fresh):
    text = fresh("import runpy; runpy.run_module('opsin', run_name='__main__')")
    values = dict(re.match(r"(\S.*?)  +(.*)", line).groups() for line in text.splitlines())
    assert values["opsin"] == opsin.__version__
    assert opsin.cpu_target() in values["CPU target"]
    assert values["threads"].startswith(str(opsin.get_num_threads()))
    assert "NumPy" in values and "Python" in values
    assert values["CUDA"].startswith("not available: ") or "cuda:0" in values["CUDA"]


def test_version_is_that_of_the_distribution():
    from importlib.metadata import PackageNotFoundError, version

    assert re.fullmatch(r"\d+\.\d+\.\d+", opsin.__version__)
    try:
        assert version("opsin") == opsin.__version__
    except PackageNotFoundError:
        pytest.skip("not installed as a distribution")


def _defined(body, prefix=""):
    """Names that a stub defines; overloads and properties count once."""
    names = set()
    for node in body:
        if isinstance(node, ast.FunctionDef):
            names.add(prefix + node.name)
        elif isinstance(node, ast.ClassDef):
            names.add(prefix + node.name)
            names |= _defined(node.body, prefix + node.name + ".")
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(prefix + node.target.id)
    return names


def _bound(owner, prefix=""):
    names = set()
    for name, value in vars(owner).items():
        if inspect.ismodule(value) or (name.startswith("_") and not inspect.isclass(owner)):
            continue
        if inspect.isclass(owner) and name in object.__dict__ and name not in ("__repr__",):
            continue
        if inspect.isclass(owner) and not callable(value) and not hasattr(value, "__get__"):
            continue
        names.add(prefix + name)
        if inspect.isclass(value) and not issubclass(value, BaseException):
            names |= _bound(value, prefix + name + ".")
    return names


def _stubs():
    stubs = sorted(PACKAGE.glob("_native*.pyi")) + sorted(PACKAGE.glob("_native/**/*.pyi"))
    return {path.stem if path.stem != "__init__" else path.parent.name: path for path in stubs}


def test_every_bound_function_has_a_stub():
    stubs = _stubs()
    assert stubs and (PACKAGE / "py.typed").exists()
    modules = {"_native": opsin._native}
    modules |= {n: m for n, m in vars(opsin._native).items() if inspect.ismodule(m)}
    for name, module in modules.items():
        path = stubs[name]
        defined = _defined(ast.parse(path.read_text()).body)
        missing = _bound(module) - defined
        assert not missing, f"{path.name} lacks {sorted(missing)}"


def test_public_names_exist():
    for name in opsin.__all__:
        value = getattr(opsin, name)
        if inspect.ismodule(value):
            assert value.__all__ and all(hasattr(value, n) for n in value.__all__)
            assert importlib.util.find_spec(value.__name__)
