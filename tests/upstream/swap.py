"""Put opsin's functions in the place of scikit-image's, inside an imported scikit-image."""

import contextlib
import functools
import importlib
import inspect
import operator
import pkgutil
import sys
from collections import Counter
from dataclasses import dataclass, field

from swapped import SWAPPED

PUBLIC = ["skimage", *(f"skimage.{module}" for module in SWAPPED)]


@dataclass
class Swap:
    """What was replaced. `shims` is keyed by the id of the function that scikit-image had."""

    shims: dict[int, tuple] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    # Threads may lose an increment; only the difference between none and some matters.
    calls: Counter = field(default_factory=Counter)


def make_shim(replacement, original, name, calls):
    """Return a function that counts its calls under `name` and hands them to `replacement`.

    It looks like `original` (name, module, docstring), so that pickling and introspection by name find it,
    but has the signature of `replacement`, which is under test. It is invisible to the stack level of warnings
    in two ways: its frame has a file name that `warnings.warn` takes for the import system's and skips, and
    it has no `__wrapped__` of its own, so scikit-image's decorators, which count the wrappers around a
    function to find the level, count those of `original`.
    """

    def shim(*args, **kwargs):
        calls[name] += 1
        return replacement(*args, **kwargs)

    shim.__code__ = shim.__code__.replace(co_filename=f"<importlib._bootstrap: swap of {name}>")
    functools.update_wrapper(shim, original)
    del shim.__wrapped__
    vars(shim).update(vars(original))
    with contextlib.suppress(ValueError):  # a compiled function without a text signature
        shim.__signature__ = inspect.signature(replacement)
    return shim


def _import_all():
    """Import every module of scikit-image that is not a test or an I/O plugin, so that all holders are known."""
    skimage = importlib.import_module("skimage")
    for info in pkgutil.walk_packages(skimage.__path__, "skimage."):
        if not {"tests", "conftest", "_plugins"} & set(info.name.split(".")):
            importlib.import_module(info.name)


def replace_in(swap, modules):
    """Replace, in the globals of each module, every function that has a shim."""
    for module in modules:
        for attribute, value in list(vars(module).items()):
            original, shim = swap.shims.get(id(value), (None, None))
            if original is not None and value is original:
                setattr(module, attribute, shim)


def skimage_modules(tests):
    """Return the imported modules of scikit-image: its tests, or all others."""
    return [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "skimage" and ("tests" in name.split(".")) == tests
    ]


def apply(provider, depth):
    """Swap the functions listed in `SWAPPED` and return the `Swap`.

    Parameters
    ----------
    provider : str or None
        Package with the replacements, in submodules named as scikit-image's. None: scikit-image's own functions.
    depth : {"shallow", "deep"}
        shallow: the public attribute and the defining module. deep: also every module that imported the
        function, so that scikit-image's own code calls the replacement too.
    """
    _import_all()
    ours = importlib.import_module(provider) if provider else None
    swap = Swap()
    defining = set()
    for module_name, names in SWAPPED.items():
        upstream = importlib.import_module(f"skimage.{module_name}")
        for name in names:
            original = getattr(upstream, name)
            full_name = f"{module_name}.{name}"
            try:
                replacement = getattr(operator.attrgetter(module_name)(ours), name) if ours else original
            except AttributeError:
                swap.missing.append(full_name)
                continue
            shim = make_shim(replacement, original, full_name, swap.calls)
            swap.shims[id(original)] = original, shim
            swap.names.append(full_name)
            defining.add(sys.modules[original.__module__])
            setattr(upstream, name, shim)  # a lazy name is not in the module's globals yet
    public = [sys.modules[name] for name in PUBLIC]
    replace_in(swap, skimage_modules(tests=False) if depth == "deep" else [*public, *defining])
    return swap
