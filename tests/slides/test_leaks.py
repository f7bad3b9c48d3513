"""Memory over many reads: what leaks 20 bytes per read is found."""

import io

import tifffile
from generate import generate


def test_memory_does_not_grow(tmp_path, fresh):
    """100 000 reads of eight kinds of slides, damaged tiles, files that are none and regions of the wrong size among them."""
    kinds = {
        "jpeg": generate("svs", levels=2),
        **{c: generate("tiled", compression=c, levels=2) for c in ("zlib", "zstd", "lzw", "webp", "jpeg2000")},
        "strips": generate("strips", compression="zlib"),
        "ndpi": generate("vendor", format="hamamatsu_ndpi"),
    }
    for name, content in kinds.items():
        (tmp_path / name).write_bytes(content)
    damaged = bytearray(kinds["zlib"])
    with tifffile.TiffFile(io.BytesIO(damaged)) as file:
        offset = file.pages[0].dataoffsets[4]
    damaged[offset : offset + 20] = b"\xff" * 20
    (tmp_path / "damaged").write_bytes(damaged)
    (tmp_path / "text").write_text("no slide at all")
    out = fresh(f"""
        from pathlib import Path
        import opsin
        folder = Path({str(tmp_path)!r})
        opsin.io.set_tile_cache_capacity(1 << 20)
        failed = 0
        def used():
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
        def reads(n):
            global failed
            slides = [opsin.Slide(folder / name) for name in {[*kinds, "damaged"]!r}]
            for i in range(n):
                slide = slides[i % 9] if i % 9 != 5 or i % 8 == 0 else slides[0]  # JPEG 2000 is slow.
                try:
                    slide.read_region((i * 13 % 100, i * 7 % 60), (24, 24) if i % 999 else (-1, 3), i % slide.level_count % 2)
                except (OSError, ValueError):
                    failed += 1
                if i % 100 == 0:
                    opsin.Slide(folder / {list(kinds)!r}[i // 100 % 8]).properties
                    try:
                        opsin.Slide(folder / "text")
                    except OSError:
                        failed += 1
        reads(20000)
        before = used()
        reads(100000)
        assert failed > 3000, failed
        print(used() - before)
    """)
    assert int(out) < 2 << 20, out
