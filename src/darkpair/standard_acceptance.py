"""Acceptance of K_L -> pi0 nu nubar at KOTO, to which its single-event sensitivities belong.

Of the default beam and resolution it stands in ``detectors/data/koto.toml``, from ``StandardAcceptance(n=20_000_000)``; of any
other it is simulated once and kept in the user's cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from darkpair.chains.descriptor import build
from darkpair.detectors.data_file import Number
from darkpair.detectors.efficiency import efficiency
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import run
from darkpair.gen.errors import InputError
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.scan import scan

__all__ = ["StandardAcceptance", "standard_acceptance"]


@dataclass(frozen=True, kw_only=True)
class StandardAcceptance:
    """A sample of K_L -> pi0 nu nubar through a detector, for `darkpair.scan.scan`; its points are empty.

    Parameters
    ----------
    detector : Koto
    source : KotoKL
    n, seed : int
    """

    detector: Koto = field(default_factory=Koto)
    source: KotoKL = field(default_factory=KotoKL)
    n: int
    seed: int = 20260712

    def __call__(self, point: Mapping[str, Any]) -> dict[str, float]:
        """Accepted events for each K_L at the beam exit, and the standard error."""
        chain = build("K_L0 -> (pi0 -> gamma gamma) nu nubar")
        made = Pipeline(source=self.source, chain=chain, detector=self.detector, seed=self.seed)
        flows = [chunk.cutflow for chunk in chunks(made, self.n)]
        found = efficiency(sum(flows[1:], start=flows[0]))
        if found.error is None:
            raise InputError(
                f"none of {self.n} K_L -> pi0 nu nubar was accepted: nothing can be told by the sensitivity; change the "
                "detector's selection or resolution"
            )
        decays = self.source.decay_probability
        return {"value": decays * found.value, "error": decays * found.error}


def standard_acceptance(
    detector: Koto, source: KotoKL, *, folder: Path | None = None, n: int = 1_000_000
) -> Number:
    """Accepted K_L -> pi0 nu nubar, pi0 -> gamma gamma, for each K_L at the beam exit, with every cut of the selection.

    Parameters
    ----------
    detector : Koto
        What is left out of its cuts is put back: the sensitivity belongs to all of them.
    source : KotoKL
        Its beam, whatever range of decays it has: a prompt pi0 needs the default one.
    folder : Path, optional
        The cache of what is not the default.
    n : int
        K_L of a sample that is made here.
    """
    whole = replace(detector, without=(), factors=())
    beam = KotoKL(profile=source.profile, image=source.image, spectrum=source.spectrum)
    if whole == Koto(selection=detector.selection) and beam == KotoKL():
        return run(detector.selection).standard_acceptance
    (found,) = scan(StandardAcceptance(detector=whole, source=beam, n=n), [{}], folder=folder, workers=1)
    return Number(
        value=found["value"],
        error=found["error"],
        unit="accepted per K_L at the beam exit",
        source="own simulation",
        confidence="derived",
    )
