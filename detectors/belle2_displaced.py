"""Belle II with a B whose meson leaves tracks, and an X2 that decays away from the beams to photons or tracks.

No search has been made for this, so the selection is ours and as loose as geometry allows: acceptance and thresholds of
tracker and calorimeter, and a least distance of the decay from the axis.  Not simulated: how a place is found from photons,
tracking of displaced tracks, the other B, every background.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.belle2 import Belle2
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.events import Batch, FinalState
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.parameters import Ge, Le, Length, settle
from darkpair.gen.particles import DARK_IDS
from darkpair.gen.pipeline import Selected
from darkpair.gen.ranges import PLACES
from darkpair.gen.topology import DECAYED, FINAL, Columns, Topology

if TYPE_CHECKING:
    from darkpair.gen.region import Cylinder

__all__ = ["LEAST_RADIUS", "Belle2Displaced"]

#: Least distance of a displaced decay from the axis [mm], a choice: outside of the beam pipe.
LEAST_RADIUS: Final = 10.0

_PHOTON: Final = 22
_CHARGED: Final = frozenset((11, 13, 211, 321, 2212))
_NEUTRINOS: Final = frozenset((12, 14, 16))
_DARK: Final = frozenset(abs(pdgid) for pdgid in DARK_IDS.values())

_Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Belle2Displaced:
    """Belle II with the meson of a B, and one X2 or more that decays visibly away from the axis.

    What is there of the meson has to be seen, a track of it at least; of an X2 everything that is neither dark nor a neutrino: charged
    particles leave a track that begins in the drift chamber, photons from within the crystals' faces meet a crystal above its
    threshold.  A second X2 may do anything.

    Parameters
    ----------
    least_radius : float [mm]
        Least distance of an X2's decay from the axis.
    detector : Belle2
        Whose tracker and calorimeter see; its own cuts are not applied.

    Raises
    ------
    InputError
        For a distance below 0.
    """

    least_radius: Annotated[float, Length, Ge(0.0), Le(PLACES[1])] = LEAST_RADIUS
    detector: Belle2 = field(default_factory=lambda: Belle2(selection="acceptance"))

    def __post_init__(self) -> None:
        settle(self)

    @property
    def source(self) -> str:
        """Name of the source that it expects."""
        return self.detector.source

    @property
    def machine(self) -> str:
        """Name of its beams."""
        return self.detector.machine

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the particles that its collisions make."""
        return self.detector.parents

    @property
    def needs(self) -> tuple[int, ...]:
        """Kinds of which an accepted event has one made in the region: photons and charged particles."""
        return (_PHOTON, *(sign * kind for kind in sorted(_CHARGED) for sign in (1, -1)))

    @cached_property
    def region(self) -> Cylinder:
        """Where a decay can be seen: within the crystals' faces."""
        return self.detector.crystals.inside

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """Whether the meson is seen, and how many X2 are seen that decay away from the axis.

        Parameters
        ----------
        truth : Batch
            Events.
        rng : numpy.random.Generator
            Generator of the photons' resolution.

        Returns
        -------
        Observed
            ``meson`` and ``n_displaced``.
        """
        meson, displaced = np.zeros(len(truth), dtype=bool), np.zeros(len(truth), dtype=np.int64)
        for part in truth.parts:
            heavy = dict(_heavy(part.topology))
            seen = self._seen(part, rng)
            beside = [p for p in _visible(part.topology) if not any(p in own for own in heavy.values())]
            tracks = any(abs(part.topology.pdgid[p]) in _CHARGED for p in beside)
            meson[part.rows] = _all(seen, beside, len(part)) if tracks else False
            for own in heavy.values():
                displaced[part.rows] += self._displaced(part, own, seen)
        return Observed(n=len(truth), flat={"meson": meson, "n_displaced": displaced})

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Accepted events and the cut flow.

        Parameters
        ----------
        reco : Observed
            Of `observe`.
        weight : ndarray, (n,)
            Weight of each event.
        """
        cuts = [("meson", reco.flat["meson"]), ("displaced", reco.flat["n_displaced"] > 0)]
        return Selected(
            mask=np.logical_and.reduce([mask for _, mask in cuts]), cutflow=Cutflow.of(weight, cuts)
        )

    def _seen(self, part: Columns, rng: np.random.Generator) -> dict[int, _Mask]:
        """Which of each visible final particle, by its position, is seen: every photon draws, whatever else is there."""
        seen: dict[int, _Mask] = {}
        for position in _visible(part.topology):
            own = _alone(part, position)
            kind = abs(part.topology.pdgid[position])
            if kind == _PHOTON:
                noise = rng.standard_normal(len(part))
                seen[position] = self.detector.crystals.sees(own, noise) & self.region.contains(
                    *own.vertex[:3]
                )
            elif kind in _CHARGED:
                seen[position] = self.detector.tracker.sees(own)
            else:
                seen[position] = np.zeros(len(part), dtype=bool)
        return seen

    def _displaced(self, part: Columns, own: tuple[int, ...], seen: dict[int, _Mask]) -> _Mask:
        """Where an X2 of those descendants decays away from the axis, and what is visible of it is seen."""
        visible = [position for position in own if position in seen]
        if not visible:
            return np.zeros(len(part), dtype=bool)
        x, y, *_ = part.vertices[:, part.topology.vertex[own[0]]]
        away: _Mask = np.hypot(x, y) >= self.least_radius
        return away & _all(seen, visible, len(part))


def _visible(topology: Topology) -> list[int]:
    """Positions of the final particles that are neither dark nor neutrinos."""
    return [
        position
        for position, (pdgid, status) in enumerate(zip(topology.pdgid, topology.status, strict=True))
        if status == FINAL and abs(pdgid) not in _DARK | _NEUTRINOS
    ]


def _heavy(topology: Topology) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Position of each dark state that decays, with those of all that comes of it, its daughters first."""
    for position, (pdgid, status) in enumerate(zip(topology.pdgid, topology.status, strict=True)):
        if status == DECAYED and abs(pdgid) in _DARK:
            own = [p for p in range(len(topology)) if topology.mother[p] == position]
            for mother in own:  # (grows on the way)
                own += [p for p in range(len(topology)) if topology.mother[p] == mother]
            yield position, tuple(own)


def _alone(part: Columns, position: int) -> FinalState:
    """One particle of each event."""
    n = len(part)
    return FinalState(
        counts=np.ones(n, dtype=np.int64),
        event=np.arange(n),
        index=np.full(n, position),
        momentum=part.momentum[:, position],
        vertex=part.vertices[:, part.topology.vertex[position]],
    )


def _all(seen: dict[int, _Mask], positions: list[int], n: int) -> _Mask:
    """Where all of some particles are seen, (n,)."""
    every: _Mask = np.logical_and.reduce([np.ones(n, dtype=bool), *(seen[p] for p in positions)])
    return every
