"""Final particles that are made in a region are those of all final particles whose vertex is inside, in the same order."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from darkpair import Streams, build
from darkpair.gen.events import Parents, made_within
from darkpair.gen.particles import particle
from darkpair.gen.region import Box, Region

CHAINS: dict[str, dict[str, Any]] = {
    "prompt": {"text": "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", "ctau": {"X2": 0.0, "K_L0": 0.0}},
    "displaced": {"text": "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", "ctau": {"X2": 200.0}},
    "two vertices": {"text": "K_S0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)", "ctau": {"pi0": 50.0}},
    "topologies": {
        "text": "K_S0 -> (pi0 -> gamma gamma [0.6] | gamma e+ e- [0.4]) (pi0 -> gamma gamma)",
        "ctau": {"pi0": 50.0},
    },
}
REGIONS: dict[str, Region] = {
    "half": Box(x_min=-1e5, x_max=1e5, y_min=-1e5, y_max=10.0, z_min=-1e6, z_max=800.0),
    "all": Box(x_min=-1e9, x_max=1e9, y_min=-1e9, y_max=1e9, z_min=-1e9, z_max=1e9),
    "none": Box(x_min=1e8, x_max=1e9, y_min=1e8, y_max=1e9, z_min=1e8, z_max=1e9),
}


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("region", REGIONS)
def test_made_within(chain: str, region: str) -> None:
    name, n = CHAINS[chain]["text"].split()[0], 600
    made = build(CHAINS[chain]["text"], ctau=CHAINS[chain]["ctau"], mass=_masses(CHAINS[chain]["text"]))
    mass, rng = particle(name).mass, np.random.default_rng(1)
    momentum = np.vstack([rng.normal(size=(3, n)), np.zeros(n)])
    momentum[3] = np.sqrt((momentum[:3] ** 2).sum(axis=0) + mass**2)
    vertex = np.vstack([rng.normal(0.0, 300.0, (3, n)), np.zeros(n)])
    batch = made.batch(Parents(pdgid=particle(name).pdgid, momentum=momentum, vertex=vertex), Streams(seed=2))
    inside = len(made_within(batch, (22,), REGIONS[region]).event) / len(batch.final_state(22).event)
    assert {"half": 0.1 < inside < 0.9, "all": inside == 1.0, "none": inside == 0.0}[region]
    for kinds in ((22,), (22, 11, -11), (11,), (13,)):
        every = batch.final_state(*kinds)
        within = made_within(batch, kinds, REGIONS[region])
        kept = np.flatnonzero(REGIONS[region].contains(*every.vertex[:3]))
        assert within.counts.tolist() == np.bincount(every.event[kept], minlength=n).tolist()
        for column in fields(every):
            whole, part = getattr(every, column.name), getattr(within, column.name)
            assert part.dtype == whole.dtype
            if column.name != "counts":
                assert part.tobytes() == np.ascontiguousarray(whole[..., kept]).tobytes()


def _masses(text: str) -> dict[str, float]:
    return {"X1": 0.01, "X2": 0.3} if "X2" in text else {}
