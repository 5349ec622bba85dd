"""Aimed against analog sampling behind a dump, and what an error of 1 % costs where the acceptance is tiny.

eta -> X1 X2, X2 -> X1 pi0 at (400, 40) MeV in CHARM and NuCal.  Analog: eta by their spectrum, plain exponential
decays, no weights.  The sampling is compared, not the detectors: their resolution is off.  Takes about ten minutes on
one core:  python benchmarks/dump_bias.py [events] [generator]
"""

from __future__ import annotations

import math
import sys
import time

from scipy import stats

from darkpair import Pipeline, build, chunks
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Exponential, Forced
from darkpair.gen.sources.dump_mesons import DumpMesons

CHAIN = "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
MASS = {"X1": 0.04, "X2": 0.4}

#: c tau [mm] of the comparison, and of the demand of 1 % and an effective sample size of 1e4.
COMPARED = (3e3, 1e4, 1e5)
EXTREME = (1e2, 1e6)


def sample(
    experiment: str, ctau: float, n: int, seed: int, *, aimed: bool, generator: str = "pythia6"
) -> Cutflow:
    """Cut flow of n eta at an experiment, aimed with forced decays or analog."""
    detector = FixedTarget(experiment=experiment, resolution="none")
    source = DumpMesons(meson="eta", beam_energy=detector.beam_energy, generator=generator)
    law = Forced(region=detector.region, ctau=ctau) if aimed else Exponential(ctau)
    chain = build(CHAIN, mass=MASS, ctau={"X2": ctau}, lifetimes={"X2": law})
    pipeline = Pipeline(
        source=aim(source, chain, seed=seed) if aimed else source, chain=chain, detector=detector, seed=seed
    )
    flows = [chunk.tally().cutflow for chunk in chunks(pipeline, n)]
    total = flows[0]
    for flow in flows[1:]:
        total = total + flow
    return total


def pull(one: Cutflow, other: Cutflow) -> float:
    """Difference of two acceptances in units of its standard error."""
    return (one.acceptance - other.acceptance) / math.hypot(one.acceptance_error, other.acceptance_error)


def analog_events(acceptance: float, relative_error: float = 0.01) -> float:
    """Events that analog sampling needs for a relative error, (1 - A)/(r² A)."""
    return (1.0 - acceptance) / (relative_error**2 * acceptance)


def main(n: int, generator: str) -> None:
    for experiment in ("charm", "nucal"):
        pulls = []
        for ctau in COMPARED:
            start = time.perf_counter()
            biased = sample(experiment, ctau, n, 1, aimed=True, generator=generator)
            middle = time.perf_counter()
            analog = sample(experiment, ctau, n, 2, aimed=False, generator=generator)
            pulls.append(pull(biased, analog))
            print(
                f"{experiment:6s} {generator} c tau {1e-3 * ctau:6g} m, {n:,d} eta each: "
                f"aimed {biased.acceptance:.5e} ± {biased.acceptance_error:.1e} "
                f"(effective {biased.stages[-1].effective:,.0f}, {middle - start:.0f} s), "
                f"analog {analog.acceptance:.4e} ± {analog.acceptance_error:.1e} "
                f"({analog.stages[-1].n:,d} events, {time.perf_counter() - middle:.0f} s), pull {pulls[-1]:+.2f}",
                flush=True,
            )
        chance = stats.chi2.sf(sum(p * p for p in pulls), len(pulls))
        print(f"{experiment:6s} combined p = {chance:.3f}", flush=True)
        for ctau in EXTREME:
            flow, events = None, 0
            while flow is None or flow.stages[-1].effective < 1.1e4:
                events += 500_000
                flow = sample(experiment, ctau, events, 3, aimed=True, generator=generator)
            cost = analog_events(flow.acceptance)
            print(
                f"{experiment:6s} {generator} c tau {1e-3 * ctau:6g} m: acceptance {flow.acceptance:.4e}, error "
                f"{flow.acceptance_error / flow.acceptance:.2%} from {flow.generated:,d} eta, effective "
                f"{flow.stages[-1].effective:,.0f}; analog needs {cost:.2g}, {cost / flow.generated:.2g} times as many",
                flush=True,
            )


if __name__ == "__main__":
    main(
        int(float(sys.argv[1])) if len(sys.argv) > 1 else 5_000_000,
        sys.argv[2] if len(sys.argv) > 2 else "pythia6",
    )
