"""Acceptance of K_L -> pi0 nu nubar at KOTO, to which its single-event sensitivities belong.

Of the default beam and resolution it stands in ``detectors/data/koto.toml``, from ``StandardAcceptance(n=20_000_000)``; of any
other, and of other numbers in that file (cuts, geometry, changes in force), it is simulated once and kept in the user's cache.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from darkpair.chains.descriptor import build
from darkpair.detectors.data_file import Number, read_data
from darkpair.detectors.efficiency import efficiency
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import run
from darkpair.gen.data_files import changes_in_force
from darkpair.gen.errors import InputError
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.scan.points import scan

__all__ = ["MADE_OF", "StandardAcceptance", "made_of", "standard_acceptance"]

#: Of the numbers that the acceptances in the data file were made with: with others they are made anew.
MADE_OF: Final = "eed74251a99b0f50"

#: Tables of the data file that decide about an acceptance of two photons.
_DECIDING: Final = ("geometry", "veto", "resolution", "cuts", "selections", "box")

_WORDS: Final = ("source", "confidence", "place", "searched")  # of an entry; they change no event


def made_of() -> str:
    """Digest of the detector's numbers that decide about the acceptance, with the changes in force."""
    data = read_data("koto")
    plain = json.dumps(_numbers({name: data[name] for name in _DECIDING}), sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _numbers(inside: Any) -> Any:
    """The same without the words of its entries."""
    if isinstance(inside, Mapping):
        return {key: _numbers(value) for key, value in inside.items() if key not in _WORDS}
    return [_numbers(value) for value in inside] if isinstance(inside, list) else inside


def _shipped() -> bool:
    """Whether the acceptances of the data file are those of today's numbers: of the detector's, and of all other files'."""
    return made_of() == MADE_OF and not set(changes_in_force()) - {"koto.toml"}


@dataclass(frozen=True, kw_only=True)
class StandardAcceptance:
    """A sample of K_L -> pi0 nu nubar through a detector, for `darkpair.scan.scan`; its points are empty.

    Parameters
    ----------
    detector : Koto
        The detector, with every cut of its selection.
    source : KotoKL
        The beam.
    n, seed : int
        K_L of the sample, and its seed.
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
        accepted = efficiency(sum(flows[1:], start=flows[0]))
        if accepted.error is None:
            raise InputError(
                f"none of {self.n} K_L -> pi0 nu nubar was accepted: nothing can be held against them; generate more, "
                "or change the detector's selection or resolution"
            )
        decays = self.source.decay_probability
        return {"value": decays * accepted.value, "error": decays * accepted.error}


def standard_acceptance(
    detector: Koto, source: KotoKL, *, folder: Path | None = None, n: int = 1_000_000
) -> Number:
    """Accepted K_L -> pi0 nu nubar, pi0 -> gamma gamma, for each K_L at the beam exit, with every cut of the selection.

    Parameters
    ----------
    detector : Koto
        The detector. What is left out of its cuts, or changed in them or in other numbers, is put back: the
        sensitivity belongs to the published selection of the detector as it stands.
    source : KotoKL
        The beam, whatever range of decays it has: a prompt pi0 needs the default one.
    folder : Path, optional
        Folder of the cache of what is not the default.
    n : int
        Number of K_L of a sample that is made here.
    """
    whole = Koto(experiment=detector.experiment, selection=detector.selection, resolution=detector.resolution)
    beam = KotoKL(
        profile=source.profile,
        image=source.image,
        spectrum=source.spectrum,
        spectrum_unit=source.spectrum_unit,
        solid_angle=source.solid_angle,
        z_target=source.z_target,
    )
    if whole == Koto(experiment="koto", selection=detector.selection) and beam == KotoKL() and _shipped():
        return run(detector.selection).standard_acceptance
    made = StandardAcceptance(detector=whole, source=beam, n=n)
    try:
        (accepted,) = scan(made, [{}], folder=folder, workers=1)
    except (InputError, OSError):  # a cache that cannot be written takes nobody's number
        (accepted,) = scan(made, [{}], folder=None, workers=1)
    return Number(
        value=accepted["value"],
        error=accepted["error"],
        unit="accepted per K_L at the beam exit",
        source="own simulation",
        confidence="derived",
    )
