"""`darkpair limits --channels --planned` and combined models: words, tables and JSON, with samples of a second."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main, terminal
from darkpair.limits.samples import Size

TINY = Size(kaons=600_000, etas=4_000, spectra="central", cells=(8, 6, 4), throws=(4,))
POINT = [
    "limits",
    "zprime-dirac+dipole",
    "m1=0",
    "m2=200 MeV",
    "G_X=1 GF",
    "c_A=0",
    "c_A22=1",
    "mu=1e-5 /GeV",
]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    monkeypatch.setattr(Size, "of", lambda **_: TINY)
    return [*POINT, "--cache", str(tmp_path), "--only", "koto-2021"]


def test_channels_are_shown(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    shown = CliRunner().invoke(main, [*words, "--channels", "--along", "mu"])
    assert shown.exit_code == 0, shown.output
    assert "channels" in shown.output
    assert "X2 -> X1 gamma" in shown.output
    assert "range of mu [1e-5 /GeV]" in shown.output
    with monkeypatch.context() as patch:
        patch.setattr(terminal, "is_terminal", lambda: True)
        narrow = CliRunner(env={"COLUMNS": "80"}).invoke(main, [*words, "--channels", "--along", "mu"])
    assert max(map(len, narrow.output.splitlines())) <= 80
    plain = CliRunner().invoke(main, [*words, "--json"])
    told = CliRunner().invoke(main, [*words, "--json", "--channels"])
    (without,), (row,) = json.loads(plain.output), json.loads(told.output)
    pair = "K_L0 -> X2 X2, X2 -> X1 gamma, X2 -> X1 gamma"
    assert row.pop("channels")[pair] == pytest.approx(row["events"])
    assert row == without
    paper = CliRunner().invoke(main, [*words, "--data", "2020", "--json"])
    assert json.loads(paper.output)[0]["value"] == 0.0  # no pi0


def test_planned_ones_are_lines(words: list[str]) -> None:
    shown = CliRunner().invoke(main, [*words[:-2], "--planned", "--only", "dune-nd", "--json"])
    assert shown.exit_code == 0, shown.output
    assert {row["kind"] for row in json.loads(shown.output)} == {"line"}


def test_a_parameter_that_no_part_has_is_one_line(words: list[str]) -> None:
    shown = CliRunner().invoke(main, [*words, "--along", "m_Psi"])
    assert shown.exit_code == 2
    assert "m_Psi" in shown.output
    assert len(shown.output.strip().splitlines()) == 1
