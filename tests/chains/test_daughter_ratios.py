"""Branching ratios that a descriptor says, and those that it forces."""

from __future__ import annotations

import pytest

from darkpair.chains.daughter_ratios import daughter_ratios, pi0_to_photons
from darkpair.chains.decay_tree import spell
from darkpair.chains.descriptor import build
from darkpair.chains.models import ZPrimeScalar

PI0 = pi0_to_photons()


@pytest.mark.parametrize(
    ("text", "first", "below", "measured", "unknown"),
    [
        ("K_L0 -> X1 X2", 1.0, 1.0, 0, ()),
        ("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", 1.0, PI0, 1, ()),
        ("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma [0.98823]))", 1.0, PI0, 0, ()),
        ("K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma) [8.64e-4]", 8.64e-4, PI0**2, 1, ()),
        ("B0 -> (K_S0 -> pi+ pi-) X1 X2", 1.0, 0.6920, 1, ()),
        # what the listed modes leave out is in it, and the first decay's own number apart
        ("eta -> X1 (X2 -> X1 (pi0 -> gamma gamma [0.98823]) [0.9] | X1 gamma [0.05]) [1e-9]", 1e-9, 0.9 * PI0 + 0.05, 0, ()),
        # of some events only: another mix of modes, which one factor is not
        ("B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma) [.9] | X1 gamma [.1])", 1.0, 1.0, 0, ("pi0 -> gamma gamma",)),
        ("K_L0 -> (eta -> gamma gamma) X1", 1.0, 1.0, 0, ("eta -> gamma gamma",)),
        # a dark state's is the model's to give
        ("K_L0 -> X1 (X2 -> X1 gamma)", 1.0, 1.0, 0, ()),
    ],
)  # fmt: skip
def test_by_hand(text: str, first: float, below: float, measured: int, unknown: tuple[str, ...]) -> None:
    found = daughter_ratios(text)
    assert found.first == pytest.approx(first)
    assert found.below == pytest.approx(below, rel=1e-12)
    assert (len(found.measured), found.unknown) == (measured, unknown)


def test_a_models_chain_says_everything() -> None:
    chain = ZPrimeScalar(m1=0.04, m2=0.4, G_X=1e-5).chain("eta", "X1 X2")
    found = daughter_ratios(spell(chain.decay))
    assert found.first * found.below == pytest.approx(chain.generated_branching_ratio, rel=1e-9)
    assert not found.measured
    assert not found.unknown


def test_visible_means_visible() -> None:
    """X2 -> X1 nu nubar is generated, and nothing of it is seen; beside a K+ it is."""
    text = "(X2 -> X1 gamma [0.5] | X1 nu nubar [0.3])"
    bare, kaon = (
        build(f"{first} X1 {text}", mass={"X1": 0.0, "X2": 0.4}) for first in ("K_L0 ->", "B+ -> K+")
    )
    assert bare.generated_branching_ratio == kaon.generated_branching_ratio == pytest.approx(0.8)
    assert bare.visible_branching_ratio == pytest.approx(0.5)
    assert kaon.visible_branching_ratio == pytest.approx(0.8)
    model = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1.17e-5)
    chain = model.chain("K_L0", "X1 X2")
    invisible = float(model.branching_ratio("X2", "X1 nu nubar"))
    assert chain.generated_branching_ratio - chain.visible_branching_ratio == pytest.approx(
        invisible, rel=1e-9
    )
    assert chain.provenance()["visible_branching_ratio"] == chain.visible_branching_ratio
