"""An eta with the momentum of a pi0: weights of eta against pi0 that were drawn, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.gen.kinematics import Array
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.studies.experiments.inelastic_dump import Counted, Sample
from darkpair.studies.experiments.inelastic_edges import COUNTED, DEFAULT_LEAST, LEAST
from darkpair.studies.experiments.inelastic_eta import like_pions

N = 100_000


def drawn(meson: str, seed: int) -> tuple[DumpMesons, Array]:
    """A source of BMPT's on copper, and momenta [GeV] of it (3, n)."""
    source = DumpMesons(meson=meson, beam_energy=400.0, generator="bmpt", target="Cu")
    return source, np.asarray(source.sample(N, np.random.default_rng(seed)).momentum)[:3]


def cells(momentum: Array, weight: Array | float) -> tuple[Array, Array]:
    """Sums of weights and of their squares in cells of p and of the angle to the beam, over the mesons."""
    size = np.sqrt(np.square(momentum).sum(axis=0))
    angle = np.arctan2(np.hypot(momentum[0], momentum[1]), momentum[2])
    bins = ([0.7, 1.5, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0, 120.0], [0.0, 0.005, 0.01, 0.02, 0.04, 0.3])
    weights = np.broadcast_to(weight, size.shape)
    sums = (np.histogram2d(size, angle, bins=bins, weights=weights**power)[0] for power in (1, 2))
    first, second = sums
    return first / N, second / N**2


def test_weighted_eta_have_the_momenta_of_pi0() -> None:
    """Cells of a hundred pi0 and more, in each within 4.5 errors: fails once in 7000. Without weights they are up to twice as many."""
    eta, momentum = drawn("eta", 1)
    ours, ours_variance = cells(momentum, like_pions(eta, momentum))
    theirs, variance = cells(drawn("pi0", 2)[1], 1.0)
    full = theirs * N > 100.0
    assert full.sum() >= 25
    assert np.abs((ours - theirs)[full] / np.sqrt(ours_variance + variance)[full]).max() < 4.5
    bare, _ = cells(momentum, 1.0)
    assert np.max(bare[full] / theirs[full]) > 1.3


def test_a_pi0_has_its_own() -> None:
    pion, momentum = drawn("pi0", 3)
    assert like_pions(pion, momentum) == pytest.approx(np.ones(N), rel=1e-12)


def test_the_weights_count_where_they_are_asked_for() -> None:
    """In a sample's efficiency and its error; and the rows of the study ask for them."""
    from darkpair.gen.lifetime import ScanInside
    from darkpair.gen.region import Box

    law = ScanInside(region=Box(x_min=-1.0, x_max=1.0, y_min=-1.0, y_max=1.0, z_min=1e3, z_max=2e3))
    length, factor = np.array([10.0, 20.0]), np.array([0.5, 3.0])
    sample = Sample(
        law=law, length=length, weight=np.ones(2), energy={"X2": length}, generated=4, like_pions=factor
    )
    plain, weighted = (sample.efficiency(15.0, "X2", 1.0, published_eta=ask) for ask in (False, True))
    terms = law.weight(length, 15.0)
    assert plain[0] == pytest.approx(terms.sum() / 4.0)
    assert weighted == pytest.approx(
        ((factor * terms).sum() / 4.0, np.sqrt(np.square(factor * terms).sum()) / 4.0)
    )
    assert COUNTED["X2, its mesons and eta"] == Counted(
        cut="X2", least=LEAST, published_yields=True, published_eta=True
    )
    assert COUNTED["both electrons above 1 GeV, its mesons and eta"].least == DEFAULT_LEAST == 1.0
