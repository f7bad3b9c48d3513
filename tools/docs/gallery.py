"""Write docs/gallery: a page (Markdown) of each script there, with the pictures that it makes, and the page of them all.

    python tools/docs/gallery.py [--output FOLDER] [SCRIPT...]

A script is a docstring, whose first line is the page's title, and cells that begin with a line ``# %%``; the comment below that line is
the cell's text. Figures that a cell shows stand below its code.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery"
NO_PAGE = ("support.py",)
# JPEG holds photographs in a tenth of PNG's bytes; the pages are part of the repository.
QUALITY, DPI = 80, 80


@dataclass
class Cell:
    text: str
    code: str
    line: int  # of the code in its script


def scripts() -> list[Path]:
    return sorted(path for path in GALLERY.glob("*.py") if path.name not in NO_PAGE)


def cells(source: str) -> list[Cell]:
    """The docstring with the code up to the first ``# %%``, then a cell for each of these lines."""
    doc = ast.get_docstring(ast.parse(source))
    if not doc:
        raise ValueError("a script of the gallery begins with a docstring")
    found = []
    line = 1  # of the part
    for k, part in enumerate(re.split(r"(?m)^# %%\n", source)):
        if k == 0:
            before = ast.get_source_segment(source, ast.parse(source).body[0])
            text, code = f"# {doc}", part[len(before) :]
        else:
            before = re.match(r"(?:#.*\n)*", part).group()
            text, code = re.sub(r"(?m)^# ?", "", before), part[len(before) :]
        found.append(
            Cell(text.strip(), code.strip("\n"), line + before.count("\n") + len(code) - len(code.lstrip("\n")))
        )
        line += part.count("\n") + 1
    return found


def run(script: Path, pictures: Path) -> tuple[str, list[Path]]:
    """The page of a script, and the pictures that it made in a folder."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    sys.path.insert(0, str(GALLERY))
    scope = {"__name__": script.stem, "__file__": str(script)}
    page, made = [], []
    for cell in cells(script.read_text()):
        page += [cell.text, ""]
        if not cell.code:
            continue
        # Blank lines in front: a traceback names the script's own lines.
        exec(compile("\n" * (cell.line - 1) + cell.code, str(script), "exec"), scope)
        page += [f"```python\n{cell.code}\n```", ""]
        for number in plt.get_fignums():
            made.append(pictures / f"{script.stem}_{len(made) + 1}.jpg")
            plt.figure(number).savefig(made[-1], dpi=DPI, pil_kwargs=dict(quality=QUALITY))
            page += [f"![]({pictures.name}/{made[-1].name})", ""]
        plt.close("all")
    sys.path.remove(str(GALLERY))
    page.append(f"[The script]({script.name}); [all pages](README.md)\n")
    return "\n".join(page), made


def index(pages: dict[str, str]) -> str:
    """The page of all pages: for each its title, the first sentence below it and its first picture."""
    parts = [
        "# Gallery\n\nWhat opsin is for, module by module, on images that scikit-image ships. Each page is made from a script beside it by "
        "`tools/dev docs`;\n`python docs/gallery/color.py` runs one alone, `XP=cupy python docs/gallery/color.py` runs the same text on a "
        "GPU.\n\n| | |\n|---|---|\n"
    ]
    for stem, page in pages.items():
        title, text = page.split("\n", 1)
        sentence = re.split(r"(?<=\.)\s", " ".join(text.split()), maxsplit=1)[0]
        picture = re.search(r"!\[\]\((.*?)\)", page).group(1)
        parts.append(
            f'| [**{title.removeprefix("# ")}**]({stem}.md)<br>{sentence} | <img src="{picture}" width="420"> |\n'
        )
    return "".join(parts)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=GALLERY)
    parser.add_argument("scripts", nargs="*", type=Path)
    options = parser.parse_args(argv)
    chosen = options.scripts or scripts()
    pictures = options.output / "images"
    pictures.mkdir(parents=True, exist_ok=True)
    pages = {}
    for script in chosen:
        pages[script.stem], made = run(script, pictures)
        (options.output / f"{script.stem}.md").write_text(pages[script.stem])
        print(f"{script.stem}.md, {len(made)} pictures", flush=True)
    if not options.scripts:
        (options.output / "README.md").write_text(index(pages))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
