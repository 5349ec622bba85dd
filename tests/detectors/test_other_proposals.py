"""Section IV.E of arXiv:2005.07102: K_L -> pi0 S and K_L -> pi0 Y Y at KOTO, by endpoints and by efficiency.

The bounds hold by far more than the few per cent of these samples.
"""

from __future__ import annotations

import pytest

from darkpair import ClosedChannelError, particle
from darkpair.detectors.koto import Koto
from darkpair.gen.endpoints import max_pt
from darkpair.limits.koto_samples import PI0, SM
from darkpair.studies.samples import Sample, efficiency_ratio, generate

K, PI0_MASS, PI = (particle(name).mass for name in ("K_L0", "pi0", "pi+"))
BOX_LOW = 0.130  # of pT, GeV: the signal box's lower edge


def test_two_y_above_half_a_pion_mass() -> None:
    """pi0 -> Y Y closes above m_pi/2, where K_L -> pi0 Y Y still fills the box; the printed m_Y/2 > m_pi closes both."""
    assert max_pt(PI0_MASS, 0.0, 2.0 * 0.499 * PI0_MASS) > 0.0
    with pytest.raises(ClosedChannelError):
        max_pt(PI0_MASS, 0.5 * PI0_MASS, 0.501 * PI0_MASS)
    assert max_pt(K, PI0_MASS, PI0_MASS) == pytest.approx(0.2090, abs=1e-4)  # m_Y = m_pi / 2
    assert max_pt(K, PI0_MASS, 2.0 * PI) == pytest.approx(0.1320, abs=1e-4)  # m_Y = m_pi: the edge of the box
    with pytest.raises(ClosedChannelError):
        max_pt(K, PI0_MASS, 4.0 * PI)  # m_Y = 2 m_pi


def test_efficiency_falls_with_the_invisible_mass() -> None:
    """S of 150 MeV is accepted as well as neutrinos are, S of two pion masses six times less; so are Y of m_pi/2 and m_pi."""
    koto = Koto(selection="2016-18")
    plan: list[tuple[str, dict[str, float]]] = [(SM, {})]
    plan += [(f"K_L0 -> {PI0} S", {"S": mass}) for mass in (0.150, 2.0 * PI)]
    plan += [(f"K_L0 -> {PI0} X1 X1", {"X1": mass}) for mass in (0.501 * PI0_MASS, PI0_MASS)]
    samples = [
        Sample(descriptor=text, mass=mass, detector=koto, n=60_000, seed=4900 + i)
        for i, (text, mass) in enumerate(plan)
    ]
    standard, *flows = (chunk.cutflow for chunk in generate(samples))
    at_150, at_two_pions, half, whole = (efficiency_ratio(flow, standard)[0] for flow in flows)
    assert at_150 > 1.0
    assert at_two_pions < 0.2 * at_150
    assert half > 3.0 * whole
    assert max_pt(K, PI0_MASS, 0.150) > BOX_LOW + 0.06
