"""KOTO and long-lived X2: one scan sample for every c tau, the estimate of eq 66, and the tails of section IV.B.

arXiv:2005.07102, sections IV.A and IV.B and its figure 2.  Fixed seeds; the failure rate of a bound of four
standard errors is 6e-5, of five 6e-7.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from darkpair import InputError, chunks
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import koto_decay_probability
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.endpoints import max_pt, max_pt_in_two_steps
from darkpair.gen.lifetime import Scan
from darkpair.gen.sources.koto_kl import KotoKL
from tests.shared.koto_samples import (
    DIPOLE,
    IMPOSTOR,
    PERFECT,
    PI0_KINEMATICS,
    PION,
    STANDARD,
    Pencil,
    efficiency_of,
    joined,
    pipeline,
)

M_K, M_PI = 0.497611, 0.1349768
NO_PT = Koto(without=["pt"])
NO_PT_NO_COE = Koto(without=["pt", "center_of_energy", *PI0_KINEMATICS])
IDEAL = Koto(without=["pt", *PI0_KINEMATICS], resolution=PERFECT)


@pytest.fixture(scope="module")
def scan() -> ScanSample:
    made = pipeline(PION, 0.430, lifetimes={"X2": Scan()}, seed=77)
    return ScanSample.of(chunks(made, 2_000_000))


@pytest.mark.parametrize("ctau", [30.0, 300.0, 3000.0])
def test_scan_equals_dedicated_samples(scan: ScanSample, ctau: float) -> None:
    """Efficiency at c tau = 3 cm, 30 cm and 3 m, within four standard errors of the difference."""
    one = scan.efficiency(ctau)
    own = efficiency_of(pipeline(PION, 0.430, ctau=ctau, seed=6), 300_000)
    assert abs(one.value - own.value) < 4.0 * np.hypot(one.error, own.error)
    assert one.error / one.value < 0.02
    assert 1000.0 < one.effective < len(scan.weight)


def test_scan_of_two_particles() -> None:
    """K_L -> X2 X2: the weights of both multiply."""
    made = pipeline(DIPOLE, 0.200, lifetimes={"X2": Scan(shortest=1.0, longest=1e5)}, seed=78)
    sample = ScanSample.of(chunks(made, 1_000_000), law=Scan(shortest=1.0, longest=1e5))
    assert sample.length.shape[0] == 2
    one = sample.efficiency(100.0)
    own = efficiency_of(pipeline(DIPOLE, 0.200, ctau=100.0, seed=6), 200_000)
    assert abs(one.value - own.value) < 4.0 * np.hypot(one.error, own.error)


def test_scan_refuses_samples_that_are_no_scan() -> None:
    weighted = pipeline(PION, 0.430, lifetimes={"X2": Scan(ctau=300.0)})
    with pytest.raises(InputError, match="weighted to a c tau already"):
        ScanSample.of(chunks(weighted, 1000))
    with pytest.raises(InputError, match="'X3' has no proper length"):
        ScanSample.of(chunks(pipeline(PION, 0.430), 1000), particle="X3")
    few = ScanSample.of(chunks(pipeline(PION, 0.430, lifetimes={"X2": Scan()}), 10_000))
    with pytest.raises(InputError, match="a few events dominate"):
        few.efficiency(0.01)


def test_x2_that_leaves(scan: ScanSample) -> None:
    """Far beyond the detector the efficiency falls as 1/c tau; X2 decaying behind the face leave nothing."""
    far, further = scan.efficiency(1e5), scan.efficiency(1e6)
    assert far.value / further.value == pytest.approx(10.0, rel=0.01)
    made = pipeline(PION, 0.430, ctau=1e6)
    kept = made.chunk(0, 1, 16384)
    assert kept.cutflow.stages[1].n < 0.02 * 16384  # two clusters
    own = made.detector
    assert own is not None
    everything = type(made)(source=made.source, chain=made.chain, detector=own, keep="all").chunk(0, 1, 16384)
    assert everything.reco is not None
    behind = everything.events.parts[0].vertices[2, -2] > 6148.0  # where X2 -> X1 pi0
    assert behind.mean() > 0.98
    assert (
        everything.reco.flat["n_missed"][behind].sum() < 20
    )  # (in the crystals: the rest is too far to veto)


def test_eq_66_overestimates(scan: ScanSample) -> None:
    """At (430, 0) MeV and c tau = 30 cm: .915 of the standard efficiency, where eq 66 gives 1.06."""
    standard = efficiency_of(pipeline(STANDARD), 500_000)
    prompt = efficiency_of(pipeline(PION, 0.430, seed=2), 500_000)
    full = scan.efficiency(300.0).value / standard.value
    estimate = prompt.value * koto_decay_probability(0.430, 300.0) / standard.value
    print(f"\n  c tau = 30 cm: full {full:.3f}, eq 66 {estimate:.3f}, over by {estimate / full - 1.0:.1%}")
    assert full == pytest.approx(0.915, rel=0.05)
    assert estimate == pytest.approx(1.06, rel=0.05)
    assert 1.10 < estimate / full < 1.25


def above(detector: Koto, ctau: float, source: KotoKL | Pencil) -> tuple[float, float]:
    """Fraction reconstructed above the endpoint at (350, 100) MeV, with its standard error."""
    endpoint = max_pt_in_two_steps(M_K, 0.100, 0.350, 0.100, M_PI)
    assert endpoint == pytest.approx(0.1824, abs=1e-4)
    made = pipeline(PION, 0.350, 0.100, ctau=ctau, detector=detector, source=source, seed=5)
    pt = joined(made, 500_000, "pt")["pt"]
    fraction = float(np.mean(pt > endpoint))
    return fraction, float(np.sqrt(fraction * (1.0 - fraction) / len(pt)))


@pytest.mark.parametrize(
    ("detector", "expected"),
    [(NO_PT, None), (NO_PT_NO_COE, (0.005, 0.029, 0.14))],
    ids=["default", "without centre of energy and pi0 kinematics"],
)
def test_tail_grows_with_beam_size_and_lifetime(
    detector: Koto, expected: tuple[float, float, float] | None
) -> None:
    """A's tail above the true endpoint at (350, 100): pencil beam < real beam < c tau of 30 cm, five errors apart.

    An independent simulation has .5, 2.9 and 14 % and does not say which cuts come before the fraction; it is held
    to 30 % where the cuts on the centre of energy and the pi0's kinematics are left out, which leaves .6, 3.4, 14 %.
    With the default cuts the fractions are 1.0, 5.4 and 20 %.
    """
    cases: list[tuple[float, KotoKL | Pencil]] = [(0.0, Pencil()), (0.0, KotoKL()), (300.0, KotoKL())]
    tails = [above(detector, ctau, source) for ctau, source in cases]
    print("\n  above the endpoint: " + ", ".join(f"{f:.2%} ± {e:.2%}" for f, e in tails))
    for (less, e1), (more, e2) in pairwise(tails):
        assert more - less > 5.0 * np.hypot(e1, e2)
    for (fraction, error), target in zip(tails, expected or (), strict=False):
        assert abs(fraction - target) < 0.3 * target + 3.0 * error


def test_dipole_has_a_broad_tail_because_its_photons_are_uncorrelated() -> None:
    """B without beam size or noise: beyond m_K/2 where the photons' mass is not the pion's, never where it is."""
    pion = joined(pipeline(PION, 0.430, detector=IDEAL, source=Pencil()), 300_000, "pt")
    assert pion["pt"].max() < max_pt(M_K, M_PI, 0.0) * (1.0 + 1e-3)
    pair = joined(pipeline(DIPOLE, 0.200, detector=IDEAL, source=Pencil()), 600_000, "pt")
    tail, near = pair["pt"] > 0.5 * M_K, np.abs(pair["true_mass"] / M_PI - 1.0) < 0.05
    assert tail.mean() > 0.15
    assert near.sum() > 1000
    assert not (tail & near).any()
    assert (pair["true_pt"] < 0.5 * M_K).all()
    ratio = pair["pt"] / pair["true_pt"]
    assert np.ptp(np.quantile(ratio, [0.05, 0.95])) > 10.0 * np.ptp(np.quantile(ratio[near], [0.05, 0.95]))


def test_impostor_prefers_the_pion_mass_and_grows_a_tail() -> None:
    """C: prompt it is accepted near and below the pion's mass; long-lived it grows a tail beyond the endpoint."""
    prompt = {m: efficiency_of(pipeline(IMPOSTOR, m), 200_000) for m in (0.100, 0.120, 0.135, 0.200, 0.250)}
    values = {m: e.value for m, e in prompt.items()}
    assert values[0.135] > values[0.120] > values[0.100] > 1.2 * values[0.200] > 5.0 * values[0.250]
    endpoint = max_pt(M_K, 0.135, 0.0)
    tails = []
    for ctau in (0.0, 50.0, 300.0):
        pt = joined(pipeline(IMPOSTOR, 0.135, detector=NO_PT, ctau=ctau), 400_000, "pt")["pt"]
        tails.append((float(np.mean(pt > endpoint)), 0.5 / np.sqrt(len(pt))))
    for (less, e1), (more, e2) in pairwise(tails):
        assert more - less > 5.0 * np.hypot(e1, e2)


def test_pion_fills_the_signal_region() -> None:
    """A at (430, 0): most of what reaches the plane of pT and Z is in the box, more often than the standard decay."""
    made = pipeline(PION, 0.430)
    box = efficiency_of(made, 400_000)
    standard = efficiency_of(pipeline(STANDARD), 400_000)
    open_ = efficiency_of(pipeline(PION, 0.430, detector=NO_PT), 400_000)
    assert box.value / standard.value > 1.05 + 4.0 * np.hypot(
        box.error / box.value, standard.error / standard.value
    )
    assert box.value / open_.value > 0.8
