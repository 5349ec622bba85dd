"""KOTO's searches for four photons and for one: by hand, and that nothing is said where nothing is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from darkpair.chains.models import (
    Combined,
    Dipole,
    HiggsPortalQuartic,
    Impostor,
    ZPrimeDirac,
    ZPrimeScalar,
    combine,
)
from darkpair.chains.models.channels import Channel, visible_modes
from darkpair.gen.errors import InputError
from darkpair.gen.particles import particle
from darkpair.scan.acceptance import Acceptance
from darkpair.searches.koto import KotoChannel
from darkpair.searches.koto_photons import HEAVIEST, KotoFourPhotons, KotoGammaX, least_unseen
from tests.shared.plain_photons import boosted, directions

M_K = particle("K_L0").mass
ONE = Channel(parent="K_L0", production="X1 X2", modes=("X1 gamma",))
BOTH = Channel(parent="K_L0", production="X2 X2", modes=("X1 gamma", "X1 gamma"))


def pairs(m2: float, m1: float = 0.0) -> Combined:
    """K_L -> X2 X2 of scalars, X2 -> gamma gamma."""
    portal = HiggsPortalQuartic(m1=m1, m2=m2, lambda_12=0.0, lambda_22=1e-2)
    return combine(portal, Impostor(m1=m1, m2=m2, m_Psi=30.0))


def dipoles(m2: float, c_A: float = 1.0) -> Combined:
    """K_L -> X1 X2 and X2 X2, X2 -> X1 gamma."""
    portal = ZPrimeDirac(m1=0.0, m2=m2, G_X=1e-5, c_A=c_A, c_A22=1.0)
    return combine(portal, Dipole(m1=0.0, m2=m2, mu=1e-4))


def flat(value: float) -> Acceptance:
    return Acceptance(ctau=(1e-9, 1e9), value=(value, value), error=(0.0, 0.0))


@pytest.mark.parametrize(("m2", "limit"), [(0.04, 4e-7), (0.11, 4e-7), (0.21, 2e-6), (0.24, 2e-6)])
def test_four_photons_by_hand(m2: float, limit: float) -> None:
    model = pairs(m2)
    both = model.branching_ratio("K_L0", "X2 X2") * model.branching_ratio("X2", "gamma gamma") ** 2
    prompt = KotoFourPhotons(mass=m2)
    assert prompt.limit == limit
    assert float(prompt.value(model)) == pytest.approx(float(both), rel=1e-12)
    flying = replace(prompt, efficiency=flat(0.25))
    assert float(flying.value(model)) == pytest.approx(0.25 * float(both), rel=1e-12)
    assert float(flying.ratio(model)) == pytest.approx(0.25 * float(both) / limit, rel=1e-12)
    assert float(prompt.value(pairs(m2, m1=0.01))) == pytest.approx(float(prompt.value(model)), rel=1e-3)


@pytest.mark.parametrize("m2", [0.0399, 0.1101, 0.135, 0.2099, 0.2401])
def test_nothing_is_known_outside_the_windows(m2: float) -> None:
    for search in (KotoFourPhotons(mass=m2), KotoFourPhotons()):
        assert math.isnan(float(search.value(pairs(m2))))
        assert search.window is None
        assert search.limit == 2e-6
        assert not search.excluded(pairs(m2))


def test_another_mass_is_not_that_of_the_sample() -> None:
    assert math.isnan(float(KotoFourPhotons(mass=0.1, efficiency=flat(1.0)).value(pairs(0.101))))
    assert float(KotoFourPhotons().value(pairs(0.1))) > 0.0  # (of prompt decays, whatever the mass)


def test_models_without_the_decays() -> None:
    for model in (ZPrimeScalar(m1=0.0, m2=0.1, G_X=1e-5), dipoles(0.1)):
        assert not KotoFourPhotons(mass=0.1).applies(model)
        asked = KotoFourPhotons(mass=0.1, asked=True)
        assert asked.applies(model)
        assert float(asked.value(model)) == 0.0
    assert not KotoGammaX().applies(pairs(0.1))
    assert float(KotoGammaX(asked=True).value(pairs(0.1))) == 0.0
    # a fermion has no two photons
    with pytest.raises(InputError):
        combine(ZPrimeDirac(m1=0.0, m2=0.1, G_X=1e-5, c_A22=1.0), Impostor(m1=0.0, m2=0.1))


def test_a_poor_sample_is_not_known() -> None:
    model = pairs(0.1)
    size = float(KotoFourPhotons(mass=0.1).value(model))
    poor = Acceptance(ctau=(1e-9, 1e9), value=(1.0, 1.0), error=(0.2, 0.2))
    value = float(KotoFourPhotons(mass=0.1, efficiency=poor).value(model))
    assert size < 4e-7
    assert math.isnan(value)
    loud = HiggsPortalQuartic(m1=0.0, m2=0.1, lambda_12=0.0, lambda_22=1e-2 * math.sqrt(4.0 * 4e-7 / size))
    both = combine(loud, model.parts[1])
    assert float(KotoFourPhotons(mass=0.1, efficiency=poor).ratio(both)) == pytest.approx(4.0)


def test_one_photon_by_hand() -> None:
    model = dipoles(0.2)
    seen = visible_modes(model)
    first = KotoChannel(channel=ONE, ratio=flat(0.4))
    second = KotoChannel(channel=BOTH, ratio=flat(0.1))
    search = KotoGammaX(more=(first, second), seen=seen)
    photon = float(model.branching_ratio("X2", "X1 gamma"))
    single, both = (float(model.branching_ratio("K_L0", mode)) for mode in ("X1 X2", "X2 X2"))
    assert float(search.value(model)) == pytest.approx(
        0.4 * single * photon + 0.1 * both * photon**2, rel=1e-9
    )
    assert search.limit == 3.4e-7
    assert search.kind == "line"  # it never excludes


def test_no_statement_above_300_mev() -> None:
    for m2, known in ((0.29, True), (0.31, False), (0.42, False)):
        model = dipoles(m2)
        search = KotoGammaX(more=(KotoChannel(channel=ONE, ratio=flat(0.4)),), seen=visible_modes(model))
        assert math.isnan(float(search.value(model))) is not known
    # a soft photon beside a heavy rest: K_L -> X2 X2 at 245 MeV, which does not count beside X1 X2
    model = dipoles(0.245)
    assert float(least_unseen(model, BOTH)) > HEAVIEST > float(least_unseen(model, ONE))
    parts = KotoChannel(channel=ONE, ratio=flat(0.4)), KotoChannel(channel=BOTH, ratio=flat(0.4))
    seen = visible_modes(model)
    assert math.isnan(float(KotoGammaX(more=parts[1:], seen=seen).value(model)))
    alone = float(KotoGammaX(more=parts[:1], seen=seen).value(model))
    assert float(KotoGammaX(more=parts, seen=seen).value(model)) == pytest.approx(alone, rel=1e-12)


def test_what_is_not_known_of_one_photon_leaves_the_sum_unknown() -> None:
    model = dipoles(0.2)
    nothing = Acceptance(ctau=(), value=(), error=())
    parts = KotoChannel(channel=ONE, ratio=flat(0.4)), KotoChannel(channel=BOTH, ratio=nothing)
    assert math.isnan(float(KotoGammaX(more=parts, seen=visible_modes(model)).value(model)))
    # one X2 has to fly out: below its table the bound falls at least with c tau
    above = Acceptance(ctau=(1e3 * float(model.ctau("X2")), 1e9), value=(0.1, 0.1), error=(0.0, 0.0))
    parts = parts[0], KotoChannel(channel=BOTH, ratio=above, most=0.1)
    assert float(KotoGammaX(more=parts, seen=visible_modes(model)).value(model)) > 0.0


@pytest.mark.parametrize(("m1", "m2", "channel"), [(0.0, 0.2, ONE), (0.05, 0.2, ONE), (0.02, 0.18, BOTH)])
def test_the_least_unseen_mass_is_that_of_decays(m1: float, m2: float, channel: Channel) -> None:
    """K_L at rest, both decays in plain NumPy: all that is not the photon is heavier, and comes near."""
    rng, n = np.random.default_rng(4), 200_000
    other = m1 if channel is ONE else m2
    energy = (M_K**2 + m2**2 - other**2) / (2.0 * M_K)
    heavy = np.concatenate([math.sqrt(energy**2 - m2**2) * directions(rng, n), np.full((1, n), energy)])
    k = (m2**2 - m1**2) / (2.0 * m2)
    photon = boosted(np.concatenate([k * directions(rng, n), np.full((1, n), k)]), heavy)
    square = M_K**2 - 2.0 * M_K * photon[3]
    portal = ZPrimeDirac(m1=m1, m2=m2, G_X=1e-5, c_A=1.0, c_A22=1.0)
    model = combine(portal, Dipole(m1=m1, m2=m2, mu=1e-4))
    least = float(least_unseen(model, channel)) ** 2
    assert least - 1e-9 <= square.min() < least + 1e-3
