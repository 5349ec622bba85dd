"""Contours in a coupling at one point of the masses: KOTO's band, what is excluded, lines; the engine of Figs. 3 to 5.

Samples depend on masses alone and come in with the point, as tables against c tau; couplings are an array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models import Inputs, VirtualMeson, ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.zprime import ZPrime
from darkpair.contours import ranges_above
from darkpair.gen.errors import UnknownNameError
from darkpair.searches import DATA, SEARCHES, BeamDump, Search, searches
from darkpair.studies.koto_efficiency import EfficiencyCurve

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = [
    "BOX",
    "COUPLINGS",
    "DUMPS",
    "MODELS",
    "PRODUCTION",
    "Contours",
    "DumpYield",
    "PromptEfficiency",
    "dumps_at",
    "names_of",
    "searches_at",
]

#: KOTO's selection that belongs to each run's limit: 2021 has the box of 2016-18.
BOX: Final = {"2015": "2015", "2016-18": "2016-18", "2021": "2016-18"}

#: Searches behind a target, whose samples the figures make.
DUMPS: Final = ("charm", "nucal")

#: What the name of a beam dump's curve has before an end of its production uncertainty.
PRODUCTION: Final = ", production "

#: Couplings that are scanned: name -> grid.
COUPLINGS: Final[dict[str, tuple[float, float, int]]] = {
    "G_X / G_F": (1e-4, 1e3, 351),
    "eps_Z": (1e-6, 1.0, 301),
    "m_eff [eV]": (1e-2, 1e6, 401),
}

#: Models by what X1 and X2 are.
MODELS: Final = ("scalars", "Majorana fermions", "Dirac fermions", "scalars of a virtual meson")

_ZPRIME: Final[dict[str, type[ZPrime]]] = {
    "scalars": ZPrimeScalar,
    "Majorana fermions": ZPrimeMajorana,
    "Dirac fermions": ZPrimeDirac,
}


@dataclass(frozen=True, kw_only=True)
class PromptEfficiency:
    """The efficiency ratio of prompt decays for every model, as arXiv:2005.07102, eq. 66, takes it."""

    curve: EfficiencyCurve

    def __call__(self, model: Model) -> Array:
        """Ratio [1]; NaN where it is not known."""
        return np.full(np.shape(model.ctau("X2")), self.curve.prompt)


@dataclass(frozen=True, kw_only=True)
class DumpYield:
    """Number of eta on target times acceptance against c tau: the central one, or an end of the production uncertainty [1].

    Parameters
    ----------
    tables : tuple of mapping
        Of each generator: ``ctau`` [mm], ``efficiency``, ``multiplicity``, ``multiplicity_error``.
    end : {"central", "low", "high"}
        "central": the first generator. The ends: the generators' least or greatest yield, with one standard error
        of the multiplicity.
    """

    tables: tuple[Mapping[str, Any], ...]
    end: str = "central"

    def __post_init__(self) -> None:
        if self.end not in {"central", "low", "high"}:
            raise UnknownNameError("end of the production uncertainty", self.end, ("central", "low", "high"))

    def __call__(self, ctau: Array) -> Array:
        """Number of eta per proton times acceptance at c tau [mm]; NaN where a sample is too small to tell."""
        sign = {"central": 0.0, "low": -1.0, "high": 1.0}[self.end]
        found = [self._one(table, np.asarray(ctau), sign) for table in self.tables]
        if self.end == "central":
            return found[0]
        return np.asarray((np.min if sign < 0.0 else np.max)(found, axis=0))

    @staticmethod
    def _one(table: Mapping[str, Any], ctau: Array, sign: float) -> Array:
        number = table["multiplicity"] + sign * table["multiplicity_error"]
        if not table["ctau"]:
            return np.full(ctau.shape, np.nan)
        log = np.interp(np.log(ctau), np.log(table["ctau"]), np.log(table["efficiency"]))
        tail = np.minimum(1.0, table["ctau"][-1] / ctau)  # behind it decays are as rare as the flight is long
        return np.where(ctau >= table["ctau"][0], number * np.exp(log) * tail, np.nan)


@dataclass(frozen=True, kw_only=True)
class Contours:
    """Ranges of the coupling at a point, for `darkpair.scan.scan`.

    A point has m1 and m2 [GeV]; perhaps m_Zprime [GeV], which makes the coupling eps_Z at g_X = 1 and turns on
    the propagator, and ``fraction``, a dark branching ratio of X2; ``koto``, an efficiency curve for each
    selection; ``dumps``, tables for each experiment as `DumpYield` takes them; ``daughters``, the branching ratio
    that goes with them.

    Parameters
    ----------
    model : str
        Of `MODELS`.
    inputs : Inputs
    data : {"2020", "today"}
        "2020" takes KOTO's prompt efficiency and the decay probability of eq. 66, as arXiv:2005.07102 does;
        "today" the efficiency at the lifetime itself.
    convention : {"literal", "printed"}
        Of Majorana fermions.
    koto_only : bool
        Whether to leave out everything but KOTO.
    """

    model: str
    inputs: Inputs
    data: str = "today"
    convention: str = "literal"
    koto_only: bool = False

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise UnknownNameError("model", self.model, MODELS)
        if self.data not in DATA:
            raise UnknownNameError("set of data", self.data, DATA)

    def coupling(self, point: Mapping[str, Any]) -> str:
        """Name of the coupling that is scanned at a point, of `COUPLINGS`."""
        if self.model not in _ZPRIME:
            return "m_eff [eV]"
        return "eps_Z" if "m_Zprime" in point else "G_X / G_F"

    def point(self, point: Mapping[str, Any], coupling: Array) -> Model:
        """Model at a point for an array of the coupling."""
        known: dict[str, Any] = {"m1": point["m1"], "m2": point["m2"], "inputs": self.inputs}
        if "fraction" in point:
            known["invisible_branching_ratio"] = point["fraction"]
        if self.model not in _ZPRIME:
            return VirtualMeson(m_eff=1e-9 * coupling, **known)
        kind = _ZPRIME[self.model]
        if kind is ZPrimeMajorana:
            known["convention"] = self.convention
        if "m_Zprime" in point:
            return kind.from_mixing(eps_Z=coupling, g_X=1.0, m_Zprime=point["m_Zprime"], **known)
        return kind(G_X=coupling * self.inputs["G_F"], **known)

    def drawn(self, point: Mapping[str, Any]) -> dict[str, tuple[str, Search]]:
        """Searches of a point, with what they are: a band, an exclusion or a line."""
        return searches_at(point, self.data, koto_only=self.koto_only)

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Ranges of each curve; "unknown" ones are where a sample was too small to tell."""
        coupling = self.coupling(point)
        grid = np.geomspace(*COUPLINGS[coupling])
        model = self.point(point, grid)
        rows: list[dict[str, Any]] = []
        for curve, (kind, constraint) in self.drawn(point).items():
            if not constraint.applies(model):
                continue
            value = np.broadcast_to(constraint.value(model), grid.shape)
            for name, inside in constraint.curves(value).items():
                rows += _rows(f"{curve}{name}", kind, grid, inside)
            rows += _rows(curve, "unknown", grid, np.where(np.isfinite(value), 0.0, 2.0))
        return {"coupling": coupling, "ranges": rows}


def names_of(data: str) -> tuple[str, ...]:
    """Names of the searches of ours that a set of data draws, lines and the band included, in their order."""
    of_koto = [name for name in DATA[data] if name.startswith("koto-")]
    others = [name for name in DATA[data] if name not in of_koto]
    return ("koto-three-events", *of_koto, *others, "b-to-k-red-line", "b-to-k-belle2-precision", *DUMPS)


def searches_at(
    point: Mapping[str, Any], data: str, *, koto_only: bool = False, names: Sequence[str] | None = None
) -> dict[str, tuple[str, Search]]:
    """Searches by name, with what they are: a band, an exclusion or a line.

    Parameters
    ----------
    point : mapping
        Its ``koto``, ``dumps`` and ``daughters``, see `Contours`. KOTO's searches are left out where ``koto``
        is empty.
    data : {"2020", "today"}
    koto_only : bool
    names : sequence of str, optional
        Of `darkpair.searches.SEARCHES`, of ours; those of the set of data unless given.
    """
    curves = {name: EfficiencyCurve(**_tuples(curve)) for name, curve in point["koto"].items()}
    decay = "estimate" if data == "2020" else "included"
    found: dict[str, tuple[str, Search]] = {}
    if names is None:
        names = list(dict.fromkeys([*names_of(data), *point["dumps"]]))
    for name in names:
        if name.startswith("koto-"):
            if curves:
                curve = curves[BOX.get(name.removeprefix("koto-"), "2016-18")]
                ratio = PromptEfficiency(curve=curve) if decay == "estimate" else curve
                of_koto = SEARCHES.factory(name)(efficiency_ratio=ratio, decay=decay)
                found[name] = (of_koto.kind, of_koto)
        elif koto_only:
            continue
        elif name in point["dumps"]:
            found |= dumps_at(point, name, partial(BeamDump, experiment=name))
        elif name not in DUMPS:
            (one,) = searches([name]).values()
            found[name] = (one.kind, one)
    return found


def dumps_at(
    point: Mapping[str, Any], name: str, make: Callable[..., Search], *, experiment: str | None = None
) -> dict[str, tuple[str, Search]]:
    """A search behind a target at a point: the central one, and both ends of the production uncertainty.

    Parameters
    ----------
    point : mapping
        Its ``dumps`` and ``daughters``, see `Contours`.
    name : str
        Of the search.
    make : callable
        `BeamDump` without its ``multiplicity``, ``acceptance`` and ``daughters``.
    experiment : str, optional
        Among the point's ``dumps``; the name unless given.
    """
    tables = tuple(point["dumps"][experiment or name])
    found: dict[str, tuple[str, Search]] = {}
    for end in ("central", "low", "high"):
        dump = make(
            multiplicity=1.0, acceptance=DumpYield(tables=tables, end=end), daughters=point["daughters"]
        )
        of_end = name if end == "central" else f"{name}{PRODUCTION}{end}"
        found[of_end] = (dump.kind if end == "central" else "line", dump)
    return found


def _rows(curve: str, kind: str, grid: Array, ratio: Array) -> list[dict[str, Any]]:
    return [{"curve": curve, "kind": kind, **found.told()} for found in ranges_above(grid, ratio)]


def _tuples(curve: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) for key, value in curve.items()}
