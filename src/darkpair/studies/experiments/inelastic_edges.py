"""Study ``inelastic``: smallest coupling of inelastic dark matter that CHARM excludes, beside the published edge, factor by factor.

pi0, eta -> gamma X1 X2, X2 -> X1 e+ e-: arXiv:1908.07525, Fig. 1c, m_A' = 3 m1, m2 = 1.1 m1, alpha_D = 0.1.  Its volume and protons are
those of ``publications``; what it asks of energies was not read, so that each candidate is a row.  Nothing is fitted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from darkpair.chains.models.kinetic_mixing import KineticMixing
from darkpair.studies.experiments.inelastic_dump import Counted, InelasticDump
from darkpair.studies.experiments.inelastic_picture import picture
from darkpair.studies.experiments.validation.dark_photon import PUBLICATIONS, publication
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = ["COUNTED", "DEFAULT_LEAST", "LEAST", "Point", "masses", "published", "study"]

#: Energy that the publication's cut asks for [GeV]: that of its generator's parameters.
LEAST: Final = 3.0

#: What its parameter writer has for CHARM where a run gives none (par_writer.py, charm_default: min_scatter_energy) [GeV].
DEFAULT_LEAST: Final = 1.0

#: What is counted, a row each: of what the cut is, and what else is the publication's.
COUNTED: Final[Mapping[str, Counted]] = {
    "both electrons": Counted(cut="both electrons", least=LEAST),
    "X2": Counted(cut="X2", least=LEAST),
    "X2, its mesons": Counted(cut="X2", least=LEAST, published_yields=True),
    "X2, its mesons, expanded width": Counted(cut="X2", least=LEAST, published_yields=True, expanded=True),
    "X2, its mesons, ten events": Counted(cut="X2", least=LEAST, published_yields=True, excluded=10.0),
    "X2, its mesons and eta": Counted(cut="X2", least=LEAST, published_yields=True, published_eta=True),
    "X2, its mesons and eta, ten events": Counted(
        cut="X2", least=LEAST, published_yields=True, published_eta=True, excluded=10.0
    ),
    "both electrons above 1 GeV, its mesons and eta": Counted(
        cut="both electrons", least=DEFAULT_LEAST, published_yields=True, published_eta=True
    ),
}

#: The search's own selection, of which the energy is not the study's.
_OWN: Final = "the search's own"
#: About where its edge is, over the published one: it moves errors, not values.
_OWN_GUESS: Final = 8.0

#: Spectra of mesons, the publication's first; the others at one mass [MeV].
_SPECTRA: Final = ("bmpt, nucleus", "bmpt", "sibyll23d", "pythia6", "pythia8")
_ONE_MASS: Final = 51.6
_NUCLEUS: Final = "Cu"
_FREE: Final = ("shower_number", "shower_energy")


@dataclass(frozen=True, kw_only=True)
class Point:
    """A mass and a spectrum.

    Parameters
    ----------
    mass : float [MeV]
        Of X1, a mass of the published table.
    spectrum : str
        A generator of mesons, or "bmpt, nucleus": BMPT's on copper.
    """

    mass: float
    spectrum: str = _SPECTRA[0]

    @property
    def model(self) -> KineticMixing:
        """The publication's point, with its coupling."""
        m1 = 1e-3 * self.mass
        return KineticMixing(m1=m1, m2=1.1 * m1, m_Aprime=3.0 * m1, eps=published(self.mass), alpha_D=0.1)

    def dump(self, run: Run, experiment: str, without: tuple[str, ...]) -> InelasticDump:
        """CHARM by a data file."""
        generator, _, nucleus = self.spectrum.partition(", ")
        return InelasticDump(
            experiment=experiment, generator=generator, target=_NUCLEUS if nucleus else None, without=without,
            model=self.model, events=run.events, quick=run.quick, seed=run.seed,
        )  # fmt: skip

    def rows(self, run: Run) -> list[dict[str, Any]]:
        """Edges beside the published one, and the energy of both electrons that would meet it."""
        dump = self.dump(run, str(publication("charm")), _FREE)
        rows = [self._row(name, dump, counted) for name, counted in COUNTED.items()]
        meets = Counted(cut="both electrons", published_yields=True)
        for name, counted in (
            ("its mesons", meets),
            ("its mesons and eta", replace(meets, published_eta=True)),
        ):
            needed = dump.needed(published(self.mass), counted)
            rows.append(self._blank(f"both electrons, {name}") | {"E that meets [GeV]": needed})
        if self.spectrum == _SPECTRA[0] and not run.quick:
            own = replace(self.model, eps=_OWN_GUESS * published(self.mass))
            rows.insert(0, self._row(_OWN, replace(self.dump(run, "charm", ()), model=own), Counted()))
        return rows

    def _row(self, name: str, dump: InelasticDump, counted: Counted) -> dict[str, Any]:
        theirs = published(self.mass)
        edge = dump.edge(counted)
        if edge is None:
            return self._blank(name)
        return self._blank(name) | {
            "eps": edge[0],
            "eps error": edge[1],
            "ratio": edge[0] / theirs,
            "ratio error": edge[1] / theirs,
            "events": dump.expected(theirs, counted)[0],
        }

    def _blank(self, name: str) -> dict[str, Any]:
        numbers = dict.fromkeys(("eps", "eps error", "ratio", "ratio error", "events", "E that meets [GeV]"))
        return {
            "m1 [MeV]": self.mass, "spectrum": self.spectrum, "counted": name, "published": published(self.mass), **numbers,
        }  # fmt: skip


@cache
def _contour() -> dict[str, Any]:
    contour: dict[str, Any] = tomllib.loads((PUBLICATIONS / "inelastic.toml").read_text("utf-8"))["charm"]
    return contour


def masses() -> list[float]:
    """Masses of X1 of the published edge [MeV]."""
    return list(_contour()["mass"])


def published(mass: float) -> float:
    """Published smallest coupling.

    Parameters
    ----------
    mass : float [MeV]
        Of X1, of the published table.
    """
    return float(_contour()["lower"][_contour()["mass"].index(mass)])


def study(run: Run) -> Iterator[Output]:
    """Table of the edges and their ratios, and its picture."""
    points = [Point(mass=mass) for mass in ([_ONE_MASS] if run.quick else masses())]
    if not run.quick:
        points += [Point(mass=_ONE_MASS, spectrum=spectrum) for spectrum in _SPECTRA[1:]]
    rows = [row for point in run.track(points, "masses") for row in point.rows(run)]
    yield Table(
        rows=rows,
        provenance={"resolution": "none", "published": _contour()["source"], "least energy [GeV]": LEAST},
    )
    yield Picture(figure=picture([row for row in rows if row["spectrum"] == _SPECTRA[0]]))
