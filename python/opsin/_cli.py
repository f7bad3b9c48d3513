"""The command line: ``opsin info|region|thumbnail|verify``."""

import argparse
import sys
import time
from pathlib import Path

import numpy

import opsin
from opsin import _png

_BROKEN, _UNUSABLE = 1, 2  # exit codes


def _parser():
    parser = argparse.ArgumentParser(
        prog="opsin",
        description="Whole-slide and biomedical images. Without a command: what this installation is and what it found.",
        epilog="Exit code: 0; 1 when verify found broken tiles; 2 when something could not be read, written or understood.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name, function, text):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(function=function)
        sub.add_argument("file", metavar="FILE", help="the slide")
        return sub

    info = command("info", _info, "Show format, levels, channels, resolution and associated images.")
    info.add_argument("-p", "--properties", action="store_true", help="all properties as well")

    region = command("region", _region, "Write a region of one level as .png or .npy.")
    for name in ("x", "y"):
        region.add_argument(name, type=int, metavar=name.upper(), help="left or top edge in pixels of level 0")
    for name in ("width", "height"):
        region.add_argument(name, type=int, metavar=name.upper(), help="in pixels of the level")
    region.add_argument("output", metavar="OUTPUT", help="file to write, .png or .npy")
    region.add_argument("-l", "--level", type=int, default=0, help="default: %(default)s")
    region.add_argument("--mpp", type=float, help="micrometres per pixel, in the place of a level")
    _add_plane(region)

    thumbnail = command("thumbnail", _thumbnail, "Write the whole slide, scaled down, as .png or .npy.")
    thumbnail.add_argument("output", metavar="OUTPUT", help="file to write, .png or .npy")
    thumbnail.add_argument(
        "-s", "--size", type=int, default=1024, help="greatest width and height, default: %(default)s"
    )
    _add_plane(thumbnail)

    verify = command("verify", _verify, "Decode every tile and list what is broken.")
    verify.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    return parser


def _add_plane(parser):
    parser.add_argument("-c", "--channels", help="numbers or names, comma-separated; default: all")
    parser.add_argument("-z", type=int, default=0, help="focal plane, default: %(default)s")
    parser.add_argument("-t", type=int, default=0, help="time, default: %(default)s")


def _plane(options):
    channels = options.channels
    if channels is not None:
        channels = [int(c) if c.strip().isdigit() else c.strip() for c in channels.split(",")]
    return {"channels": channels, "z": options.z, "t": options.t}


def _write(pixels, output):
    suffix = Path(output).suffix.lower()
    if suffix == ".npy":
        with open(output, "wb") as file:
            numpy.save(file, pixels)
    elif suffix == ".png":
        Path(output).write_bytes(_png.encode(pixels))
    else:
        raise ValueError(f"{output}: the suffix says what is written, and it is neither .png nor .npy")


def _table(rows):
    """Print rows of text in columns, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  " + "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _number(value):
    return f"{value:.6g}"


def _info(options):
    with opsin.Slide(options.file) as slide:
        sizes = slide.sizes
        channels = ", ".join(slide.channels[:12]) + (", ..." if len(slide.channels) > 12 else "")
        facts = {
            "file": options.file,
            "format": slide.vendor,
            "size": "{} x {}".format(*slide.dimensions),
            "channels": f"{sizes['C']} x {slide.dtype} ({channels})",
            "planes": f"{sizes['Z']} focal, {sizes['T']} in time" if sizes["Z"] * sizes["T"] > 1 else None,
            "um/pixel": " x ".join(map(_number, slide.mpp)) if slide.mpp else "unknown",
            "objective": _number(slide.objective_power) if slide.objective_power else "unknown",
            "ICC profile": f"{len(slide.icc_profile)} bytes" if slide.icc_profile else None,
        }
        for name, value in facts.items():
            if value is not None:
                print(f"{name:<12}{value}")
        print("levels")
        rows = [("level", "width", "height", "downsample", "tile", "codec")]
        for level, (width, height) in enumerate(slide.level_dimensions):
            tile = "x".join(map(str, slide.level_tile_sizes[level]))
            codec = slide._open.level_codec(level)
            down = _number(slide.level_downsamples[level])
            rows.append((str(level), str(width), str(height), down, "-" if tile == "0x0" else tile, codec or "-"))
        _table(rows)
        names = slide._open.associated_images()
        if names:
            print("associated images")
            _table([(n, "{} x {}".format(*slide._open.associated_image_dimensions(n))) for n in names])
        if options.properties:
            print("properties")
            for name, value in slide.properties.items():
                print(f"  {name}: {value}")
    return 0


def _region(options):
    location, size = (options.x, options.y), (options.width, options.height)
    with opsin.Slide(options.file) as slide:
        if options.mpp is None:
            pixels = slide.read_region(location, size, options.level, **_plane(options))
        else:
            pixels = slide.read_at_mpp(location, size, options.mpp, **_plane(options))
    _write(pixels, options.output)
    return 0


def _thumbnail(options):
    with opsin.Slide(options.file) as slide:
        pixels = slide.thumbnail((options.size, options.size), **_plane(options))
    _write(pixels, options.output)
    return 0


class _Progress:
    """A bar on the terminal's error stream; nothing where there is no terminal."""

    def __init__(self, total, wanted):
        self._total = total
        self._shown = wanted and sys.stderr.isatty()
        self._start = time.monotonic()

    def show(self, done):
        if not self._shown:
            return
        share = done / self._total
        rate = done / max(time.monotonic() - self._start, 1e-9)
        bar = "#" * int(40 * share)
        sys.stderr.write(f"\r[{bar:<40}] {share:4.0%}  {done} of {self._total} tiles, {rate:.0f}/s ")
        sys.stderr.flush()

    def clear(self):
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _verify(options):
    with opsin.Slide(options.file) as slide:
        native = slide._open
        total, step, sparse, broken = native.tile_count(), 512, 0, 0
        progress = _Progress(total, not options.quiet)
        for first in range(0, total, step):
            missing, errors = native.verify_tiles(first, first + step)
            sparse += missing
            broken += len(errors)
            progress.clear()
            for error in errors:
                print(error)
            progress.show(min(first + step, total))
        progress.clear()
    gaps = f", {sparse} not stored" if sparse else ""
    print(f"{options.file}: {total} tiles{gaps}, {broken or 'none'} broken")
    return _BROKEN if broken else 0


def main(arguments=None):
    """Run a command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.function(options)
    except BrokenPipeError:
        return _UNUSABLE
    except (OSError, ValueError, IndexError, MemoryError) as error:
        print(f"opsin {options.command}: {error}", file=sys.stderr)
        return _UNUSABLE
