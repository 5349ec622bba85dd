"""KOTO's efficiency at a mass point against c tau: one scan sample a point, cached, and a curve for every coupling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.detectors.koto import Koto
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN, ScanSample
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Scan, ScanInside
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import Z_NEAR, Z_TARGET, KotoKL
from darkpair.run.standard_acceptance import StandardAcceptance

__all__ = ["PI0", "PROMPT", "SM", "EfficiencyAgainstCtau", "scanned"]

#: What a pi0 is in a descriptor.
PI0: Final = "(pi0 -> gamma gamma)"

#: The Standard Model's decay, the denominator of every ratio.
SM: Final = f"K_L0 -> {PI0} nu nubar"

#: Mean proper lengths of the table [mm]: from prompt at KOTO to far outside.
_CTAU: Final = tuple(float(x) for x in np.geomspace(0.1, 1e5, 25))

#: Mean proper length below which a decay is prompt for KOTO [mm]: less than its resolution along the beam.  The sample is
#: thinner below: at 0.1 mm its error is 1.4 times as large.
PROMPT: Final = 1.0

#: The K_L that decay upstream of the others, from the target on: some c tau of the table asks for each of them.  Those
#: below p_min have less energy, .64 GeV, than the selection asks of the photons.  Their X2 are scanned inside the
#: vessel, where alone photons are seen: so a quarter of the events is enough.
_FAR: Final = KotoKL(z_min=Z_TARGET, z_max=Z_NEAR, p_min=0.4)
_FEWER: Final = 4

#: Between the seeds of both parts.
_APART: Final = 1000


@dataclass(frozen=True, kw_only=True)
class EfficiencyAgainstCtau:
    """Efficiencies of KOTO for K_L -> X1 X2, X2 -> X1 pi0 at a mass point, or for pi0 nu nubar at none.

    Accepted events for each K_L at the beam exit: of those that decay from z = 2000 mm on, and upstream of it.

    For `darkpair.scan.scan`: points are {"m1": ..., "m2": ...} in GeV, or {} for the Standard Model.

    Parameters
    ----------
    events : int
        Generated K_L a point that decay from z = 2000 mm on; a quarter as many upstream of it.
    selection : str
        Of KOTO.
    seed : int
        Of its random numbers; another is derived for the decays upstream.
    refuse : bool
        Whether too few events at every c tau are an error, or an empty table.
    """

    events: int
    selection: str = "2016-18"
    seed: int = 5100
    refuse: bool = True

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Efficiencies per K_L at the beam exit, and their errors, at each c tau [mm] that the sample can tell."""
        detector = Koto(experiment="koto", selection=self.selection)
        if not point:
            standard = StandardAcceptance(detector=detector, n=self.events, seed=self.seed)(point)
            return {"ctau": [0.0], "efficiency": [standard["value"]], "error": [standard["error"]]}
        parts = [
            scanned(point, source, law, events=events, seed=seed, selection=self.selection)
            for source, law, events, seed in (
                (KotoKL(), Scan(shortest=_CTAU[0], longest=_CTAU[-1]), self.events, self.seed),
                (_FAR, ScanInside(region=detector.region), self.events // _FEWER, self.seed + _APART),
            )
        ]
        rows = []
        for ctau in _CTAU:
            both = [(decays, sample.efficiency(ctau, effective_min=0.0)) for decays, sample in parts]
            value = sum(decays * part.value for decays, part in both)
            # (a part without any accepted event: the upper end of its interval)
            error = math.hypot(
                *(decays * (part.high if part.error is None else part.error) for decays, part in both)
            )
            if value > 0.0 and (value / error) ** 2 >= EFFECTIVE_MIN:  # elsewhere a few events would dominate
                rows.append((ctau, value, error))
        if not rows and self.refuse:
            raise InputError(
                f"{self.events} events leave fewer than {EFFECTIVE_MIN:g} effective ones at every c tau; "
                "generate more"
            )
        return {name: [row[i] for row in rows] for i, name in enumerate(("ctau", "efficiency", "error"))}


def scanned(
    point: Mapping[str, Any],
    source: KotoKL,
    law: Scan | ScanInside,
    *,
    events: int,
    seed: int,
    selection: str = "2016-18",
) -> tuple[float, ScanSample]:
    """Decays in the source's range for each K_L at the beam exit, and a scan sample of K_L -> X1 X2, X2 -> X1 pi0 there.

    Parameters
    ----------
    point : mapping
        ``m1`` and ``m2`` [GeV].
    source : KotoKL
        With the range of decays.
    law : Scan or ScanInside
        Of X2.
    events, seed : int
        Generated K_L, and of their random numbers.
    selection : str
        Of KOTO.
    """
    chain = build(
        f"K_L0 -> X1 (X2 -> X1 {PI0})", mass={"X1": point["m1"], "X2": point["m2"]}, lifetimes={"X2": law}
    )
    detector = Koto(experiment="koto", selection=selection)
    made = Pipeline(source=source, chain=chain, detector=detector, seed=seed)
    return source.decay_probability, ScanSample.of(chunks(made, events), law=law)
