"""Particles: PDG values, dark states with ids that nothing else carries, refusals."""

from __future__ import annotations

import math
import pickle

import particle as pdg
import pytest

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import ALIASES, DARK_IDS, Particle, particle


def test_dark_ids_never_change() -> None:
    assert DARK_IDS == {
        "X1": 51, "S1": 51, "psi1": 52, "psi1~": -52, "X2": 901, "S2": 901, "psi2": 902, "psi2~": -902,
        "S": 903, "S3": 904, "Y": 905, "psiY": 906, "psiY~": -906, "Zprime": 32, "A'": 32,
    }  # fmt: skip


@pytest.mark.parametrize("name", DARK_IDS)
def test_particle_knows_no_dark_state(name: str) -> None:
    with pytest.raises(pdg.ParticleNotFound):
        pdg.Particle.from_pdgid(DARK_IDS[name])
    with pytest.raises(ValueError, match="not found"):
        pdg.Particle.from_evtgen_name(name)
    assert particle(name, mass=0.1).dark


@pytest.mark.parametrize("name", ["K_L0", "pi0", "gamma", "B+", "eta", "nu_e", *ALIASES])
def test_pdg_particles(name: str) -> None:
    found = particle(name)
    entry = pdg.Particle.from_evtgen_name(ALIASES.get(name, name))
    assert found.name == ALIASES.get(name, name)
    assert found.pdgid == int(entry.pdgid)
    assert 1e3 * found.mass == pytest.approx(entry.mass or 0.0, rel=1e-14)
    assert not found.dark


def test_known_numbers() -> None:
    # PDG: m(K_L) = 497.611 MeV, tau = 51.16 ns; m(pi0) = 134.9768 MeV
    assert particle("K_L0").mass == pytest.approx(0.497611, abs=2e-5)
    assert particle("K_L0").ctau == pytest.approx(15_340.0, rel=2e-3)
    assert particle("pi0").mass == pytest.approx(0.1349768, abs=2e-6)
    assert particle("gamma").ctau == math.inf


def test_overrides() -> None:
    assert particle("pi0", mass=0.2).mass == 0.2
    assert particle("pi0", ctau=3.0).ctau == 3.0
    assert particle("X2", mass=0.2).ctau == math.inf
    assert particle("X2", mass=0.2, ctau=0.0).ctau == 0.0


def test_a_dark_state_needs_a_mass() -> None:
    with pytest.raises(InputError, match=r"the mass of X2 is not given"):
        particle("X2")


@pytest.mark.parametrize("mass", [-0.1, math.nan, math.inf])
def test_bad_mass(mass: float) -> None:
    with pytest.raises(InputError, match=r"mass of X2 = .*; allowed: an energy of 0 GeV or more"):
        particle("X2", mass=mass)


@pytest.mark.parametrize("ctau", [-1.0, math.nan])
def test_bad_ctau(ctau: float) -> None:
    with pytest.raises(
        InputError, match=r"ctau of pi0 = .*; allowed: a length of 0 mm or more and perhaps infinite"
    ):
        particle("pi0", ctau=ctau)


@pytest.mark.parametrize(
    ("wrong", "right"), [("X22", "X2"), ("pion0", "pi0"), ("K_L00", "K_L0"), ("gama", "gamma")]
)
def test_unknown_names_hint_at_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        particle(wrong)
    message = str(caught.value)
    assert message.startswith(f"unknown particle {wrong!r} (did you mean {right!r}?); known: X1, ")
    assert "\n" not in message
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == message


#: Words of people, of other programs and of LaTeX for particles.
WORDS = {
    "B+": ("Bplus", "B_plus", "bplus", "B^{+}", " B+", "B+meson", "521"),
    "B-": ("Bminus", "-521"),
    "B0": ("Bzero", "b0", "511", "B", "$B^0$"),
    "anti-B0": ("B0bar", "B0_bar", "antiB0", "anti_B0", "B0~", "-511"),
    "anti-D0": ("D0bar",),
    "B_s0": ("Bs", "B_s"),
    "B_c+": ("Bc", "B_c"),
    "D*+": ("Dstar+", "D_star_plus"),
    "eta'": ("etap", "eta_prime", "etaprime"),
    "pi0": ("pion", "pi", "\\pi^0", "pion0"),
    "pi+": ("piplus", "pi^+"),
    "J/psi": ("Jpsi", "jpsi", "J_psi"),
    "mu-": ("muon", "muminus"),
    "e+": ("positron", "eplus"),
    "Lambda0": ("Lambda", "lambda0"),
    "Omega-": ("Omegaminus",),
}


@pytest.mark.parametrize("right", WORDS)
def test_words_for_particles_are_understood(right: str) -> None:
    """And what is advised is a particle, of the same sign."""
    for wrong in WORDS[right]:
        with pytest.raises(UnknownNameError) as caught:
            particle(wrong, key="parents")
        assert str(caught.value).startswith(
            f"parents: unknown particle {wrong!r} (did you mean {right!r}?); known: X1, "
        )
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    particle(right)


@pytest.mark.parametrize("name", ["zzzzzz", "", "~", "9" * 9, "Bplus" * 40, "\0", "$"])
def test_what_means_nothing_gets_no_hint(name: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        particle(name)
    assert "did you mean" not in str(caught.value)


def test_particles_are_frozen() -> None:
    with pytest.raises(AttributeError):
        particle("pi0").mass = 1.0  # type: ignore[misc]
    assert particle("pi0") == Particle(
        name="pi0", pdgid=111, mass=particle("pi0").mass, ctau=particle("pi0").ctau
    )
