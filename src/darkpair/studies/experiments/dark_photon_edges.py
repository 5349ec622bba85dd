"""Study ``dark-photon``: couplings of a dark photon that CHARM and NuCal exclude, beside published edges.

pi0, eta -> gamma A', A' -> e+ e-.  The publication's selection (arXiv:1908.07525) is a data file of ``publications``, the searches'
own are those of ``detectors/data``, on true energies both.  Nothing is fitted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from darkpair.studies.experiments.dark_photon_picture import bands_and_ratios
from darkpair.studies.experiments.validation.dark_photon import PUBLICATIONS, DarkPhotonDump, publication
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = [
    "NUCLEUS",
    "PLANS",
    "SELECTIONS",
    "TOLERANCE",
    "Edge",
    "edges",
    "masses",
    "picture",
    "plans",
    "publication",
    "published",
    "study",
]

#: What an edge may be off the published one, relative in the coupling.
TOLERANCE: Final = 0.15

#: Targets of the experiments, whose spectrum by BMPT is the publication's.
NUCLEUS: Final = {"charm": "Cu", "nucal": "Fe", "na62": "Cu", "darkquest": "Fe"}

#: Selections of each experiment, with the cuts of its own that are left out; None is the publication's.
SELECTIONS: Final[Mapping[str, Mapping[str, tuple[str, ...] | None]]] = {
    "charm": {"publication": None, "own": (), "own, any energy": ("shower_energy_max",)},
    "nucal": {"publication": None, "own": ()},
}

#: Plans that are held against their publications, and their spectra: "nucleus" where the parametrisation is the publication's.
PLANS: Final[Mapping[str, tuple[str, ...]]] = {
    "na62": ("bmpt, nucleus", "bmpt", "pythia6", "pythia8"),
    "faser2": ("pythia8", "sibyll23d"),
    "darkquest": ("pythia6", "bmpt, nucleus", "pythia8"),
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
    experiment : str
        Of `SELECTIONS` or `PLANS`.
    selection : str
        Of `SELECTIONS`; a plan has the publication's alone.
    spectrum : str
        A generator of mesons, or "bmpt, nucleus": BMPT's on the experiment's own target.
    mass : float [MeV]
        Of the dark photon, a mass of the published table.
    end : {"upper", "lower"}
    """

    experiment: str
    selection: str
    spectrum: str
    mass: float
    end: Literal["upper", "lower"]

    def row(self, run: Run) -> dict[str, Any]:
        """The coupling with its statistical error, beside the published ones at the same mass."""
        left_out = SELECTIONS.get(self.experiment, {}).get(self.selection)
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
        others = {name: eps / theirs[key] for key, name in _OTHERS.items() if key in theirs}
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
            **(others if self.end == "upper" else dict.fromkeys(others)),
        }


#: Columns of what else is published of an upper edge.
_OTHERS: Final = {"copy": "ratio to the copy", "other": "ratio to another recast"}


@cache
def _contours() -> dict[str, Any]:
    return tomllib.loads((PUBLICATIONS / "dark-photon.toml").read_text("utf-8"))


def masses(experiment: str) -> list[float]:
    """Masses of the published edges of an experiment [MeV]."""
    return list(_contours()[experiment]["mass"])


def published(experiment: str, mass: float) -> dict[str, float]:
    """Published couplings at a mass [MeV]: "upper", maybe "lower", and the "copy" and the "other" recast of the upper edge.

    Parameters
    ----------
    experiment : str
        Of `SELECTIONS` or `PLANS`.
    mass : float [MeV]
        Of the published table.
    """
    rows: dict[str, Any] = _contours()[experiment]
    at = rows["mass"].index(mass)
    return {name: row[at] for name, row in rows.items() if isinstance(row, list) and name != "mass"}


def edges(*, quick: bool) -> list[Edge]:
    """What the study finds: of the publication's selection both ends, of the others the upper one."""
    made = [
        Edge(experiment=experiment, selection=selection, spectrum=spectrum, mass=mass, end=end)
        for experiment, selections in SELECTIONS.items()
        for selection in selections
        for end, spectra in _ends(selection).items()
        for spectrum in spectra
        for mass in masses(experiment)
    ]
    if not quick:
        return made
    return [edge for edge in made if edge.mass == _QUICK_MASS and edge.spectrum == _FEW[0]]


def plans(*, quick: bool) -> list[Edge]:
    """Upper edges of the plans, by what each is held against."""
    return [
        Edge(experiment=experiment, selection="publication", spectrum=spectrum, mass=mass, end="upper")
        for experiment, spectra in PLANS.items()
        for spectrum in spectra[: 1 if quick else None]
        for mass in masses(experiment)[slice(-1, None) if quick else slice(None)]
    ]


def _ends(selection: str) -> dict[Literal["upper", "lower"], tuple[str, ...]]:
    """Spectra for each end of a selection."""
    if selection == "publication":
        return {"upper": _SPECTRA, "lower": _FEW}
    return {"upper": _FEW, "lower": _FEW} if selection == "own" else {"upper": _FEW}


def picture(rows: Sequence[Mapping[str, Any]]) -> Any:
    """The figure of the study's rows, beside the published edges."""
    return bands_and_ratios(rows, {name: _contours()[name] for name in SELECTIONS})


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
    yield Picture(figure=picture(rows))
    plan = [edge.row(run) for edge in run.track(plans(quick=run.quick), "plans")]
    against = {name: _contours()[name]["source"] for name in PLANS}
    yield Table(rows=plan, provenance={"resolution": "none", "published": against}, name="dark-photon-plans")
