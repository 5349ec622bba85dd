"""Photons of two X2 of K_L that decay between the beam's exit and z = 2000 mm count in the samples behind `darkpair limits`, prompt ones too."""

from __future__ import annotations

import math

import pytest

from darkpair.chains.descriptor import build
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.sources.koto_kl import Z_EXIT, Z_NEAR, KotoKL
from darkpair.limits.koto_boxes import beam_of, between_of, detector_of, upstream_of
from darkpair.limits.koto_samples import parts, summed
from tests.shared.koto_samples import DIPOLE, efficiency_of, pipeline

BOX = "2016-18"
M2 = 0.2


@pytest.fixture(scope="module")
def made() -> list[tuple[float, ScanSample]]:
    chain = build(DIPOLE, mass={"X1": 0.0, "X2": M2}, ctau={"X2": 1.0})
    return parts({"chain": chain}, events=800_000, seed=31, selection=BOX)


@pytest.mark.parametrize("ctau", [1.0, 10.0, 50.0])
def test_what_is_upstream_is_that_of_plain_decays(made: list[tuple[float, ScanSample]], ctau: float) -> None:
    """Known to a fifth, and within 4.89 errors of a job whose X2 decay by the exponential law (one in a million fails)."""
    of_parts, error = summed(made[1:], ctau)
    source = KotoKL(z_min=Z_EXIT, z_max=Z_NEAR)
    plain = efficiency_of(
        pipeline(DIPOLE, M2, ctau=ctau, detector=detector_of(BOX), source=source, seed=32), 100_000
    )
    assert plain.error is not None
    value, wrong = source.decay_probability * plain.value, source.decay_probability * plain.error
    assert math.hypot(error, wrong) < 0.2 * value
    assert abs(of_parts - value) < 4.89 * math.hypot(error, wrong)


def test_the_ranges_meet() -> None:
    """From the target to the calorimeter without a gap, none of them twice."""
    between = between_of(BOX)
    assert between is not None
    ranges = [(source.z_min, source.z_max) for source in (upstream_of(BOX), between, beam_of(BOX))]
    assert ranges[0][1] == ranges[1][0] == Z_EXIT
    assert ranges[1][1] == ranges[2][0] == Z_NEAR
    assert upstream_of("koto-ii").z_max == beam_of("koto-ii").z_min
    assert between_of("koto-ii") is None
