"""A run's picture says the masses and c tau that it is of, within its width; one of no events has axes from 0 on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hist
import pytest

from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.job.job import job_of
from darkpair.run import picture
from darkpair.run.part import provenance
from darkpair.run.picture_title import picture_title

pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib")

DECAY = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"


def title(**chain: Any) -> list[str]:
    job = job_of(
        {"run": {"n": 1}, "source": {"name": "koto_kl"}, "chain": chain, "output": {"path": "x.root"}},
        where="here",
    )
    return picture_title(provenance(job, job.pipeline())).splitlines()


@pytest.mark.parametrize(
    ("ctau", "words"),
    [
        ("5 cm", " with c tau 50 mm"),
        ("2.5 km", " with c tau 2.5 km"),
        ("3 um", " with c tau 3 um"),
        ("0", " that decays at once"),
    ],
)
def test_masses_and_lifetime_are_said(ctau: str, words: str) -> None:
    mass = {"X1": "40 MeV", "X2": "430 MeV"}
    assert title(decay=DECAY, mass=mass, ctau={"X2": ctau}) == [DECAY, f"X1 40 MeV, X2 430 MeV{words}"]


def test_a_scan_has_every_lifetime() -> None:
    lines = title(decay=DECAY, mass={"X1": 0.0, "X2": 0.43}, lifetime={"X2": "scan"})
    assert lines[1] == "X1 0 MeV, X2 430 MeV of every c tau"


def test_a_decay_of_no_dark_particle_is_alone() -> None:
    assert title(decay="K_L0 -> pi+ pi- pi0") == ["K_L0 -> pi+ pi- pi0"]


def test_a_long_decay_is_cut() -> None:
    point = {"m1": 0, "m2": "240 MeV", "G_X": "1 GF", "mu": "0.1 /TeV"}
    lines = title(model="zprime-dirac+dipole", parameters=point)
    assert len(lines) == 3
    assert lines[0].startswith("K_L0 -> psi1~ (psi2 -> psi1")
    assert lines[1].endswith(" ...")
    assert max(map(len, lines)) <= 92
    assert lines[2] == "psi2 240 MeV with c tau 35.87 um, psi1 0 MeV"


def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weight: float) -> Any:
    """The figure of a plane with that weight in a bin."""
    plane = hist.Hist.new.Reg(4, 0, 4, name="x").Reg(4, 0, 4, name="y").Weight()
    if weight:
        plane.fill(x=[1.5], y=[2.5], weight=[weight])
    stages = tuple(
        Stage(name=name, n=n, sum_w=float(n), sum_w2=float(n)) for name, n in (("generated", 3), ("cut", 0))
    )
    figures: list[Any] = []

    def keep(figure: Any, *_: Any) -> bytes:
        figures.append(figure)
        return b""

    monkeypatch.setattr(picture, "drawn", keep)
    picture.draw(plane, None, Cutflow(stages), "a title", tmp_path / "x.png")
    return figures[0]


def test_a_picture_of_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    main, top, side, *rest = drawn(monkeypatch, tmp_path, 0.0).axes
    assert [text.get_text() for text in main.texts] == ["no events here"]
    assert top.get_ylim() == side.get_xlim() == (0.0, 1.0)
    assert list(top.get_yticks()) == list(side.get_xticks()) == [0.0]
    assert len(rest) == 1  # (the corner; no scale of colours)
    main, top, side, *rest = drawn(monkeypatch, tmp_path, 2.0).axes
    assert not main.texts
    assert len(top.get_yticks()) > 2
    assert len(rest) == 2
