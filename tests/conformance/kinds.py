"""Array kinds: how a NumPy array becomes one, how it comes back, and which dtypes it has."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

NARROW = ("bool", "uint8", "int16", "int32", "int64", "float32", "float64")  # what every library has
WIDE = (*NARROW, "uint16", "uint32", "uint64", "int8", "float16", "complex64", "complex128")


@dataclass(frozen=True)
class Kind:
    name: str
    device: str  # "cpu" or "cuda"
    library: str
    to: Callable  # (library, numpy array) -> array of this kind
    back: Callable  # (library, array of this kind) -> numpy array
    type_of: Callable  # library -> the class of its arrays
    dtypes: tuple[str, ...] = NARROW

    def load(self):
        lib = importlib.import_module(self.library)
        if self.library == "jax":
            lib.config.update("jax_enable_x64", True)
        return lib

    def available(self) -> bool:
        """Whether the library is here and, for cuda, sees a GPU."""
        try:
            lib = self.load()
            if self.device == "cuda":
                self.to(lib, np.zeros(1, np.float32))
        except Exception:  # a library without a GPU says so in many ways
            return False
        return True

    def assert_kind(self, lib, x, where: str) -> None:
        if not isinstance(x, self.type_of(lib)):
            raise AssertionError(f"{where}: returns {type(x).__module__}.{type(x).__name__} for {self.name} input")
        if self.library == "torch" and x.device.type != self.device:
            raise AssertionError(f"{where}: returns a tensor on {x.device} for {self.name} input")
        if self.library == "jax" and (next(iter(x.devices())).platform == "cpu") != (self.device == "cpu"):
            raise AssertionError(f"{where}: returns an array on {x.devices()} for {self.name} input")
        if self.library == "opsin" and not str(x.device).startswith(self.device):
            raise AssertionError(f"{where}: returns an Array on {x.device} for {self.name} input")


def _jax(device):
    def to(jax, a):
        return jax.device_put(a, jax.devices("cpu" if device == "cpu" else "gpu")[0])

    return Kind(f"jax {device}", device, "jax", to, lambda jax, x: np.asarray(x), lambda jax: jax.Array)


def _torch(device):
    def to(torch, a):
        return torch.from_numpy(np.array(a)).to(device)

    return Kind(f"torch {device}", device, "torch", to, lambda torch, x: x.cpu().numpy(), lambda torch: torch.Tensor)


def _opsin(device):
    def back(opsin, x):
        return np.asarray(opsin.asarray(x, device="cpu"))

    return Kind(
        f"opsin {device}",
        device,
        "opsin",
        lambda opsin, a: opsin.asarray(a, device=device),
        back,
        lambda opsin: opsin.Array,
        dtypes=WIDE,
    )


CUPY = Kind(
    "cupy",
    "cuda",
    "cupy",
    lambda cupy, a: cupy.asarray(a),
    lambda cupy, x: cupy.asnumpy(x),
    lambda cupy: cupy.ndarray,
    dtypes=WIDE,
)
CPU_KINDS = [_opsin("cpu"), _torch("cpu"), _jax("cpu")]
CUDA_KINDS = [CUPY, _opsin("cuda"), _torch("cuda"), _jax("cuda")]
