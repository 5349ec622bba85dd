"""What the command line says of a sample beside its acceptance, and of files that other programs wrote."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

import darkpair
from darkpair.cli import main
from darkpair.gen.output.root import RootWriter
from darkpair.gen.sources.gun import Gun

JOB = """
[run]
n = 2000
[source]
name = "koto_kl"
[chain]
name = "kl_x1x2_pi0"
mass = { X1 = 0, X2 = "430 MeV" }
[detector]
name = "koto"
[output]
path = "out.root"
picture = false
"""
B_JOB = """
[run]
n = 200
[source]
name = "upsilon4s"
[chain]
model = "zprime-scalar"
parameters = { m1 = "40 MeV", m2 = "400 MeV", G_X = "1 GF" }
parent = "B+"
production = "K*+ X1 X2"
modes = ["X1 pi0"]
[detector]
name = "belle2"
[output]
path = "out.root"
picture = false
"""

DUMP = """
[run]
n = 500
[source]
name = "dump_mesons"
meson = "eta"
beam_energy = "70 GeV"
[chain]
name = "eta_x1x2_pi0"
mass = { X1 = 0.04, X2 = 0.4 }
ctau = { X2 = "3 m" }
[detector]
name = "fixed_target"
[output]
path = "out.root"
picture = false
"""


def said(words: list[str], monkeypatch: pytest.MonkeyPatch, folder: Path, job: str = JOB) -> str:
    monkeypatch.chdir(folder)
    (folder / "job.toml").write_text(job)
    if words[0] == "run":  # (which replaces no file of other events)
        (folder / "out.root").unlink(missing_ok=True)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.output


def test_nothing_accepted_names_the_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    four = "chain.decay='K_L0 -> (X2 -> gamma gamma) (X2 -> gamma gamma)'"
    words = ["--set", "chain={}", "--set", f"chain.{four[6:]}", "--set", "chain.mass.X2=0.15"]
    out = said(["run", "job.toml", *words], monkeypatch, tmp_path)
    assert "acceptance             0 of 2,000 generated events; no_missed_photon leaves none of" in out


def test_what_the_acceptance_does_not_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plain = said(["run", "job.toml"], monkeypatch, tmp_path)
    assert "0.078481, decays at z = 2000 to 6148 mm for each K_L at the beam exit" in plain
    assert "no lifetime" not in plain
    assert "left whole" not in plain
    scanned = said(["run", "job.toml", "--set", "chain.lifetime.X2=scan"], monkeypatch, tmp_path)
    assert "c tau of X2 is scanned" in scanned
    assert "c tau of X2 is scanned" in said(["inspect", "out.root"], monkeypatch, tmp_path)
    weighted = ["--set", "chain.lifetime.X2=scan", "--set", "chain.ctau.X2=5 cm"]
    assert "scanned" not in said(["run", "job.toml", *weighted], monkeypatch, tmp_path)


def test_an_aimed_sample_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With what the beam it was drawn from says besides; of a dump too, whose directions are not drawn."""
    out = said(["run", "job.toml", "--set", "source.aim=true"], monkeypatch, tmp_path)
    again = said(["inspect", "out.root"], monkeypatch, tmp_path)
    for text in (out, again):
        line = next(line for line in text.splitlines() if line.startswith("aimed   "))
        assert "parents and directions are drawn where events come from" in line
        assert "weights source and directions" in line
        assert line.endswith("at most 20")
        assert "not in it              0.078481, decays at z = 2000 to 6148 mm" in text
    words = ["--set", "source.aim=true", "--set", "chain.lifetime.X2=forced", "--set", "detector.name=nucal"]
    out = said(["run", "job.toml", *words], monkeypatch, tmp_path, DUMP)
    assert "aimed                  parents are drawn where events come from; weight source, at most 20" in out
    assert "aimed  " not in said(["run", "job.toml"], monkeypatch, tmp_path)


def test_a_resonance_left_whole_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    out = said(["run", "job.toml"], monkeypatch, tmp_path, B_JOB)
    assert "left whole             K*+ (c tau 4.1e-12 mm)" in out
    assert "natural width          K*+: relativistic Breit-Wigner" in out
    assert "R = 3 per GeV" in said(["inspect", "out.root"], monkeypatch, tmp_path)
    assert "0.91426, the branching ratio of the modes below B+" in out
    assert "kaon_candidate leaves none of 200" in out


def test_inspects_a_file_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chain = darkpair.build("K_L0 -> X1 X2", mass={"X1": 0.1, "X2": 0.2})
    pipeline = darkpair.Pipeline(source=Gun(parent="K_L0", momentum=2.0), chain=chain, seed=1)
    with RootWriter(tmp_path / "own.root", provenance={"author": "me"}) as file:
        for chunk in darkpair.chunks(pipeline, 300):
            file.write(chunk.record())
    out = said(["inspect", "own.root"], monkeypatch, tmp_path)
    assert out == "events in the file     300\n"


def test_another_beam_and_ones_own_data_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (files("darkpair.detectors") / "data" / "nucal.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(text.replace("64000.0", "30000.0"), encoding="utf-8")
    words = ["run", "job.toml", "--set", "detector.experiment=mine.toml"]
    same = said(words, monkeypatch, tmp_path, DUMP)
    assert "two beams" not in same
    told = json.loads(said(["inspect", "out.root", "--json"], monkeypatch, tmp_path))
    assert told["detector"]["data"]["decay_volume"]["z_min"]["value"] == 30000.0
    other = said([*words, "--set", "source.beam_energy=400 GeV"], monkeypatch, tmp_path, DUMP)
    assert "two beams              400 GeV of the source, 70 GeV of the detector" in other
    words[0] = "check"
    assert "warning                the source's protons" not in said(words, monkeypatch, tmp_path, DUMP)
    other = said([*words, "--set", "source.beam_energy=400 GeV"], monkeypatch, tmp_path, DUMP)
    assert "warning                the source's protons have 400 GeV, the detector's 70 GeV" in other
