"""KOTO's efficiency for K_L -> X2 X2 -> 4 gamma against c tau over that of prompt decays: one scan sample for each mass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.detectors.koto_pairs import TIGHTNESS, KotoPairs
from darkpair.limits.koto_nested import flying, prompt, seen_of
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan

if TYPE_CHECKING:
    from darkpair.chains.chain import Chain
    from darkpair.detectors.lifetime_scan import ScanSample
    from darkpair.gen.lifetime import Lifetime

__all__ = ["PROMPT", "FourPhotonsAgainstCtau", "pair_chain", "ratios_at"]

#: Mean proper length at which both decays are prompt [mm]: an X2 of 40 MeV and 1 GeV flies 2.5 mm at it.
PROMPT: Final = 0.1

#: Mean proper lengths of the table [mm], from nearly prompt to where it falls with the square.  Each decade more costs both X2
#: events.
CTAU: Final = tuple(float(x) for x in np.geomspace(1.0, 1e4, 17))

#: Value over error from which on an efficiency is stated.
_CLEAR: Final = 3.0

#: Between the seed of a scan and that of prompt decays.
_APART: Final = 100


def pair_chain(mass: float, law: Lifetime | None = None) -> Chain:
    """K_L -> X2 X2, both X2 -> gamma gamma.

    Parameters
    ----------
    mass : float [GeV]
        Mass of X2.
    law : Lifetime, optional
        Of both X2; they decay at once unless given.
    """
    flies: dict[str, Any] = {"ctau": {"X2": 0.0}} if law is None else {"lifetimes": {"X2": law}}
    return build("K_L0 -> (X2 -> gamma gamma) (X2 -> gamma gamma)", mass={"X2": mass}, **flies)


@dataclass(frozen=True, kw_only=True)
class FourPhotonsAgainstCtau:
    """Efficiencies of three selections for K_L -> X2 X2 -> 4 gamma, over those of prompt decays.

    For `darkpair.scan.scan`: points are {"m2": mass of X2 in GeV}.

    Parameters
    ----------
    events : int
        Generated K_L that decay from the beam exit on, for prompt decays; twice as many for all lifetimes.
    seed : int
        Of its random numbers; another is derived for prompt decays.
    """

    events: int
    seed: int = 5500

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """By selection the ratios and errors at each c tau [mm] that the sample can tell, and the prompt efficiency."""
        mass, loosest = point["m2"], next(iter(TIGHTNESS))
        detector = KotoPairs(mass=mass, selection=loosest)
        at_once = prompt(pair_chain(mass), detector, events=self.events, seed=self.seed + _APART)
        # (what K_L upstream of the beam exit add at long lifetimes is left out: too few events, never too many)
        made = flying(
            lambda law: pair_chain(mass, law),
            detector,
            CTAU,
            events=2 * self.events,
            seed=self.seed,
            upstream=False,
        )
        return {name: _table(made[name], *at_once[name]) for name in detector.selections}


def _table(made: Sequence[tuple[float, ScanSample]], prompt: float, error: float) -> dict[str, Any]:
    """Ratios to prompt decays at the c tau of which the sample can tell; empty where prompt decays are too few."""
    rows: list[tuple[float, float, float]] = []
    if prompt > _CLEAR * error:
        rows.append((PROMPT, 1.0, 0.0))
        for ctau in CTAU:
            value, own = seen_of(made, ctau)
            if value > _CLEAR * own:
                ratio = value / prompt
                rows.append((ctau, ratio, ratio * float(np.hypot(own / value, error / prompt))))
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("ctau", "efficiency", "error"))}
    return {"prompt": prompt, "prompt error": error, **columns}


def ratios_at(
    masses: Sequence[float], events: int, folder: Path | None, *, workers: int = 2
) -> list[dict[str, Acceptance]]:
    """Efficiency against c tau over that of prompt decays at each mass of X2, by selection.

    Parameters
    ----------
    masses : sequence of float [GeV]
        Masses of X2.
    events : int
        Generated K_L of a sample, see `FourPhotonsAgainstCtau`.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    """
    points = [{"m2": mass} for mass in masses]
    tables = scan(FourPhotonsAgainstCtau(events=events), points, folder=folder, workers=workers)
    return [
        {name: Acceptance.of(table[name], prompt=PROMPT, power=2.0) for name in TIGHTNESS} for table in tables
    ]
