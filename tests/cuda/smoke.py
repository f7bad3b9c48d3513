"""A short run of the CUDA target from Python, small enough for compute-sanitizer: results equal the CPU's."""

import numpy as np

import opsin

TOLERANCE = 1e-5


def check(title, on_cpu, on_gpu):
    got = np.asarray(on_gpu)
    scale = np.abs(on_cpu).max()
    error = np.abs(got - on_cpu).max()
    assert got.dtype == on_cpu.dtype, f"{title}: {got.dtype} instead of {on_cpu.dtype}"
    assert error <= TOLERANCE * scale, f"{title}: off by {error} of {scale}"
    print(f"ok {title}: largest difference {error / scale:.1e} of the largest value")


def main():
    assert opsin.cuda_device_count() > 0, opsin.cuda_unavailable_reason()
    rng = np.random.default_rng(0)
    # One shape of full tiles, one with remainders along each axis, one volume.
    for shape in [(64, 128), (67, 129), (9, 33, 41)]:
        image = rng.random(shape, dtype=np.float32)
        check(
            f"gaussian {shape}",
            opsin.filters.gaussian(image, 1.5),
            opsin.filters.gaussian(opsin.asarray(image, device="cuda"), 1.5),
        )
    colour = rng.integers(0, 256, (65, 47, 3), dtype=np.uint8)
    check("rgb2gray", opsin.color.rgb2gray(colour), opsin.color.rgb2gray(opsin.asarray(colour, device="cuda")))


if __name__ == "__main__":
    main()
