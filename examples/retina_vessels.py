"""Vessels of a retina by four ridge filters, on the CPU, on a GPU where there is one, and with scikit-image.

Writes build/demo/retina_vessels.png (the photograph, four filters, a bar chart of times) and prints the table of times.

    python examples/retina_vessels.py [--quick] [--output FOLDER]
"""

import argparse
import statistics
import time
from pathlib import Path

import matplotlib
import numpy as np
import skimage

import opsin

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402 after the choice of a backend without a window

FILTERS = ("meijering", "sato", "frangi", "hessian")


def timed(call, repeats, finish=lambda: None):
    """Result and median seconds of a call, after one to warm up unless there is a single one."""
    seconds = []
    for _ in range(repeats + (repeats > 1)):
        start = time.perf_counter()
        result = call()
        finish()
        seconds.append(time.perf_counter() - start)
    return result, statistics.median(seconds[-repeats:])


def run(library, photograph, sigmas, repeats, finish=lambda: None):
    """The photograph turned to grey and filtered: {step: (result, seconds)}. One text for every library and device."""
    results = {"rgb2gray": timed(lambda: library.color.rgb2gray(photograph), repeats, finish)}
    grey = results["rgb2gray"][0]
    for name in FILTERS:
        vessels = getattr(library.filters, name)
        results[name] = timed(lambda f=vessels: f(grey, sigmas=sigmas, black_ridges=True), repeats, finish)
    return results


def run_everywhere(photograph, sigmas):
    runs = {"scikit-image": run(skimage, photograph, sigmas, 1), "opsin CPU": run(opsin, photograph, sigmas, 5)}
    if opsin.cuda_available():
        on_gpu = opsin.asarray(photograph, device="cuda")
        runs["opsin GPU"] = run(opsin, on_gpu, sigmas, 20, opsin.synchronize)
    else:
        print("no GPU run:", opsin.cuda_unavailable_reason())
    return {
        device: {step: (np.asarray(image), s) for step, (image, s) in steps.items()} for device, steps in runs.items()
    }


def print_table(runs):
    devices = list(runs)
    print(f"{'milliseconds':<12}" + "".join(f"{d:>14}" for d in devices) + "   speed-up   largest difference")
    reference = runs["scikit-image"]
    for step in reference:
        ms = [runs[d][step][1] * 1e3 for d in devices]
        scale = np.abs(reference[step][0]).max()
        off = max(np.abs(runs[d][step][0] - reference[step][0]).max() for d in devices) / scale
        ratios = " ".join(f"{ms[0] / m:.0f}x" for m in ms[1:])
        print(f"{step:<12}" + "".join(f"{m:14.2f}" for m in ms) + f"   {ratios:<10} {off:.1e}")


def figure(photograph, runs, sigmas):
    best = runs[list(runs)[-1]]
    fig, axes = plt.subplots(2, 3, figsize=(15, 10), layout="constrained")
    panels = [("photograph", photograph)] + [(name, best[name][0]) for name in FILTERS]
    for ax, (title, image) in zip(axes.flat, panels):
        # Bright specks would leave the vessels black: the scale ends at the 99th percentile.
        limit = None if image.ndim == 3 else max(np.percentile(image, 99), np.finfo(np.float32).tiny)
        ax.imshow(image, cmap="magma", vmin=0, vmax=limit)
        ax.set_title(title)
        ax.set_axis_off()
    bars = axes.flat[-1]
    for i, (device, steps) in enumerate(runs.items()):
        ms = [steps[name][1] * 1e3 for name in FILTERS]
        drawn = bars.barh(np.arange(len(FILTERS)) + i * 0.27, ms, 0.25, label=device)
        bars.bar_label(drawn, fmt="%.4g", padding=3)
    bars.set_yticks(np.arange(len(FILTERS)) + 0.27 * (len(runs) - 1) / 2, FILTERS)
    bars.set_xscale("log")
    every = [steps[name][1] * 1e3 for steps in runs.values() for name in FILTERS]
    bars.set_xlim(min(every) / 10, max(every) * 4)  # Room for the smallest bar, and for the numbers at the ends.
    bars.invert_yaxis()
    bars.set_xlabel(f"milliseconds, {photograph.shape[0]} x {photograph.shape[1]}, sigmas {list(sigmas)}")
    bars.legend(loc="best")
    return fig


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one scale and a quarter of the photograph")
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parents[1] / "build" / "demo")
    options = parser.parse_args()

    photograph = skimage.data.retina()
    sigmas = range(1, 10, 2)
    if options.quick:
        photograph, sigmas = photograph[400:1000, 400:1000], [2]
    runs = run_everywhere(photograph, sigmas)
    print_table(runs)
    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "retina_vessels.png"
    figure(photograph, runs, sigmas).savefig(path, dpi=100)
    print("figure:", path)


if __name__ == "__main__":
    main()
