"""KOTO's efficiency at a mass point against c tau: one scan sample a point, cached, and a curve for every coupling."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN, ScanSample
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Scan, ScanInside
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.limits.koto_boxes import beam_of, between_of, detector_of, upstream_of
from darkpair.run.standard_acceptance import StandardAcceptance

__all__ = ["CTAU", "PI0", "PROMPT", "SM", "EfficiencyAgainstCtau", "parts", "scanned", "summed"]

#: What a pi0 is in a descriptor.
PI0: Final = "(pi0 -> gamma gamma)"

#: The Standard Model's decay, the denominator of every ratio.
SM: Final = f"K_L0 -> {PI0} nu nubar"

#: Mean proper lengths of the table [mm]: from prompt at KOTO to far outside.
CTAU: Final = tuple(float(x) for x in np.geomspace(0.1, 1e5, 25))

#: Mean proper length below which a decay is prompt for KOTO [mm]: less than its resolution along the beam.  The sample is
#: thinner below: at 0.1 mm its error is 1.4 times as large.
PROMPT: Final = 1.0

#: How many times fewer K_L are generated upstream of the beam's exit, and between it and z = 2000 mm.
_FEWER: Final = 4
_HALF: Final = 2

#: Between the seeds of the parts.
_APART: Final = 1000


@dataclass(frozen=True, kw_only=True)
class EfficiencyAgainstCtau:
    """Efficiencies of KOTO for K_L -> X1 X2, X2 -> X1 pi0 at a mass point, or for pi0 nu nubar at none.

    Accepted events for each K_L at the beam exit: of those that decay from z = 2000 mm on, from the exit to there, and upstream of it.

    For `darkpair.scan.scan`: points are {"m1": ..., "m2": ...} in GeV, or {} for the Standard Model.

    Parameters
    ----------
    events : int
        Generated K_L a point that decay from z = 2000 mm on; a quarter as many upstream of the exit, half as many between.
    selection : str
        Of KOTO, or "koto-ii" (`darkpair.limits.koto_boxes`).
    seed : int
        Of its random numbers; others are derived for the decays upstream.
    refuse : bool
        Whether too few events at every c tau are an error, or an empty table.
    data : str
        Digest of detector and beam where neither is KOTO's, `darkpair.limits.samples.data_of`: a kept result goes with it.
    """

    events: int
    selection: str = "2016-18"
    seed: int = 5100
    refuse: bool = True
    data: str = ""

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Efficiencies per K_L at the beam exit, and their errors, at each c tau [mm] that the sample can tell."""
        if not point:
            detector, source = detector_of(self.selection), beam_of(self.selection)
            made = StandardAcceptance(detector=detector, source=source, n=self.events, seed=self.seed)
            standard = made(point)
            return {"ctau": [0.0], "efficiency": [standard["value"]], "error": [standard["error"]]}
        samples = parts(point, events=self.events, seed=self.seed, selection=self.selection)
        rows = []
        for ctau in CTAU:
            value, error = summed(samples, ctau)
            if value > 0.0 and (value / error) ** 2 >= EFFECTIVE_MIN:  # elsewhere a few events would dominate
                rows.append((ctau, value, error))
        if not rows and self.refuse:
            raise InputError(
                f"{self.events} events leave fewer than {EFFECTIVE_MIN:g} effective ones at every c tau; "
                "generate more"
            )
        return {name: [row[i] for row in rows] for i, name in enumerate(("ctau", "efficiency", "error"))}


def parts(
    point: Mapping[str, Any], *, events: int, seed: int, selection: str
) -> list[tuple[float, ScanSample]]:
    """`scanned` of K_L that decay from z = 2000 mm on, upstream of the beam's exit, a quarter as many, and between, half as many.

    X2 of those upstream of the exit are scanned where they can be seen, which holds no X2 that decays at once; those of all others
    at every length, because what decays at once is seen from the exit on.

    Parameters
    ----------
    point : mapping
        See `scanned`.
    events, seed : int
        Generated K_L from z = 2000 mm on, and of their random numbers.
    selection : str
        Of KOTO.
    """
    law, inside = Scan(shortest=CTAU[0], longest=CTAU[-1]), ScanInside(region=detector_of(selection).region)
    asked: list[tuple[KotoKL, Scan | ScanInside, int, int]] = [
        (beam_of(selection), law, events, seed),
        (upstream_of(selection), inside, events // _FEWER, seed + _APART),
    ]
    if (between := between_of(selection)) is not None:
        asked.append((between, law, events // _HALF, seed + 2 * _APART))
    return [
        scanned(point, source, own, events=number, seed=of_part, selection=selection)
        for source, own, number, of_part in asked
    ]


def summed(made: Sequence[tuple[float, ScanSample]], ctau: float) -> tuple[float, float]:
    """Efficiency of all parts for each K_L at the beam exit, and its error.

    Parameters
    ----------
    made : sequence of (float, ScanSample)
        Of `parts`.
    ctau : float [mm]
        Mean proper length.
    """
    each = [(decays, sample, sample.efficiency(ctau, effective_min=0.0)) for decays, sample in made]
    value = sum(decays * part.value for decays, _, part in each)
    # (a part without any accepted event: the upper end of its interval)
    stated = [part for part in each if part[2].error is not None or not _too_short_lived(part[1])]
    error = math.hypot(*(d * (part.high if part.error is None else part.error) for d, _, part in stated))
    return value, error


def _too_short_lived(sample: ScanSample) -> bool:
    """Whether a sample, of which no event counts at some c tau, has accepted events: before the exit, from where X2 of that length reach nothing."""
    return isinstance(sample.law, ScanInside) and len(sample.weight) > 0


def scanned(
    point: Mapping[str, Any],
    source: KotoKL,
    law: Scan | ScanInside,
    *,
    events: int,
    seed: int,
    selection: str = "2016-18",
) -> tuple[float, ScanSample]:
    """Decays in the source's range for each K_L at the beam exit, and a scan sample there, of K_L -> X1 X2, X2 -> X1 pi0.

    Parameters
    ----------
    point : mapping
        ``m1`` and ``m2`` [GeV]; or a ``chain`` of K_L.
    source : KotoKL
        With the range of decays.
    law : Scan or ScanInside
        Of X2.
    events, seed : int
        Generated K_L, and of their random numbers.
    selection : str
        Of KOTO.
    """
    if "chain" in point:
        chain: Chain = point["chain"]
        chain = replace(chain, lifetimes=spoken({"X2": law}, chain.decay.decaying))
    else:
        masses = {"X1": point["m1"], "X2": point["m2"]}
        chain = build(f"K_L0 -> X1 (X2 -> X1 {PI0})", mass=masses, lifetimes={"X2": law})
    made = Pipeline(source=source, chain=chain, detector=detector_of(selection), seed=seed)
    return source.decay_probability, ScanSample.of(chunks(made, events), law=law)
