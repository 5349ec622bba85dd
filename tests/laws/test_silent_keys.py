"""No setting of a chain does nothing in silence: every key of every particle of every chain changes events, or is refused in a line.

What may be wanted though nature is otherwise, a pi0 of another mass, is said in a line wherever a sample is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from darkpair import Chain, build
from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain_set import build_chains
from darkpair.chains.settings import SETTINGS
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.particles import DARK_IDS, published
from darkpair.gen.streams import Streams
from darkpair.report.run import sample_lines
from darkpair.testing import parents_of
from tests.laws.pairs import MASSES, MORE

#: Chains of what the catalogue and the laws have not: resonances that decay and that are left whole, neutrinos, leptons.
OTHERS = {
    "resonance": "B0 -> (K*0 -> K+ pi-) gamma",
    "whole": "eta' -> rho0 gamma",
    "beta": "K_L0 -> pi- e+ nu_e",
    "two": "B+ -> K+ (rho0 -> pi+ pi-) gamma",
}
TEXTS = {name: chain.descriptor for name, chain in CHAINS.items()} | MORE | OTHERS
EVENTS = 20


def settings_of(text: str) -> dict[str, Any]:
    words = text.replace("(", " ").replace(")", " ").split()
    masses = MASSES.get(words[0], MASSES["B+"])
    return {"mass": {name: masses.get(name, 0.05) for name in words if name in DARK_IDS}}


def bits(chain: Chain) -> bytes:
    batch = chain.batch(parents_of(chain, n=EVENTS), Streams(3))
    return b"".join(
        np.ascontiguousarray(column).tobytes()
        for part in batch.parts
        for column in (part.rows, part.momentum, part.vertices)
    )


def variants(particles: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Every key of every particle, with another value than the particle's own."""
    for name, own in particles.items():
        for key in SETTINGS:
            value = {"mass": 0.97 * own["mass"] or 1e-3, "ctau": 7.5, "width": 0.03}[key]
            yield key, name, value
            if key == "width":
                yield key, name, 0.0


def made(text: str, settings: dict[str, Any]) -> Chain | str:
    """The chain, if it makes events, or the line with which it is refused."""
    try:
        chain = build(text, **settings)
        bits(chain)
    except DarkpairError as error:
        return str(error)
    return chain


def said(chain: Chain) -> str:
    return "\n".join(sample_lines({"source": {}, "chain": chain.provenance()}))


@pytest.mark.parametrize("name", TEXTS)
def test_every_key_of_every_particle(name: str) -> None:
    text, settings = TEXTS[name], settings_of(TEXTS[name])
    plain = build(text, **settings)
    truth, changed = bits(plain), 0
    assert "not the PDG's" not in said(plain)
    for key, word, value in variants(plain.provenance()["particles"]):
        whole = key == "ctau" and word not in plain.decay.decaying
        other = made(text, {**settings, key: {**settings.get(key, {}), word: value}})
        if isinstance(other, str):
            assert "\n" not in other
            assert key == "mass" or word in other, (key, word)
            continue
        if whole and word in DARK_IDS:
            assert bits(other) == truth, word  # (said for who reads the file; a job refuses it)
            continue
        assert not whole, word
        same, pdg = bits(other) == truth, published(word)
        lineless = pdg is None or (key == "width" and not pdg.width)
        own = None if lineless else getattr(pdg, key)
        assert not same or own == value or (key == "width" and value == 0.0 and lineless), (key, word)
        changed += not same
        if own is not None and not math.isclose(own, value):
            assert f"not the PDG's          {word}: " in said(other), (key, word)
    assert changed >= 2


def test_a_stable_one_may_be_called_stable_and_another_word_is_the_same_particle() -> None:
    text = "K_L -> (pi0 -> gamma gamma) nu nubar"
    plain = build(text)
    assert bits(build(text, ctau={"gamma": math.inf, "nu": math.inf})) == bits(plain)
    assert bits(build(text, ctau={"K_L": 7.5})) != bits(plain)
    for word in ("gamma", "nu"):
        with pytest.raises(
            InputError, match=rf"ctau\.{word} = 7.5 mm, and {word} does not decay in the chain"
        ):
            build(text, ctau={word: 7.5})


@pytest.mark.parametrize("name", TEXTS)
def test_a_c_tau_of_a_parent_whose_decay_the_source_decides_is_refused(name: str) -> None:
    chain = build(TEXTS[name], **settings_of(TEXTS[name]), ctau={TEXTS[name].split()[0]: 7.5})
    parents = parents_of(chain, n=EVENTS)
    decided = replace(parents, decay_vertex=np.zeros_like(parents.vertex))
    with pytest.raises(InputError, match="the source decides where"):
        chain.batch(decided, Streams(3))
    plain = build(TEXTS[name], **settings_of(TEXTS[name]))
    assert len(plain.batch(decided, Streams(3))) == EVENTS


def test_chains_that_share_settings_may_each_leave_some_whole() -> None:
    chains = build_chains(
        ["B0 -> K0 X2", "B+ -> K+ (X2 -> X1 gamma)"], mass={"X1": 0.1, "X2": 1.0}, ctau={"X2": 5.0}
    )
    assert [chain.provenance()["particles"]["X2"]["ctau"] for chain in chains] == [5.0, 5.0]
    with pytest.raises(InputError, match=r"ctau\.K\+ = 5 mm, and K\+ does not decay"):
        build_chains(
            ["B0 -> K0 X2", "B+ -> K+ (X2 -> X1 gamma)"], mass={"X1": 0.1, "X2": 1.0}, ctau={"K+": 5.0}
        )


@pytest.mark.parametrize("mass", [1e-12, 0.001, 5.0])
def test_no_photon_has_a_mass(mass: float) -> None:
    with pytest.raises(InputError, match=r"mass of gamma = .* allowed: 0, a photon has none"):
        build("K_L0 -> gamma gamma", mass={"gamma": mass})
    assert build("K_L0 -> gamma gamma", mass={"gamma": 0.0}) == build("K_L0 -> gamma gamma")
