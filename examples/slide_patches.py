"""Random patches of the tissue on a slide, in batches as a training loop takes them.

Finds tissue on the thumbnail (Otsu's threshold of the saturation), draws random places in it, reads them in batches,
writes build/demo/slide_patches.png (thumbnail with the places, and a contact sheet) and prints patches per second; next
to OpenSlide's where openslide-python is installed.

    python examples/slide_patches.py [SLIDE] [--quick] [--output FOLDER]

Without SLIDE: wsi/CMU-1-Small-Region.svs in the folder that OPSIN_SAMPLES names, or a slide drawn for the occasion.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import matplotlib
import numpy as np

import opsin

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402 after the choice of a backend without a window
from matplotlib.patches import Rectangle  # noqa: E402

SAMPLE = Path(os.environ.get("OPSIN_SAMPLES", "")) / "wsi" / "CMU-1-Small-Region.svs"


def draw_slide(folder):
    """A tiled TIFF with round patches of something pink on white."""
    import tifffile

    rng = np.random.default_rng(0)
    y, x = np.mgrid[:2048, :3072]
    tissue = np.zeros(y.shape, bool)
    for cx, cy, r in rng.uniform((300, 300, 150), (2772, 1748, 420), (9, 3)):
        tissue |= np.hypot(x - cx, y - cy) < r
    pixels = np.full((*y.shape, 3), 244, np.uint8)
    pixels[tissue] = (200, 120, 170) + rng.normal(0, 25, (tissue.sum(), 1))
    path = Path(folder) / "drawn.tif"
    tifffile.imwrite(path, pixels, tile=(256, 256), compression="zlib", photometric="rgb")
    return path


def otsu(values):
    """The threshold that splits the histogram into the two classes whose means differ most."""
    if hasattr(opsin.filters, "threshold_otsu"):
        return opsin.filters.threshold_otsu(values)
    counts, edges = np.histogram(values, 256)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * centres)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return centres[np.nanargmax(between[:-1])]


def tissue_mask(thumbnail):
    """True where the colour is saturated: glass is grey, whatever its brightness."""
    rgb = thumbnail.astype(np.float32)
    saturation = rgb.max(-1) - rgb.min(-1)
    return saturation > otsu(saturation)


def random_places(slide, mask, count, size, rng):
    """(count, 2) level-0 corners of patches whose centre is tissue."""
    width, height = slide.dimensions
    rows, columns = np.nonzero(mask)
    if not len(rows):
        raise SystemExit("there is no tissue on this slide")
    scale = np.array([width / mask.shape[1], height / mask.shape[0]])
    which = rng.integers(len(rows), size=count)
    centres = (np.stack([columns[which], rows[which]], -1) + rng.random((count, 2))) * scale
    return np.clip(centres - size / 2, 0, (max(0, width - size), max(0, height - size))).astype(np.int64)


def time_opsin(path, places, size, batch_size, workers):
    """Patches per second through read_regions, normalised as a network wants them, with a cache that is empty at first."""
    slide = opsin.Slide(path)
    start = time.perf_counter()
    batches = slide.read_regions(
        places,
        (size, size),
        batch_size=batch_size,
        num_workers=workers,
        channels=[0, 1, 2],
        layout="NCHW",
        mean=[123.7, 116.3, 103.5],
        std=[58.4, 57.1, 57.4],
    )
    count = sum(len(batch) for batch in batches)
    return count / (time.perf_counter() - start)


def time_openslide(path, places, size, batch_size):
    """The same by the way that OpenSlide has: one region after the other, stacked and normalised with NumPy."""
    import openslide

    mean, std = np.float32([123.7, 116.3, 103.5]), np.float32([58.4, 57.1, 57.4])
    slide = openslide.OpenSlide(str(path))
    start = time.perf_counter()
    for first in range(0, len(places), batch_size):
        some = places[first : first + batch_size]
        stack = [np.asarray(slide.read_region((int(x), int(y)), 0, (size, size)))[..., :3] for x, y in some]
        np.ascontiguousarray(((np.stack(stack) - mean) / std).transpose(0, 3, 1, 2))
    return len(places) / (time.perf_counter() - start)


def figure(slide, thumbnail, mask, places, patches, size):
    fig = plt.figure(figsize=(15, 8))
    ax = fig.add_axes((0.01, 0.02, 0.4, 0.92))
    ax.imshow(thumbnail)
    ax.contour(mask, [0.5], colors="tab:green", linewidths=0.8)
    scale = thumbnail.shape[1] / slide.dimensions[0]
    for x, y in places[: len(patches)]:
        ax.add_patch(Rectangle((x * scale, y * scale), size * scale, size * scale, fill=False, edgecolor="tab:blue"))
    ax.set_title(f"{slide.vendor}, {slide.dimensions[0]} x {slide.dimensions[1]}: tissue and places")
    ax.set_axis_off()
    grid = fig.add_gridspec(4, 6, left=0.43, right=0.99, bottom=0.02, top=0.94, wspace=0.04, hspace=0.04)
    for cell, patch in zip(grid, patches):
        ax = fig.add_subplot(cell)
        ax.imshow(patch)
        ax.set_axis_off()
    return fig


def run(path, options):
    slide = opsin.Slide(path)
    print(slide)
    if slide.sizes["C"] < 3 or slide.dtype != np.uint8:
        raise SystemExit("this example is for RGB slides of 8 bits")
    size, rng = options.size, np.random.default_rng(options.seed)
    thumbnail = slide.thumbnail((1024, 1024), channels=[0, 1, 2])
    mask = tissue_mask(thumbnail)
    print(f"tissue: {mask.mean():.0%} of the slide")
    places = random_places(slide, mask, 200 if options.quick else 2000, size, rng)

    batch_size = 32
    shown = next(slide.read_regions(places[:24], (size, size), batch_size=24, channels=[0, 1, 2]))
    for workers in dict.fromkeys((1, opsin.get_num_threads())):
        speed = time_opsin(path, places, size, batch_size, workers)
        print(f"opsin, {workers} thread{'s' if workers > 1 else ''}: {speed:.0f} patches of {size} x {size} per second")
    try:
        speed = time_openslide(path, places, size, batch_size)
        print(f"OpenSlide, 1 thread: {speed:.0f} patches per second")
    except ImportError:
        print("OpenSlide is not installed (pip install openslide-python openslide-bin)")

    options.output.mkdir(parents=True, exist_ok=True)
    picture = options.output / "slide_patches.png"
    figure(slide, thumbnail, mask, places, shown, size).savefig(picture, dpi=100)
    print("figure:", picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slide", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true", help="a tenth of the patches")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parents[1] / "build" / "demo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run(options.slide or (SAMPLE if SAMPLE.is_file() else draw_slide(folder)), options)


if __name__ == "__main__":
    main()
