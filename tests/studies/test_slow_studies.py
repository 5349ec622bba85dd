"""Figs. 3 to 5 and KOTO's band from end to end, at a few mass points and small samples: every file is left, with rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from darkpair.chains.models import Inputs
from darkpair.limits.samples import Size
from darkpair.studies import STUDIES
from darkpair.studies.paper import fig3, fig4, fig5
from darkpair.studies.paper.exclusions import Panel

SMALL = replace(Size.of(quick=True), kaons=60_000, etas=20_000, cells=(24, 16, 12))


def few(make: Callable[..., list[Panel]]) -> Callable[..., list[Panel]]:
    """The panels of a figure that know one mass point alone, with two points each."""

    def panels(*args: Any, **settings: Any) -> list[Panel]:
        every: Sequence[Panel] = make(*args, **settings)
        return [
            replace(panel, points=panel.points[:2])
            for panel in every
            if len({(point["m1"], point["m2"]) for point in panel.points}) == 1
        ]

    return panels


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples know masses alone: the figures share them."""
    return tmp_path_factory.mktemp("samples")


@pytest.mark.parametrize("name", ["fig3", "fig4", "fig5"])
def test_a_figure_leaves_its_files(
    name: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Size, "of", lambda **_: SMALL)
    for module, function in ((fig3, "mass_panels"), (fig4, "mass_panels"), (fig5, "panels_of")):
        monkeypatch.setattr(module, function, few(getattr(module, function)))
    paths = STUDIES[name](folder=tmp_path, inputs=Inputs("paper"), quick=True, cache=cache)
    assert all(path.is_file() for path in paths)
    assert {path.name for path in paths} >= {
        f"{name}.csv", f"{name}.json", f"{name}.png", f"{name}.pdf", "submission.yaml"
    }  # fmt: skip
    rows = json.loads((tmp_path / f"{name}.json").read_text())["rows"]
    assert len({row["panel"] for row in rows}) == (2 if name == "fig5" else 1)
    assert {"koto-three-events, 1 sigma", "nucal"} <= {row["curve"] for row in rows}


def test_the_band_leaves_its_files(tmp_path: Path) -> None:
    paths = STUDIES["koto-band"](folder=tmp_path, inputs=Inputs("paper"), quick=True, events=100_000)
    assert {path.name for path in paths} == {
        "koto-band.csv", "koto-band.json", "koto-band.png", "koto-band.pdf"
    }  # fmt: skip
    output = json.loads((tmp_path / "koto-band.json").read_text())
    assert len(output["rows"]) == 8  # two models, four treatments
    prompt, estimate, whole = output["flight"]
    assert prompt["ratio"] > whole["ratio"] > 0.0
    assert estimate["ratio"] < prompt["ratio"]
