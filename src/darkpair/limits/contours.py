"""Contours in a coupling at one point of the masses: KOTO's band, what is excluded, lines; the engine of Figs. 3 to 5.

Samples depend on masses alone and come in with the point; couplings are an array.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models import Inputs, VirtualMeson, ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.zprime import ZPrime
from darkpair.gen.errors import UnknownNameError
from darkpair.limits.projected import projected_at
from darkpair.limits.ranges import ranges_above
from darkpair.searches import DATA, Search

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["COUPLINGS", "MODELS", "Contours"]

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
class Contours:
    """Ranges of the coupling at a point, for `darkpair.scan.scan`.

    A point has m1 and m2 [GeV]; perhaps m_Zprime [GeV], which makes the coupling eps_Z at g_X = 1 and turns on
    the propagator, and ``fraction``, a dark branching ratio of X2; ``samples``, what `darkpair.limits.samples.samples_at`
    gave for its masses.

    Parameters
    ----------
    model : str
        Of `MODELS`.
    inputs : Inputs
        Of every rate.
    data : {"2020", "today", "projected"}
        "2020" takes KOTO's prompt efficiency and the decay probability of eq. 66, as arXiv:2005.07102 does;
        "today" the efficiency at the lifetime itself, "projected" too, with planned experiments as lines.
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
        fixed: dict[str, Any] = {"m1": point["m1"], "m2": point["m2"], "inputs": self.inputs}
        if "fraction" in point:
            fixed["invisible_branching_ratio"] = point["fraction"]
        if self.model not in _ZPRIME:
            return VirtualMeson(m_eff=1e-9 * coupling, **fixed)
        kind = _ZPRIME[self.model]
        if kind is ZPrimeMajorana:
            fixed["convention"] = self.convention
        if "m_Zprime" in point:
            return kind.from_mixing(eps_Z=coupling, g_X=1.0, m_Zprime=point["m_Zprime"], **fixed)
        return kind(G_X=coupling * self.inputs["G_F"], **fixed)

    def drawn(self, point: Mapping[str, Any]) -> dict[str, tuple[str, Search]]:
        """Searches of a point, with what they are: a band, an exclusion or a line."""
        return projected_at(point["samples"], self.data, koto_only=self.koto_only)

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


def _rows(curve: str, kind: str, grid: Array, ratio: Array) -> list[dict[str, Any]]:
    return [{"curve": curve, "kind": kind, **part.columns()} for part in ranges_above(grid, ratio)]
