"""The title of a run's picture as physicists write decays: every particle has a symbol that can be drawn, and each decay is there once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from darkpair import run_job
from darkpair.chains.catalogue import CHAINS
from darkpair.chains.spelling import Spelled, parse
from darkpair.gen.particles import ALIASES, DARK_IDS
from darkpair.gen.pdg_entries import evtgen_names
from darkpair.job.job import job_of
from darkpair.report.decay_symbols import decay_symbols, symbol
from darkpair.run import runner
from darkpair.run.part import provenance
from darkpair.run.picture import draw
from darkpair.run.picture_title import drawn_title, picture_title

pytest.importorskip("matplotlib", reason="pictures are drawn by matplotlib")

DECAY = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"


def drawable(text: str) -> bool:
    """Whether matplotlib draws a text, of which nothing is left as it was typed."""
    from matplotlib.mathtext import MathTextParser

    MathTextParser("path").parse(text)
    return text.count("$") % 2 == 0


@pytest.mark.parametrize(
    ("decay", "words"),
    [
        (DECAY, [r"$K_L\to X_1\,X_2$", r"$X_2\to X_1\,\pi^{0}$", r"$\pi^{0}\to \gamma\,\gamma$"]),
        ("K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)", [r"$K_L\to X_2\,X_2$", r"$X_2\to X_1\,\gamma$"]),
        (
            "B+ -> K*+ psi1~ (psi2 -> psi1 e+ e- [0.3] | psi1 pi0 [0.7])",
            [
                r"$B^{+}\to K^{*+}\,\bar{\psi}_1\,\psi_2$",
                r"$\psi_2\to \psi_1\,e^{+}\,e^{-}$ (30 %) or $\psi_1\,\pi^{0}$ (70 %)",
            ],
        ),
        ("anti-B0 -> eta' K_S0 A'", [r"$\bar{B}^{0}\to \eta^\prime\,K_S\,A^\prime$"]),
    ],
)
def test_decays_by_hand(decay: str, words: list[str]) -> None:
    assert decay_symbols(decay) == words


def test_every_particle_has_a_symbol_that_is_drawn() -> None:
    names = [*evtgen_names().values(), *DARK_IDS, *ALIASES, "odd$name_", "my{axion}"]
    symbols = {name: symbol(name) for name in names}
    assert all(drawable(f"${each}$") for each in symbols.values())
    assert len({symbols[name] for name in DARK_IDS}) == len(DARK_IDS)
    for name in ("pi0", "pi+", "K*0", "K*+", "mu-", "anti-nu_e", "J/psi", "D*+"):
        assert not re.search(r"\d{3}", symbols[name]), name


@pytest.mark.parametrize("name", sorted(CHAINS.ours))
def test_every_chain_is_written(name: str) -> None:
    """Each particle that decays has its line, in the descriptor's order."""
    descriptor = CHAINS.ours[name].summary
    lines = decay_symbols(descriptor)
    assert all(drawable(line) for line in lines)
    mothers = list(dict.fromkeys(symbol(each) for each in mothers_of(parse(descriptor))))
    assert list(dict.fromkeys(line.partition(r"\to")[0].removeprefix("$") for line in lines)) == mothers


def mothers_of(tree: Spelled) -> list[str]:
    """Names of what decays."""
    later = [each for _, daughters in tree.modes for each in daughters if isinstance(each, Spelled)]
    return [tree.name, *(name for each in later for name in mothers_of(each))]


def made(**chain: Any) -> dict[str, Any]:
    job = job_of(
        {"run": {"n": 1}, "source": {"name": "koto_kl"}, "chain": chain, "output": {"path": "x.root"}},
        where="here",
    )
    return provenance(job, job.pipeline())


def test_a_title_has_the_states() -> None:
    said = made(decay=DECAY, mass={"X1": "40 MeV", "X2": "430 MeV"}, ctau={"X2": "5 cm"})
    decays, states = drawn_title(said).splitlines()
    assert decays == ", ".join(decay_symbols(DECAY))
    assert states == r"$X_1$ 40 MeV, $X_2$ 430 MeV with $c\tau$ 50 mm"


def test_several_chains_share_what_they_share() -> None:
    """First decays first, each decay once."""
    later = "X1 (X2 -> X1 (pi0 -> gamma gamma))"
    chains = [
        {"decay": f"{first} {later}"} for first in ("B0 -> K0", "anti-B0 -> anti-K0", "B+ -> K+", "B- -> K-")
    ]
    text = drawn_title({"chain": {"chains": chains}}).replace("\n", ", ")
    heads = [r"$B^{0}\to", r"$\bar{B}^{0}\to", r"$B^{+}\to", r"$B^{-}\to", r"$X_2\to", r"$\pi^{0}\to"]
    assert [part.partition(" ")[0] for part in text.split(", ")] == heads
    assert drawn_title({}) == picture_title({}) == ""


@pytest.mark.parametrize("n", [1, 2, 5, 9, 40])
def test_many_modes_fit(n: int) -> None:
    modes = " | ".join(f"X1 {'gamma ' * (i + 1)}gamma [0.01]" for i in range(n))
    for descriptor in (f"X2 -> {modes}", f"K_L0 -> X1 (X2 -> {modes})"):
        text = drawn_title({"chain": {"decay": descriptor}})
        assert len(text.splitlines()) <= 2
        letters = [re.sub(r"[{}$^_]|\\,", "", re.sub(r"\\[a-z]+", "x", line)) for line in text.splitlines()]
        assert max(map(len, letters)) <= 97
        assert ("..." in text) == (n > 5)


def test_a_long_title_is_cut() -> None:
    point = {"m1": 0, "m2": "240 MeV", "G_X": "1 GF", "mu": "0.1 /TeV"}
    *decays, states = drawn_title(made(model="zprime-dirac+dipole", parameters=point)).splitlines()
    assert 1 <= len(decays) <= 2
    assert all(drawable(line) for line in (*decays, states))
    assert "->" not in " ".join(decays)


def test_the_file_has_the_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn with symbols, the picture says in its metadata what was typed, behind whose it is."""
    from PIL import Image

    chain = {"decay": DECAY, "mass": {"X1": 0.04, "X2": 0.43}, "ctau": {"X2": "5 cm"}}
    output = {"path": str(tmp_path / "x.root")}
    job = job_of(
        {
            "run": {"n": 200},
            "source": {"name": "koto_kl"},
            "chain": chain,
            "detector": {"name": "koto"},
            "output": output,
        },
        where="here",
    )
    titles: list[str] = []

    def drawn(histogram: Any, detector: Any, cutflow: Any, title: str, *rest: Any) -> None:
        titles.append(title)
        draw(histogram, detector, cutflow, title, *rest)

    monkeypatch.setattr(runner, "draw", drawn)
    path = run_job(job).pictures[0]
    assert titles[0] == drawn_title(provenance(job, job.pipeline()))
    with Image.open(path) as picture:
        about = picture.info
    assert about["Description"].splitlines()[0] == DECAY
    assert about["Description"] == picture_title(provenance(job, job.pipeline()))
    head = path.read_bytes()[:4096]
    assert 0 < head.index(b"Source") < head.index(b"Description")
