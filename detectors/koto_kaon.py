"""KOTO's normalisation decays: candidates of K_L -> 2 pi0 and 3 pi0 with their full momentum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import hist
import numpy as np

from darkpair.detectors.branches import KOTO_KAON
from darkpair.detectors.data_file import read_data, selections
from darkpair.detectors.kaon_vertex import reconstruct_kaon
from darkpair.detectors.koto import Koto
from darkpair.detectors.selection import Selection
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Selected
from darkpair.gen.region import Cylinder
from darkpair.gen.sources.koto_kl import Z_TARGET

__all__ = ["KotoKaon"]

_PT = hist.Hist(
    hist.axis.Regular(120, 0.0, 120.0, name="pt", label="$p_T$ [MeV]"), storage=hist.storage.Weight()
)
_MASS = hist.Hist(
    hist.axis.Regular(100, 450.0, 550.0, name="mass", label="mass [MeV]"), storage=hist.storage.Weight()
)


@dataclass(frozen=True, kw_only=True)
class KotoKaon:
    """KOTO with candidates of K_L -> 2 pi0 or 3 pi0: as many photons, no more and none missed.

    Parameters
    ----------
    pions : {2, 3}
    detector : Koto
        Observes.
    without : sequence of str
        Cuts to leave out, by name.
    errors : Calorimeter
        That the reconstruction assigns to the photons; the collaboration's fast simulation unless given, also where
        the detector observes without any.

    Raises
    ------
    InputError
        For another number of pi0.
    UnknownNameError
        For a cut that does not exist.

    References
    ----------
    arXiv:2005.07102, Fig. 7; cuts with their sources in ``detectors/data/koto.toml``.
    """

    pions: int = 2
    detector: Koto = field(default_factory=Koto)
    without: Sequence[str] = ()
    errors: Calorimeter = field(default_factory=lambda: Koto().resolution)

    def __post_init__(self) -> None:
        freeze(self)
        if self.pions not in (2, 3):
            raise InputError(f"K_L -> {self.pions} pi0; allowed: 2 and 3")
        _ = self.cuts  # the names are checked here

    @cached_property
    def _data(self) -> dict[str, Any]:
        return read_data("koto")

    @cached_property
    def cuts(self) -> Selection:
        """The cuts in order."""
        own = self._data["kaon"]
        shared = [cut for cut in self._data["cuts"] if cut["name"] in own["shared"]]
        data = {"cuts": shared + own["cuts"], "selections": {"kaon": {}}, "box": []}
        return selections(data)["kaon"]().without(*self.without)

    @property
    def source(self) -> str:
        """Name of the source that the detector expects."""
        return self.detector.source

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the particles that its beam holds."""
        return self.detector.parents

    @property
    def needs(self) -> tuple[int, ...]:
        """The detector's."""
        return self.detector.needs

    @property
    def region(self) -> Cylinder:
        """The detector's."""
        return self.detector.region

    @property
    def veto_volume(self) -> Cylinder:
        """The detector's."""
        return self.detector.veto_volume

    @property
    def least_energy(self) -> float:
        """Least energy of the K_L of an event that the selection may accept [GeV]: no cut asks for their sum."""
        return 0.0

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """What the detector observes, and ``Kaon`` candidates with the variables of the cuts.

        Returns
        -------
        Observed
            ``Kaon`` has its ``x``, ``y``, ``z_vtx`` [mm], ``px``, ``py``, ``pz``, ``pt``, ``energy``, ``mass`` [GeV],
            ``pairing`` (row of `pairings` of the event's clusters), and what the cuts need.
        """
        seen = self.detector.observe(truth, rng)
        counts, clusters = seen.lists["Cluster"]
        photons = 2 * self.pions
        event = np.flatnonzero(counts == photons)
        rows = np.flatnonzero(np.repeat(counts == photons, counts))
        energy, x, y = (clusters[name][rows].reshape(-1, photons).T for name in ("energy", "x", "y"))
        found = reconstruct_kaon(
            energy,
            x,
            y,
            self.errors,
            z_face=self.region.z_max,
            z_target=Z_TARGET,
            sigma_max=self._data["kaon"]["sigma_max"]["value"],
        )
        e, hit_x, hit_y = (v[:, found.event] for v in (energy, x, y))
        first, second = np.array(list(combinations(range(photons), 2))).T
        owner = event[found.event]
        values = {
            "x": found.x,
            "y": found.y,
            "z_vtx": found.z,
            "z_error": found.z_error,
            "z_spread": found.z_spread,
            "chi_square": found.chi_square,
            "chi_square_gap": found.chi_square_gap,
            "pairing": found.pairing,
            "px": found.px,
            "py": found.py,
            "pz": found.pz,
            "pt": np.hypot(found.px, found.py),
            "energy": found.energy,
            "mass": found.mass,
            "mass_off": np.abs(found.mass - particle("K_L0").mass),
            "pi0_mass_off": np.abs(found.pi0_mass - particle("pi0").mass).max(axis=0),
            "energy_min": e.min(axis=0),
            "energy_max": e.max(axis=0),
            "radius_max": np.hypot(hit_x, hit_y).max(axis=0),
            "square_min": np.maximum(np.abs(hit_x), np.abs(hit_y)).min(axis=0),
            "distance_min": np.hypot(hit_x[first] - hit_x[second], hit_y[first] - hit_y[second]).min(axis=0),
            "n_missed": seen.flat["n_missed"][owner].astype(np.float64),
            "n_charged": seen.flat["n_charged"][owner].astype(np.float64),
        }
        kaons = np.bincount(owner, minlength=seen.n), values
        return Observed(n=seen.n, flat=seen.flat, lists={**seen.lists, "Kaon": kaons}, titles=KOTO_KAON)

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Accepted events, the cut flow, and the histograms of p_T and mass [MeV]."""
        (counts, values), (clusters, _) = reco.lists["Kaon"], reco.lists["Cluster"]
        event = np.repeat(np.arange(len(counts)), counts)
        accepted, _, cutflow = self.cuts.apply(
            values, event, weight, [("clusters", clusters == 2 * self.pions), ("kaon_candidate", counts > 0)]
        )
        spectra = {"pt": _PT.copy(), "mass": _MASS.copy()}
        for name, spectrum in spectra.items():
            spectrum.fill(1e3 * values[name][accepted], weight=weight[event[accepted]])
        return Selected.of_candidates(
            "Kaon", event, accepted, n=len(weight), cutflow=cutflow, histograms=spectra
        )
