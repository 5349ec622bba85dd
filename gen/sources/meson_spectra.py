"""What a sample of mesons would be with another generator's spectrum: weights by the ratio of the densities.

Every event has the meson's rapidity y and transverse momentum pT, and each table is a density there: an accepted event of
weight w counts w f'(y, pT)/f(y, pT) with the spectrum f' instead of f. Where the tables do not overlap nothing is said.
"""

from __future__ import annotations

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
from darkpair.gen.topology import Columns

__all__ = ["EDGE_MOST", "SpectrumTally", "generators", "stated"]

#: Part of the re-weighted sum that may come from beside the places where the sample's own spectrum ends: what lies beyond
#: them the sample cannot know.
EDGE_MOST: Final = 0.05

#: Effective events with every spectrum, and accepted events at most, after which no more are asked: the spread is known to
#: a per cent or two then, and the densities would cost a tenth of the run.
_ENOUGH: Final = 5_000.0
_MOST: Final = 50_000

_AT_ONCE: Final = 2_048  # accepted events between two looks

_PARAMETRISATION: Final = "bmpt"
_ITS_OWN: Final = "Be"  # where it was fitted; it stands beside the tables of protons on protons


def generators(meson: str, beam_energy: float, target: str | None = None) -> tuple[str, ...]:
    """Generators that have a meson from that beam on that target, and the parametrisation, last.

    Parameters
    ----------
    meson : str
        Name of the meson, as the tables spell it.
    beam_energy : float [GeV]
        Energy of the proton, or of each beam of a collider.
    target : str, optional
        What the protons hit: protons unless given; the parametrisation's own beryllium stands beside them.
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
        The source that the sample was made with.
    """

    source: DumpMesons
    _sums: dict[str, Array] = field(default_factory=dict, init=False)
    _looked_at: int = field(default=0, init=False)

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
        """The other generators' mesons of the same beam on the same target, by generator; none where these are not said."""
        table = self.source.table
        out: dict[str, DumpMesons] = {}
        if not (self.source.beam_energy and table.target):
            return out
        for name in generators(table.meson, table.beam_energy, table.target):
            plain = "p" if table.target == _ITS_OWN else table.target
            target = _of(plain) if name == _PARAMETRISATION else plain
            if name != table.generator:
                other = _made(table.meson, table.beam_energy, name, target)
                assert other is not None  # (`generators` names what there is)
                out[name] = other
        return out

    def add(self, events: Batch, accepted: NDArray[np.bool_] | None = None) -> None:
        """Count events, of a mask (n,) those where it is true, as long as more of them would tell more.

        Parameters
        ----------
        events : Batch, (n,)
            The events, whose first particle is the meson.
        accepted : ndarray of bool, (n,), optional
            Which of the events are counted; all unless given.
        """
        rows = np.arange(len(events)) if accepted is None else np.flatnonzero(accepted)
        for start in range(0, len(rows), _AT_ONCE):
            if self._enough:
                return
            some = rows[start : start + _AT_ONCE]
            for part in events.parts:
                self._count(part, np.flatnonzero(np.isin(part.rows, some)), events.weight)
            self._looked_at += len(some)

    @property
    def _own(self) -> str:
        return self.source.table.generator

    @property
    def _enough(self) -> bool:
        least = min((_effective(sums) for sums in self._sums.values()), default=0.0)
        return least >= _ENOUGH or self._looked_at >= _MOST

    def _count(self, part: Columns, at: NDArray[np.int64], weights: Array) -> None:
        """Count the events at positions of a topology's."""
        px, py, pz, _ = part.momentum[:, 0, at]
        weight = weights[part.rows[at]]
        pt = np.hypot(px, py)
        y = np.arcsinh(pz / np.hypot(pt, self.source.masses[self.source.pdgid]))
        own = self.source.density(y, pt)
        edge = self.source.table.ends_beside(y, pt)
        self._add(self._own, weight, edge)
        for name, other in self.others.items():
            ratio = np.zeros(len(own))
            np.divide(other.density(y, pt), own, out=ratio, where=own > 0.0)
            self._add(name, weight * ratio, edge)

    def _add(self, name: str, weight: Array, edge: NDArray[np.bool_]) -> None:
        sums = np.array([weight.sum(), (weight * weight).sum(), weight[edge].sum()])
        self._sums[name] = self._sums.get(name, np.zeros(3)) + sums

    def rows(self, acceptance: float, *, effective_min: float) -> dict[str, dict[str, Any]]:
        """Acceptance of each generator's spectrum, its own first, for JSON.

        Parameters
        ----------
        acceptance : float
            Acceptance of the whole sample, of which the counted events are a part: the other spectra's are its
            multiples.
        effective_min : float
            Effective number of events below which nothing is stated of a spectrum.

        Returns
        -------
        dict
            By generator: ``acceptance``, ``error`` (of the counted events) and ``effective``; or, instead of the first two,
            ``reason``: why the sample cannot tell.
        """
        out: dict[str, dict[str, Any]] = {}
        own = float(self._sums[self._own][0]) if self._sums else 0.0
        for name, sums in self._sums.items():
            effective, edge = _effective(sums), float(sums[2])
            row: dict[str, Any] = {"effective": effective}
            if effective < effective_min:
                row["reason"] = f"{effective:.3g} effective events, {effective_min:g} are needed"
            elif name != self._own and edge > EDGE_MOST * float(sums[0]):
                row["reason"] = (
                    f"{100.0 * edge / float(sums[0]):.2g} % of it where {self._own}'s ends: the sample has "
                    "nothing beyond"
                )
            else:
                value = acceptance * float(sums[0]) / own
                row |= {"acceptance": value, "error": value / effective**0.5}
            out[name] = row
        return out


def _effective(sums: Array) -> float:
    """Effective events of the sums of weights and of their squares."""
    return float(sums[0] ** 2 / sums[1]) if sums[1] > 0.0 else 0.0


def stated(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Acceptances by generator, of those spectra of which the sample can tell."""
    return {name: float(row["acceptance"]) for name, row in rows.items() if "acceptance" in row}
