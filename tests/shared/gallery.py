"""The gallery's scripts: what they are, how they run, what a picture has to have.

``python -m tests.shared.gallery [FOLDER] [WORD ...]`` runs all of them, or those whose paths have one of the words, prints the seconds of a
core that each takes, and leaves the pictures in the folder.
"""

from __future__ import annotations

import ast
import os
import re
import runpy
import sys
import time
from collections.abc import Iterable
from contextlib import chdir
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "gallery"

#: Seconds of a core that a script may take.
PATIENCE = 15.0


def scripts() -> list[Path]:
    """Every script of the gallery, in order."""
    return sorted(GALLERY.rglob("plot_*.py"))


def title(script: Path) -> str:
    """Path of a script in the gallery, without its ending."""
    return script.relative_to(GALLERY).with_suffix("").as_posix()


def run(script: Path) -> list[Any]:
    """Figures of a script, which is run in its own folder, as sphinx-gallery does."""
    os.environ["MPLBACKEND"] = "agg"  # before pyplot is imported: no window
    import matplotlib.pyplot as plt

    plt.close("all")
    plt.rcdefaults()  # what a script sets holds until its picture is drawn
    with chdir(script.parent):
        runpy.run_path(str(script), run_name="__main__")
    return [plt.figure(number) for number in plt.get_fignums()]


#: What needs no unit: shares, counts and names.
_PLAIN = re.compile(
    r"\[.+\]|\$|events|normalised|ratio|branching|efficiency|acceptance|probability|accepted|left of|share|over"
    r"|rapidity|number|/ bin|/ \(?[0-9]|largest|energy of"
)


def faults(figure: Any) -> list[str]:
    """What a picture lacks, a line each: labels of its axes, with units."""
    from matplotlib.category import StrCategoryFormatter
    from matplotlib.ticker import FuncFormatter

    lines = [] if figure.axes else ["no axes"]
    for i, axes in enumerate(figure.axes):
        for axis in (axes.xaxis, axes.yaxis):
            label = axis.get_label_text()
            ticks_are_words = isinstance(axis.get_major_formatter(), StrCategoryFormatter | FuncFormatter)
            if not label and not ticks_are_words and not hasattr(axes, "_colorbar"):
                lines.append(f"axes {i}: no label of {axis.axis_name}")
            elif label and not _PLAIN.search(label):
                lines.append(f"axes {i}: {label!r} says neither a unit nor what needs none")
    return lines


def constants(script: Path) -> set[str]:
    """Texts and names that the code of a script has, its own text left out."""
    tree = ast.parse(script.read_text(encoding="utf-8"))
    words: set[str] = set()
    for node in ast.walk(ast.Module(body=tree.body[1:], type_ignores=[])):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
        elif isinstance(node, ast.alias):
            words.add(node.name)
    return words


def main(folder: Path, words: Iterable[str]) -> int:
    """Run scripts, print their seconds, and leave their pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong = []
    for script in scripts():
        if words and not any(word in title(script) for word in words):
            continue
        start = time.process_time()
        figures = run(script)
        seconds = time.process_time() - start
        lines = [line for figure in figures for line in faults(figure)]
        wrong += [f"{title(script)}: {line}" for line in lines]
        wrong += [f"{title(script)}: {seconds:.0f} s"] if seconds > PATIENCE else []
        for i, figure in enumerate(figures):
            figure.savefig(folder / f"{title(script).replace('/', '-')}{i or ''}.png", dpi=80)
        print(f"{seconds:6.1f} s  {title(script)}", *lines, sep="\n          ", flush=True)
    print(*wrong, sep="\n")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "gallery"), sys.argv[2:]) > 0)
