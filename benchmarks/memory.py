"""What an operation holds besides its arguments and its result, at the most: the table of --memory.

Each row runs in a child of its own, forked when its inputs are there and the operation has run on tiny ones; the kernel
then says how far the child's resident memory rose during the call. It is counted in images: the larger of the
largest argument and the result. Operations that compute in floats whatever the input hold float images, so of narrow
inputs these are counted too: as many elements in float64, or in float32 for such an input.
"""

from __future__ import annotations

import gc
import multiprocessing
import warnings
from pathlib import Path

from .backends import nbytes, tree
from .rows import ROWS, inputs

MOST_IMAGES = 3.0
NOISE = 4e6  # bytes: stacks, tables and what the allocator of the C library keeps


def _resident(field: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024


def _rise(row, size: str, dtype: str, subject) -> tuple[int, int, int]:
    """Bytes held besides arguments and result, of an image, and of an image in floats."""
    fn = row.function(subject, "cpu")
    warnings.simplefilter("ignore")
    fn(*inputs(row, "quick", dtype, 1))
    args = inputs(row, size, dtype, 1)
    if subject.opsin:
        subject.opsin.release_cached_memory("cpu")
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # from here on the peak is that of the call
    before = _resident("VmRSS")
    result = fn(*args)
    held = _resident("VmHWM") - before - nbytes(result)
    arrays = []
    tree(arrays.append, args)
    largest = max((a.nbytes for a in arrays), default=0)
    tree(arrays.append, result)
    elements = max((a.size for a in arrays), default=0)
    return held, max(largest, nbytes(result), 1), max(elements * (4 if dtype in ("float16", "float32") else 8), 1)


def _answer(pipe, *args) -> None:
    try:
        pipe.send(_rise(*args))
    except Exception as error:
        pipe.send(error)


def rise(*args) -> tuple[int, int, int]:
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    child = fork.Process(target=_answer, args=(there, *args))
    child.start()
    there.close()
    try:
        answer = here.recv()
    finally:
        child.join()
    if isinstance(answer, Exception):
        raise answer
    return answer


def memory(subject, device, options, say):
    say("| row | size | dtype | MB held | images | images in floats | target |\n|---|---|---|---:|---:|---:|---|")
    for row in [row for row in ROWS if options.rows in row.name]:
        for size in options.size or ["large"]:
            for dtype in options.dtype or row.dtypes:
                if dtype not in row.dtypes or (size not in row.sizes and size != "quick"):
                    continue
                held, image, floats = rise(row, size, dtype, subject)
                images, in_floats = (max(held - NOISE, 0) / of for of in (image, floats))
                ok = images <= MOST_IMAGES or in_floats <= MOST_IMAGES
                say(
                    f"| {row.name} | {size} | {dtype} | {held / 1e6:.1f} | {images:.2f} | {in_floats:.2f} "
                    f"| <= {MOST_IMAGES:g}: {'pass' if ok else 'FAIL'} |"
                )
