"""Mesons of a dump: the table's spectrum, the kinematic limit, uniform azimuth, their mass shell."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from darkpair import Streams, particle
from darkpair.gen.importance import Aimable
from darkpair.gen.sources.dump_mesons import DumpMesons

#: Statistical tests fail by chance once in a million.
RATE = 1e-6


@pytest.mark.parametrize(("meson", "generator"), [("eta", "pythia6"), ("eta", "bmpt"), ("pi0", "pythia6")])
def test_draws_have_the_stated_density(meson: str, generator: str) -> None:
    source = DumpMesons(meson=meson, generator=generator)
    assert isinstance(source, Aimable)
    y, pt, phi = source.draw(Streams(1).rng("source"), 200_000)
    cuts_y, cuts_pt = np.linspace(*source.y_range, 9), np.array([0.0, 0.2, 0.4, 0.7, 1.2, source.pt_range[1]])
    found = np.histogram2d(y, pt, (cuts_y, cuts_pt))[0]
    fine = 60
    for i, j in np.ndindex(found.shape):
        sides = [
            low + (high - low) * (np.arange(fine) + 0.5) / fine
            for low, high in ((cuts_y[i], cuts_y[i + 1]), (cuts_pt[j], cuts_pt[j + 1]))
        ]
        a, b = (g.ravel() for g in np.meshgrid(*sides))
        volume = (cuts_y[i + 1] - cuts_y[i]) * (cuts_pt[j + 1] - cuts_pt[j])
        share = float(np.mean(source.density(a, b))) * volume
        error = math.sqrt(max(share, 1e-5) / len(y)) * stats.norm.isf(RATE / 2.0) + 3e-3 * share
        assert abs(found[i, j] / len(y) - share) < error, (cuts_y[i], cuts_pt[j])
    assert stats.kstest(phi, stats.uniform(-math.pi, 2.0 * math.pi).cdf).pvalue > RATE


@pytest.mark.parametrize("generator", ["pythia6", "sibyll23d", "bmpt"])
def test_no_meson_is_faster_than_the_collision_allows(generator: str) -> None:
    """The mass that is left of the collision, (p_beam + p_target - p_meson)², is never below two protons'."""
    source = DumpMesons(generator=generator)
    proton, eta = particle("p+").mass, particle("eta").mass
    y, pt = (
        g.ravel() for g in np.meshgrid(*(np.linspace(*r, 400) for r in (source.y_range, source.pt_range)))
    )
    px, _, pz, e = source.parents(y, pt, np.zeros_like(y)).momentum
    assert np.allclose(e * e - px * px - pz * pz, eta * eta, rtol=1e-9, atol=1e-9 * e.max() ** 2)
    left = (400.0 + proton - e) ** 2 - px * px - (math.sqrt(400.0**2 - proton**2) - pz) ** 2
    possible = (left >= 4.0 * proton**2 - 1e-6) & (e < 400.0)
    assert (source.density(y, pt)[~possible] == 0.0).all()
    assert 0.999 < source.reachable_share <= 1.0
    assert (source.density(y, pt) > 0.0).sum() > 1000


def test_none_is_drawn_beyond_the_limit() -> None:
    source = DumpMesons(generator="urqmd34")  # whose table leaks most
    assert source.reachable_share < 1.0 - 2e-5
    y, pt, _ = source.draw(Streams(2).rng("source"), 1_000_000)
    assert source.reachable(y, pt).all()
    y, pt = source.table.sample(Streams(2).rng("source"), 1_000_000)
    assert not source.reachable(y, pt).all()


def test_provenance_states_the_multiplicity_and_its_error() -> None:
    told = DumpMesons().provenance()
    assert told["multiplicity"] > told["multiplicity_error"] > 0.0
