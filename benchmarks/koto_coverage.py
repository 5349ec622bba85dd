"""Coverage of the intervals of KOTO's efficiency: 200 seeds at an efficiency of 3e-2 and of 1e-4, with forced decays too.

Prints, for each, how often the 68 % interval contains the mean of all seeds of the forced sample, whose error is
far smaller.  Takes about ten minutes on two cores:  python benchmarks/koto_coverage.py [seeds]
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np

from darkpair import Pipeline, build, chunks
from darkpair.detectors.efficiency import Efficiency, efficiency
from darkpair.detectors.koto import Koto
from darkpair.gen.lifetime import Exponential, Forced, Lifetime
from darkpair.gen.sources.koto_kl import KotoKL

PION = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"

#: c tau [mm] that makes the efficiency at (430, 0) MeV about 3e-2 and 1e-4, and events of each sample.
POINTS = ((280.0, 100_000), (205_000.0, 2_000_000))


def one(law: Lifetime, n: int, seed: int) -> Efficiency:
    """Efficiency of one sample."""
    chain = build(PION, mass={"X1": 0.0, "X2": 0.430}, lifetimes={"X2": law})
    pipeline = Pipeline(source=KotoKL(), chain=chain, detector=Koto(), seed=seed)
    flows = [chunk.cutflow for chunk in chunks(pipeline, n)]
    total = flows[0]
    for flow in flows[1:]:
        total = total + flow
    return efficiency(total)


def main(seeds: int) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        for ctau, n in POINTS:
            laws = {"forced": Forced(region=Koto().region, ctau=ctau), "unweighted": Exponential(ctau)}
            truth = 0.0
            for offset, (name, law) in enumerate(laws.items()):
                start = time.perf_counter()
                job = partial(one, law, n)
                found = list(executor.map(job, range(offset * 10**6, offset * 10**6 + seeds)))
                values = np.array([e.value for e in found])
                truth = truth or float(values.mean())  # the forced sample comes first
                covered = np.mean([e.low <= truth <= e.high for e in found])
                print(
                    f"c tau {ctau:8g} mm, {n:9,d} events, {name:10s}: efficiency {values.mean():.4e} ± "
                    f"{values.std() / np.sqrt(seeds):.1e}, spread over quoted error "
                    f"{values.std(ddof=1) / np.mean([e.error for e in found]):.3f}, "
                    f"coverage {covered:.1%} ({time.perf_counter() - start:.0f} s)",
                    flush=True,
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
