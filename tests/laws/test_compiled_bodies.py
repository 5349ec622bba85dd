"""Decays to three and more bodies, line shapes and spins are the same to the bit, compiled or not.

Every kind of matrix element, the models' amplitudes, bodies, lines and spins: a block of each, and the edges of phase space;
`nox -s laws` takes every decay with an element of its own, every chain of the catalogue and every production.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

from darkpair import Chain, Streams, build
from darkpair.chains.catalogue import CHAINS
from darkpair.chains.models import ZPrimeDirac
from darkpair.chains.models.rates import build_model
from darkpair.chains.standard_model import known_laws
from darkpair.gen.compiled.loops import at_hand
from darkpair.gen.compiled.mode import wanted
from darkpair.gen.kinematics import Array
from darkpair.gen.three_bodies import three_bodies
from darkpair.testing import parents_of
from tests.laws.size import FULL
from tests.shared.model_points import EXAMPLES

pytestmark = pytest.mark.skipif(not at_hand(), reason="numba is not here")

N = 2500
MASS = {"X1": 0.02, "X2": 0.2, "S": 0.1, "Y": 0.1}
FERMION: dict[str, Any] = {"G_X": 1e-5, "c_V": 0.8, "c_A": 0.7 + 0.5j, "c_A22": 1.0}

#: Descriptors of bodies, elements and lines that no other list here has.
SPELLED: dict[str, dict[str, Any]] = {
    "K_L0 -> pi0 pi0 X1 X1": {},
    "B+ -> K+ pi0 pi0 X1 X1": {},
    "K_L0 -> X1 X1 gamma": {
        "matrix_elements": {"K_L0 -> X1 X1 gamma": {"name": "power", "power": 2, "pole": 2.0}},
    },
    "eta' -> (rho0 -> pi+ pi-) gamma": {},
    "phi -> (rho0 -> pi+ pi-) pi0": {},
    "B+ -> K+ (omega -> pi+ pi- pi0)": {},
    "B0 -> (K*0 -> K+ pi-) (rho0 -> pi+ pi-)": {},
    "B+ -> (K*+ -> K+ pi0) nu nubar": {},
}

PRODUCTIONS = [
    ("K_L0", "X1 X2"),
    ("K_L0", "pi0 X1 X2"),
    ("K+", "pi+ X1 X2"),
    ("B+", "K+ X1 X2"),
    ("B+", "K*+ X1 X2"),
]


def spelled(text: str, **settings: Any) -> Callable[[], Chain]:
    """The chain with those masses and lifetimes that it needs."""
    names = re.findall(r"[^\s()]+", text)
    masses = {name: mass for name, mass in MASS.items() if name in names}
    ctau = {"X2": 1.0} if "(X2 " in text else {}
    if "(X1 " in text:
        ctau["X1"] = 1.0
    if text.startswith("K0 "):
        ctau["K0"] = 1.0
    return lambda: build(text, mass=masses, ctau=ctau, **settings)


def chains() -> Iterator[tuple[str, Callable[[], Chain]]]:
    laws = {law.decay if FULL else law.element: law for law in known_laws()}
    for law in laws.values():
        yield law.decay, spelled(law.decay)
    for name in CHAINS.names() if FULL else ("kl_3pi0", "kplus_pix1x2_x1gammagamma"):
        yield name, spelled(CHAINS.factory(name).descriptor)
    for text, settings in SPELLED.items():
        yield text, spelled(text, **settings)
    for name, couplings in EXAMPLES.items():
        model = build_model(name, {"m1": 0.02, "m2": 0.22, **couplings}, "pdg")
        for parent, production in PRODUCTIONS if FULL else PRODUCTIONS[3:4]:
            if (parent, production) in model.modes():
                yield f"{name}: {parent} -> {production}", partial(model.chain, parent, production)
    fermions = ZPrimeDirac(m1=0.02, m2=0.22, **FERMION)
    yield "spins of two", partial(fermions.chain, "K_L0", "X2 X2", modes=["X1 e+ e-"])
    yield "spin of one", partial(fermions.chain, "B+", "K*+ X1 X2", modes=["X1 pi0", "X1 e+ e-"])


CASES = dict(chains())


def columns(chain: Chain, *, compiled: bool) -> list[Any]:
    with wanted(compiled):
        batch = chain.batch(parents_of(chain, n=N), Streams(5))
    return [
        x for p in batch.parts for x in (p.momentum, p.vertices, *(p.weights[k] for k in sorted(p.weights)))
    ]


@pytest.mark.parametrize("name", CASES)
def test_same_bits(name: str) -> None:
    chain = CASES[name]()
    plain, fast = (columns(chain, compiled=compiled) for compiled in (False, True))
    assert len(plain) == len(fast)
    for a, b in zip(plain, fast, strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("masses", [(0.0, 0.0, 0.0), (0.5, 0.0, 0.0), (0.3, 0.2, 0.1), (0.0, 0.2, 0.0)])
def test_edges(masses: tuple[float, float, float]) -> None:
    """At both ends of the pair's mass and beyond them by a rounding: nothing there is another NaN, or a zero of another sign."""
    low, high = masses[1] + masses[2], 1.0 - masses[0]
    ends = [
        low,
        np.nextafter(low, -1.0),
        np.nextafter(low, 2.0),
        high,
        np.nextafter(high, 2.0),
        np.nextafter(high, 0.0),
    ]
    q = np.resize(np.array(ends), 600)
    point: list[Array] = [np.resize(np.array(x), 600) for x in ([0.0, 0.6, -0.0], [-0.0, 0.6, -0.8])]
    cosine, turn = (
        np.resize(np.array([-1.0, 0.0, 1.0, -0.0]), 600),
        np.resize(np.array([0.0, 0.25, 0.9]), 600),
    )
    made = []
    for compiled in (False, True):
        with wanted(compiled), np.errstate(all="ignore"):
            made.append(np.array(three_bodies(1.0, masses, q, (point[0], point[1]), cosine, turn)))
    plain, fast = made
    assert np.array_equal(plain, fast, equal_nan=True)
    assert np.array_equal(np.signbit(plain[~np.isnan(plain)]), np.signbit(fast[~np.isnan(plain)]))
