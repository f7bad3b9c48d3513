"""Filters that stream, of images wider and higher than what a warp holds at once, on every device."""

import numpy as np
import pytest
import scipy.ndimage as ndi
import skimage.feature
import skimage.filters
import skimage.morphology as ski

import opsin

RNG = np.random.default_rng(21)
DEVICES = [
    "cpu",
    pytest.param("cuda", marks=[pytest.mark.cuda, pytest.mark.skipif(not opsin.cuda_available(), reason="no GPU")]),
]
SHAPES = [(40, 128), (21, 301), (70, 1), (1, 70), (8, 113), (139, 515)]
VOLUMES = [(5, 9, 33), (3, 4, 257), (7, 21, 120), (2, 30, 2), (3, 40, 256)]
FLAT = {
    **{f"disk {r}": ski.disk(r) for r in range(1, 9)},
    **{f"diamond {r}": ski.diamond(r) for r in (3, 4, 5)},
    **{f"box {n}": np.ones((n, n), bool) for n in (3, 5, 7, 9, 11, 15)},
    "octagon": ski.octagon(3, 3),
    "off centre": np.pad(ski.disk(2), ((0, 2), (0, 0))),
}
SOLID = {
    **{f"ball {r}": ski.ball(r) for r in (1, 2, 3)},
    "cube": np.ones((3, 3, 3), bool),
    "18": ndi.generate_binary_structure(3, 2),
}
DTYPES = [bool, np.uint8, np.int16, np.float32]
MODES = ["reflect", "nearest", "mirror", "wrap", "constant"]


def _image(shape, dtype):
    if dtype is bool:
        return RNG.random(shape) < 0.97
    if dtype is np.float32:
        return RNG.standard_normal(shape, dtype=np.float32)
    if dtype is np.float64:
        return RNG.standard_normal(shape)
    low, high = (0, 256) if dtype is np.uint8 else (0, 2**32) if dtype is np.uint32 else (-30000, 30000)
    return RNG.integers(low, high, shape).astype(dtype)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*FLAT, *SOLID])
def test_morphology(device, dtype, name):
    footprint = FLAT[name] if name in FLAT else SOLID[name]
    for i, shape in enumerate(SHAPES if name in FLAT else VOLUMES):
        image = _image(shape, dtype)
        given = opsin.asarray(image, device=device)
        for operation in ("erosion", "dilation", "white_tophat"):
            mode = MODES[(i + len(operation)) % len(MODES)]
            got = getattr(opsin.morphology, operation)(given, footprint, mode=mode, cval=1)
            want = getattr(ski, operation)(image, footprint, mode=mode, cval=1)
            np.testing.assert_array_equal(np.asarray(got), want, f"{operation} {shape} {mode}")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("mode", MODES)
def test_edges_that_words_end_at(device, dtype, mode):
    for shape, names in [
        ((70, 236), ("disk 5", "box 3", "box 9", "box 15")),
        ((133, 128), ("disk 8", "box 15")),
        ((16, 12), ("box 11",)),
        ((6, 17, 244), ("ball 2", "cube")),
    ]:
        image = _image(shape, dtype)
        given = opsin.asarray(image, device=device)
        for name in names:
            for operation in ("erosion", "dilation"):
                footprint = {**FLAT, **SOLID}[name]
                got = getattr(opsin.morphology, operation)(given, footprint, mode=mode, cval=1)
                want = getattr(ski, operation)(image, footprint, mode=mode, cval=1)
                np.testing.assert_array_equal(np.asarray(got), want, f"{operation} {name} {shape}")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("mode", MODES)
def test_tiles_of_bits(device, mode):
    """More than one tile along each axis, and rows that begin anywhere in memory."""
    for shape in [(46, 1024), (70, 1500), (34, 2064), (23, 1031), (10, 2049), (4, 40, 1100), (18, 17), (18, 9)]:
        image = _image(shape, bool)
        image[..., :: shape[-1] // 9] = True
        given = opsin.asarray(image, device=device)
        for name in ("disk 5", "box 3", "box 15", "disk 8", "diamond 3"):
            footprint = FLAT[name] if len(shape) == 2 else FLAT[name][None]
            for operation, first in (("erosion", 0), ("dilation", 1), ("white_tophat", 1)):
                got = getattr(opsin.morphology, operation)(given[first:], footprint, mode=mode, cval=1)
                want = getattr(ski, operation)(image[first:], footprint, mode=mode, cval=1)
                np.testing.assert_array_equal(np.asarray(got), want, f"{operation} {name} {shape}")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32])
@pytest.mark.parametrize("mode", MODES)
def test_median(device, dtype, mode):
    for shape in [*SHAPES, *VOLUMES]:
        image = _image(shape, dtype)
        got = opsin.ndimage.median_filter(opsin.asarray(image, device=device), 3, mode=mode, cval=1)
        np.testing.assert_array_equal(np.asarray(got), ndi.median_filter(image, 3, mode=mode, cval=1), str(shape))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.float32, np.float64])
@pytest.mark.parametrize(
    "name", ["box 3", "box 5", "box 9", "disk 3", "disk 5", "off centre", "cube", "ball 2", "sparse"]
)
def test_rank(device, dtype, name):
    sparse = np.arange(77).reshape(7, 11) % 5 == 0
    footprint = {**FLAT, **SOLID, "sparse": sparse}[name]
    count = np.count_nonzero(footprint)
    shapes = [(19, 150), (8, 133)] if footprint.ndim == 2 else [(4, 17, 131)]
    for i, rank in enumerate(sorted({1, 2, 5, count // 4, count // 2, count // 2 + 1, count - 4, count - 2})):
        shape, mode = shapes[i % len(shapes)], MODES[i % len(MODES)]
        image = _image(shape, dtype)
        got = opsin.ndimage.rank_filter(
            opsin.asarray(image, device=device), rank, footprint=footprint, mode=mode, cval=1
        )
        want = ndi.rank_filter(image, rank, footprint=footprint, mode=mode, cval=1)
        np.testing.assert_array_equal(np.asarray(got), want, f"{rank} of {count}, {shape} {mode}")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shape", [(21, 301), (7, 21, 120)])
def test_nan_is_the_greatest_in_a_median(device, shape):
    image = _image(shape, np.float32)
    for part in (0.05, 0.5):
        image[RNG.random(shape) < part] = np.nan
        got = np.asarray(opsin.ndimage.median_filter(opsin.asarray(image, device=device), 3))
        around = np.lib.stride_tricks.sliding_window_view(np.pad(image, 1, "symmetric"), (3,) * image.ndim)
        want = np.sort(around.reshape(*shape, -1), axis=-1)[..., 3**image.ndim // 2]  # NumPy sorts NaN to the end
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("device", DEVICES)
def test_nan_counts_where_the_first_element_meets_it(device):
    image = _image((40, 301), np.float32)
    image[RNG.random(image.shape) < 0.02] = np.nan
    for footprint in (ski.disk(3), ski.disk(5)):
        got = np.asarray(opsin.morphology.dilation(opsin.asarray(image, device=device), footprint))
        np.testing.assert_array_equal(got, np.asarray(opsin.morphology.dilation(image, footprint)))
        assert np.isnan(got).any() and not np.isnan(got).all()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_nan_under_a_box(device, dtype):
    for shape, sizes in [((150, 604), (3, 15, (4, 7), (1, 3), (40, 3))), ((12, 19, 130), (3, 5, (3, 1, 1)))]:
        for place in (0, np.prod(shape) // 2 + 77, np.prod(shape) - 1):
            image = _image(shape, dtype)
            image.reshape(-1)[place] = np.nan
            for size in sizes:
                for name in ("minimum_filter", "maximum_filter"):
                    got = getattr(opsin.ndimage, name)(opsin.asarray(image, device=device), size)
                    want = getattr(ndi, name)(image, size)
                    np.testing.assert_array_equal(np.asarray(got), want, f"{name} {shape} {size} {place}")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("mode", MODES)
def test_canny(device, mode):
    for shape in [(40, 300), (21, 301), (139, 515), (8, 113)]:
        image = RNG.random(shape)
        hole = RNG.random(shape) < 0.999
        for options in (
            dict(low_threshold=0.3, high_threshold=0.9, mode=mode, cval=0.4),
            dict(low_threshold=0.6, high_threshold=0.95, use_quantiles=True, mode=mode),
            dict(low_threshold=0.2, high_threshold=0.8, mask=hole, mode=mode),
        ):
            want = skimage.feature.canny(image, **options)
            assert want.any()
            on_device = {k: opsin.asarray(v, device=device) if k == "mask" else v for k, v in options.items()}
            got = opsin.feature.canny(opsin.asarray(image, device=device), **on_device)
            np.testing.assert_array_equal(np.asarray(got), want, f"{shape} {options}")
            single = image.astype(np.float32)
            got = opsin.feature.canny(opsin.asarray(single, device=device), **on_device)
            # Smoothing is rounded in another order there, which may tip a tie.
            assert np.count_nonzero(np.asarray(got) != opsin.feature.canny(single, **options)) <= 1e-3 * single.size


def _tied(shape, kind):
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    image = {
        "ramp": 0.37 * y + 0.11 * x,
        "checkers": (y // 3 + x // 3) % 2,
        "steps": (x > shape[1] // 2) + (y > shape[0] // 2) * 0.5,
        "constant": np.full(shape, 0.3),
        "integers": RNG.integers(0, 4, shape),
        "noise": RNG.random(shape),
        "tiny": RNG.random(shape) * 1e-13,
        "huge": (RNG.random(shape) - 0.5) * 1e19,
    }[kind].astype(np.float32)
    if kind == "noise":
        image[RNG.random(shape) < 0.002] = np.nan
        image[RNG.random(shape) < 0.002] = np.inf
    return image


@pytest.mark.cuda
@pytest.mark.skipif(not opsin.cuda_available(), reason="no GPU")
@pytest.mark.parametrize("kind", ["ramp", "checkers", "steps", "constant", "integers", "noise", "tiny", "huge"])
def test_canny_where_magnitudes_tie(kind):
    """Without smoothing, which each device rounds in its own order, every tie falls alike."""
    for shape in [(200, 604), (139, 515), (3, 130), (41, 7)]:
        image = _tied(shape, kind)
        hole = RNG.random(shape) < 0.99
        for options in (
            dict(),
            dict(low_threshold=0, high_threshold=1e-13, mode="reflect"),
            dict(low_threshold=1.5, high_threshold=2, mask=hole),
        ):
            want = opsin.feature.canny(image, 0, **options)
            on_device = {k: opsin.asarray(v, device="cuda") if k == "mask" else v for k, v in options.items()}
            got = opsin.feature.canny(opsin.asarray(image, device="cuda"), 0, **on_device)
            np.testing.assert_array_equal(np.asarray(got), want, f"{shape} {options}")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_edges_of_volumes(device, mode, dtype):
    for shape in [(20, 9, 260), (3, 4, 257), (70, 6, 128), (1, 5, 1), (2, 1, 131)]:
        image = RNG.integers(0, 256, shape, dtype=np.uint8) if dtype is np.uint8 else RNG.random(shape).astype(dtype)
        for name in ("sobel", "laplace"):
            options = dict(mode=mode, cval=0.3) if name == "sobel" else {}
            got = getattr(opsin.filters, name)(opsin.asarray(image, device=device), **options)
            want = getattr(skimage.filters, name)(image, **options)
            np.testing.assert_allclose(
                np.asarray(got), want, atol=1e-12 if dtype is np.float64 else 1e-5, err_msg=f"{name} {shape}"
            )
