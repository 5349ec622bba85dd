"""Kinematic endpoints: no pi0 above them, the largest of a million within 1 MeV, in every chain that has one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.kinematics import max_pt, max_pt_in_two_steps
from darkpair.gen.particles import particle
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import BLOCK, Streams

K_L, PI0, PI = (particle(name).mass for name in ("K_L0", "pi0", "pi+"))
BLOCKS = -(-(10**6) // BLOCK)


def step(m2: float, m1: float) -> float:
    return max_pt_in_two_steps(K_L, m1, m2, m1, PI0)


CASES: dict[str, tuple[str, dict[str, Any], float, float]] = {
    "pi0 nu nubar": ("K_L0 -> pi0 nu nubar", {}, max_pt(K_L, PI0, 0.0), 230.50),
    "pi0 pi+ pi-": ("K_L0 -> pi0 pi+ pi-", {}, max_pt(K_L, PI0, 2 * PI), 132.04),
    "pi0 pi0": ("K_L0 -> pi0 pi0", {}, max_pt(K_L, PI0, PI0), 209.01),
    "3 pi0": ("K_L0 -> pi0 pi0 pi0", {}, max_pt(K_L, PI0, 2 * PI0), 139.19),
    "pi0 S": ("K_L0 -> pi0 S", {"mass": {"S": 2 * PI0}}, max_pt(K_L, PI0, 2 * PI0), 139.19),
    "430, 0": ("K_L0 -> X1 (X2 -> X1 pi0)", {"mass": {"X1": 0.0, "X2": 0.43}}, step(0.43, 0.0), 230.50),
    "430, 60": ("K_L0 -> X1 (X2 -> X1 pi0)", {"mass": {"X1": 0.06, "X2": 0.43}}, step(0.43, 0.06), 204.76),
    "300, 150": ("K_L0 -> X1 (X2 -> X1 pi0)", {"mass": {"X1": 0.15, "X2": 0.3}}, step(0.3, 0.15), 97.63),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("momentum", [0.0, (0.5, 4.0)], ids=["at rest", "pencil beam"])
def test_largest_pt(case: str, momentum: float | tuple[float, float]) -> None:
    descriptor, settings, endpoint, mev = CASES[case]
    assert 1e3 * endpoint == pytest.approx(mev, abs=0.01)
    chain, gun = build(descriptor, **settings), Gun(momentum=momentum)
    largest = 0.0
    for block in range(BLOCKS):
        streams = Streams(91, block)
        (part,) = chain.batch(gun.sample(BLOCK, streams.rng("source")), streams).parts
        for position in (i for i, name in enumerate(part.topology.names) if name == "pi0"):
            px, py = part.momentum[:2, position]
            largest = max(largest, float(np.max(px * px + py * py)))
    assert endpoint - 1e-3 < np.sqrt(largest) < endpoint + 1e-9
