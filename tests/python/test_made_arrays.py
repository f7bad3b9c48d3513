"""Functions without an array argument: `device` says where the result is made."""

import sys
from pathlib import Path

import numpy as np
import pytest

import opsin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from conformance.ops import OPS
from conformance.subject import load

SUBJECT = load("opsin")
MAKERS = [op for op in OPS if "device" in op.signature]
CALLS = [pytest.param(op, case.kwargs, id=f"{op.name}-{i}") for op in MAKERS for i, case in enumerate(op.cases)]


def made(op, kwargs, device):
    positional = op.make((40, 50), "float64", np.random.default_rng(0))
    return SUBJECT.function(op.name)(*positional, **kwargs, device=device)


def test_which_they_are():
    assert {op.name for op in MAKERS} == {
        "data.binary_blobs",
        "filters.window",
        "segmentation.checkerboard_level_set",
        "segmentation.disk_level_set",
    }


@pytest.mark.parametrize("op", MAKERS, ids=lambda op: op.name)
def test_other_devices_are_refused(op):
    kwargs = op.cases[0].kwargs
    assert isinstance(made(op, kwargs, "cpu"), np.ndarray)
    with pytest.raises(ValueError, match="gpu"):
        made(op, kwargs, "gpu")
    if not opsin.cuda_available():
        with pytest.raises(opsin.CudaError):
            made(op, kwargs, "cuda")


@pytest.mark.cuda
@pytest.mark.skipif(not opsin.cuda_available(), reason="no GPU")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("op, kwargs", CALLS)
def test_cuda_makes_what_the_cpu_makes(op, kwargs):
    got = made(op, kwargs, "cuda")
    assert isinstance(got, opsin.Array) and got.device == "cuda:0"
    np.testing.assert_array_equal(got.to("cpu").__array__(), made(op, kwargs, "cpu"))
