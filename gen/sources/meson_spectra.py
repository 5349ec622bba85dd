"""What a sample of mesons would be with another generator's spectrum: weights by the ratio of the densities.

Every event has the meson's rapidity y and transverse momentum pT, and each table is a density there: an accepted event of
weight w counts w f'(y, pT)/f(y, pT) with the spectrum f' instead of f. Where the tables do not overlap nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import DarkpairError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.meson_files import COLLIDER, about, stored

__all__ = ["EDGE_MOST", "SpectrumTally", "generators", "stated"]

#: Part of the re-weighted sum that may come from beside the places where the sample's own spectrum ends: what lies beyond
#: them the sample cannot know.
EDGE_MOST: Final = 0.05

_PARAMETRISATION: Final = "bmpt"
_ITS_OWN: Final = "Be"  # where it was fitted; it stands beside the tables of protons on protons


def generators(meson: str, beam_energy: float, target: str | None = None) -> tuple[str, ...]:
    """Generators that have a meson from that beam on that target, and the parametrisation, last.

    Parameters
    ----------
    meson : str
        As the tables spell it.
    beam_energy : float [GeV]
    target : str, optional
        Protons unless given; the parametrisation's own beryllium stands beside them.
    """
    wanted = "p" if target in (None, _ITS_OWN) else target
    out = [
        key.generator
        for key in stored()
        if (key.beam_energy, key.target) == (beam_energy, wanted) and about(key)["multiplicity"].get(meson)
    ]
    if wanted != COLLIDER and _made(meson, beam_energy, _PARAMETRISATION, _of(wanted)) is not None:
        out.append(_PARAMETRISATION)
    return tuple(out)


def _of(target: str) -> str:
    return _ITS_OWN if target == "p" else target


def _made(meson: str, beam_energy: float, generator: str, target: str) -> DumpMesons | None:
    """Source of those mesons; None where there is no such table."""
    try:
        return DumpMesons(meson=meson, beam_energy=beam_energy, generator=generator, target=target)
    except DarkpairError:
        return None


@dataclass(kw_only=True)
class SpectrumTally:
    """Sums of the accepted weights of a dump's sample with the spectrum of every generator, its own first.

    Parameters
    ----------
    source : DumpMesons
        What the sample was made with.
    """

    source: DumpMesons
    _sums: dict[str, Array] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, source: Any) -> SpectrumTally | None:
        """Tally of a source, or of the one that it aims; None where it is no dump's, or its spectrum the only one."""
        inner = getattr(source, "source", source)
        if not isinstance(inner, DumpMesons):
            return None
        tally = cls(source=inner)
        return tally if tally.others else None

    @cached_property
    def others(self) -> dict[str, DumpMesons]:
        """The other generators' mesons of the same beam on the same target, by generator."""
        table = self.source.table
        out = {}
        for name in generators(table.meson, table.beam_energy, table.target):
            plain = "p" if table.target == _ITS_OWN else table.target
            target = _of(plain) if name == _PARAMETRISATION else plain
            if name != table.generator:
                other = _made(table.meson, table.beam_energy, name, target)
                assert other is not None  # (`generators` names what there is)
                out[name] = other
        return out

    def add(self, events: Batch, accepted: NDArray[np.bool_] | None = None) -> None:
        """Count events; of a mask (n,) those where it is true.

        Parameters
        ----------
        events : Batch, (n,)
            Their first particle is the meson.
        accepted : ndarray of bool, (n,), optional
        """
        mass = self.source.masses[self.source.pdgid]
        for part in events.parts:
            keep = slice(None) if accepted is None else np.flatnonzero(accepted[part.rows])
            px, py, pz, _ = part.momentum[:, 0, keep]
            weight = events.weight[part.rows[keep]]
            pt = np.hypot(px, py)
            y = np.arcsinh(pz / np.hypot(pt, mass))
            own = self.source.density(y, pt)
            edge = self.source.table.ends_beside(y, pt)
            for name, other in {self.source.generator: self.source, **self.others}.items():
                with np.errstate(divide="ignore", invalid="ignore"):
                    w = weight * np.where(own > 0.0, other.density(y, pt) / own, 0.0)
                found = np.array([w.sum(), (w * w).sum(), w[edge].sum()])
                self._sums[name] = self._sums.get(name, np.zeros(3)) + found

    def rows(self, generated: int, *, effective_min: float) -> dict[str, dict[str, Any]]:
        """Acceptance of each generator's spectrum, its own first, for JSON.

        Parameters
        ----------
        generated : int
            Events of the sample.
        effective_min : float
            Effective events below which nothing is stated of a spectrum.

        Returns
        -------
        dict
            By generator: ``acceptance``, ``error`` and ``effective``; or, instead of the first two, ``reason``: why the
            sample cannot tell.
        """
        out: dict[str, dict[str, Any]] = {}
        for name, (total, square, edge) in self._sums.items():
            effective = float(total * total / square) if square > 0.0 else 0.0
            row: dict[str, Any] = {"effective": effective}
            if effective < effective_min:
                row["reason"] = f"{effective:.3g} effective events of {effective_min:g} that are needed"
            elif name != self.source.generator and edge > EDGE_MOST * total:
                row["reason"] = (
                    f"{100.0 * edge / total:.2g} % of them where the spectrum of {self.source.generator} ends, beyond "
                    "which the sample has none"
                )
            else:
                spread = max(square - total * total / generated, 0.0)
                row |= {"acceptance": float(total / generated), "error": math.sqrt(spread) / generated}
            out[name] = row
        return out


def stated(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Acceptances by generator, of those spectra of which the sample can tell."""
    return {name: float(row["acceptance"]) for name, row in rows.items() if "acceptance" in row}
