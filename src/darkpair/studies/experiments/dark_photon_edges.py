"""Study ``dark-photon``: couplings of a dark photon that CHARM and NuCal exclude, beside published edges, selection by selection.

pi0, eta -> gamma A', A' -> e+ e-.  The publication's selection (arXiv:1908.07525) is a data file of ``publications``, the searches'
own are those of ``detectors/data``, on true energies both.  Nothing is fitted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from darkpair.studies.experiments.dark_photon_picture import picture
from darkpair.studies.experiments.validation.dark_photon import PUBLICATIONS, DarkPhotonDump, publication
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = ["NUCLEUS", "SELECTIONS", "TOLERANCE", "Edge", "edges", "publication", "published", "study"]

#: What an edge may be off the published one, relative in the coupling.
TOLERANCE: Final = 0.15

#: Targets of the experiments, whose spectrum by BMPT is the publication's.
NUCLEUS: Final = {"charm": "Cu", "nucal": "Fe"}

#: Selections of each experiment, with the cuts of its own that are left out; None is the publication's.
SELECTIONS: Final[Mapping[str, Mapping[str, tuple[str, ...] | None]]] = {
    "charm": {"publication": None, "own": (), "own, any energy": ("shower_energy_max",)},
    "nucal": {"publication": None, "own": ()},
}

#: Spectra of mesons: all for the publication's selection, and what else is worth a comparison.
_SPECTRA: Final = ("bmpt", "bmpt, nucleus", "sibyll23d", "pythia6", "pythia8")
_FEW: Final = ("bmpt, nucleus", "pythia6")

_QUICK_MASS: Final = 60


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An end of the excluded couplings, to be found.

    Parameters
    ----------
    experiment : {"charm", "nucal"}
    selection : str
        Of `SELECTIONS`.
    spectrum : str
        A generator of mesons, or "bmpt, nucleus": BMPT's on the experiment's own target.
    mass : int [MeV]
        Of the dark photon.
    end : {"upper", "lower"}
    """

    experiment: str
    selection: str
    spectrum: str
    mass: int
    end: Literal["upper", "lower"]

    def row(self, run: Run) -> dict[str, Any]:
        """The coupling with its statistical error, beside the published ones at the same mass."""
        left_out = SELECTIONS[self.experiment][self.selection]
        theirs = published(self.experiment, self.mass)
        generator, _, nucleus = self.spectrum.partition(", ")
        eps, error = DarkPhotonDump(
            experiment=self.experiment if left_out is not None else str(publication(self.experiment)),
            generator=generator,
            target=NUCLEUS[self.experiment] if nucleus else None,
            without=left_out or (),
            mass=1e-3 * self.mass,
            guess=theirs[self.end],
            events=run.events,
            quick=run.quick,
            seed=run.seed,
        ).edge()
        ratio = eps / theirs[self.end]
        upper = self.end == "upper"
        return {
            "experiment": self.experiment,
            "selection": self.selection,
            "spectrum": self.spectrum,
            "edge": self.end,
            "m [MeV]": self.mass,
            "eps": eps,
            "eps error": error,
            "published": theirs[self.end],
            "ratio": ratio,
            "ratio error": error / theirs[self.end],
            "within": abs(ratio - 1.0) <= TOLERANCE,
            "ratio to the copy": eps / theirs["copy"] if upper else None,
            "ratio to another recast": eps / theirs["other"] if upper else None,
        }


@cache
def _contours() -> dict[str, Any]:
    return tomllib.loads((PUBLICATIONS / "dark-photon.toml").read_text("utf-8"))


def masses() -> list[int]:
    """Masses of the published edges [MeV]."""
    return list(_contours()["mass"])


def published(experiment: str, mass: int) -> dict[str, float]:
    """Published couplings at a mass [MeV]: "upper", "lower", and the "copy" and the "other" recast of the upper edge.

    Parameters
    ----------
    experiment : {"charm", "nucal"}
    mass : int [MeV]
        Of the authors' table.
    """
    at = _contours()["mass"].index(mass)
    rows: dict[str, Any] = _contours()[experiment]
    return {name: row[at] for name, row in rows.items() if isinstance(row, list)}


def edges(*, quick: bool) -> list[Edge]:
    """What the study finds: of the publication's selection both ends, of the others the upper one."""
    made = [
        Edge(experiment=experiment, selection=selection, spectrum=spectrum, mass=mass, end=end)
        for experiment, selections in SELECTIONS.items()
        for selection in selections
        for end, spectra in _ends(selection).items()
        for spectrum in spectra
        for mass in masses()
    ]
    if not quick:
        return made
    return [edge for edge in made if edge.mass == _QUICK_MASS and edge.spectrum == _FEW[0]]


def _ends(selection: str) -> dict[Literal["upper", "lower"], tuple[str, ...]]:
    """Spectra for each end of a selection."""
    if selection == "publication":
        return {"upper": _SPECTRA, "lower": _FEW}
    return {"upper": _FEW, "lower": _FEW} if selection == "own" else {"upper": _FEW}


def study(run: Run) -> Iterator[Output]:
    """Table of the edges and their ratios, and its picture."""
    rows = [edge.row(run) for edge in run.track(edges(quick=run.quick), "edges")]
    provenance = {
        "resolution": "none",
        "published": "arXiv:1908.07525, as its authors gave it to DarkCast (CHARM_Tsai2019mtm, NuCAL_Tsai2019mtm)",
        "copy": "the same in SensCalc, whose masses are off (publications/dark-photon.toml)",
        "another recast": {name: _contours()[name]["other_source"] for name in SELECTIONS},
        "tolerance": TOLERANCE,
    }
    yield Table(rows=rows, provenance=provenance)
    yield Picture(figure=picture(rows, {name: _contours()[name] for name in SELECTIONS}, masses()))
