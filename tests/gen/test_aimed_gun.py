"""A gun that is aimed: its density is that of its draws, and what is accepted stays the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkpair import build
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.aimable import require_aimable
from darkpair.gen.errors import InputError
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Forced
from darkpair.gen.pipeline import Pipeline
from darkpair.gen.sources.aimed_gun import GunDensity
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import BLOCK, Streams
from darkpair.job.aim import aimed_pair

GUNS = [
    Gun(parent="eta", momentum=(20.0, 200.0), cone=0.2),
    Gun(parent="eta", momentum=(1.0, 2.0), cone=3.0, z=100.0),
    Gun(parent="K_L0", momentum=(0.0, 3.0), cone=math.pi),
    Gun(parent="eta", momentum=(5.0, 6.0), cone=1e-3),
]


@pytest.mark.parametrize("gun", GUNS, ids=lambda gun: f"{gun.momentum} {gun.cone}")
def test_the_density_is_that_of_the_draws(gun: Gun) -> None:
    source = GunDensity(gun=gun)
    require_aimable(source)
    y, pt, _ = source.draw(Streams(2).rng("source"), BLOCK)
    (a, b), (c, d) = source.y_range, source.pt_range
    # (midpoints: edges of the support cost a part of 1e-2)
    n = 1200
    grid = np.meshgrid(a + (b - a) * (np.arange(n) + 0.5) / n, c + (d - c) * (np.arange(n) + 0.5) / n)
    density = source.density(grid[0].ravel(), grid[1].ravel())
    size = (b - a) * (d - c) / n**2
    assert abs(density.sum() * size - 1.0) < 0.02
    below = (grid[0].ravel() < np.median(y)) & (grid[1].ravel() < np.median(pt))
    share = float(((y < np.median(y)) & (pt < np.median(pt))).mean())
    assert abs(float(density[below].sum()) * size - share) < 0.02 + 5.0 * 0.5 / math.sqrt(BLOCK)


def test_an_aimed_gun_before_ship() -> None:
    """At 5 standard errors: it fails by chance once in a million."""
    detector = FixedTarget(experiment="ship")
    law = Forced(region=detector.region, ctau=1e4, needs=detector.needs)
    chain = build(
        "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": 1e4},
        lifetimes={"X2": law},
    )
    aimed = aim(GunDensity(gun=GUNS[0]), chain, seed=1, detector=detector, cells=(16, 12, 8), throws=(8, 8))
    ours, plain = (
        Pipeline(source=source, chain=chain, detector=detector, seed=2)
        .chunk(0, blocks, blocks * BLOCK)
        .cutflow
        for source, blocks in ((aimed, 2), (GUNS[0], 8))
    )
    error = math.hypot(ours.acceptance_error or 0.0, plain.acceptance_error or 0.0)
    assert abs(ours.acceptance - plain.acceptance) < 5.0 * error
    assert ours.stages[-1].effective / ours.generated > 3.0 * plain.stages[-1].effective / plain.generated


@pytest.mark.parametrize(
    "gun",
    [Gun(), Gun(momentum=(1.0, 2.0)), Gun(cone=0.1), Gun(parent="gamma", momentum=(1.0, 2.0), cone=0.1)],
)
def test_a_pencil_cannot(gun: Gun) -> None:
    assert not GunDensity.can_be(gun)
    with pytest.raises(
        InputError, match="a Gun cannot be aimed: .* a gun with a cone and a range of momenta"
    ):
        aimed_pair(gun, build("K_L0 -> gamma gamma"), None, 1)
