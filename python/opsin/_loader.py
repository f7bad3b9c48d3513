"""Batches of regions: what ``opsin.Slide.read_regions`` returns, and ``opsin.SlideDataset``."""

import atexit
import os
import threading
import weakref
from collections import OrderedDict

import numpy as np

from opsin._native import slide as _native
from opsin._slide_arguments import pair

_open_loaders = weakref.WeakSet()


@atexit.register
def _close_all():
    # Threads that read from a Python file need an interpreter; while it is taken down they would wait for ever.
    for loader in list(_open_loaders):
        loader.close()


def as_locations(locations):
    """Any (N, 2) array-like of whole numbers as a C-contiguous int64 array."""
    given = np.asarray(locations)
    if given.size == 0 and given.ndim <= 2:
        return np.empty((0, 2), np.int64)
    if given.ndim != 2 or given.shape[1] != 2:
        raise ValueError(f"locations must be an (N, 2) array of level-0 (x, y), got shape {given.shape}")
    if given.dtype.kind not in "iuf":
        raise TypeError(f"locations must be whole numbers, got dtype {given.dtype}")
    with np.errstate(invalid="ignore"):
        whole = np.ascontiguousarray(given, np.int64)
    if not np.array_equal(whole, given) or (given.dtype.kind == "u" and (whole < 0).any()):
        raise ValueError("locations must be whole numbers")
    return whole


def _numbers(values):
    return [] if values is None else [float(v) for v in np.atleast_1d(values)]


class RegionBatches:
    """Iterator over batches of regions; made by `opsin.Slide.read_regions`.

    ``len()`` is the number of batches in all. Threads and memory are freed with the last batch, after an error, by
    `close`, at the end of a ``with`` block, or with the object, whichever comes first.
    """

    def __init__(self, slide, locations, size, *, shuffle, seed, dtype, layout, mean, std, **options):
        locations = as_locations(locations)
        if shuffle:
            locations = locations[np.random.default_rng(seed).permutation(len(locations))]
        if layout not in ("NHWC", "NCHW"):
            raise ValueError(f'layout is "NHWC" or "NCHW", not {layout!r}')
        self._loader = _native.RegionLoader(
            slide,
            locations,
            *size,
            dtype=None if dtype is None else np.dtype(dtype),
            nchw=layout == "NCHW",
            mean=_numbers(mean),
            std=_numbers(std),
            **options,
        )
        self._length = len(self._loader)
        _open_loaders.add(self)

    def __len__(self):
        return self._length

    def __iter__(self):
        return self

    def __next__(self):
        batch = None if self._loader is None else self._loader.next()
        if batch is None:
            self._loader = None
            raise StopIteration
        return batch

    def close(self):
        """End the threads and free what was read ahead; the iterator is then at its end."""
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __repr__(self):
        return f"<opsin batches of regions, {self._length} in all{', closed' if self._loader is None else ''}>"


def read_regions(
    self,
    locations,
    size,
    level=0,
    *,
    batch_size=1,
    num_workers=0,
    prefetch=2,
    shuffle=False,
    seed=None,
    drop_last=False,
    device="cpu",
    dtype=None,
    layout="NHWC",
    mean=None,
    std=None,
    channels=None,
    z=0,
    t=0,
):
    """Many rectangles of one size and level, in batches.

    Each region has the pixels that `read_region` gives for it. Within a batch each compressed tile is decoded once,
    and tiles that are neighbours in the file are read together.

    Parameters
    ----------
    locations : (N, 2) array-like of int
        (x, y) of the top left corners in level-0 pixels.
    size : (int, int)
        (width, height) in pixels of the level.
    level : int, optional
    batch_size : int, optional
        Regions in a batch; the last one may have fewer.
    num_workers : int, optional
        Threads that make batches ahead, several of them one batch together. 0: nothing is made ahead; each ``next``
        makes its batch with the threads that all operations use (`opsin.set_num_threads`).
    prefetch : int, optional
        Batches that the threads may have begun or finished before they are asked for.
    shuffle : bool, optional
        Takes the locations in the order of ``numpy.random.default_rng(seed).permutation(N)``.
    seed : int, numpy.random.Generator or what else default_rng takes, optional
        Of the order; by default another one each time.
    drop_last : bool, optional
        Leaves out a last batch of fewer than ``batch_size`` regions.
    device : {"cpu", "cuda", "cuda:N"}, optional
        Where the batches lie. For CUDA the regions are read into page-locked memory, copied as they are, and
        converted there.
    dtype : numpy dtype, optional
        The slide's own or a floating one; by default the slide's, or float32 when ``mean`` or ``std`` is given. Values
        keep their range: 255 of a uint8 slide becomes 255.0, not 1.0. What float16 does not hold becomes infinite.
    layout : {"NHWC", "NCHW"}, optional
        Order of the axes batch, height, width, channels.
    mean, std : float or sequence of float, optional
        Gives ``(x - mean) / std``, one number for all channels or one for each, on the scale of the slide's own values:
        for a uint8 slide 255 times what is common for images in [0, 1].
    channels, z, t
        As for `read_region`.

    Returns
    -------
    iterator of arrays (batch, height, width, channels) or (batch, channels, height, width)
        With ``len``, ``close`` and ``with``. New numpy.ndarrays on the CPU, opsin.Arrays on CUDA. The order does not
        depend on the number of threads. An iterator belongs to the process that made it.

    Raises
    ------
    OSError
        By ``next``, for a tile that cannot be decoded, when the batches before it have been given out; the iterator is
        then at its end. Not when the slide was opened with ``errors="fill"``.
    IndexError
        For a level, channel, z or t that is not there.
    ValueError, TypeError
        For other arguments that do not fit.
    CudaError
        When CUDA cannot be used.

    Notes
    -----
    Memory is bounded by ``prefetch`` + 1 batches, the tiles that their regions share, and the tile cache.

    Examples
    --------
    >>> patches = slide.read_regions(corners, (256, 256), batch_size=32, num_workers=4, layout="NCHW", dtype="float32")
    >>> for batch in patches:  # doctest: +SKIP
    ...     model(torch.from_numpy(batch))
    """
    return RegionBatches(
        self._open,
        locations,
        pair(size, "size"),
        level=level,
        batch_size=batch_size,
        num_workers=num_workers,
        prefetch=prefetch,
        shuffle=shuffle,
        seed=seed,
        drop_last=drop_last,
        device=device,
        dtype=dtype,
        layout=layout,
        mean=mean,
        std=std,
        channels=self._channel_numbers(channels),
        z=z,
        t=t,
    )


class SlideDataset:
    """Map-style dataset of regions of many slides, as PyTorch's DataLoader takes it (PyTorch is not needed).

    It can be pickled and used in forked and in spawned workers: each process opens the slides it meets, at most
    ``max_open`` of them at a time.

    Parameters
    ----------
    slides : sequence of str, os.PathLike, bytes or opsin.Slide
        Where the regions come from.
    locations : sequence of (N, 2) array-likes
        For each slide the (x, y) of its regions' top left corners in level-0 pixels.
    size : (int, int)
        (width, height) of a region in pixels of the level.
    level : int, optional
    transform : callable, optional
        Called with each region; what it returns is the item.
    channels : int, str or sequence of them, optional
        As for `opsin.Slide.read_region`.
    layout : {"HWC", "CHW"}, optional
        Axes of an item.
    tensor : bool, optional
        Gives torch.Tensor instead of numpy.ndarray; imports torch.
    max_open : int, optional
        Slides kept open in one process.

    Raises
    ------
    ValueError
        When there is not one array of locations per slide, or they are not whole numbers.

    Notes
    -----
    Item ``i`` is a region of the first slide for ``i`` below its number of locations, then of the second, and so on;
    `where` tells which.
    """

    def __init__(
        self,
        slides,
        locations,
        size,
        level=0,
        *,
        transform=None,
        channels=None,
        layout="HWC",
        tensor=False,
        max_open=64,
    ):
        if isinstance(slides, (str, bytes, os.PathLike)) or not hasattr(slides, "__iter__"):
            raise TypeError(f"slides must be a sequence of slides, got {type(slides).__name__}")
        if layout not in ("HWC", "CHW"):
            raise ValueError(f'layout is "HWC" or "CHW", not {layout!r}')
        if max_open < 1:
            raise ValueError(f"max_open must be >= 1, got {max_open}")
        self.slides = list(slides)
        self.locations = [as_locations(part) for part in locations]
        if len(self.locations) != len(self.slides):
            raise ValueError(f"{len(self.locations)} arrays of locations for {len(self.slides)} slides")
        self.size = tuple(size)
        self.level = level
        self.transform = transform
        self.channels = channels
        self.layout = layout
        self.tensor = tensor
        self.max_open = max_open
        self._ends = np.cumsum([len(part) for part in self.locations], dtype=np.int64)
        self._forget()

    def _forget(self):
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._opened = OrderedDict()

    def __getstate__(self):
        return {k: v for k, v in self.__dict__.items() if k not in ("_process", "_lock", "_opened")}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._forget()

    def __len__(self):
        return int(self._ends[-1]) if len(self._ends) else 0

    def where(self, i):
        """(number of the slide, (x, y)) of item ``i``."""
        i = int(i)
        n = len(self)
        if not -n <= i < n:
            raise IndexError(f"there is no item {i}; the dataset has {n}")
        i %= n
        slide = int(np.searchsorted(self._ends, i, side="right"))
        part = self.locations[slide]
        x, y = part[i - int(self._ends[slide]) + len(part)]
        return slide, (int(x), int(y))

    def _slide(self, number):
        from opsin._slide import Slide  # Not at the top: that module needs this one.

        if self._process != os.getpid():
            self._forget()  # Another thread of the parent may have held the lock during the fork.
        given = self.slides[number]
        if isinstance(given, Slide):
            return given
        with self._lock:
            slide = self._opened.get(number)
            if slide is not None:
                self._opened.move_to_end(number)
                return slide
        slide = Slide(given)
        with self._lock:
            slide = self._opened.setdefault(number, slide)
            self._opened.move_to_end(number)
            while len(self._opened) > self.max_open:
                self._opened.popitem(last=False)  # Closed when its last read ends.
        return slide

    def __getitem__(self, i):
        number, location = self.where(i)
        item = self._slide(number).read_region(location, self.size, self.level, channels=self.channels)
        if self.layout == "CHW":
            item = np.ascontiguousarray(np.moveaxis(item, -1, 0))
        if self.tensor:
            import torch

            item = torch.from_numpy(item)
        return item if self.transform is None else self.transform(item)

    def __repr__(self):
        return (
            f"<opsin.SlideDataset: {len(self)} regions of {self.size[0]} x {self.size[1]}, {len(self.slides)} slides>"
        )
