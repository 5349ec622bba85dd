"""KOTO's normalisation decays: candidates of K_L -> 2 pi0 and 3 pi0 with their full momentum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

import numpy as np

from darkpair.detectors.branches import KOTO_KAON
from darkpair.detectors.data_cuts import selections
from darkpair.detectors.file_detector import Changes, FileDetector
from darkpair.detectors.kaon_vertex import KaonCandidates, reconstruct_kaon
from darkpair.detectors.koto import Koto
from darkpair.detectors.selection import Selection
from darkpair.detectors.smearing import Calorimeter, Given, calorimeter
from darkpair.gen.errors import InputError, shown
from darkpair.gen.events import Batch
from darkpair.gen.filling import fill
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Selected
from darkpair.gen.region import Cylinder, Region
from darkpair.gen.sources.koto_kl import Z_TARGET

if TYPE_CHECKING:
    import hist

__all__ = ["KotoKaon", "cluster_variables", "kaon_selection"]


@cache
def _empty() -> dict[str, hist.Hist[Any]]:
    """Histograms of the candidates, before any."""
    import hist

    weight = hist.storage.Weight
    return {
        "pt": hist.Hist(hist.axis.Regular(120, 0.0, 120.0, name="pt", label="$p_T$ [MeV]"), storage=weight()),
        "mass": hist.Hist(
            hist.axis.Regular(100, 450.0, 550.0, name="mass", label="mass [MeV]"), storage=weight()
        ),
    }


@dataclass(frozen=True, kw_only=True, repr=False)
class KotoKaon(FileDetector):
    """KOTO with candidates of K_L -> 2 pi0 or 3 pi0: as many photons, no more and none missed.

    Parameters
    ----------
    experiment : str, optional
        Name of the data file, "koto", or a path to one that ends with .toml (docs/detector_files.md); the detector's
        unless given.
    pions : {2, 3}
        Number of pi0 that the photons make.
    detector : Koto, optional
        Detector that observes the photons; that of the same data file and numbers unless given.
    without : sequence of str
        Cuts to leave out, by name.
    cuts : mapping of str to mapping
        Limits of cuts in place of the file's, as ``{"pt": {"max": "20 MeV"}}``; a limit may be a line.
    numbers : mapping of str to float or str
        Other numbers of the file by their keys, as ``{"geometry.radius": "1.2 m"}``.
    errors : Calorimeter, or a table of its numbers
        Errors that the reconstruction assigns to the photons; the file's, the collaboration's fast simulation, unless
        given, also where the detector observes without any.

    Raises
    ------
    InputError
        For another number of pi0, or a detector of another file.
    UnknownNameError
        For a cut that does not exist.

    References
    ----------
    arXiv:2005.07102, Fig. 7; cuts with their sources in ``detectors/data/koto.toml``.
    """

    experiment: str = ""
    if TYPE_CHECKING:
        pions: int = 2
    else:
        pions: Literal[2, 3] = 2
    if TYPE_CHECKING:
        detector: Koto
    else:
        detector: Koto | None = None
    if TYPE_CHECKING:
        errors: Calorimeter
    else:
        errors: Given = None

    if TYPE_CHECKING:  # (cuts are given as a table, and become those that are applied)

        def __init__(
            self,
            *,
            experiment: str = ...,
            pions: int = ...,
            detector: Koto | None = ...,
            errors: Given = ...,
            **more: Unpack[Changes],
        ) -> None: ...

    kinds: ClassVar[tuple[str, ...]] = ("koto_kaon", "koto")

    def __post_init__(self) -> None:
        freeze(self)
        if self.pions not in (2, 3):
            raise InputError(f"K_L -> {shown(self.pions)} pi0; allowed: 2 and 3")
        detector: Koto | None = self.detector  # (what was given, until it is made below)
        own = "koto" if detector is None else detector.experiment
        object.__setattr__(self, "experiment", self.experiment or own)
        super().__post_init__()
        if "kaon" not in self._data:
            raise InputError(
                f"the data file {self.experiment} has no kaon; `darkpair list detectors --show koto` shows one"
            )
        if detector is None:
            object.__setattr__(self, "detector", Koto(experiment=self.experiment, numbers=self.numbers))
        elif detector.experiment != self.experiment:
            raise InputError(
                f"experiment = {self.experiment!r} with a detector of {detector.experiment!r}; allowed: one of them alone"
            )
        numbers = {name: float(entry["value"]) for name, entry in self._data["resolution"].items()}
        object.__setattr__(self, "errors", calorimeter(self.errors, numbers, "errors"))
        self._apply(kaon_selection(self._data))

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the particles that its beam holds."""
        return self.detector.parents

    @property
    def needs(self) -> tuple[int, ...]:
        """Kinds of which an accepted event has one made in the region: the detector's."""
        return self.detector.needs

    @property
    def region(self) -> Cylinder:
        """Where a decay can be seen: the detector's."""
        return self.detector.region

    @property
    def veto_volume(self) -> Cylinder:
        """Where a photon or a charged particle has to be made to veto: the detector's."""
        return self.detector.veto_volume

    def solids(self) -> dict[str, Region]:
        """The detector's parts by name, for pictures."""
        return self.detector.solids()

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
        candidates = reconstruct_kaon(
            energy,
            x,
            y,
            self.errors,
            z_face=self.region.z_max,
            z_target=Z_TARGET,
            sigma_max=self._data["kaon"]["sigma_max"]["value"],
        )
        owner = event[candidates.event]
        values = {
            **_variables(candidates, *(v[:, candidates.event] for v in (energy, x, y))),
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
        spectra = {name: spectrum.copy() for name, spectrum in _empty().items()}
        for name, spectrum in spectra.items():
            own = event[accepted]
            fill(spectrum, 1e3 * values[name][accepted], weight=weight[own], event=own)
        return Selected.of_candidates(
            "Kaon", event, accepted, n=len(weight), cutflow=cutflow, histograms=spectra
        )


def kaon_selection(data: Mapping[str, Any]) -> Selection:
    """Cuts of K_L -> 2 pi0 and 3 pi0 candidates of a data file.

    Parameters
    ----------
    data : mapping
        Contents of the file, which has a table ``kaon``.
    """
    own = data["kaon"]
    shared = [cut for cut in data.get("cuts", ()) if cut["name"] in own.get("shared", ())]
    return selections({"cuts": shared + own["cuts"], "selections": {"kaon": {}}, "box": []})["kaon"]()


def _variables(candidates: KaonCandidates, e: Array, x: Array, y: Array) -> dict[str, Any]:
    """Variables of K_L candidates by name, (k,) each, of their photons' energies and positions, (photons, k) [GeV], [mm]."""
    return {
        "x": candidates.x,
        "y": candidates.y,
        "z_vtx": candidates.z,
        "z_error": candidates.z_error,
        "z_spread": candidates.z_spread,
        "chi_square": candidates.chi_square,
        "chi_square_gap": candidates.chi_square_gap,
        "pairing": candidates.pairing,
        "px": candidates.px,
        "py": candidates.py,
        "pz": candidates.pz,
        "pt": np.hypot(candidates.px, candidates.py),
        "energy": candidates.energy,
        "mass": candidates.mass,
        "mass_off": np.abs(candidates.mass - particle("K_L0").mass),
        "pi0_mass_off": np.abs(candidates.pi0_mass - particle("pi0").mass).max(axis=0),
        **cluster_variables(e, x, y),
    }


def cluster_variables(e: Array, x: Array, y: Array) -> dict[str, Any]:
    """Variables of the clusters of each candidate by name, (k,) each.

    Parameters
    ----------
    e, x, y : ndarray, (clusters, k) [GeV], [mm]
        Energies of the clusters, two or more, and their places on the face.
    """
    first, second = np.array(list(combinations(range(len(e)), 2))).T
    return {
        "energy_min": e.min(axis=0),
        "energy_max": e.max(axis=0),
        "radius_max": np.hypot(x, y).max(axis=0),
        "square_min": np.maximum(np.abs(x), np.abs(y)).min(axis=0),
        "distance_min": np.hypot(x[first] - x[second], y[first] - y[second]).min(axis=0),
    }
