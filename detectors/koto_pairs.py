"""KOTO with four photons of two equal masses: K_L -> X X, X -> gamma gamma.

The cuts of its search are not public.  These are KOTO's cuts of K_L -> 2 pi0 in ``detectors/data/koto.toml``
that make sense of any mass (energies, places, distance of the clusters, vertex, mass of a pair), three times: with the
limits on energy, distance and mass as they are, a factor of three looser, and in the middle.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final

import numpy as np

from darkpair.detectors.data_file import detector_data
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import cluster_variables, kaon_selection
from darkpair.detectors.pair_vertex import reconstruct_pairs
from darkpair.detectors.selection import Cut, Selection
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Selected
from darkpair.gen.region import Cylinder

__all__ = ["TIGHTNESS", "KotoPairs", "OfKoto", "pair_selection"]

#: How tight each selection is beside KOTO's cuts of K_L -> 2 pi0: least energy and distance times it, mass window over it.  The
#: loosest asks for clusters two crystals apart; with cuts tighter than KOTO's own no pair of 40 MeV is left, where KOTO has a limit.
TIGHTNESS: Final[Mapping[str, float]] = {"loose": 1.0 / 3.0, "middle": math.sqrt(1.0 / 3.0), "tight": 1.0}

#: Cuts of K_L -> 2 pi0 that are taken as they are, and those that are moved; all others ask for pi0 or for their vertices.
_KEPT: Final = (
    "no_charged",
    "no_missed_photon",
    "photon_energy_max",
    "outer_radius",
    "inner_square",
    "z_vtx",
)
_MOVED: Final = ("photon_energy", "cluster_distance", "pi0_mass")

#: What a cut on the pi0's mass looks at here.
_MASS: Final = "pair_mass_off"


def pair_selection(name: str) -> Selection:
    """One of the three selections.

    Parameters
    ----------
    name : {"loose", "middle", "tight"}
        How tight it is, see `TIGHTNESS`.

    Raises
    ------
    UnknownNameError
    """
    if name not in TIGHTNESS:
        raise UnknownNameError("selection of four photons", name, TIGHTNESS)
    cuts = [_moved(cut, TIGHTNESS[name]) for cut in kaon_selection(detector_data("koto")).cuts]
    return Selection(name, tuple(cut for cut in cuts if cut is not None))


def _moved(cut: Cut, tightness: float) -> Cut | None:
    """A cut of K_L -> 2 pi0 as it stands here; None for one that makes no sense of any mass."""
    if cut.name in _KEPT:
        return cut
    if cut.name not in _MOVED:
        return None
    low, high = cut.low, cut.high
    assert not callable(low)
    assert not callable(high)
    return Cut(
        name="pair_mass" if high is not None else cut.name,
        variable=_MASS if high is not None else cut.variable,
        unit=cut.unit,
        source=cut.source if tightness == 1.0 else f"{tightness:.3g} times as tight as: {cut.source}",
        confidence=cut.confidence if tightness == 1.0 else "derived",
        low=None if low is None else low * tightness,
        high=None if high is None else high / tightness,
    )


@dataclass(frozen=True, kw_only=True)
class OfKoto:
    """A base: what Koto observes, with other candidates."""

    detector: Koto = field(default_factory=Koto)

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the particles that its beam holds."""
        return self.detector.parents

    @property
    def source(self) -> str:
        """Name of the source that it expects."""
        return self.detector.source

    @property
    def needs(self) -> tuple[int, ...]:
        """Kinds of which an accepted event has one made in the region: photons."""
        return self.detector.needs

    @property
    def region(self) -> Cylinder:
        """Where a decay can be seen: inside the vessel."""
        return self.detector.region


@dataclass(frozen=True, kw_only=True)
class KotoPairs(OfKoto):
    """KOTO with four clusters, their vertex by the K_L's mass, and two pairs of the mass that is looked for.

    Parameters
    ----------
    mass : float [GeV]
        Mass of X that is looked for, above 0.
    selection : {"loose", "middle", "tight"}
        How tight the cuts are, see `TIGHTNESS`.
    detector : Koto
        Detector that observes the photons; its own cuts are not applied.

    Raises
    ------
    InputError, UnknownNameError
        For a mass that is none, or another selection.
    """

    mass: float
    selection: str = "middle"

    def __post_init__(self) -> None:
        if not 0.0 < self.mass < 0.5 * particle("K_L0").mass:
            raise InputError(
                f"mass = {self.mass} GeV of a pair of photons; allowed: above 0, below half of the K_L's"
            )
        _ = self.cuts

    candidates: ClassVar[str] = "Pair"

    @cached_property
    def selections(self) -> dict[str, Selection]:
        """Its own cuts, and those that are tighter, by name."""
        own = TIGHTNESS[self.selection]
        return {name: pair_selection(name) for name, tightness in TIGHTNESS.items() if tightness >= own}

    @cached_property
    def cuts(self) -> Selection:
        """Its cuts."""
        return pair_selection(self.selection)

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """What Koto observes, and ``Pair`` candidates of four clusters with the variables of the cuts.

        Parameters
        ----------
        truth : Batch
            Events.
        rng : numpy.random.Generator
            Generator of the resolution.
        """
        seen = self.detector.observe(truth, rng)
        counts, clusters = seen.lists["Cluster"]
        event = np.flatnonzero(counts == 4)
        rows = np.flatnonzero(np.repeat(counts == 4, counts))
        e, x, y = (clusters[name][rows].reshape(-1, 4).T for name in ("energy", "x", "y"))
        end = self.region
        placed = reconstruct_pairs(e, x, y, particle("K_L0").mass, farthest=end.z_max - end.z_min)
        at, owner = placed.event, event[placed.event]
        values = {
            "z_vtx": end.z_max - placed.distance,
            _MASS: np.abs(placed.masses - self.mass).max(axis=0),
            **cluster_variables(e[:, at], x[:, at], y[:, at]),
            "n_missed": seen.flat["n_missed"][owner].astype(np.float64),
            "n_charged": seen.flat["n_charged"][owner].astype(np.float64),
        }
        return Observed(
            n=seen.n,
            flat=seen.flat,
            lists={**seen.lists, "Pair": (np.bincount(owner, minlength=seen.n), values)},
        )

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Accepted events and the cut flow.

        Parameters
        ----------
        reco : Observed
            Of `observe`.
        weight : ndarray, (n,)
            Weight of each event.
        """
        (counts, values), (clusters, _) = reco.lists["Pair"], reco.lists["Cluster"]
        event = np.repeat(np.arange(len(counts)), counts)
        accepted, _, cutflow = self.cuts.apply(
            values, event, weight, [("four_clusters", clusters == 4), ("vertex", counts > 0)]
        )
        return Selected.of_candidates("Pair", event, accepted, n=len(weight), cutflow=cutflow, histograms={})
