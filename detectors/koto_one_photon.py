"""KOTO with one photon and nothing else, K_L -> gamma X with X invisible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, Final

import numpy as np

from darkpair.detectors.data_cuts import selections
from darkpair.detectors.data_file import detector_data
from darkpair.detectors.koto_pairs import OfKoto
from darkpair.detectors.selection import Cut, Selection
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.pipeline import Selected

__all__ = ["KotoOnePhoton"]

#: KOTO's cuts that one cluster can be asked for.
_KEPT: Final = ("no_charged", "no_missed_photon", "outer_radius", "inner_square")


@dataclass(frozen=True, kw_only=True)
class KotoOnePhoton(OfKoto):
    """KOTO with one cluster, no photon missed and nothing charged.

    One photon has no vertex, and the cuts of the search are not public: the cluster has to be where those of a pi0 are, with a
    least energy.

    Parameters
    ----------
    least : tuple of float [GeV]
        Least energies of the cluster, growing; the first is asked for, all of them are `selections`.
    detector : Koto
        Detector that observes the photons; its own cuts are not applied.

    Raises
    ------
    InputError
        For energies that do not grow from above 0 on.
    """

    least: tuple[float, ...]

    candidates: ClassVar[str] = "Photon"

    def __post_init__(self) -> None:
        if not self.least or any(low >= high for low, high in pairwise((0.0, *self.least))):
            raise InputError(f"least = {self.least} GeV of a photon; allowed: growing energies above 0")

    @property
    def cuts(self) -> Selection:
        """Its cuts."""
        return next(iter(self.selections.values()))

    @cached_property
    def selections(self) -> dict[str, Selection]:
        """Its cuts with each least energy, by that in GeV."""
        return {f"{energy:g}": self._selection(energy) for energy in self.least}

    @staticmethod
    def _selection(least: float) -> Selection:
        data = detector_data("koto")
        kept = [cut for cut in data["cuts"] if cut["name"] in _KEPT]
        shared = selections({"cuts": kept, "selections": {"photon": {}}, "box": []})["photon"]()
        energy = Cut(
            name="photon_energy",
            variable="energy_min",
            unit="GeV",
            source="not published; a band",
            confidence="choice",
            low=least,
        )
        return Selection("one photon", (*shared.cuts, energy))

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """What Koto observes, and a ``Photon`` where it has one cluster, with the variables of the cuts.

        Parameters
        ----------
        truth : Batch
            Events.
        rng : numpy.random.Generator
            Generator of the resolution.
        """
        seen = self.detector.observe(truth, rng)
        counts, clusters = seen.lists["Cluster"]
        alone = counts == 1
        rows = np.flatnonzero(np.repeat(alone, counts))
        e, x, y = (clusters[name][rows] for name in ("energy", "x", "y"))
        values = {
            "energy_min": e,
            "radius_max": np.hypot(x, y),
            "square_min": np.maximum(np.abs(x), np.abs(y)),
            "n_missed": seen.flat["n_missed"][alone].astype(np.float64),
            "n_charged": seen.flat["n_charged"][alone].astype(np.float64),
        }
        return Observed(
            n=seen.n, flat=seen.flat, lists={**seen.lists, "Photon": (alone.astype(np.int64), values)}
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
        counts, values = reco.lists["Photon"]
        event = np.flatnonzero(counts)
        accepted, _, cutflow = self.cuts.apply(values, event, weight, [("one_cluster", counts == 1)])
        return Selected.of_candidates(
            "Photon", event, accepted, n=len(weight), cutflow=cutflow, histograms={}
        )
