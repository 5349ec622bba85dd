"""Matrix elements that are given to a chain: order of daughters, names, the border.

Statistical tests: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

import pickle
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from scipy import stats

from darkpair import Streams, build
from darkpair.chains.chain import Chain
from darkpair.chains.chain_set import build_chains
from darkpair.chains.elements_by_name import MATRIX_ELEMENTS
from darkpair.chains.standard_model import known_laws
from darkpair.gen.dalitz import dalitz_point
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.parameters import parameters
from darkpair.testing import check_chain, parents_of

RATE = 1e-6
MASS = {"S": 0.1}


def tilted(q2: Array, cosine: Array) -> Array:
    """Neither variable alone, and no symmetry between the daughters."""
    return q2 * (1.0 + 0.8 * cosine)


def point(chain: Chain, names: tuple[str, ...], **more: Any) -> tuple[Array, Array]:
    """q² and cosine of the decay to particles of those names, 0, 1 and 2."""
    (part,) = chain.batch(parents_of(chain, **more), Streams(3)).parts
    at = [part.topology.names.index(name) for name in names]
    return dalitz_point([part.momentum[:, i] for i in at])


@pytest.mark.parametrize("listed", list(permutations(["S", "e+", "e-"])), ids=" ".join)
@pytest.mark.parametrize("wanted", [("S", "e+", "e-"), ("e-", "S", "e+")], ids=" ".join)
def test_the_order_is_that_of_the_spelling(listed: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """Whatever the chain's order: the cosine is that between daughters 2 and 0, distributed as (1 + .8 c) / 2 at every q²."""
    decays = {f"K_L -> {' '.join(wanted)}": tilted}
    chain = build(f"K_L0 -> {' '.join(listed)}", mass=MASS, matrix_elements=decays)
    _, cosine = point(chain, wanted)
    assert stats.kstest(cosine, lambda c: 0.5 * (1.0 + c) + 0.2 * (c * c - 1.0)).pvalue > RATE
    check_chain(chain)


#: One decay of each element: the tests are about names, not about decays.
LAWS = list({law.element: law for law in known_laws()}.values())


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.decay)
def test_names_give_what_the_laws_of_the_standard_model_are(law: Any) -> None:
    """An element of ours by its name and numbers makes the events of the decay's own law, to the bit."""
    parent, daughters = law.decay.split(" -> ")
    kwargs: dict[str, Any] = {"mass": {"Y": 0.05}} if "Y" in daughters.split() else {}
    if parent == "K0":
        kwargs["ctau"] = {"K0": 0.0}
    name, more = NAMES[law.element]
    own = build(law.decay, **kwargs)
    given = {law.decay: {"name": name} | more | dict(law.numbers)}
    other = build(law.decay, **kwargs, matrix_elements=given)
    a, b = (c.batch(parents_of(c, n=512), Streams(1)).parts[0].momentum for c in (own, other))
    assert np.array_equal(a, b)
    assert name in other.decay.modes[0].recipe
    assert other == pickle.loads(pickle.dumps(other))
    assert parent == other.parent.name


#: Names of the elements of chains/data/decays.toml, for whoever asks for them himself.
NAMES: dict[str, tuple[str, dict[str, Any]]] = {
    "BeautyNeutrinos": ("vector_current", {"form": "B_K"}),
    "EtaPolynomial": ("eta_dalitz", {}),
    "KaonNeutrinos": ("vector_current", {}),
    "KaonPolynomial": ("kaon_dalitz", {}),
    "KrollWada": ("kroll_wada", {}),
    "MuonDecay": ("muon", {}),
    "PionPairPhoton": ("pion_pair_photon", {}),
    "PionScalarPair": ("scalar_current", {}),
    "RadialPolynomial": ("radial_dalitz", {}),
    "SemileptonicKaon": ("semileptonic_kaon", {}),
    "ThreePionPolynomial": ("omega_dalitz", {}),
    "ThreePionRho": ("rho_pi", {}),
}


def test_every_name_is_made_and_summed_up() -> None:
    assert {name for name, _ in NAMES.values()} | {"power"} == set(MATRIX_ELEMENTS.ours)
    for name, entry in MATRIX_ELEMENTS.ours.items():
        factory = MATRIX_ELEMENTS[name]
        assert entry.summary == (factory.__doc__ or "").split("\n", 1)[0].rstrip(".")
        assert list(parameters(factory))[:2] == ["mass", "masses"]


def test_a_power_is_its_closed_form() -> None:
    """|M|² = q⁴ of a massless S: x²(1 - x) of x = q²/M²."""
    for given in ({"name": "power", "power": 2}, lambda q2, _: q2**2):
        chain = build(
            "K_L0 -> gamma S gamma", mass={"S": 0.0}, matrix_elements={"K_L0 -> S gamma gamma": given}
        )
        (part,) = chain.batch(parents_of(chain), Streams(5)).parts
        pair = part.momentum[:, 1] + part.momentum[:, 3]
        x = (pair[3] ** 2 - (pair[:3] ** 2).sum(axis=0)) / chain.parent.mass**2
        assert stats.kstest(x, lambda x: 4.0 * x**3 - 3.0 * x**4).pvalue > RATE


def test_each_chain_of_several_takes_its_own() -> None:
    given: dict[str, Any] = {
        "K_L0 -> S gamma gamma": "power",
        "eta -> S gamma gamma": {"name": "power", "power": 1},
    }
    kaon, eta = build_chains(
        ["K_L0 -> S gamma gamma", "eta -> S gamma gamma"], mass=MASS, matrix_elements=given
    )
    assert "power = 1" in eta.decay.modes[0].recipe
    assert "power = 1" not in kaon.decay.modes[0].recipe
    with pytest.raises(UnknownNameError, match="mode of the chain 'eta -> S S gamma'"):
        build_chains(["K_L0 -> S gamma gamma"], mass=MASS, matrix_elements={"eta -> S S gamma": "power"})


def test_another_mass_of_the_parent() -> None:
    given = {"K_L0 -> pi0 pi+ pi-": {"name": "kaon_dalitz", "g": 0.6}}
    chain = build("K_L0 -> pi+ pi- pi0", matrix_elements=given).with_parent_mass(0.51)
    assert chain.decay.modes[0].matrix_element.function.mass == 0.51  # type: ignore[union-attr]
    with pytest.raises(InputError, match="holds the mass"):
        build(
            "K_L0 -> S gamma gamma", mass=MASS, matrix_elements={"K_L0 -> S gamma gamma": tilted}
        ).with_parent_mass(0.51)


class Bounded:
    """One that says a greatest value, and exceeds it."""

    maximum = 0.05

    def __call__(self, q2: Array, cosine: Array) -> Array:
        return q2


def _raises(*_: Array) -> Array:
    raise RuntimeError("no such\nelement")


WRONG: dict[str, Any] = {
    "negative": lambda q2, _: q2 - 0.05,
    "NaN": lambda q2, _: np.where(q2 > 0.05, np.nan, 1.0),
    "infinite": lambda q2, _: np.where(q2 > 0.05, np.inf, 1.0),
    "zero": lambda q2, _: 0.0 * q2,
    "complex": lambda q2, _: q2 * 1j,
    "text": lambda *_: "one",
    "None": lambda *_: None,
    "short": lambda q2, _: q2[:5],
    "two columns": lambda q2, _: np.stack([q2, q2]),
    "one argument": lambda q2: q2,
    "raises": _raises,
    "bounded": Bounded(),
    "number": 3,
    "list": ["power"],
    "misspelt": "powr",
    "no name": {"power": 2},
    "misspelt key": {"name": "power", "powr": 2},
    "dimension": {"name": "power", "pole": "5 cm"},
    "range": {"name": "power", "pole": -1.0},
    "type": {"name": "power", "power": 1.5},
    "needed": "kaon_dalitz",
    "masses": {"name": "power", "masses": [1, 2, 3]},
    "nan": {"name": "kaon_dalitz", "g": float("nan")},
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_element_is_one_line(what: str) -> None:
    with pytest.raises(DarkpairError) as raised:
        build("K_L0 -> gamma gamma S", mass=MASS, matrix_elements={"K_L0 -> S gamma gamma": WRONG[what]})
    line = str(raised.value)
    assert len(line.splitlines()) == 1
    assert what == "zero" or "K_L0 -> S gamma gamma" in line or "known" in line


@pytest.mark.parametrize(
    ("decay", "message"),
    [
        ("K_L0 -> S gamma", "to 2 daughters; allowed: three"),
        ("K_L0 -> S gamma e+", r"did you mean 'K_L0 -> gamma gamma S'"),
        ("K_L0 -> S gamma gama", "unknown particle 'gama'"),
        ("K_L0 -> S gamma gamma | S e+ e-", "allowed: one decay"),
        ("S gamma gamma", "expected '->'"),
        ("", "expected a particle"),
    ],
)
def test_a_wrong_decay_is_one_line(decay: str, message: str) -> None:
    with pytest.raises(DarkpairError, match=message):
        build("K_L0 -> gamma gamma S", mass=MASS, matrix_elements={decay: "power"})


def test_two_for_one_decay_are_refused() -> None:
    given = {"K_L0 -> S gamma gamma": "power", "K_L0 -> gamma S gamma": "power"}
    with pytest.raises(InputError, match="several matrix elements"):
        build("K_L0 -> gamma gamma S", mass=MASS, matrix_elements=given)
