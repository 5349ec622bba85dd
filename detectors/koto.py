"""KOTO: two photons on the calorimeter, the pi0 vertex on the beam axis, and the signal selections.

Photons fly straight from their vertex to the calorimeter's face, are smeared there, and give a pi0 under the
hypothesis that it decayed on the axis.  Not simulated: showers, cluster fusion, timing, accidental vetoes.

What vetoes is decided by where it is made: a photon that is no cluster and a charged particle veto if they are made
inside `Koto.veto_volume`, from the end of the last collimator to the back of the calorimeter and out to the back of
the barrel, wherever they go (through the beam hole too: counters stand behind it).  What is made outside vetoes nothing
and reaches nothing: collimators, barrel and calorimeter absorb it, and what flies back from behind is soft.  A photon
flies freely, and so makes a cluster, from the vessel alone, between the collimator's end and the calorimeter's face.
The rings upstream through which it flies there (the neutron collar counter) are not in its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.branches import KOTO
from darkpair.detectors.calorimeter_face import Face
from darkpair.detectors.file_detector import SelectingChanges, SelectingDetector
from darkpair.detectors.koto_geometry import require_decays
from darkpair.detectors.photon_pairs import PhotonPairs, photon_pairs
from darkpair.detectors.pi0_variables import pi0_variables
from darkpair.detectors.pi0_vertex import reconstruct_pi0
from darkpair.detectors.selection import Line
from darkpair.detectors.shapes import Window
from darkpair.detectors.smearing import Calorimeter, Given, calorimeter
from darkpair.detectors.veto import made_inside
from darkpair.gen.events import Batch
from darkpair.gen.filling import again, fill
from darkpair.gen.kinematics import Array
from darkpair.gen.listed import owners
from darkpair.gen.observed import Observed
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Selected
from darkpair.gen.region import Cylinder, Region

if TYPE_CHECKING:
    import hist

__all__ = ["Koto"]

_CHARGED = tuple(s * i for i in (11, 13, 211, 321, 2212) for s in (1, -1))

#: Ends of the plane of vertices [mm] where the calorimeter is within them.
_PLANE_Z = (1500.0, 6500.0)


@dataclass(frozen=True, kw_only=True, repr=False)
class Koto(SelectingDetector):
    """The KOTO detector with one of its selections.

    Parameters
    ----------
    experiment : str
        Name of the data file, "koto", or a path to one of the same kind that ends with .toml
        (docs/detector_files.md).
    selection : str, optional
        Name of the selection, "2015", "2016-18" or "2021" of koto; the data file's own unless given, 2016-18.
    without : sequence of str
        Cuts to leave out, by name.
    cuts : mapping of str to mapping
        Limits of cuts in place of the file's, as ``{"pt": {"min": "140 MeV"}}``; a limit may be a line.
    numbers : mapping of str to float or str
        Other numbers of the file by their keys, as ``{"geometry.radius": "1.2 m"}``.
    resolution : Calorimeter, or a table of its numbers
        Resolution of the calorimeter; the data file's, the collaboration's fast simulation, unless given; of a table
        the numbers that it gives.
    factors : sequence of str
        Efficiencies that are not simulated, by name; the selection's unless given, none of KOTO's.  They are reported beside the
        acceptance (`flat_factors`) and touch no event, weight or cut flow.

    Raises
    ------
    UnknownNameError
        For a selection, a cut or a factor that does not exist.
    InputError
        For a resolution that is none, or a data file of another kind.

    References
    ----------
    arXiv:2005.07102, section IV.A; every number with its source in ``detectors/data/koto.toml``.
    """

    experiment: str = "koto"
    if TYPE_CHECKING:
        resolution: Calorimeter
    else:
        resolution: Given = None

    if TYPE_CHECKING:  # (what a checker asks of a script: selections of ours, of a user's file any)

        @overload
        def __init__(
            self,
            *,
            experiment: Literal["koto"] = ...,
            selection: Literal["2015", "2016-18", "2021"] | None = ...,
            resolution: Given = ...,
            **more: Unpack[SelectingChanges],
        ) -> None: ...

        @overload
        def __init__(
            self,
            *,
            experiment: str,
            selection: str | None = ...,
            resolution: Given = ...,
            **more: Unpack[SelectingChanges],
        ) -> None: ...

        def __init__(self, **given: Any) -> None: ...

    kinds: ClassVar[tuple[str, ...]] = ("koto", "koto_kaon")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "factors", tuple(self._factors))
        own = {name: float(entry["value"]) for name, entry in self._data["resolution"].items()}
        object.__setattr__(self, "resolution", calorimeter(self.resolution, own))
        require_decays(self.vertex_range, self.veto_volume.z_max, self.region.z_max, self.experiment)

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the particles that its beam holds."""
        return tuple(self._data["parents"])

    @property
    def needs(self) -> tuple[int, ...]:
        """Kinds of which an accepted event has one made in the region: photons."""
        return (22,)

    @cached_property
    def region(self) -> Cylinder:
        """Where a decay can be seen: inside the vessel, between the last collimator and the calorimeter."""
        return Cylinder(
            radius=self._number("geometry", "radius"),
            z_min=self.veto_volume.z_min,
            z_max=self._number("geometry", "z_calorimeter"),
        )

    @cached_property
    def veto_volume(self) -> Cylinder:
        """Where a photon or a charged particle has to be made to veto: one volume for every veto."""
        return Cylinder(**{name: self._number("veto", name) for name in ("radius", "z_min", "z_max")})

    def _number(self, table: str, name: str) -> float:
        return float(self._data[table][name]["value"])

    @property
    def pions(self) -> int:
        """Its candidates are one pi0."""
        return 1

    @property
    def vertex_range(self) -> tuple[float, float] | None:
        """Between which z [mm] the K_L of accepted events decay, but for the resolution; None without a cut on it."""
        cut = {cut.name: cut for cut in self.cuts.cuts}.get("z_vtx")
        if cut is None:
            return None
        low, high = (
            pick([y for _, y in end.points]) if isinstance(end, Line) else end
            for pick, end in ((min, cut.low), (max, cut.high))
        )
        ends = self.region.z_min, self.region.z_max
        return max(ends[0] if low is None else low, ends[0]), min(ends[1] if high is None else high, ends[1])

    @cached_property
    def _plane(self) -> hist.Hist[Any]:
        import hist

        z_min, z_max = _PLANE_Z
        if not z_min < self.region.z_max <= z_max:
            z_min, z_max = self.region.z_min, self.region.z_max
        return hist.Hist(
            hist.axis.Regular(50, z_min, z_max, name="z_vtx", label=r"$Z_\mathrm{vtx}$ [mm]"),
            hist.axis.Regular(50, 0.0, 500.0, name="pt", label=r"$p_T$ [MeV]"),
            storage=hist.storage.Weight(),
        )

    @property
    def least_energy(self) -> float:
        """Least energy of the K_L of an event that the selection may accept [GeV]: four errors below both photons'."""
        least = {cut.name: cut.low for cut in self.cuts.cuts}.get("total_energy")
        if not isinstance(least, float):
            return 0.0
        return least - 4.0 * float(self.resolution.sigma_energy(np.array(least)))

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """Clusters and pi0 candidates of each event.

        Returns
        -------
        Observed
            ``n_missed`` photons that are not on the calorimeter and ``n_charged`` charged final particles, both of
            those made in the veto's volume, ``Cluster`` (energy [GeV], x, y [mm], genPartIdx) and ``Pi0`` candidates with the variables of the
            cuts; candidates exist for two clusters exactly.
        """
        n = len(truth)
        arrived = self._face.arrived(truth, self.veto_volume)
        # drawn for everything that truly arrives, before any cut: no cut changes an event
        noise = self.resolution.draw(rng, len(arrived.event))
        energy, x, y = self.resolution.smear(noise, arrived.energy, arrived.x, arrived.y)
        event, index = arrived.event, arrived.index
        if not (energy > 0.0).all():  # the softest photons may be smeared to nothing: no cluster
            seen = np.flatnonzero(energy > 0.0)
            event, index, energy, x, y = event[seen], index[seen], energy[seen], x[seen], y[seen]
        pairs = photon_pairs(n, event, energy, x, y)
        missed = arrived.made - pairs.counts  # (every cluster's photon is made inside)
        charged = made_inside(truth.final_state(*_CHARGED), self.veto_volume)
        values, owner = self._pi0(pairs, missed, charged)
        return Observed(
            n=n,
            flat={"n_missed": missed, "n_charged": charged},
            lists={
                "Cluster": (pairs.counts, {"energy": energy, "x": x, "y": y, "genPartIdx": index}),
                "Pi0": (np.bincount(owner, minlength=n), values),
            },
            titles=KOTO,
        )

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Accepted events, the cut flow, and the plane of pT [MeV] and Z_vtx [mm] before the signal box."""
        (counts, values), (clusters, _) = reco.lists["Pi0"], reco.lists["Cluster"]
        event = owners(counts)
        accepted, outside_box, cutflow = self.cuts.apply(
            values, event, weight, [("two_clusters", clusters == 2), ("pi0_candidate", counts > 0)]
        )
        plane = again(self._plane)
        own = event[outside_box]
        fill(
            plane,
            values["z_vtx"][outside_box],
            1e3 * values["pt"][outside_box],
            weight=weight[own],
            event=own,
        )
        return Selected.of_candidates(
            "Pi0", event, accepted, n=len(weight), cutflow=cutflow, histograms={"pt_z": plane}
        )

    def signal_box(self) -> list[tuple[float, float]]:
        """Corners (Z_vtx [mm], pT [MeV]) of the signal box, clockwise; empty if its cuts are left out."""
        return [(z, 1e3 * pt) for z, pt in self.cuts.corners("z_vtx", "pt")]

    def solids(self) -> dict[str, Region]:
        """Its parts by name, for pictures: the vessel, the calorimeter's face, and all inside which something vetoes."""
        plane = {"radius": self.region.radius, "z": self.region.z_max, "hole_half": self._face.hole}
        return {
            "decay region": self.region,
            "calorimeter": Window.disc(**plane),
            "veto volume": self.veto_volume,
        }

    @cached_property
    def _face(self) -> Face:
        return Face(vessel=self.region, hole=self._number("geometry", "hole_half"))

    def _pi0(
        self, pairs: PhotonPairs, missed: NDArray[np.int64], charged: NDArray[np.int64]
    ) -> tuple[dict[str, Any], NDArray[np.int64]]:
        """Variables of the candidates, (k,) each, and their events."""
        candidates = reconstruct_pi0(pairs.energy, pairs.x, pairs.y, particle("pi0").mass)
        owner = pairs.event[candidates.pair]
        return {
            "z_vtx": self.region.z_max - candidates.distance,
            **pi0_variables(candidates),
            "n_missed": missed[owner].astype(np.float64),
            "n_charged": charged[owner].astype(np.float64),
        }, owner
