"""B mesons of the Upsilon(4S): invariants, the law of the angle, the lab momentum against integrals.

Statistical tests: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from darkpair import UnknownNameError
from darkpair.gen.kinematics import boost
from darkpair.gen.particles import particle
from darkpair.gen.provenance import describe
from darkpair.gen.sources.upsilon4s import MACHINES, Upsilon4S, sine_squared
from darkpair.gen.streams import BLOCK, Streams
from tests.shared.b_reference import energy_cdf

N = 12 * BLOCK


def mesons(machine: str = "belle2", parent: str = "B+", blocks: int = 12) -> np.ndarray:
    source = Upsilon4S(machine=machine, parent=parent)
    parts = [source.sample(BLOCK, Streams(4, b).rng("source")).momentum for b in range(blocks)]
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(
    ("machine", "boost", "spread"),
    [("belle2", 0.287, 5.0e-3), ("belle", 0.425, 5.3e-3), ("babar", 0.557, 5.1e-3)],
)
def test_invariants(machine: str, boost: float, spread: float) -> None:
    """With the electron's mass, which changes s by parts in 1e8."""
    beams = MACHINES[machine]
    total = np.zeros(4)
    for energy, (x, y, z) in (
        (beams.electron, beams.electron_direction),
        (beams.positron, beams.positron_direction),
    ):
        p = np.sqrt(energy**2 - 0.511e-3**2)
        total += [p * x, p * y, p * z, energy]
    s = total[3] ** 2 - np.sum(total[:3] ** 2)
    assert beams.nominal_sqrt_s == pytest.approx(np.sqrt(s), rel=1e-7)
    assert beams.nominal_sqrt_s == pytest.approx(particle("Upsilon(4S)").mass, abs=1e-3)
    assert beams.boost == pytest.approx(boost, abs=5e-4)
    assert beams.boost == pytest.approx(np.sqrt(np.sum(total[:3] ** 2) / s), rel=1e-6)
    assert beams.sqrt_s_spread == pytest.approx(spread, rel=0.02)


def test_spread_is_that_of_the_formula() -> None:
    beams = MACHINES["belle2"]
    electron, positron = Upsilon4S()._energies(Streams(3).rng("x"), N)
    sqrt_s = beams.sqrt_s(electron, positron)
    assert sqrt_s.std() == pytest.approx(beams.sqrt_s_spread, rel=5.0 / np.sqrt(2 * N) + 1e-3)
    assert sqrt_s.mean() == pytest.approx(
        beams.nominal_sqrt_s, abs=5.0 * beams.sqrt_s_spread / np.sqrt(N) + 2e-6
    )


def test_law_of_the_angle() -> None:
    cosine = sine_squared(Streams(1).rng("x"), N)
    p = stats.kstest(cosine, lambda c: 0.25 * (2.0 + 3.0 * c - c**3)).pvalue
    assert p > 1e-6


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_angle_in_the_centre_of_mass(machine: str) -> None:
    """Back in the nominal centre-of-mass frame; the beams' spread moves the cosine by .01, the law by 1e-4."""
    beams = MACHINES[machine]
    x, y, z, e = beams.nominal
    rest = np.stack(boost(-x, -y, -z, e, beams.nominal_sqrt_s, *mesons(machine)))
    bx, by, bz = (beams.electron * c for c in beams.electron_direction)
    beam = boost(-x, -y, -z, e, beams.nominal_sqrt_s, bx, by, bz, beams.electron)
    axis = np.array(beam[:3]) / beam[3]
    unit = rest[:3] / np.sqrt(np.sum(rest[:3] ** 2, axis=0))
    cosine = axis @ unit
    assert stats.kstest(cosine, lambda c: 0.25 * (2.0 + 3.0 * c - c**3)).pvalue > 1e-6
    across = unit - axis[:, None] * cosine
    assert stats.kstest(np.arctan2(across[1], across[0]) / (2 * np.pi) + 0.5, "uniform").pvalue > 1e-6
    assert (
        np.sqrt(np.sum(rest[:3] ** 2, axis=0)).mean() == pytest.approx(0.33, abs=0.02) or machine == "babar"
    )


@pytest.mark.parametrize("machine", ["belle2", "belle"])
def test_energy_in_the_lab(machine: str) -> None:
    momentum = mesons(machine)
    assert stats.kstest(momentum[3], lambda e: energy_cdf(machine, np.asarray(e))).pvalue > 1e-6
    mass = np.sqrt(momentum[3] ** 2 - np.sum(momentum[:3] ** 2, axis=0))
    np.testing.assert_allclose(mass, particle("B+").mass, rtol=1e-9)


def test_below_the_threshold_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beams of ten times the spread, of which a third are below: the rest of the Gaussian, unchanged."""
    wide = replace(MACHINES["belle2"], electron_spread=0.05, positron_spread=0.02)
    monkeypatch.setitem(MACHINES, "belle2", wide)
    source, threshold = Upsilon4S(), 2.0 * particle("B+").mass
    one = wide.sqrt_s(*source._energies(Streams(1).rng("x"), N))
    assert one.min() > threshold
    rng = Streams(2).rng("y")
    free = wide.sqrt_s(7.004 + 0.05 * rng.standard_normal(3 * N), 4.002 + 0.02 * rng.standard_normal(3 * N))
    kept = free[free > threshold]
    assert 0.5 < len(kept) / len(free) < 0.9
    assert stats.ks_2samp(one, kept).pvalue > 1e-6
    assert np.isfinite(source.sample(BLOCK, rng).momentum).all()


def test_parents() -> None:
    ids = {name: Upsilon4S(parent=name).pdgid for name in ("B+", "B-", "B0", "anti-B0")}
    assert ids == {"B+": 521, "B-": -521, "B0": 511, "anti-B0": -511}
    told = describe(Upsilon4S())
    assert told["boost_beta_gamma"] == pytest.approx(0.2868, abs=1e-4)
    assert told["beams"]["confidence"] == "read"
    with pytest.raises(UnknownNameError, match="did you mean 'B0'"):
        Upsilon4S(parent="B00")
    with pytest.raises(UnknownNameError, match="machine"):
        Upsilon4S(machine="lep")
