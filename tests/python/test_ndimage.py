"""opsin.ndimage against scipy.ndimage: integers and float64 to the bit, float32 to a few ulp, errors by type."""

import numpy as np
import pytest
import scipy.ndimage as scipys

import opsin.ndimage as ours

INTEGERS = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
DTYPES = INTEGERS + ["float32", "float64", "complex64", "complex128"]
MODES = ["reflect", "constant", "nearest", "mirror", "wrap", "grid-mirror", "grid-constant", "grid-wrap"]
SHAPES = [(1,), (29,), (1, 1), (23, 40), (5, 130), (0, 3), (7, 9, 11), (3, 1, 4, 5)]

CALLS = {
    "correlate1d": lambda l, x, **k: l.correlate1d(x, [1.5, -2, 0.25, 3], axis=0, origin=1, **k),
    "correlate1d symmetric": lambda l, x, **k: l.correlate1d(x, [0.3, -1.1, 7, -1.1, 0.3], **k),
    "convolve1d": lambda l, x, **k: l.convolve1d(x, [1, 2, 3, 4], origin=-1, **k),
    "convolve1d complex": lambda l, x, **k: l.convolve1d(x, [1, 2j, 3 - 1j], **k),
    "correlate": lambda l, x, **k: l.correlate(x, weights(x, 0.1), **k),
    "correlate integers": lambda l, x, **k: l.correlate(x, weights(x, 1) - 3, **k),
    "convolve": lambda l, x, **k: l.convolve(x, weights(x, 0.1), origin=1, **k),
    "correlate one axis": lambda l, x, **k: l.correlate(x, [0.2, 1.7], axes=0, **k),
    "gaussian_filter": lambda l, x, **k: l.gaussian_filter(x, 1.3, **k),
    "gaussian_filter orders": lambda l, x, **k: l.gaussian_filter(x, 0.8, order=list(range(x.ndim))[::-1], **k),
    "gaussian_filter axes": lambda l, x, **k: l.gaussian_filter(x, 2, axes=(0,), radius=3, **k),
    "gaussian_filter1d": lambda l, x, **k: l.gaussian_filter1d(x, 2.5, order=2, **k),
    "sobel": lambda l, x, **k: l.sobel(x, axis=0, **k),
    "prewitt": lambda l, x, **k: l.prewitt(x, **k),
    "laplace": lambda l, x, **k: l.laplace(x, **k),
    "gaussian_laplace": lambda l, x, **k: l.gaussian_laplace(x, 1.1, truncate=3.0, **k),
    "gaussian_gradient_magnitude": lambda l, x, **k: l.gaussian_gradient_magnitude(x, 1.1, **k),
    "generic_laplace": lambda l, x, **k: l.generic_laplace(x, second_derivative(l), **k),
    "generic_gradient_magnitude": lambda l, x, **k: l.generic_gradient_magnitude(x, l.prewitt, **k),
    "uniform_filter": lambda l, x, **k: l.uniform_filter(x, 4, origin=-1, **k),
    "uniform_filter large": lambda l, x, **k: l.uniform_filter(x, 13, **k),
    "uniform_filter1d": lambda l, x, **k: l.uniform_filter1d(x, 21, axis=0, **k),
}


def weights(x, scale):
    return (np.arange(3**x.ndim) % 7).reshape((3,) * x.ndim) * scale


def second_derivative(library):
    return lambda x, axis, output, mode, cval: library.correlate1d(x, [1, -2, 1], axis, output, mode, cval)


def image(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(shape) < 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(max(info.min, -(2**40)), min(info.max, 2**40), shape, endpoint=True).astype(dtype)
    x = rng.normal(size=shape) * 100
    return (x + 1j * rng.normal(size=shape) if dtype.kind == "c" else x).astype(dtype)


def check(name, call, x, **keywords):
    expected = call(scipys, x, **keywords)
    got = call(ours, x, **keywords)
    assert got.dtype == expected.dtype and got.shape == expected.shape
    if expected.size == 0:
        return
    if expected.dtype == bool:
        # SciPy leaves any byte in a bool array.
        np.testing.assert_array_equal(got, expected.view("u1") != 0)
        return
    rounded = name.startswith("uniform") or ("magnitude" in name and expected.dtype.kind == "c")
    single = expected.dtype.itemsize // (2 if expected.dtype.kind == "c" else 1) == 4 or x.dtype == np.complex64
    if expected.dtype.kind in "fc" and (single or rounded):
        scale = max(np.abs(expected).max(), np.abs(x.astype(complex)).max()) * 10
        np.testing.assert_allclose(got, expected, rtol=0, atol=scale * (2e-6 if single else 1e-14))
    else:
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_equals_scipy(name, dtype):
    for i, shape in enumerate(SHAPES):
        x = image(shape, dtype)
        if name.startswith("uniform") and dtype == "uint64":
            x = x % 1000  # SciPy's running sum is exact below 2**53 only.
        check(name, CALLS[name], x, mode=MODES[i % len(MODES)], cval=2.5)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("mode", MODES)
def test_modes(name, mode):
    check(name, CALLS[name], image((19, 33), "uint8"), mode=mode, cval=7)
    check(name, CALLS[name], image((4, 3, 5), "float64"), mode=mode, cval=-1.5)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float32", "float64"])
def test_output_dtypes(name, dtype):
    if "complex" in name:
        pytest.skip("the result is complex")
    for source in ("uint8", "int16", "float64"):
        check(name, CALLS[name], image((17, 21), source), output=np.dtype(dtype))


@pytest.mark.parametrize("name", CALLS)
def test_output_array_and_layout(name):
    call = CALLS[name]
    x = image((40, 30), "float64")[::-2, ::3]
    if "complex" in name:
        x = x.astype("complex128")
    out = np.empty((10, 20), x.dtype).T
    assert call(ours, x, output=out) is out
    np.testing.assert_array_equal(out, call(ours, x.copy()))
    if "laplace" not in name and "magnitude" not in name:
        y = x.copy()
        call(ours, y, output=y)
        np.testing.assert_array_equal(y, out)


def test_nan_stays_in_its_window():
    x = np.ones((30, 30))
    x[10, 12] = np.nan
    x[20, 3] = np.inf
    for call in (
        lambda l: l.gaussian_filter(x, 1),
        lambda l: l.correlate(x, np.array([[0, 1], [1, 0]])),
        lambda l: l.sobel(x),
    ):
        np.testing.assert_array_equal(np.isfinite(call(ours)), np.isfinite(call(scipys)))
    bad = ~np.isfinite(ours.uniform_filter(x, 9))
    assert bad[6:15, 8:17].all() and bad[16:25, :8].all() and bad.sum() == 81 + 72


ERRORS = {
    "no weights": lambda l, x: l.correlate1d(x, []),
    "2-D weights": lambda l, x: l.correlate1d(x, [[1.0]]),
    "axis": lambda l, x: l.correlate1d(x, [1.0], axis=2),
    "axis type": lambda l, x: l.correlate1d(x, [1.0], axis=0.5),
    "origin": lambda l, x: l.correlate1d(x, [1.0, 2], origin=3),
    "mode": lambda l, x: l.convolve1d(x, [1.0, 2], mode="symmetric"),
    "modes": lambda l, x: l.correlate(x, np.ones((3, 3)), mode=["reflect", "wrap"]),
    "weights ndim": lambda l, x: l.correlate(x, np.ones(3)),
    "empty weights": lambda l, x: l.correlate(x, np.ones((0, 3))),
    "n-D origin": lambda l, x: l.correlate(x, np.ones((3, 3)), origin=2),
    "sigma": lambda l, x: l.gaussian_filter(x, [1, 2, 3]),
    "sigma 0": lambda l, x: l.gaussian_filter1d(x, 0),
    "sigma negative": lambda l, x: l.gaussian_filter1d(x, -1.0),
    "sigma infinite": lambda l, x: l.gaussian_filter(x, np.inf),
    "order": lambda l, x: l.gaussian_filter(x, 1, order=-1),
    "radius": lambda l, x: l.gaussian_filter1d(x, 1, radius=1.5),
    "size": lambda l, x: l.uniform_filter1d(x, 0),
    "size type": lambda l, x: l.uniform_filter1d(x, 2.5),
    "uniform origin": lambda l, x: l.uniform_filter1d(x, 3, origin=2),
    "axes": lambda l, x: l.gaussian_filter(x, 1, axes=(0, 0)),
    "axes range": lambda l, x: l.laplace(x, axes=(0, 5)),
    "output shape": lambda l, x: l.sobel(x, output=np.zeros((2, 2))),
    "output name": lambda l, x: l.sobel(x, output="bool"),
    "real output": lambda l, x: l.correlate1d(x, [1j], output=np.zeros(x.shape)),
    "complex output": lambda l, x: l.correlate1d(x, [1.0], output=np.complex128),
    "complex cval": lambda l, x: l.correlate1d(x, [1.0], cval=1j),
    "complex cval, complex weights": lambda l, x: l.correlate1d(x, [1j], cval=1j),
    "cval type": lambda l, x: l.correlate1d(x, [1.0], cval="a"),
    "float16": lambda l, x: l.gaussian_filter(x.astype("float16"), 1),
    "object": lambda l, x: l.correlate1d(x.astype(object), [1.0]),
    "0-d": lambda l, x: l.sobel(np.array(3.0)),
    "keyword": lambda l, x: l.gaussian_laplace(x, 1, wrong=2),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_have_scipys_type(name):
    x = np.ones((4, 5))
    with pytest.raises(Exception) as expected:
        ERRORS[name](scipys, x)
    with pytest.raises(expected.type):
        ERRORS[name](ours, x)


def test_promoted_output_dtype_warns():
    with pytest.warns(UserWarning, match="promoting specified output dtype"):
        out = ours.correlate1d(np.ones(3), [1j], output=np.float64)
    assert out.dtype == np.complex128


def test_zero_dimensional_and_lists():
    assert ours.correlate(np.array(3.0), np.array(2.0)) == 6
    assert ours.gaussian_filter(np.array(3.0), 1) == 3
    np.testing.assert_array_equal(ours.uniform_filter([2, 8, 0, 4, 1, 9, 9, 0], 3), [4, 3, 4, 1, 4, 6, 6, 3])
