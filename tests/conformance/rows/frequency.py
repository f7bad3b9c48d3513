"""Filters in the Fourier domain: butterworth, and scipy.ndimage's filters of spectra."""

import numpy as np
import scipy.ndimage as ndi
import skimage.filters as ski

from ..images import complex_image
from ..model import Case, Lazy, Op, Tol

FFT = "tolerance: a Fourier transform by another library, relative to the largest value"


def _half(shape, dtype, rng):
    """A spectrum of a real transform along the last axis."""
    return (complex_image((*shape[:-1], shape[-1] // 2 + 1), dtype, rng)[0],)


def _output(dtype):
    return Lazy(lambda env: np.empty(env.shape, dtype))


WRONG_SHAPE = Lazy(lambda env: np.empty((*env.shape, 2), np.complex128))

SPECTRUM = dict(
    tol=Tol(f32=3e-7, f64=2e-15),
    exact="a few ulp: factors by exp, sin, cos and Bessel's j1 of another library",
    rescales=False,
)


def _spectrum_args(parameter, *, pair):
    return [
        {parameter: 1.7},
        {parameter: 2.5, "n": -3},
        Case({parameter: pair}, ndim=(2,)),
        Case({parameter: [0.6, 3, 2.2]}, ndim=(3,)),
        {parameter: 0},
        Case({parameter: 2.2}, make=complex_image),
        Case({parameter: 2, "axis": 0, "n": 20}, make=complex_image),
        Case({parameter: 2, "n": 105}, make=_half, ndim=(1, 2, 3)),
        Case({parameter: 2, "axis": -2, "n": 74}, make=complex_image, ndim=(2, 3)),
        {parameter: 1.5, "output": np.complex64},
        {parameter: 1.5, "output": np.complex128},
    ]


def _spectrum_bad(parameter):
    return [
        {parameter: (1,) * 6},
        {parameter: 1, "axis": 7},
        {parameter: 1, "output": np.int32},
        {parameter: 1, "output": WRONG_SHAPE},
        {parameter: 1, "output": _output(np.int32)},
        {parameter: 1, "output": "complex64"},
        Case({parameter: 1, "output": _output(np.float64)}, make=complex_image),
        {},
    ]


ROWS = [
    Op(
        "filters.butterworth",
        ski.butterworth,
        args=[
            {},
            dict(cutoff_frequency_ratio=0.1, high_pass=False),
            dict(cutoff_frequency_ratio=0.2, order=1),
            dict(cutoff_frequency_ratio=0.1, order=3, high_pass=False),
            dict(cutoff_frequency_ratio=0.1, order=4.0, squared_butterworth=False),
            dict(cutoff_frequency_ratio=0.3, order=2.7, high_pass=False, squared_butterworth=False),
            dict(cutoff_frequency_ratio=0.5, order=0.5),
            dict(cutoff_frequency_ratio=0.1, npad=5),
            Case(dict(cutoff_frequency_ratio=0.1, npad=3, channel_axis=-1), ndim=(2, 3, 4)),
            Case(dict(cutoff_frequency_ratio=0.1, channel_axis=-1), ndim=(2, 3, 4)),
            Case(dict(cutoff_frequency_ratio=0.1, channel_axis=0, high_pass=False), ndim=(2, 3, 4)),
            Case(dict(cutoff_frequency_ratio=0.1, channel_axis=1), ndim=(2, 3, 4)),
            Case(dict(cutoff_frequency_ratio=0.1), make=complex_image),
            Case(dict(cutoff_frequency_ratio=0.1, npad=2, channel_axis=0), make=complex_image, ndim=(2, 3)),
            dict(cutoff_frequency_ratio=0, high_pass=False),
        ],
        bad=[
            dict(npad=-1),
            dict(cutoff_frequency_ratio=-0.1),
            dict(cutoff_frequency_ratio=0.6),
            dict(channel_axis=7),
            Case(dict(channel_axis=0), ndim=(1,)),
        ],
        tol=Tol(f32=3e-6, f64=2e-14),
        exact=FFT,
        rescales=False,
        single=True,
        nan=False,
        sync="some",
        differences="the first call for a shape on CUDA makes a plan, which cannot be captured into a graph; later ones can",
    ),
    Op(
        "ndimage.fourier_gaussian",
        ndi.fourier_gaussian,
        args=_spectrum_args("sigma", pair=(1, 3.5)),
        bad=_spectrum_bad("sigma"),
        out="output",
        **SPECTRUM,
    ),
    Op(
        "ndimage.fourier_uniform",
        ndi.fourier_uniform,
        args=[*_spectrum_args("size", pair=(2, 5)), dict(size=-1)],
        bad=_spectrum_bad("size"),
        out="output",
        **SPECTRUM,
    ),
    Op(
        "ndimage.fourier_ellipsoid",
        ndi.fourier_ellipsoid,
        args=[*_spectrum_args("size", pair=(2, 5)), dict(size=-1)],
        bad=_spectrum_bad("size"),
        out="output",
        ndim=(1, 2, 3),
        **SPECTRUM,
    ),
    Op(
        "ndimage.fourier_shift",
        ndi.fourier_shift,
        args=_spectrum_args("shift", pair=(1, -3.5)),
        bad=[*_spectrum_bad("shift"), dict(shift=1, output=np.float64)],
        **SPECTRUM,
    ),
]
