"""A short run of the CUDA target from Python, small enough for compute-sanitizer: results equal the CPU's.

Every row of the conformance table once, for float32 and uint8; then each way through the kernels of every engine: full tiles,
remainders along each axis, widths without 16-byte rows, other dtypes, NaN and infinity, taps too long for registers, images
smaller than the taps.

    python tests/cuda/smoke.py [TEXT] [--device cuda|cpu] [--keep FILE --limit SECONDS]

TEXT: only checks whose title contains it. --keep and --limit: in pieces, the same command until none is left.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import opsin
from opsin import (
    color,
    exposure,
    feature,
    filters,
    measure,
    metrics,
    morphology,
    ndimage,
    segmentation,
    transform,
    util,
)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from conformance.checks_kinds import check_kind  # noqa: E402
from conformance.kinds import CPU_KINDS, CUDA_KINDS  # noqa: E402
from conformance.model import Op  # noqa: E402
from conformance.ops import OPS  # noqa: E402
from conformance.subject import load  # noqa: E402

TOLERANCE = 1e-5
KINDS = {kind.device: kind for kind in CPU_KINDS + CUDA_KINDS if kind.library == "opsin"}

PLANES = [(64, 128), (67, 129), (40, 300), (3, 200), (130, 5)]
VOLUMES = [(9, 33, 41), (24, 20, 132)]
SMALL = [(2, 2), (2, 3), (5, 70), (33, 31), (65, 2), (400, 333), (3, 2, 5), (30, 31, 65)]
LARGE = [(1500, 1512), (1499, 1511), (130, 121, 152)]
THICK = [(144, 208, 232), (145, 207, 235)]  # a quarter of the slices is large too


def _bytes(x):
    return util.img_as_ubyte(x)


def _reach(x):
    return morphology.disk(3) if x.ndim == 2 else morphology.ball(2)


def _mapping(x):
    values = np.arange(0, 250, 3), np.arange(84.0)
    return values if isinstance(x, np.ndarray) else [opsin.asarray(v, device=str(x.device)) for v in values]


FILTERS = {
    "gaussian": (lambda x: filters.gaussian(x, 1.5), TOLERANCE),
    "gaussian wide": (lambda x: filters.gaussian(x, 12), TOLERANCE),
    "gaussian constant": (lambda x: filters.gaussian(x, 2, mode="constant", cval=0.3), TOLERANCE),
    "gaussian wrap": (lambda x: filters.gaussian(x, 3, mode="wrap"), TOLERANCE),
    "sobel": (filters.sobel, TOLERANCE),
    "laplace": (filters.laplace, TOLERANCE),
    "unsharp_mask": (filters.unsharp_mask, TOLERANCE),
    "difference_of_gaussians": (lambda x: filters.difference_of_gaussians(x, 1), TOLERANCE),
    "uniform_filter": (lambda x: ndimage.uniform_filter(x, 5), TOLERANCE),
    "gaussian_gradient_magnitude": (lambda x: ndimage.gaussian_gradient_magnitude(x, 1.2), TOLERANCE),
    "correlate": (lambda x: ndimage.correlate(x, np.ones((3,) * x.ndim)), TOLERANCE),
    "hessian_matrix": (lambda x: feature.hessian_matrix(x, 2, use_gaussian_derivatives=True)[1], 1e-4),
    "structure_tensor": (lambda x: feature.structure_tensor(x, 1)[0], TOLERANCE),
    "erosion": (morphology.erosion, 0),
    "dilation of a box": (lambda x: morphology.dilation(x, np.ones((7,) * x.ndim)), 0),
    "opening": (lambda x: morphology.opening(x, morphology.disk(3) if x.ndim == 2 else morphology.ball(2)), 0),
    "binary_closing": (ndimage.binary_closing, 0),
    "binary_fill_holes": (ndimage.binary_fill_holes, 0),
    "median": (filters.median, 0),
    "median 5": (lambda x: ndimage.median_filter(x, 5), 0),
    "median 7": (lambda x: ndimage.median_filter(x, 7), 0),
    "median of a footprint": (
        lambda x: ndimage.median_filter(x, footprint=np.arange(7**x.ndim).reshape((7,) * x.ndim) % 3),
        0,
    ),
    "low rank": (lambda x: ndimage.rank_filter(x, 2, 5), 0),
    "high percentile of a disk": (lambda x: ndimage.percentile_filter(x, 80, footprint=_reach(x)), 0),
    "percentile of the last axis": (lambda x: ndimage.percentile_filter(x, 20, 31, axes=-1), 0),
    "rank of a large window": (lambda x: ndimage.rank_filter(x, 9, 100, axes=(-2, -1)), 0),
    "generic_filter": (lambda x: ndimage.generic_filter(x, np.std, 3), TOLERANCE),
    "rank.mean": (lambda x: filters.rank.mean(_bytes(x), _reach(x)), 0),
    "rank.autolevel": (lambda x: filters.rank.autolevel(_bytes(x), _reach(x)), 0),
    "rank.median": (lambda x: filters.rank.median(_bytes(x), _reach(x)), 0),
    "rank.modal": (lambda x: filters.rank.modal(_bytes(x), _reach(x)), 0),
    "rank.otsu": (lambda x: filters.rank.otsu(_bytes(x), _reach(x)), 0),
    "rank.entropy": (lambda x: filters.rank.entropy(_bytes(x), _reach(x)), 0),
    "rank.equalize": (lambda x: filters.rank.equalize(_bytes(x), _reach(x)), 0),
    "rank.median of words": (lambda x: filters.rank.median(util.img_as_uint(x), _reach(x)), 0),
    "rank.otsu of words": (lambda x: filters.rank.otsu(util.img_as_uint(x), _reach(x)), 0),
    "rank_order": (lambda x: filters.rank_order(x)[0], 0),
    "map_array": (lambda x: util.map_array(_bytes(x), *_mapping(x)), 0),
    "meijering": (lambda x: filters.meijering(x, sigmas=[2]), 1e-3),
    "histogram": (lambda x: exposure.histogram(x)[0], 0),
    "equalize_hist": (exposure.equalize_hist, TOLERANCE),
    "equalize_hist of many bins": (lambda x: exposure.equalize_hist(x, 20000), TOLERANCE),
    "equalize_adapthist": (lambda x: exposure.equalize_adapthist(x, kernel_size=9), TOLERANCE),
    "match_histograms": (lambda x: exposure.match_histograms(x, x), TOLERANCE),
    "adjust_gamma": (lambda x: exposure.adjust_gamma(x, 2.2), TOLERANCE),
    "rescale_intensity": (exposure.rescale_intensity, TOLERANCE),
    "is_low_contrast": (exposure.is_low_contrast, 0),
    "threshold_otsu": (filters.threshold_otsu, 0),
    "threshold_yen": (filters.threshold_yen, 1e-2),
    "threshold_isodata": (filters.threshold_isodata, 0),
    "threshold_triangle": (filters.threshold_triangle, 0),
    "threshold_mean": (filters.threshold_mean, TOLERANCE),
    "threshold_li": (filters.threshold_li, TOLERANCE),
    "threshold_multiotsu": (lambda x: filters.threshold_multiotsu(x, classes=3), 0),
    "threshold_local": (lambda x: filters.threshold_local(x, 7, offset=0.1), TOLERANCE),
    "threshold_niblack": (filters.threshold_niblack, 1e-4),
    "threshold_sauvola": (lambda x: filters.threshold_sauvola(x, 25), 1e-4),
    "apply_hysteresis_threshold": (lambda x: filters.apply_hysteresis_threshold(x, 0.1, 0.5), 0),
    "integral_image": (transform.integral_image, 0),
    "butterworth": (lambda x: filters.butterworth(x, 0.1), 1e-4),
    "butterworth of padded": (lambda x: filters.butterworth(x, 0.2, False, npad=3), 1e-4),
    "fourier_gaussian": (lambda x: ndimage.fourier_gaussian(x, 1.5), TOLERANCE),
    "fourier_ellipsoid": (lambda x: ndimage.fourier_ellipsoid(x, 4), TOLERANCE),
    "sato": (lambda x: filters.sato(x, sigmas=[1, 2]), 1e-3),
    "multiscale_basic_features": (lambda x: feature.multiscale_basic_features(x, sigma_max=2), 1e-4),
    "peak_local_max": (lambda x: feature.peak_local_max(x, 2, exclude_border=False, p_norm=2), 0),
    "moments": (measure.moments, TOLERANCE),
    "moments_central": (lambda x: measure.moments_central(x, center=(1,) * x.ndim, order=5), TOLERANCE),
    "inertia_tensor": (measure.inertia_tensor, 1e-3),
    "block_reduce sum": (lambda x: measure.block_reduce(x, 3), TOLERANCE),
    "block_reduce median": (lambda x: measure.block_reduce(x, 3, np.median), 0),
    "block_reduce wide": (lambda x: measure.block_reduce(x, 40, np.max), 0),
    "blur_effect": (lambda x: measure.blur_effect(x, 3), TOLERANCE),
    "manders_overlap_coeff": (lambda x: measure.manders_overlap_coeff(x, x), TOLERANCE),
}

PLANE_FILTERS = {
    "canny": (lambda x: feature.canny(x, low_threshold=0.02, high_threshold=0.1), 0),
    "canny quantiles": (lambda x: feature.canny(x, 2, 0.5, 0.8, use_quantiles=True, mode="reflect"), 0),
    "corner_harris": (feature.corner_harris, 1e-4),
    "corner_foerstner": (lambda x: feature.corner_foerstner(x, 2)[0], 1e-3),
    "corner_kitchen_rosenfeld": (feature.corner_kitchen_rosenfeld, 1e-3),
    "corner_moravec": (feature.corner_moravec, 1e-4),
    "corner_moravec wide": (lambda x: feature.corner_moravec(x, 2), 1e-4),
    "corner_fast": (lambda x: feature.corner_fast(x, 9, 0.05), TOLERANCE),
}

FROM_RGB = ("hsv", "xyz", "rgbcie", "lab", "luv", "yuv", "yiq", "ypbpr", "ycbcr", "ydbdr", "hed")
SPACES = [*(("rgb", space) for space in FROM_RGB), ("xyz", "lab"), ("xyz", "luv"), ("lab", "lch")]
COLORS = [name for one, other in SPACES for name in (f"{one}2{other}", f"{other}2{one}")]

# One for each form that banks of the separable engine have.
BANKS = {
    **{
        name: FILTERS[name]
        for name in (
            "gaussian",
            "gaussian constant",
            "gaussian wrap",
            "sobel",
            "unsharp_mask",
            "difference_of_gaussians",
            "gaussian_gradient_magnitude",
            "structure_tensor",
            "meijering",
        )
    },
    "gaussian 4": (lambda x: filters.gaussian(x, 4), TOLERANCE),
    "gaussian nearest": (lambda x: filters.gaussian(x, 1), TOLERANCE),
    "gaussian mirror": (lambda x: filters.gaussian(x, 2, mode="mirror"), TOLERANCE),
    "hessian_matrix wrap": (
        lambda x: feature.hessian_matrix(x, 1.5, mode="wrap", use_gaussian_derivatives=True)[1],
        1e-4,
    ),
    "hessian_matrix 3": (lambda x: feature.hessian_matrix(x, 3, use_gaussian_derivatives=True)[-1], 1e-4),
    "sato of three": (lambda x: filters.sato(x, sigmas=[1, 2, 3]), 1e-3),
    "frangi": (lambda x: filters.frangi(x, sigmas=[1, 3]), 1e-2),  # quotients of eigenvalues near zero
}
PLANE_BANKS = {
    "gabor": (lambda x: filters.gabor(x, 0.2, theta=0.5)[0], TOLERANCE),
    "gabor along x": (lambda x: filters.gabor(x, 0.2)[1], TOLERANCE),
    "structure_tensor constant": (lambda x: feature.structure_tensor(x, 2, mode="constant", cval=0.5)[1], TOLERANCE),
    "structure_tensor wrap": (lambda x: feature.structure_tensor(x, (1, 2), mode="wrap")[1], TOLERANCE),
    "structure_tensor mirror": (lambda x: feature.structure_tensor(x, mode="mirror", order="xy")[2], TOLERANCE),
    "corner_harris": PLANE_FILTERS["corner_harris"],
}

METRICS = {
    "structural_similarity": lambda x, y: metrics.structural_similarity(x, y, data_range=1),
    "structural_similarity gaussian": lambda x, y: metrics.structural_similarity(
        x, y, data_range=1, gaussian_weights=True, full=True
    )[1],
    "structural_similarity gradient": lambda x, y: metrics.structural_similarity(x, y, data_range=1, gradient=True)[1],
    "mean_squared_error": metrics.mean_squared_error,
    "peak_signal_noise_ratio": metrics.peak_signal_noise_ratio,
    "normalized_mutual_information": metrics.normalized_mutual_information,
    "filter_forward": lambda x, y: filters.filter_forward(x, lambda r, c: np.exp(-(r * r + c * c) / 4)),
    "wiener": lambda x, y: filters.wiener(x, lambda r, c: np.exp(-(r * r + c * c) / 4)),
}


@dataclass(frozen=True)
class Check:
    """f of `images` on the device equals f of them on the CPU, to `tolerance` of the largest value."""

    title: str
    f: Callable
    images: tuple[np.ndarray, ...]
    tolerance: float = TOLERANCE

    def run(self, device: str) -> None:
        want = np.asarray(self.f(*self.images))
        got = np.asarray(opsin.asarray(self.f(*(opsin.asarray(x, device=device) for x in self.images)), device="cpu"))
        assert got.dtype == want.dtype, f"{got.dtype} instead of {want.dtype}"
        want, got = (x.astype(np.uint8) if x.dtype == bool else x for x in (want, got))
        finite = np.isfinite(want)
        assert np.array_equal(finite, np.isfinite(got)), "NaN or infinity elsewhere"
        scale = np.abs(want[finite]).max(initial=1e-30)
        error = np.abs(got[finite] - want[finite]).max(initial=0)
        assert error <= self.tolerance * scale, f"off by {error} of {scale}"


@dataclass(frozen=True)
class Row:
    """A row of the conformance table, with the table's own comparison."""

    title: str
    op: Op

    def run(self, device: str) -> None:
        dtypes = [d for d in ("float32", "uint8") if d in self.op.dtypes] or self.op.dtypes[:1]
        check_kind(self.op, load("opsin"), KINDS[device], dtypes=dtypes, cases=1)


def checks() -> Iterator[Check | Row]:
    yield from (Row(f"row {op.name}", op) for op in OPS if op.takes_image)
    rng = np.random.default_rng(0)
    for shape in PLANES + VOLUMES:
        image = np.maximum(rng.random(shape, dtype=np.float32) - 0.4, 0)  # nonzero in part, for what is binary
        for name, (f, tolerance) in {**FILTERS, **(PLANE_FILTERS if len(shape) == 2 else {})}.items():
            yield Check(f"{name} {shape}", f, (image,), tolerance)
    byte = rng.integers(0, 256, (67, 140), dtype=np.uint8)
    broken = rng.random((80, 160), dtype=np.float32)
    broken[20, 30] = np.nan
    broken[60, 127] = np.inf
    for title, image in [("uint8", byte), ("NaN", broken), ("float64", broken.astype(np.float64))]:
        for name in ("gaussian", "sobel", "unsharp_mask", "uniform_filter"):
            f, tolerance = FILTERS[name]
            yield Check(f"{name} {title}", f, (image,), tolerance)
    for size in (3, 5, 9, 15, 17, 40):
        yield Check(f"median {size} uint8", partial(ndimage.median_filter, size=size), (byte,), 0)
    words = byte.astype(np.int16) - 100
    for title, image in [("NaN", broken), ("float64", broken.astype(np.float64)), ("int16", words)]:
        for size in (3, 7, 12):
            yield Check(f"median {size} {title}", partial(ndimage.median_filter, size=size), (image,), 0)
        for rank in (1, 7, 20, 60, -3):
            yield Check(f"rank {rank} {title}", partial(ndimage.rank_filter, rank=rank, size=9), (image,), 0)
    yield from checks_of_banks(
        rng, [("uint8", byte), ("int16", words), ("NaN", broken), ("float64", broken.astype(float))]
    )
    yield from checks_of_colour(rng)
    sharp = rng.random((130, 301), dtype=np.float32)
    for name, f in METRICS.items():
        yield Check(name, f, (sharp, filters.gaussian(sharp, 1)), 1e-4)
    yield from checks_of_kernels(
        rng, [("uint8", byte), ("int16", words), ("NaN", broken), ("float64", broken.astype(float))]
    )
    yield Check("label_points", lambda x: util.label_points(x, (40, 50)), (rng.random((300, 2)) * [39, 49],), 0)
    yield Check("inverse_gaussian_gradient", partial(segmentation.inverse_gaussian_gradient, sigma=2), (broken[:50],))


def checks_of_banks(rng, planes) -> Iterator[Check]:
    """Small images go by tiles, large ones in streams: rows that are whole sixteens of bytes or not, and what is not finite."""
    images = [(f"{shape}", rng.random(shape, dtype=np.float32)) for shape in SMALL + LARGE]
    stream = images[-3][1].copy()
    stream[700, 3], stream[2, 900], stream[-1, -1] = np.nan, np.inf, -np.inf
    for title, image in [
        *planes,
        *images,
        ("large NaN", stream),
        ("large uint8", (250 * images[-2][1]).astype(np.uint8)),
    ]:
        for name, (f, tolerance) in {**BANKS, **(PLANE_BANKS if image.ndim == 2 else {})}.items():
            # It takes the eigenvalue that is farther from zero: among millions of them some are as far to the last digit.
            if name == "meijering" and image.size > 1 << 20:
                continue
            yield Check(f"bank {name} {title}", f, (image,), tolerance)
    for shape in THICK:
        image = rng.random(shape, dtype=np.float32)
        broken = image.copy()
        broken[70, 100, 3], broken[2, -1, -1], broken[-1, 0, 130] = np.nan, np.inf, -np.inf
        for title, x in [("", image), (" NaN", broken)]:
            for name in ("sato of three", "hessian_matrix wrap", "hessian_matrix 3"):
                f, tolerance = BANKS[name]
                yield Check(f"bank {name} {shape}{title}", f, (x,), tolerance)


def checks_of_kernels(rng, planes) -> Iterator[Check]:
    """Kernels with short and long rows, in planes and in volumes of so many planes that blocks go through some of them."""
    for shape in [(3, 3), (5, 4), (7, 7), (11, 1), (1, 9), (6, 13)]:
        weights = rng.standard_normal(shape) * (rng.random(shape) < 0.8)
        for title, image in planes:
            yield Check(f"correlate {shape} {title}", partial(ndimage.correlate, weights=weights), (image,))
    weights = rng.standard_normal((3, 3, 3))
    weights[1, 1, 1] = 0
    for shape, mode in [((1400, 14, 20), "constant"), ((1500, 13, 21), "reflect")]:
        for image in (
            rng.random(shape, dtype=np.float32),
            rng.random(shape),
            rng.integers(0, 256, shape, dtype=np.uint8),
        ):
            title = f"correlate {shape} {image.dtype}"
            yield Check(title, partial(ndimage.correlate, weights=weights, mode=mode, cval=2), (image,))


def checks_of_colour(rng) -> Iterator[Check]:
    colour = rng.integers(0, 256, (65, 47, 3), dtype=np.uint8)
    yield Check("rgb2gray", color.rgb2gray, (colour,))
    for image, title in [(colour, "uint8"), ((colour / 300).astype(np.float32), "float32"), (colour / 300, "float64")]:
        for name in COLORS:
            yield Check(f"{name} {title}", getattr(color, name), (image,))
        for name in ("cie76", "ciede94", "ciede2000", "cmc"):
            yield Check(f"deltaE_{name} {title}", getattr(color, f"deltaE_{name}"), (image, image[::-1].copy()), 1e-4)
        yield Check(f"gray2rgba {title}", color.gray2rgba, (image,), 0)
        yield Check(f"hsv to xyz {title}", lambda x: color.convert_colorspace(x, "hsv", "xyz"), (image,))
    yield Check("gaussian of channels", lambda x: filters.gaussian(x, 1, channel_axis=-1), (colour,))
    yield Check("invert", util.invert, (colour,))
    yield Check("montage", lambda x: util.montage(x, padding_width=2), (colour,), 0)
    channels = partial(util.montage, fill=[1, 2, 3], channel_axis=-1)
    yield Check("montage of channels", channels, (colour[None],), 0)
    for mode in ("gaussian", "speckle", "poisson", "s&p", "localvar"):
        yield Check(f"random_noise {mode}", partial(util.random_noise, mode=mode, rng=5), (colour,))


def parse(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", default="")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="cpu: to try the checks themselves")
    parser.add_argument("--keep", type=Path, help="a file for the titles of what passed, which is not run again")
    parser.add_argument("--limit", type=float, default=np.inf, help="seconds after which no check is begun")
    return parser.parse_args(argv)


def main(argv=None) -> int:
    options = parse(argv)
    if options.device == "cuda" and opsin.cuda_device_count() == 0:
        print(opsin.cuda_unavailable_reason())
        return 1
    end = time.monotonic() + options.limit
    kept = set(options.keep.read_text().splitlines()) if options.keep and options.keep.exists() else set()
    passed = failed = left = 0
    for check in checks():
        if options.text not in check.title or check.title in kept:
            continue
        if time.monotonic() > end:
            left += 1
            continue
        try:
            check.run(options.device)
        except Exception as error:  # one failure does not hide the next
            print(f"{check.title}: {type(error).__name__}: {error}", flush=True)
            failed += 1
            continue
        passed += 1
        if options.keep:
            with options.keep.open("a") as file:
                file.write(check.title + "\n")
    known = f", {len(kept)} before" if kept else ""
    print(f"{passed} passed{known}, {failed} failed, {left} left", flush=True)
    return 1 if failed or not (passed or kept) else 0


if __name__ == "__main__":
    sys.exit(main())
