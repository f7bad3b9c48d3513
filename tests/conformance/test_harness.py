"""The harness itself: a check that lets a broken function through is no check. Each mutant breaks one promise of an op."""

import functools
import inspect
import runpy
from pathlib import Path

import numpy as np
import pytest

import opsin

from .checks import CHECKS
from .ops import BY_NAME
from .subject import ORACLES, Subject, load


def _slightly_off(fn):
    return lambda image, **k: fn(image, **k) * (1 + 2e-5)


def _off_in_one_pixel(fn):
    def mutant(image, **k):
        result = fn(image, **k).copy()
        result.flat[-1:] *= 1.001
        return result

    return mutant


def _wrong_dtype(fn):
    return lambda image, **k: fn(image, **k).astype(np.float64)


def _flattened(fn):
    return lambda image, **k: fn(image, **k)[..., None]


def _changes_input(fn):
    def mutant(image, **k):
        result = fn(image, **k)
        if image.size and image.flags.writeable:
            image.flat[0] += 1
        return result

    return mutant


def _ignores(name):
    return lambda fn: lambda image, **k: fn(image, **{n: v for n, v in k.items() if n != name})


def _ignores_strides(fn):
    def mutant(image, **k):
        step = image.strides and image.strides[-1] not in (image.itemsize, 0)
        return fn(image[..., ::-1] if step else image, **k)

    return mutant


def _wrong_error(fn):
    def mutant(image, **k):
        try:
            return fn(image, **k)
        except ValueError as error:
            raise KeyError(str(error)) from error

    return mutant


def _accepts_everything(fn):
    def mutant(image, **k):
        try:
            return fn(image, **k)
        except ValueError:
            return np.zeros(np.shape(image))

    return mutant


def _hides_nan(fn):
    return lambda image, **k: np.nan_to_num(fn(image, **k))


def _refuses_empty(fn):
    def mutant(image, **k):
        if image.size == 0:
            raise ValueError("the image is empty")
        return fn(image, **k)

    return mutant


def _refuses_bool(fn):
    def mutant(image, **k):
        if image.dtype == bool:
            raise TypeError("bool images are not supported")
        return fn(image, **k)

    return mutant


def _no_defaults(fn):
    return lambda image, sigma: fn(image, sigma)


MUTANTS = {
    "values": [_slightly_off, _off_in_one_pixel, _wrong_dtype, _flattened, _changes_input, _ignores("mode"), _ignores("cval"),
               _ignores("truncate"), _ignores("channel_axis")],
    "dtypes": [_wrong_dtype, _refuses_bool, _ignores("preserve_range")],
    "layouts": [_ignores_strides],
    "edge_shapes": [_refuses_empty],
    "nan": [_hides_nan],
    "out": [_ignores("out")],
    "bad": [_wrong_error, _accepts_everything],
}  # fmt: skip


def _mutated(mutate):
    return Subject("mutant", modules=ORACLES, wrap=lambda op, fn: mutate(fn))


@pytest.mark.parametrize("check,mutate", [(c, m) for c, ms in MUTANTS.items() for m in ms])
def test_a_broken_gaussian_is_caught(check, mutate):
    """The row of gaussian and the check of that name catch the mutant, and let the original through."""
    op = BY_NAME["filters.gaussian"]
    CHECKS[check][0](op, load("skimage"))
    with pytest.raises(AssertionError):
        CHECKS[check][0](op, _mutated(mutate))


def test_a_changed_signature_is_caught():
    subject = Subject("mutant", modules=ORACLES)
    subject.function = lambda name: lambda image, sigma=2.0: None
    with pytest.raises(AssertionError, match="signature"):
        CHECKS["signature"][0](BY_NAME["filters.gaussian"], subject)


@pytest.mark.parametrize("name", ["util.img_as_ubyte", "color.rgb2gray", "filters.frangi", "feature.structure_tensor",
                                  "ndimage.correlate"])  # fmt: skip
def test_every_family_notices_a_wrong_value(name):
    """Integer, color, ridge, list-valued and ndimage results: one wrong element at the end is seen in each."""

    def mutate(fn):
        def mutant(*args, **k):
            result = fn(*args, **k)
            last = result[-1] if isinstance(result, (list, tuple)) else result
            last = last.copy()
            share = max(1, last.size // 100)
            last.flat[-share:] = last.flat[-share:] + (1 if last.dtype.kind in "iu" else 0.02)
            return type(result)([*result[:-1], last]) if isinstance(result, (list, tuple)) else last

        return mutant

    with pytest.raises(AssertionError):
        CHECKS["values"][0](BY_NAME[name], _mutated(mutate))


def test_the_table_covers_every_operation():
    """Each public function of the modules has a row, but for those that make figures."""
    names = "color data exposure feature filters filters.rank measure metrics morphology ndimage segmentation transform util"
    missing = []
    for name in names.split():
        try:
            module = functools.reduce(getattr, name.split("."), opsin)
        except AttributeError:
            continue
        functions = (f for f in module.__all__ if inspect.isfunction(getattr(module, f)))
        missing += [f"{name}.{f}" for f in functions if f"{name}.{f}" not in BY_NAME]
    assert missing == [f for f in ("filters.try_all_threshold",) if f in missing]


def test_upstream_runs_with_every_operation():
    """What the table holds of scikit-image is swapped into scikit-image's own suite too."""
    path = Path(__file__).resolve().parents[1] / "upstream" / "swapped.py"
    swapped = {f"{module}.{name}" for module, names in runpy.run_path(str(path))["SWAPPED"].items() for name in names}
    assert swapped == {name for name in BY_NAME if not name.startswith("ndimage.")}
