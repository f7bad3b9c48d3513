"""``opsin`` and ``python -m opsin``: what this installation is and what it found; with arguments, the command line."""

import platform
import sys
from importlib import metadata

import numpy

import opsin


def _cuda():
    if not opsin.cuda_available():
        return opsin.cuda_unavailable_reason().removeprefix("cuda: ")
    return "; ".join(f"cuda:{i} {text}" for i, text in enumerate(opsin._native.cuda_devices()))


def _others():
    """Versions of the libraries whose arrays opsin takes, without importing them."""
    for title, names in {
        "CuPy": ("cupy-cuda13x", "cupy-cuda12x", "cupy"),
        "PyTorch": ("torch",),
        "JAX": ("jax",),
        "scikit-image": ("scikit-image",),
    }.items():
        for name in names:
            try:
                yield title, metadata.version(name)
                break
            except metadata.PackageNotFoundError:
                continue


def main():
    if len(sys.argv) > 1:
        from opsin import _cli

        return _cli.main()
    return _show_installation()


def _show_installation():
    rows = {
        "opsin": opsin.__version__,
        "CPU target": f"{opsin.cpu_target()} (this build and processor have {', '.join(opsin.cpu_targets())})",
        "threads": f"{opsin.get_num_threads()} (OPSIN_NUM_THREADS, opsin.set_num_threads)",
        "CUDA": _cuda(),
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "NumPy": numpy.__version__,
        **dict(_others()),
    }
    for name, value in rows.items():
        print(f"{name:<12}  {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
