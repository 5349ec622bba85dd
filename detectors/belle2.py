"""Belle II and Belle: B -> K and missing energy, with one kaon candidate and a veto of everything else that is seen.

The other B is not simulated: what its reconstruction and the background suppression leave is a published efficiency
against q², by which a candidate is drawn.  Not simulated: showers, the magnetic field's turns, neutral hadrons in the
calorimeter, particle identification beyond that efficiency, beam background.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.b_factory import Crystals, Tracker, tracked_part
from darkpair.detectors.branches import BELLE2
from darkpair.detectors.candidates import counted, places
from darkpair.detectors.file_detector import SelectingChanges, SelectingDetector
from darkpair.detectors.kaon_candidates import Kaons, kaon_candidates, kaon_squares
from darkpair.detectors.tracks import parents
from darkpair.gen.errors import UnknownNameError
from darkpair.gen.events import Batch, FinalState
from darkpair.gen.filling import again, fill
from darkpair.gen.interpolation import Polyline
from darkpair.gen.kinematics import Array
from darkpair.gen.listed import owners
from darkpair.gen.observed import Observed
from darkpair.gen.parameters import Gt, Le, Length
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Selected
from darkpair.gen.ranges import PLACES, require_within
from darkpair.gen.region import Cylinder, Region
from darkpair.gen.sources.upsilon4s import MACHINES, Beams
from darkpair.gen.uniforms import uniforms

if TYPE_CHECKING:
    import hist

__all__ = ["EXPERIMENTS", "Belle2"]

#: Experiments of the package by the name of their data file.
EXPERIMENTS: Final = ("belle2", "belle")

_OTHER_CHARGED: Final = (11, -11, 13, -13, 2212, -2212)


@cache
def _empty() -> tuple[hist.Hist[Any], hist.Hist[Any]]:
    """Histograms of q2 and of where photons and tracks are made, before any."""
    import hist

    q2 = hist.Hist(
        hist.axis.Regular(56, -3.0, 25.0, name="q2_rec", label=r"reconstructed $q^2$ [GeV$^2$]"),
        storage=hist.storage.Weight(),
    )
    vertices = hist.Hist(
        hist.axis.Regular(60, -1500.0, 2500.0, name="z", label="z of where photons and tracks are made [mm]"),
        hist.axis.Regular(50, 0.0, 2000.0, name="r", label="their distance to the axis [mm]"),
        storage=hist.storage.Weight(),
    )
    return q2, vertices


@dataclass(frozen=True, kw_only=True, repr=False)
class Belle2(SelectingDetector):
    """A B-factory detector with one of its selections.

    Parameters
    ----------
    experiment : str
        Name of the data file, "belle2" or "belle", or a path to one of the same kind that ends with .toml
        (docs/detector_files.md).
    selection : str, optional
        Name of the selection: "inclusive" (tag, region A), "inclusive_b" (its region B), "hadronic" (tag) or
        "acceptance" (no tag) of Belle II, "acceptance" of Belle; the first of the experiment's data file unless
        given.
    without : sequence of str
        Cuts to leave out, by name.
    cuts : mapping of str to mapping
        Limits of cuts in place of the file's, as ``{"q2_rec": {"max": 20.0}}``; a limit may be a line.
    numbers : mapping of str to float or str
        Other numbers of the file by their keys, as ``{"tracker.radius": "1 m"}``.
    factors : sequence of str, optional
        Efficiencies that are not simulated, by name; none unless the selection names any.
    escape_length : float, optional [mm]
        Length of the simple escape: any photon or charged particle beside the kaon that is made within this distance
        of the origin is seen, whatever its direction and energy, and none beyond.  Instead of the detector's
        geometry.

    Raises
    ------
    UnknownNameError
        For an experiment, a selection or a cut that does not exist.
    InputError
        For an escape length that is not positive.

    Notes
    -----
    The published efficiency is that of the whole selection of an invisible pair.  A candidate is tagged with the
    probability efficiency(q²) / (part of the kaons at this q² that leave a track): with the kaon's own acceptance,
    which is simulated, the product is the published one.  The draw is the detector's own, no weight is touched;
    ``tag_efficiency`` keeps the probability, for averages with less variance than the draw.

    References
    ----------
    arXiv:2311.14647, arXiv:2507.12393; escape length of 2 m: arXiv:2005.07102, section IV.C.  Every number with its
    source in ``detectors/data/belle2.toml`` and ``belle.toml``.
    """

    experiment: str = "belle2"
    escape_length: Annotated[float | None, Length, Gt(0.0), Le(PLACES[1])] = None

    if TYPE_CHECKING:  # (what a checker asks of a script: selections of ours, of a user's file any)

        @overload
        def __init__(
            self,
            *,
            experiment: Literal["belle2"] = ...,
            selection: Literal["inclusive", "inclusive_b", "hadronic", "acceptance"] | None = ...,
            escape_length: float | str | None = ...,
            **more: Unpack[SelectingChanges],
        ) -> None: ...

        @overload
        def __init__(
            self,
            *,
            experiment: Literal["belle"],
            selection: Literal["acceptance"] | None = ...,
            escape_length: float | str | None = ...,
            **more: Unpack[SelectingChanges],
        ) -> None: ...

        @overload
        def __init__(
            self,
            *,
            experiment: str,
            selection: str | None = ...,
            escape_length: float | str | None = ...,
            **more: Unpack[SelectingChanges],
        ) -> None: ...

        def __init__(self, **given: Any) -> None: ...

    kinds: ClassVar[tuple[str, ...]] = ("b_factory",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_within(self.escape_length or 0.0, PLACES, "escape_length", "mm")
        if self.machine not in MACHINES:
            raise UnknownNameError(f"machine of {self.experiment}", self.machine, MACHINES)
        _ = self.tracker, self.crystals

    @property
    def parents(self) -> tuple[str, ...]:
        """Names of the particles that its collisions make and its selections look for."""
        return tuple(self._data["parents"])

    @property
    def machine(self) -> str:
        """Name of its beams."""
        return str(self._data["machine"])

    @property
    def needs(self) -> tuple[int, ...]:
        """Kinds of which an accepted event has one made in the region: charged kaons, and pions of a K_S."""
        return (321, -321, 211, -211)

    @cached_property
    def beams(self) -> Beams:
        """The nominal beams, from which the centre-of-mass frame is known."""
        return MACHINES[self.machine]

    @cached_property
    def tracker(self) -> Tracker:
        """The drift chamber."""
        return Tracker.of(self._data)

    @cached_property
    def crystals(self) -> Crystals:
        """The calorimeter."""
        return Crystals.of(self._data)

    @property
    def region(self) -> Cylinder:
        """Where a decay can be seen: everything to the back of the crystals."""
        return self.crystals.whole

    @property
    def veto_volume(self) -> Cylinder:
        """Where a photon or a charged particle has to be made to veto; coil and yoke absorb what is made outside.

        A track has to begin in the drift chamber, which is inside.  With an escape length its sphere stands instead.
        """
        return self.crystals.whole

    @property
    def _tag(self) -> dict[str, Any] | None:
        """The selection's table of efficiencies, if it has one."""
        tag: dict[str, Any] | None = self._data.get("tags", {}).get(self.cuts.name)
        return tag

    def published_efficiency(self, q2: Array) -> Array:
        """Efficiency of the whole selection of B+ -> K+ and an invisible pair, (n,); 1 where there is no tag.

        Parameters
        ----------
        q2 : ndarray, (n,) [GeV²]
            True squared mass of the pair; beyond the table's ends the efficiency is that of the end.
        """
        if self._tag is None:
            return np.ones(len(q2))
        return self._published(q2)

    @cached_property
    def _published(self) -> Polyline:
        """The published efficiency against q2."""
        assert self._tag is not None  # (asked before)
        return Polyline(self._tag["q2"], self._tag["efficiency"])

    def tag_efficiency(self, q2: Array) -> Array:
        """Probability that an accepted kaon of that true q2 [GeV²] is tagged, (n,); 1 where there is no tag."""
        if self._tag is None:
            return np.ones(len(q2))
        return np.clip(self._published(q2) / self._tracked(q2), 0.0, 1.0)

    @cached_property
    def _tracked(self) -> Polyline:
        """Part of the charged kaons that leave a track in the detector of the published efficiency, against q2.

        Whatever ``numbers`` change: the efficiency was not published for a changed tracker, which sees other kaons.
        """
        b, k = particle("B+").mass, particle("K+").mass
        # close to the endpoint, where the slowest kaons are below the threshold, the nodes are close too
        nodes = (b - k) ** 2 * (1.0 - np.linspace(1.0, 0.01, 32) ** 3)
        published = Tracker.of(self._file)
        return Polyline(nodes, tracked_part(nodes, published, self.beams, b, k))

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """Kaon candidates of each event, and what else is seen.

        Returns
        -------
        Observed
            ``n_photons`` and ``n_tracks``, photons and charged particles seen, the kaon's included; ``Kaon``
            candidates with the variables of the cuts (momenta and energies [GeV], angles [deg], q² [GeV²]); and
            ``Extra``, the true place [mm] where each photon and charged particle but the charged kaons was made.
        """
        n = len(truth)
        # drawn for every event and every particle, before any cut: no cut changes an event
        lot = uniforms(rng, n)
        photons = truth.final_state(22)
        groups = [truth.final_state(*ids) for ids in ((321, -321), (211,), (-211,), _OTHER_CHARGED)]
        photon_noise = rng.standard_normal(len(photons.event))
        noise = [rng.standard_normal((2, len(group.event))) for group in groups]
        tracked = [self.tracker.sees(group) for group in groups]
        seen_photons = self._seen(photons, np.zeros(len(photons.event), dtype=bool), photon_noise)
        seen = [
            self._seen(group, tracks, draws[1])
            for group, tracks, draws in zip(groups, tracked, noise, strict=True)
        ]
        n_photons = counted(photons, seen_photons)
        n_tracks = sum(
            (counted(group, mask) for group, mask in zip(groups, seen, strict=True) if len(mask)),
            start=np.zeros(n, dtype=np.int64),
        )
        momenta = [
            self.tracker.smear(group, draws[0]) for group, draws in zip(groups[:3], noise, strict=False)
        ]
        kaons = kaon_candidates(groups, tracked, momenta, float(self._data["kaon"]["short_window"]["value"]))
        values = self._variables(kaons, np.take(parents(truth), kaons.event, axis=1), lot[kaons.event])
        used = np.where(kaons.charge == 1, 1, 2)
        values |= {
            "n_extra_photons": n_photons[kaons.event].astype(np.float64),
            "n_extra_tracks": (n_tracks[kaons.event] - used).astype(np.float64),
        }
        return Observed(
            n=n,
            flat={"n_photons": n_photons, "n_tracks": n_tracks},
            lists={
                "Kaon": (np.bincount(kaons.event, minlength=n), values),
                "Extra": places([photons, *groups[1:]], [seen_photons, *seen[1:]], n),
            },
            titles=BELLE2,
        )

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Accepted events, the cut flow, reconstructed q² before its cut, and where visible particles were made."""
        counts, values = reco.lists["Kaon"]
        event = np.repeat(np.arange(len(counts)), counts)
        accepted, before_box, cutflow = self.cuts.apply(
            values, event, weight, [("kaon_candidate", counts > 0)]
        )
        q2, vertices = map(again, _empty())
        before = event[before_box]
        fill(q2, values["q2_rec"][before_box], weight=weight[before], event=before)
        extra, places = reco.lists["Extra"]
        of = owners(extra)
        fill(vertices, places["z"], places["r"], weight=weight[of], event=of)
        pictures = {"q2": q2, "vertices": vertices}
        return Selected.of_candidates(
            "Kaon", event, accepted, n=len(weight), cutflow=cutflow, histograms=pictures
        )

    def outline(self) -> dict[str, list[tuple[float, float]]]:
        """Lines (z, distance to the axis) [mm] of the detector, by name: for a picture."""
        faces = {"crystals, front": self.crystals.inside, "crystals, back": self.crystals.whole}
        return {
            name: [(v.z_min, 0.0), (v.z_min, v.radius), (v.z_max, v.radius), (v.z_max, 0.0)]
            for name, v in faces.items()
        }

    def solids(self) -> dict[str, Region]:
        """Its parts by name, for pictures."""
        crystals = {"crystals, front": self.crystals.inside, "crystals, back": self.crystals.whole}
        return {"drift chamber": self.tracker.volume, **crystals}

    def _seen(self, particles: FinalState, tracked: NDArray[np.bool_], noise: Array) -> NDArray[np.bool_]:
        """Which particles (k,) are seen: those with a track and those in the crystals, or all within the escape length."""
        if self.escape_length is not None:
            near: NDArray[np.bool_] = np.sum(np.square(particles.vertex[:3]), axis=0) < self.escape_length**2
            return near
        seen, rest = tracked.copy(), np.flatnonzero(~tracked)
        if len(rest) == len(seen):
            return self.crystals.sees(particles, noise)
        seen[rest] = self.crystals.sees(particles.take(rest), noise[rest])
        return seen

    def _variables(self, kaons: Kaons, parent: Array, lot: Array) -> dict[str, Any]:
        """Variables of the candidates, (k,) each."""
        px, py, pz, energy = kaons.measured
        total, sqrt_s = self.beams.nominal, self.beams.nominal_sqrt_s
        # the B at rest in the centre-of-mass frame; or the B opposite to a fully reconstructed one, here exact
        e_cms, inclusive, hadronic, true = kaon_squares(
            *kaons.measured, *kaons.true, *parent, *map(float, total), float(sqrt_s)
        )
        q2 = {"q2_inclusive": inclusive, "q2_hadronic": hadronic}
        probability = self.tag_efficiency(true)
        q2_rec = q2[self._tag["q2_rec"] if self._tag else "q2_inclusive"]
        pt = np.hypot(px, py)
        return {
            "pt": pt,
            "pz": pz,
            "energy": energy,
            "theta": np.degrees(np.arctan2(pt, pz)),
            "charged": kaons.charge.astype(np.float64),
            "e_cms": e_cms,
            **q2,
            "q2_rec": q2_rec,
            "e_missing": 0.5 * sqrt_s - e_cms,
            "m_missing": np.copysign(np.sqrt(np.abs(q2_rec)), q2_rec),
            "tag_efficiency": probability,
            "tagged": (lot < probability).astype(np.float64),
            "genPartIdx": kaons.index,
        }
