"""Which texture is this? A bank of Gabor filters tells brick, grass and gravel apart, whatever way they are turned.

The same functions run with scikit-image and SciPy, with opsin on the CPU and with opsin on a GPU: only imports differ.

    python examples/gabor.py
"""

import time

import numpy as np
import skimage

SIDE = 160  # pixels of a sample


def scikit_image():
    import numpy as xp
    from scipy import ndimage as ndi
    from skimage.filters import gabor_kernel

    return xp, ndi, gabor_kernel


def opsin_cpu():
    import numpy as xp

    from opsin import ndimage as ndi
    from opsin.filters import gabor_kernel

    return xp, ndi, gabor_kernel


def opsin_gpu():
    import cupy as xp

    import opsin
    from opsin import ndimage as ndi
    from opsin.filters import gabor_kernel

    if not opsin.cuda_available():
        raise ImportError(opsin.cuda_unavailable_reason())
    return xp, ndi, gabor_kernel


def kernel_bank(xp, gabor_kernel):
    """Four directions, two widths, two frequencies; complex."""
    return [
        xp.asarray(gabor_kernel(frequency, theta=direction * np.pi / 4, sigma_x=sigma, sigma_y=sigma))
        for direction in range(4)
        for sigma in (1, 3)
        for frequency in (0.05, 0.25)
    ]


def features(image, bank, xp, ndi):
    """Mean and variance of the magnitude of each filter's response: a vector of 2 len(bank) numbers."""
    image = (image - image.mean()) / image.std()
    vector = []
    for kernel in bank:
        real = ndi.convolve(image, xp.ascontiguousarray(kernel.real), mode="wrap")
        imaginary = ndi.convolve(image, xp.ascontiguousarray(kernel.imag), mode="wrap")
        magnitude = xp.hypot(real, imaginary)
        vector += [magnitude.mean(), magnitude.var()]
    return xp.stack(vector)


def by_direction(vector):
    """The four directions of the bank in a fixed order, so that a turned texture has the vector of the upright one."""
    by_angle = np.asarray(vector).reshape(4, -1)
    return np.sort(by_angle, axis=0).ravel()


def to_numpy(array):
    return array.get() if hasattr(array, "get") else np.asarray(array)


def classify(library, textures):
    """Names that are found for samples of each texture, all feature vectors, and seconds."""
    xp, ndi, gabor_kernel = library()
    bank = kernel_bank(xp, gabor_kernel)
    known = {name: xp.asarray(texture[:SIDE, :SIDE]) for name, texture in textures.items()}
    samples = [(name, xp.asarray(sample)) for name, texture in textures.items() for sample in turned(texture)]
    features(samples[0][1], bank, xp, ndi)  # The first call of a library may load its parts.
    start = time.perf_counter()
    references = {name: to_numpy(features(image, bank, xp, ndi)) for name, image in known.items()}
    vectors = [to_numpy(features(image, bank, xp, ndi)) for _, image in samples]
    seconds = time.perf_counter() - start
    scale = np.std([by_direction(v) for v in references.values()], axis=0) + 1e-9

    def nearest(vector):
        return min(
            references, key=lambda n: np.sum(((by_direction(references[n]) - by_direction(vector)) / scale) ** 2)
        )

    return [(name, nearest(v)) for (name, _), v in zip(samples, vectors)], np.array(vectors), seconds


def turned(texture):
    """Parts of a texture that the reference does not hold, turned by quarters."""
    parts = [texture[-SIDE:, :SIDE], texture[:SIDE, -SIDE:], texture[-SIDE:, -SIDE:]]
    return [np.ascontiguousarray(np.rot90(part, turns)) for turns, part in enumerate(parts, 1)]


def main():
    textures = {name: getattr(skimage.data, name)().astype(np.float32) / 255 for name in ("brick", "grass", "gravel")}
    runs = {}
    for title, library in {"scikit-image": scikit_image, "opsin CPU": opsin_cpu, "opsin GPU": opsin_gpu}.items():
        try:
            runs[title] = classify(library, textures)
        except ImportError as error:
            print(f"{title}: not run ({error})")
    answers, reference, first = next(iter(runs.values()))
    print("sample     found")
    for truth, found in answers:
        print(f"{truth:<10} {found}")
    print(f"\n{'':<14}{'right':>8}{'ms':>10}{'ratio':>8}   largest difference of a feature")
    for title, (found, vectors, seconds) in runs.items():
        right = sum(truth == name for truth, name in found)
        off = np.abs(vectors - reference).max() / np.abs(reference).max()
        print(f"{title:<14}{right:>5}/{len(found)}{seconds * 1e3:10.1f}{first / seconds:7.1f}x   {off:.1e}")
        assert found == answers, f"{title} gives other answers than {next(iter(runs))}"


if __name__ == "__main__":
    main()
