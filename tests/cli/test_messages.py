"""What a line says of bad input is true, and names what would do."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.detectors.data_structure import KINDS

JOB = """
[run]
n = 1000
[source]
name = "koto_kl"
[chain]
CHAIN
[detector]
name = "koto"
[output]
path = "PATH"
"""
DECAY = (
    'decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"\nmass = { X1 = 0.0, X2 = "430 MeV" }\nctau.X2 = 0.0'
)


def line_of(words: list[str], folder: Path, chain: str = DECAY) -> str:
    """Line with which a run is refused."""
    job = folder / "job.toml"
    job.write_text(JOB.replace("PATH", str(folder / "out.root")).replace("CHAIN", chain))
    result = CliRunner().invoke(main, ["run", str(job), *words])
    assert result.exit_code == 2, result.output
    text = result.output.strip()
    assert text.startswith("darkpair: ")
    assert "\n" not in text
    assert not (folder / "out.root").exists()
    return text.removeprefix("darkpair: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--set", "detector=koto"],
            "detector = 'koto'; allowed: a table of keys, as detector.name = \"...\"",
        ),
        (
            ["--set", "source=koto_kl"],
            "source = 'koto_kl'; allowed: a table of keys, as source.name = \"...\"",
        ),
        (["--set", "run.seed=abc"], "run.seed = 'abc' is not a number; allowed: a whole number of 0 or more"),
        (["--set", "chain.decay="], "chain.decay = ''; allowed: a text that is not empty"),
        (["-o", ""], "output.path = ''; allowed: a text that is not empty"),
        (["-n", "0"], "run.n = 0; allowed: a whole number of 1 or more"),
        (["-n", "1.5"], "run.n = 1.5; allowed: a whole number of 1 or more"),
        (["-o", "~nobody/x.root"], "there is no folder '~nobody' (a ~ in quotes is no home folder); make it"),
        (
            ["--set", "detector.cuts.pt.min=500 MeV"],
            "cuts.pt: from 0.5 to 0.25 GeV, whose max is the selection's; allowed: max at min or above it",
        ),
        (["--bogus", "1"], "No such option '--bogus'. See darkpair run --help."),
    ],
    ids=lambda x: "-".join(x) if isinstance(x, list) else None,
)
def test_line(words: list[str], said: str, tmp_path: Path) -> None:
    assert said in line_of(words, tmp_path)


def test_a_chain_that_is_not_there(tmp_path: Path) -> None:
    line = line_of([], tmp_path, chain="")
    assert line.endswith('one of decay = "K_L0 -> ...", name = "..." and model = "...", and has none')


def test_a_word_like_no_command() -> None:
    result = CliRunner().invoke(main, ["frobnicate"])
    assert result.output.strip() == "darkpair: No such command 'frobnicate'. See darkpair --help."


def test_an_empty_detector(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    line = line_of(["--set", f"detector.experiment={tmp_path / 'mine.toml'}"], tmp_path)
    assert 'says no kind; write kind = "...", one of koto, ' in line


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_listed_once(kind: str) -> None:
    tables = KINDS[kind].tables
    assert sorted(tables) == sorted(set(tables))
