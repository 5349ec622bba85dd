"""What a sample of mesons would be with another generator's spectrum: weights by the ratio of the densities.

Every event has the meson's rapidity y and transverse momentum pT, and each table is a density there: an accepted event of
weight w counts w f'(y, pT)/f(y, pT) with the spectrum f' instead of f. Where the tables do not overlap nothing is said.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.digits import apart
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.events import Batch
from darkpair.gen.exact_sums import expansions
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.bottom import BOTTOM, SPECTRUM, has_bottom
from darkpair.gen.sources.meson_files import COLLIDER, SAME_AS, about, stored
from darkpair.gen.streams import BLOCK
from darkpair.gen.topology import Columns

if TYPE_CHECKING:
    from darkpair.gen.sources.dump_mesons import DumpMesons

__all__ = ["EDGE_MOST", "SpectrumSums", "SpectrumTally", "generators", "stated"]

#: Part of the re-weighted sum that may come from beside the places where the sample's own spectrum ends: what lies beyond
#: them the sample cannot know.
EDGE_MOST: Final = 0.05

#: Accepted events of the first block that are asked at most; of the block i (from 0) it is this over i + 1, and `_LEAST` in
#: any case: some ten thousand of a million tell the spread to a per cent, all of them would cost a tenth of the run. What is
#: asked of a block depends on that block alone, so that a sample has the same sums however it was made.
_MOST: Final = 4_096
_LEAST: Final = 16

_PARAMETRISATIONS: Final = ("bmpt", "sanford-wang")
_THEIR_OWN: Final = "Be"  # where they were fitted; they stand beside the tables of protons on protons


def generators(meson: str, beam_energy: float, target: str | None = None) -> tuple[str, ...]:
    """Generators that have a meson from that beam on that target, and the parametrisations, last.

    Parameters
    ----------
    meson : str
        Name of the meson, as the tables spell it.
    beam_energy : float [GeV]
        Energy of the proton, or of each beam of a collider.
    target : str, optional
        What the protons hit: protons unless given; the parametrisations' own beryllium stands beside them.
    """
    if meson in BOTTOM:
        return (SPECTRUM.generator,) if has_bottom(meson, beam_energy, target) else ()
    wanted = "p" if target in (None, _THEIR_OWN) else target
    out = [
        key.generator
        for key in stored()
        if (key.beam_energy, key.target) == (beam_energy, wanted)
        and about(key)["multiplicity"].get(SAME_AS.get(meson, meson))
    ]
    fits = () if wanted == COLLIDER else _PARAMETRISATIONS
    return (*out, *(name for name in fits if _made(meson, beam_energy, name, _of(wanted)) is not None))


def _of(target: str) -> str:
    return _THEIR_OWN if target == "p" else target


def _made(meson: str, beam_energy: float, generator: str, target: str) -> DumpMesons | None:
    """Source of those mesons; None where there is no such table."""
    from darkpair.gen.sources.dump_mesons import DumpMesons  # (other sources need no tables of mesons)

    try:
        return DumpMesons(meson=meson, beam_energy=beam_energy, generator=generator, target=target)
    except DarkpairError:
        return None


@dataclass(frozen=True, kw_only=True)
class SpectrumSums:
    """Sums of the counted weights of a dump's sample with the spectrum of every generator; those of several spans add.

    Parameters
    ----------
    names : tuple of str
        Generators, that of the sample first.
    sums : ndarray, (r, generators, 3)
        Sum of weights, of their squares, and of weights where the sample's spectrum ends, as expansions
        (`darkpair.gen.exact_sums`); r is 0 before the first event.
    """

    names: tuple[str, ...]
    sums: Array

    @classmethod
    def of(cls, names: tuple[str, ...], terms: Array) -> SpectrumSums:
        """Of terms (m, generators, 3), none or more."""
        summed = expansions(terms.reshape(len(terms), -1)) if len(terms) else np.zeros((0, 3 * len(names)))
        return cls(names=names, sums=summed.reshape(-1, len(names), 3))

    def __add__(self, other: SpectrumSums) -> SpectrumSums:
        if self.names != other.names:
            raise InputError(
                f"spectra of {', '.join(self.names)} and of {', '.join(other.names)} do not add; both samples need "
                "one source and one version of the tables"
            )
        return self.of(self.names, np.concatenate([self.sums, other.sums]))

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
        first = self.names[0]
        sums = dict(zip(self.names, self.sums[0].tolist(), strict=True)) if len(self.sums) else {}
        for name, (weight, square, edge) in sums.items():
            effective = weight**2 / square if square > 0.0 else 0.0
            row: dict[str, Any] = {"effective": effective}
            if effective < effective_min:
                has, needed = apart(effective, effective_min, digits=3)
                row["reason"] = f"{has} effective events, {needed} are needed"
            elif name != first and edge > EDGE_MOST * weight:
                row["reason"] = (
                    f"{100.0 * edge / weight:.2g} % of it where {first}'s ends: the sample has nothing beyond"
                )
            else:
                value = acceptance * weight / sums[first][0]
                row |= {"acceptance": value, "error": value / effective**0.5}
            out[name] = row
        return out


@dataclass(kw_only=True)
class SpectrumTally:
    """Counts accepted events of a dump's sample with the spectrum of every generator, its own first.

    Parameters
    ----------
    source : DumpMesons
        The source that the sample was made with.
    """

    source: DumpMesons
    sums: SpectrumSums = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = (self.source.table.generator, *self.others)
        self.sums = SpectrumSums.of(names, np.zeros((0, len(names), 3)))

    @classmethod
    def of(cls, source: Any) -> SpectrumTally | None:
        """Tally of a source, or of the one that it aims; None where it is no dump's, or its spectrum the only one."""
        dumps = sys.modules.get("darkpair.gen.sources.dump_mesons")
        inner = getattr(source, "source", source)
        if dumps is None or not isinstance(inner, dumps.DumpMesons):  # (not imported, nobody has made one)
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
            plain = "p" if table.target == _THEIR_OWN else table.target
            target = _of(plain) if name in _PARAMETRISATIONS else plain
            if name != table.generator:
                other = _made(table.meson, table.beam_energy, name, target)
                assert other is not None  # (`generators` names what there is)
                out[name] = other
        return out

    def add(
        self,
        events: Batch,
        accepted: NDArray[np.bool_] | None = None,
        numbers: NDArray[np.int64] | None = None,
    ) -> None:
        """Count the first accepted events of each block.

        Parameters
        ----------
        events : Batch, (n,)
            Events of some whole blocks, whose first particle is the meson.
        accepted : ndarray of bool, (n,), optional
            Which of the events are counted; all unless given.
        numbers : ndarray, (n,), optional
            Index of each event in its sample, growing; from 0 on unless given.
        """
        rows = np.arange(len(events)) if accepted is None else np.flatnonzero(accepted)
        index, first, block = np.unique(
            (rows if numbers is None else numbers[rows]) // BLOCK, return_index=True, return_inverse=True
        )
        most = np.maximum(_MOST // (index + 1), _LEAST)
        counted = np.arange(len(rows)) - first[block] < most[block]
        if not len(rows):
            return
        turn = np.full(len(events), -1)
        turn[rows[counted]] = block[counted]
        for part in events.parts:
            at = np.flatnonzero(turn[part.rows] >= 0)
            self.sums += SpectrumSums.of(
                self.sums.names, self._terms(part, at, events.weight, turn[part.rows[at]], len(index))
            )

    def rows(self, acceptance: float, *, effective_min: float) -> dict[str, dict[str, Any]]:
        """Acceptance of each generator's spectrum, as `SpectrumSums.rows` says."""
        return self.sums.rows(acceptance, effective_min=effective_min)

    def _terms(
        self, part: Columns, at: NDArray[np.int64], weights: Array, block: NDArray[np.int64], blocks: int
    ) -> Array:
        """Sums of each block, (blocks, generators, 3), of the events at positions of a topology's."""
        px, py, pz, _ = part.momentum[:, 0, at]
        weight = weights[part.rows[at]]
        pt = np.hypot(px, py)
        y = np.arcsinh(pz / np.hypot(pt, self.source.masses[self.source.pdgid]))
        own = self.source.density(y, pt)
        edge = self.source.table.ends_beside(y, pt)
        out = np.empty((blocks, 1 + len(self.others), 3))
        for i, other in enumerate([None, *self.others.values()]):
            ratio = np.ones(len(own)) if other is None else np.zeros(len(own))
            if other is not None:
                np.divide(other.density(y, pt), own, out=ratio, where=own > 0.0)
            each = weight * ratio
            for j, term in enumerate((each, each * each, each * edge)):
                out[:, i, j] = np.bincount(
                    block, term, blocks
                )  # adds in the order of events, each block for itself
        return out


def stated(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Acceptances by generator, of those spectra of which the sample can tell."""
    return {name: float(row["acceptance"]) for name, row in rows.items() if "acceptance" in row}
