"""How every decay is made: in `list`, in the provenance of every chain, in `inspect` and in the report of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build, parse
from darkpair.chains.models import MODELS
from darkpair.chains.recipes import spelled_recipes
from darkpair.cli import main
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.errors import ClosedChannelError, InputError
from darkpair.gen.events import Parents
from darkpair.gen.particles import particle
from darkpair.gen.polarisation import at_rest
from darkpair.gen.streams import Streams
from darkpair.report.run import recipe_lines, sample_lines
from tests.shared.model_points import EXAMPLES, GF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from darkpair.gen.kinematics import Array

DARK = {"X1": 0.01, "X2": 0.2, "S": 0.1, "Y": 0.05}
#: A pure current: nothing of the chains here is refused for a spin.
COUPLINGS = {**EXAMPLES, "zprime-dirac": {"G_X": GF, "c_V": 0.0, "c_A": 1.0}}


def every_decay(decay: Decay) -> Iterator[tuple[Decay, Mode]]:
    for mode in decay.modes:
        yield decay, mode
        for daughter in mode.daughters:
            if isinstance(daughter, Decay):
                yield from every_decay(daughter)


def complete(chain: Chain) -> None:
    """Every mode has its line, and the line tells flat from not."""
    said = chain.provenance()["modes"]
    for decay, mode in every_decay(chain.decay):
        line = said[f"{decay.parent.name} -> {' '.join(p.name for p in mode.particles)}"]
        if len(mode.daughters) == 2:
            assert line.startswith("two-body, ")
            assert ("isotropic" in line) == (mode.slope == 0.0)
        else:
            assert (line == "phase space") == (mode.matrix_element is None)


@pytest.mark.parametrize("name", CHAINS)
def test_every_named_chain(name: str) -> None:
    words = CHAINS[name].descriptor.replace("(", " ").replace(")", " ").split()
    chain = CHAINS[name](mass={word: m for word, m in DARK.items() if word in words})
    complete(chain)
    assert CHAINS[name].recipes == chain.provenance()["modes"]  # known before there are masses


@pytest.mark.parametrize("name", MODELS)
def test_every_chain_of_every_model(name: str) -> None:
    model = MODELS[name](m1=0.02, m2=0.2, **COUPLINGS[name])
    productions = [key for key in model.modes() if key[0] not in {"X1", "X2", "h"} and "X2" in key[1]]
    made = 0
    pairs = [mode for parent, mode in model.modes("X2") if parent == "X2" and len(mode.split()) == 2]
    for parent, production in productions:
        try:  # every mode of X2 once: tables of three bodies take their time
            chain = model.chain(parent, production, modes=pairs[:1] if made and pairs else None)
        except (ClosedChannelError, InputError):
            continue
        made += 1
        complete(chain)
        for line in chain.provenance()["modes"].values():
            assert line != "phase space"  # a model knows its amplitudes
            assert "darkpair." not in line  # and says them in words
            if line.startswith("matrix element"):
                assert "arXiv" in line or "hep-ph" in line or "four scalars" in line
    assert made or not productions


def flat_in_q2(q2: Array, cosine: Array) -> Array:
    return 1.0 + 0.0 * q2 * cosine


def test_what_a_stranger_gives_is_named() -> None:
    daughters = tuple(particle(name) for name in ("pi0", "pi0", "pi0"))
    own = Mode(daughters, 0.5, matrix_element=flat_in_q2)
    assert own.recipe == f"matrix element: {__name__}.flat_in_q2"
    chain = Chain(decay=Decay(particle("K_L0"), (own, Mode(daughters, 0.5))))
    assert chain.provenance()["modes"] == {
        "K_L0 -> pi0 pi0 pi0": f"matrix element: {__name__}.flat_in_q2; or phase space"
    }


def test_an_order_is_checked() -> None:
    daughters = tuple(particle(name) for name in ("pi0", "pi0", "pi0"))
    with pytest.raises(InputError, match="allowed: 0, 1 and 2, each once"):
        Mode(daughters, matrix_element=flat_in_q2, order=(0, 1, 1))


def run(*words: str) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_list_says_it() -> None:
    rows = {row["name"]: row for row in json.loads(run("list", "chains", "--json"))["chains"]}
    assert rows["kl_3pi0"]["modes"]["K_L0 -> pi0 pi0 pi0"] == "phase space"
    assert rows["kl_pi0nunu"]["modes"]["K_L0 -> pi0 nu_e anti-nu_e"].startswith(
        "matrix element: vector current"
    )
    assert "K_L0 -> pi0 pi0 pi0: phase space" in " ".join(run("list", "chains").split())


def test_a_run_and_its_file_say_it(tmp_path: Path) -> None:
    text = f"""
[run]
n = 100
[source]
name = "gun"
parent = "K_L0"
[chain]
decay = "K_L0 -> (pi0 -> gamma e- e+) pi0 pi0"
[output]
path = "{tmp_path / "events.root"}"
picture = false
"""
    job = tmp_path / "job.toml"
    job.write_text(text, encoding="utf-8")
    report = run("run", str(job))
    assert report.count("flat  ") == 1
    assert "K_L0 -> pi0 pi0 pi0: phase space, without a matrix element" in report
    shown = run("inspect", str(tmp_path / "events.root"))
    assert "made                   pi0 -> gamma e- e+: matrix element: Kroll and Wada" in shown
    assert "made                   K_L0 -> pi0 pi0 pi0: phase space" in shown


def test_files_that_do_not_say_are_read() -> None:
    told = {"source": {}, "chain": {"decay": "K_L0 -> gamma gamma"}}
    assert recipe_lines(told) == []
    assert sample_lines(told) == []


def test_conjugate_chains_say_the_same() -> None:
    chain = build("K+ -> (pi0 -> e+ e- gamma) mu+ nu_mu")
    one, other = chain.provenance()["modes"], chain.conjugate().provenance()["modes"]
    assert list(other) == ["K- -> pi0 mu- anti-nu_mu", "pi0 -> e- e+ gamma"]
    assert list(one.values()) == list(other.values())
    orders = [mode.order for _, mode in every_decay(chain.conjugate().decay)]
    assert orders == [mode.order for _, mode in every_decay(chain.decay)]
    assert np.all([sorted(order) == [0, 1, 2] for order in orders])


#: Mean cos² about the flight by the record's words: of cos², sin², 1 + cos² and no direction.
MEANS = {
    "two-body, cos²": 0.6,
    "two-body, sin²": 0.2,
    "two-body, 1 + cos²": 0.4,
    "two-body, isotropic": 1.0 / 3.0,
}


@pytest.mark.parametrize("width", [None, 0.0])
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("B0 -> ({v} -> K+ pi-) gamma", "K*0 -> K+ pi-"),
        ("B0 -> ({v} -> K+ pi-) pi0", "K*0 -> K+ pi-"),
        ("B0 -> S ({v} -> K+ pi-)", "K*0 -> K+ pi-"),
        ("B0 -> ({v} -> K+ pi-) rho0", "K*0 -> K+ pi-"),
        ("B0 -> ({v} -> K+ pi-) pi+ pi-", "K*0 -> K+ pi-"),
        ("eta' -> ({v} -> pi+ pi-) gamma", "rho0 -> pi+ pi-"),
        ("B+ -> K+ ({v} -> pi0 gamma)", "omega -> pi0 gamma"),
        ("B0 -> gamma ({v} -> e+ e-)", "phi -> e+ e-"),
    ],
)
def test_the_record_says_how_a_resonance_is_aligned(text: str, line: str, width: float | None) -> None:
    """By the mean of cos² about its flight in its mother's rest frame; each fails by chance once in 15 000."""
    name = line.split(" ->", maxsplit=1)[0]
    settings: dict[str, Any] = {} if width is None else {"width": {name: width}}
    spelled = text.format(v=name)
    chain = build(spelled, mass={"S": 0.1} if " S " in spelled else {}, **settings)
    said = chain.provenance()["modes"][line]
    part = chain.batch(_parents(chain, 20_000), Streams(8)).parts[0]
    vector = part.topology.names.index(name)
    flight = part.momentum[:, vector]
    look = part.momentum[:, part.topology.mother.index(vector)]
    mass = np.sqrt(flight[3] ** 2 - (flight[:3] ** 2).sum(axis=0))
    (p, q), m = (_unit(at_rest(tuple(flight), mass, tuple(v))) for v in (part.momentum[:, 0], look)), MEANS
    square = np.square((p * q).sum(axis=0))
    wanted = next(value for words, value in m.items() if said.startswith(words))
    assert abs(square.mean() - wanted) < 4.0 * square.std() / np.sqrt(len(square))
    if width is None:
        assert spelled_recipes(parse(spelled)) == chain.provenance()["modes"]


def _parents(chain: Chain, n: int) -> Parents:
    momentum = np.tile([[0.0], [0.0], [0.0], [chain.parent.mass]], n)
    still = np.zeros((4, n))
    return Parents(pdgid=chain.parent.pdgid, momentum=momentum, vertex=still, decay_vertex=still)


def _unit(vector: Any) -> Array:
    v = np.stack(vector[:3])
    return np.asarray(v / np.sqrt((v * v).sum(axis=0)))
