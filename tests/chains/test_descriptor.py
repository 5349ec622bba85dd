"""Descriptors and decaylanguage dictionaries: what they build, and what they refuse in one line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.chains.chain import Chain
from darkpair.chains.decay_tree import spell
from darkpair.chains.descriptor import Spelled, build, from_decaylanguage, parse
from darkpair.chains.standard_model import MesonNeutrinos, PionScalarPair
from darkpair.gen.decay import Mode
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import Streams

MAIN = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
MASS = {"X1": 0.05, "X2": 0.4}


def test_what_a_descriptor_means() -> None:
    assert parse(MAIN) == Spelled(
        "K_L0",
        ((1.0, ("X1", Spelled("X2", ((1.0, ("X1", Spelled("pi0", ((1.0, ("gamma", "gamma")),)))),)))),),
    )
    assert parse("pi0->gamma gamma".replace("->", " -> ")) == parse(" pi0  ->  gamma\tgamma ")
    assert parse("Upsilon(4S) -> (B+ -> K+ X1 X2) B-").name == "Upsilon(4S)"
    assert parse("B0 -> (D*(2010)- -> pi- pi0) e+").modes[0][1][0] == Spelled(
        "D*(2010)-", ((1.0, ("pi-", "pi0")),)
    )
    assert parse("pi0 -> gamma gamma [0.98823] | e+ e- gamma[0.01174]").modes == (
        (0.98823, ("gamma", "gamma")),
        (0.01174, ("e+", "e-", "gamma")),
    )


@pytest.mark.parametrize(
    "text",
    [
        MAIN,
        "K_L0 -> (pi0 -> gamma gamma [0.98823] | e+ e- gamma [0.01174]) nu_e anti-nu_e",
        "Upsilon(4S) -> (B+ -> K+ X1 X2) B-",
        "pi0 -> gamma gamma [0.98823]",
    ],
)
def test_spelling_and_reading_are_inverse(text: str) -> None:
    chain = build(text, mass={k: m for k, m in MASS.items() if k in text})
    assert spell(chain.decay) == text
    assert parse(spell(chain.decay)) == parse(text)


def test_masses_and_lifetimes() -> None:
    chain = build(MAIN, mass={**MASS, "pi0": 0.13}, ctau={"X2": 30.0})
    assert chain.parent == particle("K_L0")
    x1, x2 = chain.decay.modes[0].daughters
    assert not isinstance(x2, type(x1))
    assert (x1.name, x1.mass, x1.pdgid) == ("X1", 0.05, 51)  # type: ignore[union-attr]
    assert (x2.parent.mass, x2.parent.ctau) == (0.4, 30.0)  # type: ignore[union-attr]
    assert build(MAIN, mass=MASS).decay.modes[0].daughters[1].parent.ctau == 0.0  # type: ignore[union-attr]


def test_known_matrix_elements_are_found() -> None:
    def element(text: str, **settings: Any) -> object:
        return build(text, **settings).decay.modes[0].matrix_element

    assert isinstance(element("K_L0 -> pi0 nu nubar"), MesonNeutrinos)
    assert isinstance(element("K_L0 -> (pi0 -> gamma gamma) nu nubar"), MesonNeutrinos)
    assert isinstance(element("K_L0 -> pi0 Y Y", mass={"Y": 0.05}), PionScalarPair)
    assert element("K_L0 -> pi0 pi0 pi0") is None
    assert element("K_L0 -> pi0 e+ e-") is None
    own = PionScalarPair()
    assert (
        element(
            "K_L0 -> pi0 nu nubar", modes={("K_L0", ("pi0", "nu_e", "anti-nu_e")): {"matrix_element": own}}
        )
        is own
    )


def same_events(one: Chain, two: Chain) -> bool:
    parents = Gun(parent=one.parent.name).sample(500, Streams(1).rng("source"))
    parts = [c.batch(parents, Streams(1)).parts for c in (one, two)]
    return all(np.array_equal(a.momentum, b.momentum) for a, b in zip(*parts, strict=True))


def test_decaylanguage_dictionary_is_the_same_chain() -> None:
    decaylanguage = pytest.importorskip(
        "decaylanguage", reason="decaylanguage is not installed (extra: test)"
    )
    pi0 = decaylanguage.DecayMode(0.98823, "gamma gamma")
    kaon = decaylanguage.DecayMode(8.64e-4, "pi0 pi0")
    chain = decaylanguage.DecayChain("K_L0", {"K_L0": kaon, "pi0": pi0})
    spelled = from_decaylanguage(chain.to_dict())
    text = "K_L0 -> (pi0 -> gamma gamma [0.98823]) (pi0 -> gamma gamma [0.98823]) [0.000864]"
    assert spelled == parse(text)
    assert same_events(build(spelled), build(text))
    assert build(spelled).generated_branching_ratio == pytest.approx(8.64e-4 * 0.98823**2)


def test_decay_file_is_the_same_chain() -> None:
    decaylanguage = pytest.importorskip(
        "decaylanguage", reason="decaylanguage is not installed (extra: test)"
    )
    text = """
    Decay pi0
    0.988228297   gamma gamma   PHSP;
    0.011738247   e+ e- gamma   PI0_DALITZ;
    Enddecay
    Decay K_S0
    0.306917   pi0 pi0   PHSP;
    Enddecay
    End
    """
    parser = decaylanguage.DecFileParser.from_string(text)
    parser.parse()
    spelled = from_decaylanguage(parser.build_decay_chains("K_S0"))
    pi0 = "(pi0 -> gamma gamma [0.988228297] | e+ e- gamma [0.011738247])"
    again = f"K_S0 -> {pi0} {pi0} [0.306917]"
    assert spelled == parse(again)
    assert len(build(spelled).topologies) == 4
    assert same_events(build(spelled), build(again))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "expected a particle after '', found the end"),
        ("K_L0", "expected '->' after 'K_L0', found the end"),
        ("K_L0 ->", "expected two or more daughters after 'K_L0 ->', found the end"),
        ("-> pi0 pi0", "expected a particle after '', found '->'"),
        ("K_L0 pi0 pi0", "expected '->' after 'K_L0', found 'pi0'"),
        ("K_L0 -> pi0", "expected two or more daughters after 'K_L0 -> pi0', found the end"),
        ("K_L0 -> pi0 (pi0", r"expected '->' after 'K_L0 -> pi0 \( pi0', found the end"),
        ("K_L0 -> pi0 (pi0 -> gamma gamma", r"expected '\)' after '.*gamma gamma', found the end"),
        ("K_L0 -> pi0 pi0)", r"expected the end after 'K_L0 -> pi0 pi0', found '\)'"),
        ("K_L0 -> () pi0", r"expected a particle after 'K_L0 -> \(', found '\)'"),
        ("K_L0 -> pi0 -> gamma gamma", "expected two or more daughters after 'K_L0 -> pi0', found '->'"),
        ("K_L0 -> pi0 pi0 -> gamma gamma", "expected the end after 'K_L0 -> pi0 pi0', found '->'"),
        ("K_L0 -> pi0 pi0 [x]", r"expected a branching ratio in brackets, as in \[0.988\]"),
        ("K_L0 -> pi0 pi0 [0.5", "expected a branching ratio in brackets"),
        ("K_L0 -> pi0 pi0 [0.5] |", r"expected two or more daughters after '.*\|', found the end"),
    ],
)
def test_what_is_no_descriptor(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=r"expected .*; write for example 'K_L0 -> X1") as caught:
        build(text)
    assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=problem):
        parse(text)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "the mass of X1 is not given"),
        ({"mass": {"X1": -0.1, "X2": 0.4}}, "mass.X1 = -0.1; allowed: an energy of 0 GeV or more"),
        ({"mass": {"X1": float("nan"), "X2": 0.4}}, "mass.X1 = nan; allowed: an energy"),
        ({"mass": {"X1": 0.2, "X2": 0.4}}, "K_L0 -> X1 X2 is closed"),
        ({"mass": MASS, "ctau": {"X2": -1.0}}, "ctau.X2 = -1.0; allowed: a length of 0 mm or more"),
        (
            {"mass": {**MASS, "X3": 0.1}},
            r"mass.X3: unknown particle of the chain 'X3' \(did you mean 'X2'\?\); known: K_L0, X1",
        ),
        ({"mass": MASS, "ctau": {"Y": 1.0}}, "ctau.Y: unknown particle of the chain 'Y'"),
        (
            {"mass": MASS, "modes": {("X2", ("pi0", "X1")): {"slope": 0.5}}},
            r"unknown mode of the chain 'X2 -> pi0 X1' \(did you mean 'X2 -> X1 pi0'\?\)",
        ),
        (
            {"mass": MASS, "modes": {("X2", ("X1", "pi0")): {"slope": 2.0}}},
            "slope = 2.0 of an angular distribution",
        ),
    ],
    ids=["no mass", "negative", "NaN", "closed", "c tau", "whose mass", "whose c tau", "which mode", "slope"],
)
def test_bad_settings(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(DarkpairError, match=message) as caught:
        build(MAIN, **settings)
    assert "\n" not in str(caught.value)


def test_unknown_particle() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown particle 'pion0' \(did you mean 'pi0'\?\)"):
        build("K_L0 -> pion0 pi0")


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ({}, "a decay-chain dictionary has one mother; this one has 0"),
        ({"pi0": [], "eta": []}, "this one has 2: pi0, eta"),
        ({"pi0": [{"fs": ["gamma", "gamma"]}]}, "a mode of pi0 lacks 'bf' or 'fs'; it has fs"),
    ],
    ids=["none", "two", "no branching fraction"],
)
def test_what_is_no_dictionary(chain: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_decaylanguage(chain)


def test_modes_take_a_mode_s_arguments() -> None:
    built = build(MAIN, mass=MASS, modes={("X2", ("X1", "pi0")): {"slope": 0.5}})
    x2 = built.decay.modes[0].daughters[1]
    assert [m.slope for m in x2.modes] == [0.5]  # type: ignore[union-attr]
    assert isinstance(x2.modes[0], Mode)  # type: ignore[union-attr]
