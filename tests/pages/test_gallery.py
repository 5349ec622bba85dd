"""The gallery: every script is a page by itself, everything with a name has its page, and four of them are run; ``nox -s gallery`` runs all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.models import MODELS
from darkpair.detectors import DETECTORS
from darkpair.gen.sources import SOURCES
from tests.shared.gallery import GALLERY, ROOT, constants, faults, run, scripts, title

pytestmark = pytest.mark.skipif(not GALLERY.is_dir(), reason="no source tree")

SCRIPTS = scripts()

#: Of every subject the quickest; the others are run by ``nox -s gallery`` and by the documentation's build.
QUICK = (
    "chains/plot_four_photons",
    "limits/plot_counting",
    "models/plot_zprime_scalar",
    "studies/plot_fig5",
)

#: Lines of code of a page: one picture's.
LINES = range(12, 65)


def text_of(script: Path) -> tuple[list[str], str]:
    """Lines of a script's text, and its code."""
    source = script.read_text(encoding="utf-8")
    tree = ast.parse(source)
    text = ast.get_docstring(tree)
    assert text is not None, f"{title(script)} has no text"
    first = tree.body[0].end_lineno or 0
    return text.splitlines(), "\n".join(source.splitlines()[first:])


@pytest.mark.parametrize("script", SCRIPTS, ids=title)
def test_a_page_has_a_title_a_text_a_source_and_a_picture(script: Path) -> None:
    lines, code = text_of(script)
    heading, underline, empty, *rest = lines
    assert heading[0].isupper()
    assert underline == "=" * len(heading)
    assert not empty
    paragraphs = re.split(r"\n\s*\n", "\n".join(rest).strip())
    prose = " ".join(paragraphs[:-1])
    assert 2 <= len(re.findall(r"[.:;](\s|$)", prose)) <= 8, prose
    assert paragraphs[-1].startswith("Source:")
    assert code.count("plt.subplots(") == 1
    assert code.rstrip().endswith("plt.show()")
    assert len([line for line in code.splitlines() if line.strip()]) in LINES
    assert "plt.style.use(" in code  # (tests/laws/test_picture_room.py says with what)
    assert 'cmap="' not in code or 'cmap="viridis"' in code  # what the colour-blind tell apart


def documented() -> set[str]:
    """Modules that the pages name or import from, beside those of the package itself."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    return set(re.findall(r"\bdarkpair(?:\.[a-z_]+)+", text))


@pytest.mark.parametrize("script", SCRIPTS, ids=title)
def test_a_page_uses_what_is_public_and_draws_the_same_again(script: Path) -> None:
    import darkpair

    tree = ast.parse(script.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "darkpair":
            names = {alias.name for alias in node.names}
            if node.module == "darkpair":
                assert names <= set(darkpair.__all__)
            else:
                assert node.module in documented()
                assert not any(name.startswith("_") for name in names)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("Pipeline", "Streams")
        ):
            assert "seed" in {word.arg for word in node.keywords}, f"line {node.lineno}: no seed"


def without_page(names: Iterable[str], pages: Iterable[set[str]]) -> list[str]:
    """Names that no page's code has."""
    there = set().union(*pages)
    return [name for name in names if name not in there]


def class_of(entry: Any) -> str:
    """Name of the class that a registry's entry makes."""
    return str(entry.target).partition(":")[2]


def test_every_chain_and_every_source_has_a_page() -> None:
    pages = [constants(script) for script in SCRIPTS]
    assert without_page(CHAINS.ours, pages) == []
    sources = {name: class_of(entry) for name, entry in SOURCES.ours.items()}
    assert (
        without_page(sources.values(), [*pages, {sources[n] for p in pages for n in p if n in sources}]) == []
    )
    assert without_page(["kl_of_tomorrow"], pages) == ["kl_of_tomorrow"]


@pytest.mark.parametrize("name", MODELS.ours)
def test_every_model_has_a_page(name: str) -> None:
    script = GALLERY / "models" / f"plot_{name.replace('-', '_')}.py"
    assert script.is_file(), f"model {name}: write {script.relative_to(ROOT)}"
    text = "\n".join(text_of(script)[0])
    assert f"``{name}``" in text
    assert ".. math::" in text
    assert class_of(MODELS.ours[name]) in constants(script)


@pytest.mark.parametrize("name", DETECTORS.ours)
def test_every_detector_has_a_page(name: str) -> None:
    script = GALLERY / "detectors" / f"plot_{name}.py"
    assert script.is_file(), f"detector {name}: write {script.relative_to(ROOT)}"
    assert {name, class_of(DETECTORS.ours[name])} & constants(script) or name == "koto"
    assert "barh" in text_of(script)[1]  # the cut flow


def test_no_page_of_what_is_gone() -> None:
    for folder, registry in (("models", MODELS), ("detectors", DETECTORS)):
        names = {script.stem.removeprefix("plot_") for script in (GALLERY / folder).glob("plot_*.py")}
        assert names == {name.replace("-", "_") for name in registry.ours}


def test_every_folder_has_a_heading() -> None:
    for folder in {GALLERY, *(script.parent for script in SCRIPTS)}:
        lines = (folder / "README.rst").read_text(encoding="utf-8").splitlines()
        assert set(lines[1]) <= {"=", "-"}
        assert len(lines[1]) == len(lines[0])
    assert len(SCRIPTS) >= 25


@pytest.mark.parametrize("name", QUICK)
def test_a_page_runs_and_its_picture_says_what_is_on_its_axes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib.pyplot as plt

    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    figures = run(GALLERY / f"{name}.py")
    try:
        assert len(figures) == 1
        assert [line for figure in figures for line in faults(figure)] == []
        figures[0].canvas.draw()
    finally:
        plt.close("all")
        plt.rcdefaults()


def test_a_picture_without_labels_is_a_fault() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    assert faults(figure) == ["no axes"]
    axes = figure.subplots()
    axes.plot([0.0, 1.0])
    axes.set_xlabel("momentum")
    assert faults(figure) == [
        "axes 0: 'momentum' says neither a unit nor what needs none",
        "axes 0: no label of y",
    ]
    axes.set_xlabel("momentum [GeV]")
    axes.set_yticks([0.0, 1.0], ["none", "all"])
    assert faults(figure) == []
