"""The efficiency of K_L -> pi0 S over that of K_L -> pi0 nu nubar, against KOTO's published limits of 2015.

With no event seen and common systematics, the ratio of the upper limits on pi0 nu nubar and pi0 S is that of the
efficiencies (arXiv:2005.07102, appendix A).  Nothing is tuned.
"""

from __future__ import annotations

import operator
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from multiprocessing import get_context
from typing import Any

import numpy as np

from darkpair import Pipeline, build, chunks
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import run
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.sources.koto_kl import KotoKL

_RUN = run("2015")

#: Limit on pi0 nu nubar over that on pi0 X, by mass [MeV].
PUBLISHED = {round(1e3 * mass): _RUN.upper_limit.value / limit.value for mass, limit in _RUN.pi0_x_limits}

EVENTS = 2_600_000  # makes the statistical error of every ratio .4 % or less
#: Decays outside of these are never accepted, which the test asserts; without them half as many events do.
NEAR: dict[str, Any] = {"z_min": 2650.0, "z_max": 5000.0, "p_min": 0.5}


def efficiency(executor: Any, descriptor: str, **settings: Any) -> Cutflow:
    pipeline = Pipeline(
        source=KotoKL(**NEAR), chain=build(descriptor, **settings), detector=Koto(selection="2015"), seed=2015
    )
    parts = list(chunks(pipeline, EVENTS, executor=executor, workers=2))
    for part in (part for chunk in parts for part in chunk.events.parts):
        z = part.vertices[2, 1]  # where the K_L decays
        assert NEAR["z_min"] + 30.0 < z.min() < z.max() < NEAR["z_max"] - 30.0
        assert part.momentum[2, 0].min() > NEAR["p_min"] + 0.03
    return reduce(operator.add, (chunk.cutflow for chunk in parts))


def test_ratio_to_published_limits() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        standard = efficiency(executor, "K_L0 -> (pi0 -> gamma gamma) nu nubar")
        found = {
            mass: efficiency(executor, "K_L0 -> (pi0 -> gamma gamma) S", mass={"S": mass / 1000.0})
            for mass in PUBLISHED
        }
    relative = standard.acceptance_error / standard.acceptance
    ours = {m: f.acceptance / standard.acceptance for m, f in found.items()}
    errors = {m: np.hypot(f.acceptance_error / f.acceptance, relative) for m, f in found.items()}
    offsets = {m: ours[m] / PUBLISHED[m] for m in PUBLISHED}
    mean = float(np.mean(list(offsets.values())))
    print("\n  m_S [MeV]   ours            published   ours/published   over the mean")
    for m, offset in offsets.items():
        print(
            f"  {m:9d}   {ours[m]:.4f} ± {ours[m] * errors[m]:.4f}   {PUBLISHED[m]:9.4f}   {offset:14.4f}   {offset / mean:13.4f}"
        )
    assert max(errors.values()) <= 0.004
    assert all(abs(offset - 1.0) < 0.045 for offset in offsets.values()), offsets
    assert all(abs(offset / mean - 1.0) < 0.025 for offset in offsets.values()), offsets
