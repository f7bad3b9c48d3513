"""Slides as OpenSlide shows them: 8-bit RGBA, transparent where there is nothing.

Colours under an alpha channel of the file itself stay as they are stored; OpenSlide multiplies and divides them by alpha.
"""

import numpy

import opsin

# Photometric interpretations (TIFF 6.0) whose samples OpenSlide's RGBA can hold.
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE = 0, 1, 2, 3

# What is a slide for OpenSlide. opsin's further vendors are images to it, or unknown.
_VENDORS = {
    *("aperio", "argos", "generic-tiff", "hamamatsu", "huron", "leica", "philips", "trestle", "ventana"),
}


def detect_vendor(path):
    """Return OpenSlide's name of a file's vendor; None for a file that it would not take for a slide."""
    try:
        vendor = opsin.Slide.detect_vendor(path)
    except (OSError, ValueError):
        return None
    return vendor if vendor in _VENDORS else None


def open(path):
    """Return the slide."""
    return opsin.Slide(path)


def _as_rgba(pixels, alpha, photometric, colour_map):
    """Return samples as (height, width, 4) uint8. `alpha` is (height, width) uint8."""
    height, width, samples = pixels.shape
    rgba = numpy.empty((height, width, 4), numpy.uint8)
    if photometric == _PALETTE:
        # Three times as many entries as colours, of 16 bits.
        table = (numpy.asarray(colour_map, numpy.uint32).reshape(3, -1).T >> 8).astype(numpy.uint8)
        rgba[..., :3] = table[pixels[..., 0]]
    else:
        eight = _to_uint8(pixels)
        if photometric == _RGB and samples >= 3:
            rgba[..., :3] = eight[..., :3]
            if samples == 4:
                alpha = numpy.minimum(alpha, eight[..., 3])
        elif photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO):
            rgba[..., :3] = 255 - eight[..., :1] if photometric == _WHITE_IS_ZERO else eight[..., :1]
        else:
            raise ValueError(f"{samples} samples with PhotometricInterpretation {photometric} are no RGBA")
    rgba[..., 3] = alpha
    # OpenSlide's pixels are premultiplied: where alpha is 0 nothing is left of the colour.
    rgba[alpha == 0] = 0
    return rgba


def _to_uint8(pixels):
    if pixels.dtype == numpy.uint8:
        return pixels
    if pixels.dtype == numpy.bool_:
        return pixels.astype(numpy.uint8) * 255
    if pixels.dtype.kind == "u":
        return (pixels >> (8 * pixels.dtype.itemsize - 8)).astype(numpy.uint8)
    raise ValueError(f"samples of {pixels.dtype} are no RGBA")


def read_region(slide, x, y, level, width, height):
    """Return a region as (height, width, 4) uint8 RGBA; all transparent for a level that is not there."""
    if width < 0 or height < 0:
        raise ValueError(f"negative width ({width}) or negative height ({height}) not allowed")
    if not 0 <= level < slide.level_count or width == 0 or height == 0:
        return numpy.zeros((height, width, 4), numpy.uint8)
    native = slide._open
    pixels, coverage = native.read_region_with_coverage(x, y, width, height, level)
    return _as_rgba(pixels, coverage, native.photometric, native.colour_map)


def associated_dimensions(slide, name):
    """Return (width, height) of an associated image; (-1, -1) where there is none."""
    if name not in slide.associated_images:
        return (-1, -1)
    return tuple(slide._open.associated_image_dimensions(name))


def read_associated(slide, name):
    """Return an associated image as (height, width, 4) uint8 RGBA, opaque."""
    native = slide._open
    pixels = native.read_associated_image(name)
    opaque = numpy.full(pixels.shape[:2], 255, numpy.uint8)
    return _as_rgba(pixels, opaque, native.associated_image_photometric(name), ())


def associated_profile(slide, name):
    """Return the colour profile of an associated image, or None."""
    return slide._open.associated_image_icc_profile(name) or None


def set_cache(slide, cache):
    """Give the process's cache of tiles, which all slides share, room for at least `cache.capacity` bytes."""
    if cache.capacity > opsin.io.tile_cache_info()["capacity"]:
        opsin.io.set_tile_cache_capacity(cache.capacity)
