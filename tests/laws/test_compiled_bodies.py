"""Decays to three and more bodies, line shapes and spins are the same to the bit, compiled or not.

Every decay with a matrix element of its own, every chain of the catalogue, every element that a job can name, the models'
amplitudes, lines and spins: a block of each, and of the formulas their values at the edges of phase space.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from darkpair import Chain, Streams, build
from darkpair.chains.catalogue import CHAINS
from darkpair.chains.models import ZPrimeDirac
from darkpair.chains.models.rates import build_model
from darkpair.chains.standard_model import known_laws
from darkpair.gen.compiled.loops import at_hand
from darkpair.gen.compiled.mode import wanted
from darkpair.testing import parents_of
from tests.shared.model_points import EXAMPLES

pytestmark = pytest.mark.skipif(not at_hand(), reason="numba is not here")

N = 2500
MASS = {"X1": 0.02, "X2": 0.2, "S": 0.1, "Y": 0.1}
FERMION: dict[str, Any] = {"G_X": 1e-5, "c_V": 0.8, "c_A": 0.7 + 0.5j, "c_A22": 1.0}

#: Descriptors of bodies, elements and lines that no other list here has.
SPELLED: dict[str, dict[str, Any]] = {
    "K_L0 -> pi0 pi0 X1 X1": {"mass": {"X1": 0.02}},
    "B+ -> K+ pi0 pi0 X1 X1": {"mass": {"X1": 0.02}},
    "D+ -> pi+ pi0 pi0 pi0 X1 X1": {"mass": {"X1": 0.02}},
    "K_L0 -> X1 X1 gamma": {
        "mass": MASS,
        "matrix_elements": {"K_L0 -> X1 X1 gamma": {"name": "power", "power": 2, "pole": 2.0}},
    },
    "eta' -> (rho0 -> pi+ pi-) gamma": {},
    "phi -> (rho0 -> pi+ pi-) pi0": {},
    "B+ -> K+ (omega -> pi+ pi- pi0)": {},
    "B0 -> (K*0 -> K+ pi-) (rho0 -> pi+ pi-)": {},
    "B+ -> (K*+ -> K+ pi0) nu nubar": {},
}


def chains() -> Iterator[tuple[str, Callable[[], Chain]]]:
    for law in known_laws():
        yield law.decay, lambda text=law.decay: build(text, mass=MASS)
    for name in CHAINS.names():
        yield name, lambda name=name: CHAINS.factory(name)(mass=MASS, ctau={"X1": 1.0, "X2": 1.0, "S": 1.0})
    for text, settings in SPELLED.items():
        yield text, lambda text=text, settings=settings: build(text, **settings)
    for name, couplings in EXAMPLES.items():
        model = build_model(name, {"m1": 0.02, "m2": 0.2, **couplings}, "pdg")
        for parent, production in (
            ("K_L0", "pi0 X1 X2"),
            ("B+", "K+ X1 X2"),
            ("B+", "K*+ X1 X2"),
            ("K_L0", "X1 X2"),
        ):
            yield f"{name}: {parent} {production}", lambda m=model, p=(parent, production): m.chain(*p)
    fermions = ZPrimeDirac(m1=0.02, m2=0.22, **FERMION)
    yield "spins of two", lambda: fermions.chain("K_L0", "X2 X2", modes=["X1 e+ e-"])
    yield "spin of one", lambda: fermions.chain("B+", "K*+ X1 X2", modes=["X1 pi0", "X1 e+ e-", "X1 X1 X1"])
    yield "propagator", lambda: ZPrimeDirac(m1=0.02, m2=0.22, m_Z=20.0, **FERMION).chain("B+", "K+ X1 X2")


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
