"""Charge, half-integer spins and the fermion number of Dirac states: no chain breaks them, and nothing else is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from particle import Particle as PdgParticle

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain import Chain
from darkpair.chains.chain_set import ChainSet
from darkpair.chains.descriptor import build, from_decaylanguage
from darkpair.gen.conservation import fermion_number, half_integer, three_charge
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.errors import InputError
from darkpair.gen.particles import DARK_IDS, DARK_SPINS, DIRAC_SECTORS, Particle, conjugate, particle

MASS = {
    "X1": 0.01,
    "X2": 0.1,
    "psi1": 0.01,
    "psi1~": 0.01,
    "psi2": 0.2,
    "psi2~": 0.2,
    "psiY": 0.02,
    "psiY~": 0.02,
}


def chain(text: str, **settings: Any) -> Chain:
    words = text.replace("(", " ").replace(")", " ").split()
    return build(text, mass={name: m for name, m in MASS.items() if name in words}, **settings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("K_L0 -> pi+ X1 X2", "K_L0 -> pi[+] X1 X2 changes the charge from 0 to 1"),
        ("D+ -> X1 X2", "D[+] -> X1 X2 changes the charge from 1 to 0"),
        ("K_L0 -> X1 (X2 -> X1 e+ gamma)", "X2 -> X1 e[+] gamma changes the charge from 0 to 1"),
        ("B0 -> K+ X1 X2", "from 0 to 1"),
        ("anti-B0 -> K*0 pi- X1 X2", "from 0 to -1"),
        ("K_L0 -> X1 psi2", r"1 half-integer spin \(psi2\)"),
        ("psi2 -> X1 gamma", r"1 half-integer spin \(psi2\)"),
        ("K_L0 -> psi1 psi2 psi1", r"3 half-integer spins \(psi1, psi2, psi1\)"),
        ("n0 -> X1 gamma", r"1 half-integer spin \(n0\)"),
        ("pi+ -> mu+ gamma", r"1 half-integer spin \(mu[+]\)"),
        ("psi2 -> psi1~ gamma", "fermion number from 1 to -1"),
        ("psi2~ -> psi1 pi0", "fermion number from -1 to 1"),
        ("K_L0 -> psi1~ psi2~", "fermion number from 0 to -2"),
        ("K_L0 -> pi0 psiY~ psiY~", "fermion number from 0 to -2"),
        # a ~ anywhere makes the psi of the whole chain Dirac states
        ("K_L0 -> psi1 (psi2 -> psi1 psi1~ psi1)", "K_L0 -> psi1 psi2 changes the fermion number from 0 to 2"),
        ("eta -> (psi2 -> psi1 e+ e-) (psi2~ -> psi1 e+ e-)", "fermion number from -1 to 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as raised:
        chain(text)
    assert "\n" not in str(raised.value)
    assert "conserve = false" in str(raised.value)
    assert chain(text, conserve=False).provenance()["conserve"] is False


@pytest.mark.parametrize(
    "text",
    [
        "X2 -> X1 gamma",  # a scalar to a scalar and a photon: a toy that may be built
        "K_L0 -> pi0 nu nu",  # lepton number and flavour are the chain's own affair
        "K_L0 -> e+ mu-",
        "B0 -> anti-K0 X1 X2",
        "K_L0 -> psi1 psi2",  # Majorana, as no antiparticle says otherwise
        "K_L0 -> psi1~ psi2",
        "K_L0 -> psi1~ (psi2 -> psi1 psi1 psi1~)",
        "K+ -> mu+ psi2",  # a heavy neutral lepton
        "K- -> mu- psi2~",
        "K_L0 -> psi1 (psi2 -> psi1 psiY psiY~)",  # Majorana psi, Dirac psiY
        "Lambda0 -> p+ pi-",
        "tau- -> pi- nu_tau",
    ],
)
def test_nothing_else_is_refused(text: str) -> None:
    made = chain(text)
    assert made.provenance()["conserve"] is True
    again = made.conjugate().conjugate()
    assert again.provenance() == made.provenance()


def test_majorana_states_are_their_own_antiparticles() -> None:
    """The conjugate of K+ -> pi+ psi1 psi2 has psi1 psi2 where they can only be Majorana, and antiparticles where not."""
    assert chain("K+ -> pi+ psi1 psi2").conjugate().provenance()["decay"] == "K- -> pi- psi1 psi2"
    assert chain("K+ -> pi+ psi1~ psi2").conjugate().provenance()["decay"] == "K- -> pi- psi1 psi2~"
    both = ChainSet.covering([chain("B+ -> K+ psi1 psi2")], {s * 521: particle("B+").mass for s in (1, -1)})
    assert both.provenance()["decay"] == "B+ -> K+ psi1 psi2; B- -> K- psi1 psi2"


def test_a_descriptor_of_decaylanguage_is_checked_too() -> None:
    with pytest.raises(InputError, match="changes the charge from 1 to 0"):
        build(from_decaylanguage({"D+": [{"bf": 1.0, "fs": ["pi0", "pi0"]}]}))


def test_an_id_that_tells_nothing_is_not_asked() -> None:
    """A stranger's particle of a generator's own ids may be anything."""
    for pdgid in (907, 930, 2917, 0):
        assert (three_charge(pdgid), half_integer(pdgid)) == (None, None), pdgid
        own = Particle(name="mine", pdgid=pdgid, mass=0.1)
        Decay(particle("K+"), (Mode((own, particle("gamma"))),))


def test_spins_and_charges_by_id() -> None:
    """Every particle of the PDG's table: the charge that it lists, and its J where it lists one."""
    listed = PdgParticle.findall(lambda p: p.pdgid < 1_000_000_000)
    assert len(listed) > 500
    for entry in listed:
        assert three_charge(int(entry.pdgid)) == entry.three_charge, entry
        if entry.J is not None:
            assert half_integer(int(entry.pdgid)) == (round(2 * entry.J) % 2 == 1), entry
    for name, spin in {"D2": 2, "He3": 1, "He4": 0, "Li6": 2}.items():  # twice the spin of the ground states
        (nucleus,) = PdgParticle.findall(name=name)
        assert half_integer(int(nucleus.pdgid)) == (spin % 2 == 1), name
    assert {abs(i) for i in DARK_IDS.values()} == set(DARK_SPINS)
    fermions = {abs(i) for name, i in DARK_IDS.items() if name.startswith("psi")}
    assert fermions == {kind for sector in DIRAC_SECTORS for kind in sector}
    assert fermions == {kind for kind, spin in DARK_SPINS.items() if spin == 0.5}


NAMES = [
    "K_L0",
    "K+",
    "pi-",
    "pi0",
    "gamma",
    "e+",
    "mu-",
    "nu_e",
    "anti-nu_mu",
    "p+",
    "n0",
    "anti-p-",
    "rho0",
    "D*+",
]


@settings(deadline=None, max_examples=300)
@given(
    parent=st.sampled_from(["K_L0", "B+", "B0", "D+", "Lambda_b0", "psi2", "psi2~", "X2", "tau-"]),
    daughters=st.lists(st.sampled_from([*NAMES, "X1", "psi1", "psi1~", "psiY~"]), min_size=2, max_size=4),
)
def test_a_decay_is_built_exactly_where_the_laws_hold(parent: str, daughters: list[str]) -> None:
    """Spins, charges and fermion numbers spelled out here, against what is refused."""
    heavy = particle(parent, mass=50.0)
    light = [replace(particle(name, mass=0.0), width=0.0) for name in daughters]  # lines: no mass is too low
    everything = [parent, *daughters]
    charge = {"+": 1, "-": -1}
    q = [charge.get(name[-1], 0) if name != "anti-p-" else -1 for name in everything]
    fermions = {
        "e+": -1, "mu-": 1, "tau-": 1, "nu_e": 1, "anti-nu_mu": -1, "p+": 1, "n0": 1, "anti-p-": -1, "Lambda_b0": 1,
        "psi1": 1, "psi2": 1, "psi1~": -1, "psi2~": -1, "psiY~": -1,
    }  # fmt: skip
    f = [fermions.get(name, 0) for name in everything]
    allowed = q[0] == sum(q[1:]) and sum(abs(x) for x in f) % 2 == 0
    sectors = {
        "psi": any(n in ("psi1~", "psi2~") for n in everything),
        "psiY": True,
    }
    dark = {"psiY" if n.startswith("psiY") else "psi" for n in everything if n.startswith("psi")}
    if dark and all(sectors[s] for s in dark):
        allowed &= f[0] == sum(f[1:])
    decay = (heavy, (Mode(tuple(light)),))
    if allowed:
        assert Decay(*decay).conserve
    else:
        with pytest.raises(InputError):
            Decay(*decay)
        Decay(*decay, conserve=False)


@pytest.mark.parametrize("name", sorted(CHAINS))
def test_every_chain_of_the_catalogue_and_its_conjugate(name: str) -> None:
    needed = {"X1", "X2", "S", "Y"} & set(CHAINS[name].descriptor.replace("(", " ").split())
    made = CHAINS[name](mass={n: {"X1": 0.02, "X2": 0.16}.get(n, 0.05) for n in needed})
    for here, daughters in (*made.decay.vertices(), *made.conjugate().decay.vertices()):
        for law in (three_charge, fermion_number):
            assert law(here.pdgid) == sum(law(d.pdgid) or 0 for d in daughters)
    assert not any(
        a.name == b.name and a.pdgid != b.pdgid
        for a, b in product([p for v in made.decay.vertices() for p in (v[0], *v[1])], repeat=2)
    )
    assert conjugate(conjugate(made.parent)) == made.parent
