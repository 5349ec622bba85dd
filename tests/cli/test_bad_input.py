"""Bad input: one clear line, exit status 2, no traceback, nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main

JOB = """
[run]
n = 1000
[source]
name = "koto_kl"
[chain]
decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
mass = { X1 = 0.0, X2 = "430 MeV" }
ctau = { X2 = 0.0 }
[detector]
name = "koto"
[output]
path = "PATH"
"""

CASES = [
    (["chain.decay="], ["chain.decay = ''; allowed: a text"]),
    (["chain.dekay=x"], ["chain.dekay", "chain.decay"]),
    (["runn.n=5"], ["runn", "'run'"]),
    (["chain.mass.X1=0.1"], ["0.53", "0.497611"]),
    (["chain.mass.X2=-0.4"], ["chain.mass.X2 = -0.4", "of 0 GeV or more"]),
    (["chain.mass.X2=nan"], ["chain.mass.X2 = nan"]),
    (["chain.mass.X2=430 MW"], ["MW", "MeV"]),
    (["chain.mass.X3=0.1"], ["X3", "X2"]),
    (["chain.ctau.X2=-1"], ["chain.ctau.X2 = -1", "of 0 mm or more"]),
    (["run.n=0"], ["run.n = 0", "a whole number of 1 or more"]),
    (["run.n=1e30"], ["run.n", "1e+30"]),
    (["run.n=1.5"], ["run.n", "1.5"]),
    (["run.seed=-1"], ["run.seed", "-1"]),
    (["detector.selection=2014"], ["2014", "2015"]),
    (['detector.without=["pt_"]'], ["pt_", "pt"]),
    (["detector.selektion=2015"], ["selektion", "selection"]),
    (["detector.name=kotoo"], ["kotoo", "koto"]),
    (["detector.name=fixed_target"], ["fixed_target needs detector.experiment"]),
    (["source.name=kl"], ["kl", "koto_kl"]),
    (["source.name=gun", "source.parent=eta"], ["221", "K_L0"]),
    (["output.layout=cartesion"], ["cartesion", "cartesian"]),
    (["chain.decay=K_L0 X1"], ["->"]),
    (["chain.lifetime.X2=scann"], ["scann", "scan"]),
    (["chain.lifetime.X2=forced"], ["chain.lifetime.X2", "chain.ctau.X2"]),
    (["output.path=/nonexistent/folder/x.root"], ["/nonexistent/folder"]),
    (["output.path=x.hepmc"], ["'x.hepmc'", ".hepmc3, .hepmc3.gz"]),
    (["output.path=/nonexistent/folder/x.hepmc3"], ["/nonexistent/folder"]),
    (["output.path=x.hepmc3", "output.layout=nano"], ["output.layout = 'nano'", "'x.hepmc3'", ".root"]),
    (["output.path=x.hepmc3.gz", "output.compression=zstd"], ["output.compression = 'zstd'", "leave"]),
    (["output.path=x.hepmc3", "output.kind=rntuple"], ["output.kind = 'rntuple'", "hepmc3", "no options"]),
    (["nonsense"], ["section.key=value"]),
]


@pytest.mark.parametrize(
    ("settings", "words"), CASES, ids=lambda x: "-".join(x) if isinstance(x, list) else None
)
def test_one_line(settings: list[str], words: list[str], tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(JOB.replace("PATH", str(tmp_path / "out.root")))
    if settings[0].startswith("chain.name"):
        words = ["decay", "name", "not more"]
    result = CliRunner().invoke(main, ["run", str(job), *[x for s in settings for x in ("--set", s)]])
    assert_one_line(result, words)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["job.toml"]


def test_unknown_chain_name(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(
        JOB.replace("PATH", str(tmp_path / "out.root"))
        .replace("decay = ", "name = ")
        .replace("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", "kl_x1x2_pi")
    )
    assert_one_line(CliRunner().invoke(main, ["run", str(job)]), ["kl_x1x2_pi", "did you mean 'kl_x1x2_pi0'"])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run", "missing.toml"], ["missing.toml", "cannot be read"]),
        (["run"], ["Missing argument"]),
        (["runn"], ["runn"]),
        (["run", "--sed", "1", "x"], ["--sed"]),
        (["list", "chain"], ["chain", "chains"]),
        (["inspect", "missing.root"], ["missing.root"]),
        (["inspect", "missing.hepmc3"], ["missing.hepmc3", "there is no file"]),
        (["run", "job.toml", "-n", "many"], ["many"]),
    ],
)
def test_bad_words(words: list[str], expected: list[str]) -> None:
    assert_one_line(CliRunner().invoke(main, words), expected)


def test_not_toml(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text("this is = not [toml\n")
    assert_one_line(CliRunner().invoke(main, ["run", str(job)]), ["not a TOML file"])
    job.write_bytes(b"\xff\xfe\x00")
    assert_one_line(CliRunner().invoke(main, ["run", str(job)]), ["not a TOML file"])


def test_foreign_file(tmp_path: Path) -> None:
    file = tmp_path / "x.root"
    file.write_bytes(b"not ROOT")
    assert_one_line(CliRunner().invoke(main, ["inspect", str(file)]), ["x.root"])
    file = tmp_path / "x.hepmc3"
    file.write_bytes(b"root\xff\0not HepMC")
    assert_one_line(CliRunner().invoke(main, ["inspect", str(file)]), ["x.hepmc3", "give the file of a run"])
    file.write_text("HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\nE 1 0 0\n")
    assert_one_line(CliRunner().invoke(main, ["inspect", str(file)]), ["x.hepmc3", "not written by darkpair"])


def assert_one_line(result: object, words: list[str]) -> None:
    assert result.exit_code == 2, result.output  # type: ignore[attr-defined]
    text = result.output.strip()  # type: ignore[attr-defined]
    assert "\n" not in text, text
    assert "Traceback" not in text
    assert text.startswith("darkpair: ")
    for word in words:
        assert word in text, f"{word!r} not in {text!r}"
