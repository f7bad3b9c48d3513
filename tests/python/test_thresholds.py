"""Thresholds: what the conformance table cannot compare."""

import numpy as np
import pytest

import opsin
from opsin import filters


def image():
    rng = np.random.default_rng(1)
    return (rng.random((40, 50)) + (np.indices((40, 50))[1] > 25)).astype(np.float32)


def test_every_global_threshold_is_drawn(capsys):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    _, axes = filters.try_all_threshold(image())
    titles = [a.get_title() for a in axes]
    assert titles == ["Original", "Isodata", "Li", "Mean", "Minimum", "Otsu", "Triangle", "Yen"]
    printed = capsys.readouterr().out.split()
    assert printed[0] == "opsin.filters.threshold_isodata" and len(printed) == 7


def test_steps_of_li_end_at_its_threshold():
    steps = []
    threshold = filters.threshold_li(image(), iter_callback=steps.append)
    assert len(steps) > 2 and steps[-1] == pytest.approx(float(threshold))
    assert steps[0] == pytest.approx(float(image().mean()))


def _distributions(rng, n):
    yield "uniform", rng.random((n, n))
    yield "normal", rng.normal(size=(n, n))
    yield "exponential", rng.exponential(size=(n, n))
    yield "low tail", 1 - rng.exponential(size=(n, n)) * 0.05
    yield "few bright", np.where(rng.random((n, n)) < 0.1, rng.normal(5, 0.3, (n, n)), rng.normal(1, 0.3, (n, n)))
    yield "mostly zero", np.where(rng.random((n, n)) < 0.7, 0, rng.random((n, n)))
    yield "wide", rng.lognormal(sigma=3, size=(n, n))
    outlier = rng.random((n, n))
    outlier[1, 2] = 1e6
    yield "outlier", outlier
    holes = rng.random((n, n))
    holes[1, :3] = np.nan, np.inf, -np.inf
    yield "not finite", holes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_li_ends_where_all_of_its_steps_lead(dtype):
    """A callback sees every step; without one, most are skipped by bounds from counts. Rounded logarithms let both stop some units away
    from the fixed point."""
    for name, x in _distributions(np.random.default_rng(5), 700):
        x = x.astype(dtype)
        steps = []
        want = filters.threshold_li(x, iter_callback=steps.append)
        got = filters.threshold_li(x)
        finite = x[np.isfinite(x)]
        unit = np.finfo(dtype).eps * max(abs(float(want)), float(finite.max() - finite.min()))
        assert abs(float(got) - float(want)) <= 64 * unit, (name, want, got, len(steps))


def test_a_histogram_of_another_function_gives_the_same_threshold():
    x = image()
    hist = opsin.exposure.histogram(x)
    for name in ("otsu", "yen", "isodata"):
        function = getattr(filters, f"threshold_{name}")
        assert function(hist=hist) == function(x)


@pytest.mark.parametrize("name", ["otsu", "yen", "isodata", "minimum", "multiotsu"])
def test_nothing_to_take_a_threshold_of(name):
    with pytest.raises(Exception, match="Either image or hist must be provided."):
        getattr(filters, f"threshold_{name}")()


def test_a_threshold_array_is_a_level():
    x = image()
    level = np.asarray(filters.threshold_otsu(x))
    assert np.array_equal(
        filters.apply_hysteresis_threshold(x, 0.3, level), filters.apply_hysteresis_threshold(x, 0.3, float(level))
    )


def test_integers_of_64_bits_have_histograms():
    """The table's uint64 images fill the dtype, for whose range there is no memory."""
    skimage = pytest.importorskip("skimage")
    x = (np.random.default_rng(2).random((30, 40)) * 500).astype(np.uint64) + 7
    for got, want in zip(opsin.exposure.histogram(x), skimage.exposure.histogram(x)):
        np.testing.assert_array_equal(got, want)
    assert filters.threshold_otsu(x) == skimage.filters.threshold_otsu(x)
    with pytest.raises(ValueError, match=r"2\*\*63"):
        opsin.exposure.histogram(np.array([1, 2**63], np.uint64))
    with pytest.raises(ValueError, match="Maximum allowed size"):
        opsin.exposure.histogram(np.array([-(2**62), 2**62]))


TINY = {
    "float32": (3e-37, 1e-37, 4e-38, 3e-43),  # 256 bins of the last one are subnormal numbers apart
    "float64": (1e-300, 1e-306, 1e-310, 3e-321),
}


@pytest.mark.parametrize("dtype, range_", [(d, r) for d, ranges in TINY.items() for r in ranges])
@pytest.mark.parametrize("nbins", [8, 30])
def test_bins_of_a_tiny_range(dtype, range_, nbins):
    """How many bins there are in 1 is no finite number."""
    exposure = pytest.importorskip("skimage.exposure")
    rng = np.random.default_rng(5)
    for image in (np.linspace(0, 1, 64) * range_, rng.random((30, 40)) * range_, (rng.random(500) - 0.3) * range_):
        image = image.astype(dtype)
        for got, want in zip(opsin.exposure.histogram(image, nbins), exposure.histogram(image, nbins)):
            np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("name", ["otsu", "yen", "isodata", "triangle"])
def test_thresholds_of_a_tiny_range(name):
    reference = pytest.importorskip("skimage.filters")
    image = image_of_two_peaks() * np.float32(1e-37)
    got = getattr(filters, f"threshold_{name}")(image)
    assert got == getattr(reference, f"threshold_{name}")(image)


def image_of_two_peaks():
    return image() / 2


NBINS = ("otsu", "yen", "isodata", "triangle", "minimum", "multiotsu")


@pytest.mark.parametrize("name", NBINS)
@pytest.mark.parametrize("nbins", [-1, 0, 1])
@pytest.mark.parametrize("kind", ["float32", "float64", "bool", "uint8", "constant", "constant bool"])
def test_hardly_any_bins(name, nbins, kind):
    """With one bin there is nothing to choose, unless the image has one value."""
    reference = pytest.importorskip("skimage.filters")
    x = image()
    x = np.full((4, 5), kind != "constant" or 0.5) if "constant" in kind else (x * 100 if kind == "uint8" else x)
    x = x.astype(kind) if "constant" not in kind else x
    arguments = dict(nbins=nbins)
    try:
        want = getattr(reference, f"threshold_{name}")(x, **arguments)
    except (ValueError, IndexError, RuntimeError) as error:
        with pytest.raises(type(error)):
            getattr(filters, f"threshold_{name}")(x, **arguments)
    else:
        np.testing.assert_array_equal(getattr(filters, f"threshold_{name}")(x, **arguments), want)


def test_histograms_and_classes_that_are_none():
    counts, centers = np.arange(9.0), np.arange(9.0)
    for classes in (1, 17, 2**32 + 3):
        with pytest.raises(ValueError, match="classes"):
            filters.threshold_multiotsu(image(), classes=classes)
        with pytest.raises(ValueError, match="classes"):
            filters.threshold_multiotsu(classes=classes, hist=(counts, centers))
    for hist in ((counts * 1j, centers), (counts, centers * 1j)):
        with pytest.raises(ValueError, match="real"):
            filters.threshold_multiotsu(hist=hist)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_levels_between_integers_of_64_bits(dtype):
    """Float64 does not tell them apart, and NumPy does not ask it."""
    reference = pytest.importorskip("skimage.filters").apply_hysteresis_threshold
    top = 2**63 - 1
    x = np.array([[top, top - 1, top - 2, 5], [top - 1, top - 2, 3, 2**53 + 1], [2**53, 2**53 + 1, 0, 1]], dtype)
    if dtype == "uint64":
        x[2, 3] = 2**64 - 1
    else:
        x[2, 3] = -top - 1
    for low, high in (
        (top - 1, top - 1),
        (top - 2, top - 1),
        (2**53, 2**53),
        (2**53, top - 2),
        (-5, top - 1),
        (-5, -3),
        (top, 4),
        (0.5, top - 1),
        (np.int64(2**53), np.int64(2**53)),
    ):
        np.testing.assert_array_equal(
            filters.apply_hysteresis_threshold(x, low, high), reference(x, low, high), err_msg=f"{low} {high}"
        )
