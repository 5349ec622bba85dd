"""KOTO's channels beside K_L -> X1 X2, X2 -> X1 pi0: the sample that serves them all, against others of the same decays.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkpair.chains.models import (
    Combined,
    Dipole,
    Impostor,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
    combine,
)
from darkpair.chains.models.channels import Channel, photon_channels, visible_modes
from darkpair.detectors.koto import Koto
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.limits.koto_channels import KotoChannelAgainstCtau, koto_channels
from darkpair.limits.koto_samples import EfficiencyAgainstCtau, parts
from darkpair.scan import Acceptance
from darkpair.searches.koto import KotoChannel, KotoLimit
from tests.shared.koto_samples import DIPOLE, efficiency_of, pipeline

PHOTONS = Channel(parent="K_L0", production="X2 X2", modes=("X1 gamma", "X1 gamma"))


def dipoles(c_A: float = 0.0) -> Combined:
    """K_L -> X2 X2 and, with c_A, X1 X2; X2 -> X1 gamma."""
    return combine(ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_A=c_A, c_A22=1.0), Dipole(m1=0.0, m2=0.2, mu=1e-5))


def test_the_papers_channel_two_ways() -> None:
    model = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-5)
    chain = Channel(parent="K_L0", production="X1 X2", modes=("X1 pi0",)).chain(model)
    every = KotoChannelAgainstCtau(events=80_000, selection="2016-18")({"chain": chain})
    alone = EfficiencyAgainstCtau(events=80_000)({"m1": 0.0, "m2": 0.43})
    one, other = Acceptance.of(every), Acceptance.of(alone)
    for ctau in (1.0, 100.0, 1e3):
        errors = [float(a.at(ctau) * a.relative_error(ctau)) for a in (one, other)]
        assert math.hypot(*errors) < 0.2 * float(other.at(ctau))
        assert abs(float(one.at(ctau) - other.at(ctau))) < 4.89 * math.hypot(*errors)


def test_two_photons_of_a_pair_are_those_of_a_job() -> None:
    """At 1 mm, which is prompt for KOTO, of the K_L that decay near it: accepted with both X2 by one sample of all lifetimes."""
    chain = PHOTONS.chain(dipoles())
    decays, sample = parts({"chain": chain}, events=150_000, seed=12, selection="2016-18")[0]
    assert decays == KotoKL().decay_probability
    scanned = sample.efficiency(1.0, effective_min=10.0)
    prompt = efficiency_of(pipeline(DIPOLE, 0.2, detector=Koto(selection="2016-18"), seed=13), 50_000)
    assert scanned.error is not None
    assert prompt.error is not None
    assert math.hypot(scanned.error, prompt.error) < 0.15 * prompt.value
    assert abs(scanned.value - prompt.value) < 4.89 * math.hypot(scanned.error, prompt.error)


def test_which_channels_there_are() -> None:
    assert PHOTONS in list(photon_channels(dipoles(1.0)))
    assert not [
        c for c in photon_channels(dipoles(1.0)) if c.modes == ("X1 gamma", "unseen")
    ]  # one photon is no pi0
    impostor = combine(ZPrimeScalar(m1=0.0, m2=0.2, G_X=1e-5), Impostor(m1=0.0, m2=0.2))
    assert [str(c) for c in photon_channels(impostor)] == ["K_L0 -> X1 X2, X2 -> gamma gamma"]
    assert set(visible_modes(impostor)) >= {"X1 pi0", "gamma gamma", "X1 e+ e-"}
    assert "X1 nu nubar" not in visible_modes(impostor)


def test_photons_of_x2_are_all_and_those_of_a_pi0_are_not() -> None:
    """The sensitivity is of pi0 nu nubar with every decay of the pi0, so X2 -> gamma gamma counts 1 / .98823 of its efficiency."""
    model = combine(ZPrimeScalar(m1=0.0, m2=0.2, G_X=1e-5), Impostor(m1=0.0, m2=0.2))
    (made,) = koto_channels([(model, model)], ("2015",), 2_000, None, workers=1)
    (part,) = made["2015"]
    assert part.daughters == pytest.approx(1.0 / 0.98823)
    pion = ZPrimeMajorana(m1=0.0, m2=0.24, G_X=1e-5, c_A22=0.5)
    shares = {c: c.chain(pion).generated_branching_ratio for c in photon_channels(pion)}
    assert sorted(shares.values()) == pytest.approx([0.98823**2, 0.98823])


def test_a_sister_is_unseen_only_if_it_leaves_nothing() -> None:
    """X2 -> X1 e e beside a pi0 is a veto: the rate of pi0 and unseen is that of neutrinos, not of all that is no photon."""
    model = ZPrimeMajorana(m1=0.0, m2=0.24, G_X=1e-5, c_A22=0.5)
    channel = Channel(parent="K_L0", production="X2 X2", modes=("X1 pi0", "unseen"))
    pion, neutrinos = (float(model.branching_ratio("X2", mode)) for mode in ("X1 pi0", "X1 nu nubar"))
    pair = float(model.branching_ratio("K_L0", "X2 X2"))
    rate = float(channel.rate(model, visible_modes(model)))
    assert rate == pytest.approx(2.0 * pair * pion * neutrinos, rel=1e-9)


def test_the_limit_adds_them_by_hand() -> None:
    model = dipoles()
    ratio = Acceptance(ctau=(1.0, 1e3), value=(0.4, 0.1), error=(0.01, 0.01), prompt=1.0)
    seen = visible_modes(model)
    part = KotoChannel(channel=PHOTONS, ratio=ratio, daughters=1.0 / 0.98823, most=0.0)
    limit = KotoLimit(run="2021", efficiency_ratio=1.0, decay="included", more=(part,), seen=seen)
    photon = float(model.branching_ratio("X2", "X1 gamma"))
    expected = (
        float(model.branching_ratio("K_L0", "X2 X2"))
        * photon**2
        / 0.98823
        * float(ratio.at(model.ctau("X2")))
    )
    assert float(limit.value(model)) == pytest.approx(expected, rel=1e-9)
    assert limit.channels(model)[str(PHOTONS)] == pytest.approx(expected / 9.33e-10, rel=1e-9)
    # what nobody knows leaves the sum unknown, unless the known part is excluded by itself
    blind = KotoChannel(channel=PHOTONS, ratio=Acceptance(ctau=(), value=(), error=()))
    both = KotoLimit(run="2021", efficiency_ratio=1.0, decay="included", more=(part, blind), seen=seen)
    assert np.isnan(KotoLimit(run="2021", efficiency_ratio=1.0, more=(blind,), seen=seen).value(model))
    assert both.applies(model)


def test_a_sum_with_a_large_error_is_not_known() -> None:
    """A sixth of error allows nothing; it excludes where two errors below is excluded too."""
    model = dipoles()

    def value(size: float, error: float) -> float:
        ratio = Acceptance(ctau=(1e-9, 1e9), value=(size, size), error=(error * size, error * size))
        part = KotoChannel(channel=PHOTONS, ratio=ratio, most=0.0)
        return float(
            KotoLimit(run="2021", efficiency_ratio=1.0, more=(part,), seen=visible_modes(model)).value(model)
        )

    limit = KotoLimit(run="2021", efficiency_ratio=1.0).limit
    at_limit = limit / value(1.0, 0.01)
    assert value(at_limit * 0.9, 0.05) == pytest.approx(0.9 * limit)
    assert math.isnan(value(at_limit * 0.9, 1.0 / 6.0))
    assert math.isnan(value(at_limit * 1.2, 1.0 / 6.0))
    assert value(at_limit * 2.0, 1.0 / 6.0) == pytest.approx(2.0 * limit)
