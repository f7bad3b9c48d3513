"""The calls of OpenSlide's C interface, over `opsin.Slide`; `opsin.openslide` is built on them.

openslide-python keeps its ctypes declarations in a module of this name, and programs ask its functions for ``available``
to learn what their library can do. Every call here is available.

A handle is an `_Handle` or an `_Cache`. A call on a closed handle raises `ctypes.ArgumentError`. After a call on a slide
has failed, every later call but `close` fails with the same message, as OpenSlide's do.
"""

import functools as _functools
import os as _os
from ctypes import ArgumentError
from numbers import Integral as _Integral
from numbers import Real as _Real

from opsin.openslide import _rgba

__all__ = ["OpenSlideError", "OpenSlideUnsupportedFormatError", "OpenSlideVersionError"]

# The release of OpenSlide whose behaviour is matched.
_VERSION = "4.0.1"


class OpenSlideError(Exception):
    """A slide could not be opened or read; later calls on the same object fail too."""


class OpenSlideVersionError(OpenSlideError):
    """What was asked for needs a newer OpenSlide. Kept for programs that catch it: opsin never raises it."""

    def __init__(self, minimum_version):
        super().__init__(f"OpenSlide >= {minimum_version} required")
        self.minimum_version = minimum_version


class OpenSlideUnsupportedFormatError(OpenSlideError):
    """The file is missing, or of no format that is known."""


class _Handle:
    """An open slide: `slide` is None once closed, `error` the message of the first failure."""

    def __init__(self, slide):
        self.slide = slide
        self.error = None


class _Cache:
    """The capacity of a cache in bytes, or None once released."""

    def __init__(self, capacity):
        self.capacity = capacity


def _available(function):
    function.available = True
    return function


def _on_slide(function):
    """Make `function(slide, ...)` a call on a handle: refuse a closed or failed one, and latch what goes wrong."""

    @_available
    @_functools.wraps(function)
    def call(handle, *arguments):
        slide = _open_slide_of(handle)
        if handle.error is not None:
            raise OpenSlideError(handle.error)
        try:
            return function(slide, *arguments)
        except (OSError, ValueError, RuntimeError) as error:
            handle.error = str(error)
            raise OpenSlideError(handle.error) from error

    return call


def _open_slide_of(handle):
    if not isinstance(handle, _Handle):
        raise ArgumentError("argument 1: TypeError: Not an OpenSlide object")
    if handle.slide is None:
        raise ArgumentError("argument 1: ValueError: Passing closed slide object")
    return handle.slide


def _file_name(filename):
    try:
        return _os.fsdecode(filename)
    except TypeError as error:
        raise ArgumentError(f"argument 1: TypeError: {error}") from error


def _integer(value, position):
    if not isinstance(value, _Integral):
        raise ArgumentError(f"argument {position}: TypeError: wrong type")
    return int(value)


@_available
def get_version():
    """Return the release of OpenSlide whose behaviour is matched."""
    return _VERSION


@_available
def detect_vendor(filename):
    """Return the vendor of a file as OpenSlide names it, or None."""
    return _rgba.detect_vendor(_file_name(filename))


@_available
def open(filename):  # the name of the call in C
    """Return the handle of an opened slide."""
    path = _file_name(filename)
    if _rgba.detect_vendor(path) is None:
        raise OpenSlideUnsupportedFormatError("Unsupported or missing image file")
    try:
        return _Handle(_rgba.open(path))
    except (OSError, ValueError, RuntimeError) as error:
        raise OpenSlideError(str(error)) from error


@_available
def close(handle):
    """Close a slide."""
    _open_slide_of(handle).close()
    handle.slide = None


@_available
def get_error(handle):
    """Return the message of the first failure, or None."""
    _open_slide_of(handle)
    return handle.error


@_on_slide
def get_level_count(slide):
    """Return the number of levels."""
    return slide.level_count


@_on_slide
def get_level_dimensions(slide, level):
    """Return (width, height) of a level; (-1, -1) where there is none."""
    level = _integer(level, 2)
    return tuple(slide.level_dimensions[level]) if 0 <= level < slide.level_count else (-1, -1)


@_on_slide
def get_level_downsample(slide, level):
    """Return the downsample factor of a level; -1 where there is none."""
    level = _integer(level, 2)
    return slide.level_downsamples[level] if 0 <= level < slide.level_count else -1.0


@_on_slide
def get_best_level_for_downsample(slide, downsample):
    """Return the last level whose downsample factor is at most `downsample`, or 0."""
    if not isinstance(downsample, _Real):
        raise ArgumentError("argument 2: TypeError: wrong type")
    return slide.get_best_level_for_downsample(float(downsample))


@_on_slide
def read_region(slide, x, y, level, width, height):
    """Return a region as (height, width, 4) uint8 RGBA, not premultiplied, transparent outside the slide."""
    x, y, level = (_integer(value, position) for position, value in enumerate((x, y, level), 2))
    return _rgba.read_region(slide, x, y, level, width, height)


@_on_slide
def get_icc_profile_size(slide):
    """Return the size of the colour profile in bytes, 0 without one."""
    return len(slide.icc_profile or b"")


@_on_slide
def read_icc_profile(slide):
    """Return the colour profile, or None."""
    return slide.icc_profile or None


@_on_slide
def get_property_names(slide):
    """Return the sorted names of the properties, without those that OpenSlide does not know."""
    return sorted(name for name in slide.properties if not name.startswith("opsin."))


@_on_slide
def get_property_value(slide, name):
    """Return a property's text, or None."""
    if not isinstance(name, str):
        raise ArgumentError("argument 2: TypeError: wrong type")
    return None if name.startswith("opsin.") else slide.properties.get(name)


@_on_slide
def get_associated_image_names(slide):
    """Return the sorted names of the associated images."""
    return sorted(slide.associated_images)


@_on_slide
def get_associated_image_dimensions(slide, name):
    """Return (width, height) of an associated image; (-1, -1) where there is none."""
    return _rgba.associated_dimensions(slide, name)


@_on_slide
def read_associated_image(slide, name):
    """Return an associated image as (height, width, 4) uint8 RGBA, not premultiplied."""
    return _rgba.read_associated(slide, name)


@_on_slide
def get_associated_image_icc_profile_size(slide, name):
    """Return the size of an associated image's colour profile in bytes, 0 without one."""
    return len(_rgba.associated_profile(slide, name) or b"")


@_on_slide
def read_associated_image_icc_profile(slide, name):
    """Return the colour profile of an associated image, or None."""
    return _rgba.associated_profile(slide, name)


@_available
def cache_create(capacity):
    """Return the handle of a cache of `capacity` bytes."""
    if not isinstance(capacity, _Integral):
        raise ArgumentError("argument 1: TypeError: Incorrect type")
    if not 0 <= capacity < 1 << 64:
        raise ArgumentError("argument 1: ValueError: Value out of range")
    return _Cache(int(capacity))


@_on_slide
def set_cache(slide, cache):
    """Let a slide keep its decoded tiles in a cache."""
    if not isinstance(cache, _Cache):
        raise ArgumentError("argument 2: TypeError: Incorrect type")
    if cache.capacity is None:
        raise ArgumentError("argument 2: ValueError: Passing closed cache object")
    _rgba.set_cache(slide, cache)


@_available
def cache_release(cache):
    """Release a cache; slides that use it go on doing so."""
    cache.capacity = None
