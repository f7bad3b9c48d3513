"""A short run of the CUDA target from Python, small enough for compute-sanitizer: results equal the CPU's.

Every engine and each way through its kernels: full tiles, remainders along each axis, widths without 16-byte rows, other dtypes,
NaN and infinity, taps too long for registers, images smaller than the taps.
"""

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

TOLERANCE = 1e-5

PLANES = [(64, 128), (67, 129), (40, 300), (3, 200), (130, 5)]
VOLUMES = [(9, 33, 41), (24, 20, 132)]


def _bytes(x):
    return util.img_as_ubyte(x)


def _reach(x):
    return morphology.disk(3) if x.ndim == 2 else morphology.ball(2)


def _mapping(x):
    values = np.arange(0, 250, 3), np.arange(84.0)
    return values if isinstance(x, np.ndarray) else [opsin.asarray(v, device="cuda") for v in values]


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

COLORS = [
    "rgb2hsv",
    "hsv2rgb",
    "rgb2xyz",
    "xyz2rgb",
    "rgb2rgbcie",
    "rgbcie2rgb",
    "rgb2lab",
    "lab2rgb",
    "xyz2lab",
    "lab2xyz",
    "rgb2luv",
    "luv2rgb",
    "xyz2luv",
    "luv2xyz",
    "lab2lch",
    "lch2lab",
    "rgb2yuv",
    "yuv2rgb",
    "rgb2yiq",
    "yiq2rgb",
    "rgb2ypbpr",
    "ypbpr2rgb",
    "rgb2ycbcr",
    "ycbcr2rgb",
    "rgb2ydbdr",
    "ydbdr2rgb",
    "rgb2hed",
    "hed2rgb",
]

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

checked = []


def check(title, on_cpu, on_gpu, tolerance=TOLERANCE):
    got = np.asarray(on_gpu)
    assert got.dtype == on_cpu.dtype, f"{title}: {got.dtype} instead of {on_cpu.dtype}"
    on_cpu, got = (x.astype(np.uint8) if x.dtype == bool else x for x in (on_cpu, got))
    finite = np.isfinite(on_cpu)
    assert np.array_equal(finite, np.isfinite(got)), f"{title}: NaN or infinity elsewhere"
    scale = np.abs(on_cpu[finite]).max(initial=1e-30)
    error = np.abs(got[finite] - on_cpu[finite]).max(initial=0)
    assert error <= tolerance * scale, f"{title}: off by {error} of {scale}"
    checked.append(title)


def main():
    assert opsin.cuda_device_count() > 0, opsin.cuda_unavailable_reason()
    rng = np.random.default_rng(0)
    for shape in PLANES + VOLUMES:
        image = np.maximum(rng.random(shape, dtype=np.float32) - 0.4, 0)  # nonzero in part, for what is binary
        on_device = opsin.asarray(image, device="cuda")
        for name, (f, tolerance) in {**FILTERS, **(PLANE_FILTERS if len(shape) == 2 else {})}.items():
            check(f"{name} {shape}", f(image), f(on_device), tolerance)
    byte = rng.integers(0, 256, (67, 140), dtype=np.uint8)
    broken = rng.random((80, 160), dtype=np.float32)
    broken[20, 30] = np.nan
    broken[60, 127] = np.inf
    for title, image in [("uint8", byte), ("NaN", broken), ("float64", broken.astype(np.float64))]:
        for name in ("gaussian", "sobel", "unsharp_mask", "uniform_filter"):
            f, tolerance = FILTERS[name]
            check(f"{name} {title}", f(image), f(opsin.asarray(image, device="cuda")), tolerance)
    for size in (3, 5, 9, 15, 17, 40):
        check(
            f"median {size} uint8",
            ndimage.median_filter(byte, size),
            ndimage.median_filter(opsin.asarray(byte, device="cuda"), size),
            0,
        )
    for title, image in [
        ("NaN", broken),
        ("float64", broken.astype(np.float64)),
        ("int16", byte.astype(np.int16) - 100),
    ]:
        for size in (3, 7, 12):
            on_gpu = ndimage.median_filter(opsin.asarray(image, device="cuda"), size)
            check(f"median {size} {title}", ndimage.median_filter(image, size), on_gpu, 0)
    colour = rng.integers(0, 256, (65, 47, 3), dtype=np.uint8)
    on_device = opsin.asarray(colour, device="cuda")
    check("rgb2gray", color.rgb2gray(colour), color.rgb2gray(on_device))
    for image, title in [(colour, "uint8"), ((colour / 300).astype(np.float32), "float32"), (colour / 300, "float64")]:
        there = opsin.asarray(image, device="cuda")
        for name in COLORS:
            f = getattr(color, name)
            check(f"{name} {title}", f(image), f(there))
        for name in ("cie76", "ciede94", "ciede2000", "cmc"):
            f = getattr(color, f"deltaE_{name}")
            other, other_there = image[::-1].copy(), opsin.asarray(image[::-1].copy(), device="cuda")
            check(f"deltaE_{name} {title}", f(image, other), f(there, other_there), 1e-4)
        check(f"gray2rgba {title}", color.gray2rgba(image), color.gray2rgba(there), 0)
        check(f"hsv to xyz {title}", *(color.convert_colorspace(x, "hsv", "xyz") for x in (image, there)))
    check(
        "gaussian of channels",
        filters.gaussian(colour, 1, channel_axis=-1),
        filters.gaussian(on_device, 1, channel_axis=-1),
    )
    sharp = rng.random((130, 301), dtype=np.float32)
    pair = sharp, filters.gaussian(sharp, 1)
    for name, f in METRICS.items():
        check(name, np.asarray(f(*pair)), f(*(opsin.asarray(x, device="cuda") for x in pair)), 1e-4)
    check("invert", util.invert(colour), util.invert(on_device))
    check("montage", *(util.montage(x, padding_width=2) for x in (colour, on_device)), 0)
    check(
        "montage of channels", *(util.montage(x[None], fill=[1, 2, 3], channel_axis=-1) for x in (colour, on_device)), 0
    )
    points = rng.random((300, 2)) * [39, 49]
    there = opsin.asarray(points, device="cuda")
    check("label_points", *(util.label_points(x, (40, 50)) for x in (points, there)), 0)
    for mode in ("gaussian", "speckle", "poisson", "s&p", "localvar"):
        check(f"random_noise {mode}", *(util.random_noise(x, mode, rng=5) for x in (colour, on_device)))
    check(
        "inverse_gaussian_gradient",
        *(
            segmentation.inverse_gaussian_gradient(x, sigma=2)
            for x in (broken[:50], opsin.asarray(broken[:50].copy(), device="cuda"))
        ),
    )
    print(f"{len(checked)} results equal the CPU's: {len(checked)} passed")


if __name__ == "__main__":
    main()
