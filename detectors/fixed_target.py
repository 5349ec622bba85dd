"""Detectors behind a target or a dump: one class, one data file for each experiment.

Photons and electrons are electromagnetic showers, muons are tracks, and so are charged hadrons where the data file says so; both fly straight to the calorimeter's plane from
where they are made, in the decay volume or between its end and that plane.  What is made elsewhere (in the shield, beside
the volume, behind the calorimeter) is absorbed there.  Showers nearer than a stated distance are one, and what arrives
is smeared.  Not simulated: other hadrons and their vetoes, magnets, backgrounds; efficiencies are flat factors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.absorbers import absorber_of_data
from darkpair.detectors.arrivals import Arrivals, Columns, Somewhere, extremes, separation
from darkpair.detectors.branches import DUMP, SPECTROMETER
from darkpair.detectors.catalogue import from_file
from darkpair.detectors.data_file import Number, data_files, read_data
from darkpair.detectors.file_detector import SelectingChanges, SelectingDetector
from darkpair.detectors.merging import merge
from darkpair.detectors.normalisation import Normalisation, by_protons
from darkpair.detectors.shapes import Window, number_of, volume_of, window_of
from darkpair.detectors.smearing import Calorimeter, Tracks
from darkpair.detectors.tracks import kinds_of, single_track, track_columns
from darkpair.detectors.veto import made_inside
from darkpair.gen.absorption import Absorber
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Batch, made_within
from darkpair.gen.filling import again, fill
from darkpair.gen.kinematics import Array
from darkpair.gen.listed import owners
from darkpair.gen.observed import Observed
from darkpair.gen.pipeline import Selected
from darkpair.gen.prism import Prism
from darkpair.gen.region import Box, Cylinder, Frustum, Region, extent, prolonged

if TYPE_CHECKING:
    import hist

__all__ = ["FixedTarget", "experiments"]

#: That of the data file, or none: neither smearing nor merging.
_RESOLUTION: TypeAlias = Literal["data", "none"]

_SHOWERS = (22, 11, -11)
_TRACKS = ("mu",)
_KIND = "fixed_target"

_SHOWER_UNITS: Final = {
    "constant": "",
    "stochastic": "sqrt(GeV)",
    "position": "mm sqrt(GeV)",
    "position_constant": "mm",
    "merging": "mm",
}
_TRACK_UNITS: Final = {"constant": "", "linear": "1/GeV", "position": "mm"}


@dataclass(frozen=True, kw_only=True, repr=False)
class FixedTarget(SelectingDetector):
    """A fixed-target experiment with one of its selections.

    Parameters
    ----------
    experiment : str
        Name of its data file (charm, nucal, ship, dune_nd, faser2), or a path to one that ends with .toml.
    selection : str, optional
        Name of one of the data file's selections, as showers or muons of charm; its first unless given.
    without : sequence of str
        Cuts to leave out, by name.
    cuts : mapping of str to mapping
        Limits of cuts in place of the file's, as ``{"shower_energy": {"min": "3 GeV"}}``; a limit may be a line.
    numbers : mapping of str to float or str
        Other numbers of the file by their keys, as ``{"decay_volume.z_max": "520 m"}``.
    factors : sequence of str, optional
        Efficiencies that are not simulated, by name; the selection's unless given.  They are reported beside
        the acceptance (`flat_factors`) and touch no event, weight or cut flow.
    resolution : {"data", "none"}
        Resolution of the data file; or none, which leaves energies and positions as they truly are and merges no
        showers.

    Raises
    ------
    UnknownNameError
        For an experiment, a selection, a cut, a factor or a resolution that does not exist.
    InputError
        For a data file of another kind of detector, one without resolution where it is asked for, or a shape that
        nothing here knows.

    References
    ----------
    Every number with its source in ``detectors/data``, a file for each experiment.
    """

    resolution: _RESOLUTION = "data"

    if TYPE_CHECKING:  # (cuts are given as a table, and become those that are applied)

        def __init__(
            self,
            *,
            experiment: str,
            selection: str | None = ...,
            resolution: Literal["data", "none"] = ...,
            **more: Unpack[SelectingChanges],
        ) -> None: ...

    kinds: ClassVar[tuple[str, ...]] = (_KIND,)

    def __post_init__(self) -> None:
        if self.resolution not in (words := get_args(_RESOLUTION)):
            raise UnknownNameError(f"resolution of {self.experiment}", str(self.resolution), words)
        super().__post_init__()
        for cut in self.cuts.cuts:
            if "tracks" not in self._data and f"Visible_{cut.variable}" in SPECTROMETER:
                raise InputError(
                    f"{self.experiment}: cut {cut.name!r} looks at {cut.variable}, which only a file with tracks = [...] has; give "
                    'it, as in tracks = ["mu", "pi"]'
                )
        # all are checked here
        _ = self.veto_volume, self.face, self.beam_energy, self._resolution, self.region, self.absorber
        if self.region.z_min >= self.z_face:
            raise InputError(
                f"{self.experiment}: the decay volume begins at z = {apart(self.region.z_min, self.z_face)[0]} mm, and the calorimeter is at "
                f"{apart(self.z_face, self.region.z_min)[0]} mm; allowed: a calorimeter behind the beginning of the volume"
            )

    def face_inside(self) -> str | None:
        """What to know of a calorimeter inside the decay volume, in a line; None of one behind it."""
        if self.z_face >= self.region.z_max:
            return None
        face, end = apart(self.z_face, self.region.z_max)
        return f"the calorimeter at z = {face} mm is inside the decay volume, which ends at {end} mm: what is made behind the calorimeter is not seen"

    @property
    def needs(self) -> tuple[int, ...]:
        """Kinds of which an accepted event has one made in the region: what makes showers or tracks."""
        return _SHOWERS + kinds_of(self.tracks)

    @property
    def tracks(self) -> tuple[str, ...]:
        """What leaves a track, of `darkpair.detectors.tracks.KINDS`: muons unless the data file says more."""
        return tuple(self._data.get("tracks", _TRACKS))

    @cached_property
    def beam_energy(self) -> float:
        """Energy of the protons [GeV]."""
        return self._number("beam", "energy", "GeV")

    @cached_property
    def absorber(self) -> Absorber | None:
        """What stops the mesons of the target; None where the data file does not say."""
        return absorber_of_data(self._data, self.experiment)

    @cached_property
    def run(self) -> dict[str, Number]:
        """Protons on target ``pot``, observed and background events, and ``n_90``, the signal excluded at 90 %."""
        if "run" not in self._data:
            raise InputError(
                f"the data file {self.experiment} has no run, which says how many protons there were; give [run] with pot, or an "
                "exposure of your own"
            )
        return {name: Number(**entry) for name, entry in self._data["run"].items()}

    @cached_property
    def region(self) -> Box | Cylinder | Frustum | Prism:
        """The decay volume."""
        return volume_of(self._table("decay_volume"), f"{self.experiment}, [decay_volume]")

    @cached_property
    def veto_volume(self) -> Region:
        """Where a particle has to be made to reach the calorimeter: the decay volume, prolonged to its plane."""
        return prolonged(self.region, self.z_face)

    @property
    def reach(self) -> Region:
        """Where a decay counts beside another one in the decay volume: all from which a shower arrives."""
        return self.veto_volume

    @cached_property
    def _resolution(self) -> tuple[Calorimeter, float, Tracks] | None:
        """Resolution of showers, with the distance below which two are one [mm], and of tracks; None where it is off."""
        if self.resolution == "none":
            return None
        for table in ("shower_resolution", "track_resolution"):
            if table not in self._data:
                raise InputError(
                    f"the data file {self.experiment} has no {table}; add it, as `darkpair list detectors --show charm` has it, or "
                    'take resolution = "none"'
                )
        showers, tracks = (
            {name: self._number(table, name, unit) for name, unit in units.items()}
            for table, units in (("shower_resolution", _SHOWER_UNITS), ("track_resolution", _TRACK_UNITS))
        )
        merging = showers.pop("merging")
        if not 0.0 <= merging < math.inf:
            raise InputError(
                f"{self.experiment}, [shower_resolution]: merging = {merging:g} mm; allowed: 0 (nothing merges) or more"
            )
        return Calorimeter(**showers), merging, Tracks(**tracks)

    @cached_property
    def face(self) -> Window:
        """The window on the calorimeter's plane, less its holes."""
        return window_of(self._table("calorimeter"), f"{self.experiment}, [calorimeter]")

    @cached_property
    def z_face(self) -> float:
        """Plane of the calorimeter [mm]."""
        return self._number("calorimeter", "z", "mm")

    def solids(self) -> dict[str, Region]:
        """Its parts by name, for pictures: the decay volume, the way from there to the calorimeter, and the calorimeter's window."""
        way = {} if self.veto_volume == self.region else {"to the calorimeter": self.veto_volume}
        return {"decay volume": self.region, **way, "calorimeter": self.face}

    def _table(self, name: str) -> Mapping[str, Any]:
        """A table of the data file, or the one that the selection has in its place."""
        table = self._data["selections"][self.selection].get(name, self._data[name])
        if not isinstance(table, Mapping):
            raise InputError(
                f"{self.experiment}: {name} = {table!r}; allowed: a table, as [{name}] of `darkpair list detectors --show charm`"
            )
        return table

    def _number(self, table: str, name: str, unit: str) -> float:
        """A number of the data file, which has to have that unit."""
        return number_of(self._table(table), name, unit, f"{self.experiment}, [{table}]")

    def provenance(self) -> dict[str, Any]:
        """The settings and the beam; of a data file that the package does not have also what is in it."""
        return super().provenance() | {"beam_energy": self.beam_energy}

    def normalisation(self, multiplicity: float, multiplicity_error: float | None = None) -> Normalisation:
        """Protons on target of the experiment, its flat factors, and mesons per interaction with their absolute error."""
        return by_protons(self.run["pot"], multiplicity, multiplicity_error, factors=self._factors)

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """Showers and tracks of each event on the calorimeter's plane.

        Returns
        -------
        Observed
            ``n_made`` visible particles made in the decay volume; ``Shower`` and ``Track`` (energy [GeV], x, y
            [mm], genPartIdx: of a merged shower that of its hardest particle), and ``Visible``, one for each event
            with any of them from the decay volume: the variables of the cuts, and the true vertex (x_vtx, y_vtx,
            z_vtx) of the first.  Without showers their energies are 0 and their ``separation`` is infinite, as it is
            for a single one.
        """
        n = len(truth)
        seen_from = Somewhere((self.region, self.veto_volume))
        seen = [
            Arrivals.on(
                made_within(truth, kinds, seen_from),
                volume=self.region,
                free=self.veto_volume,
                window=self.face,
                z=self.z_face,
            )
            for kinds in (_SHOWERS, kinds_of(self.tracks))
        ]
        made = sum(made_inside(arrived.state, self.region) for arrived in seen)
        counts, shower = self._showers(seen[0], rng)
        track_counts, track = self._tracks(seen[1], rng, truth)
        vertex, from_volume = _first_vertices(seen, n)
        has = from_volume & (counts + track_counts > 0)
        rows = np.flatnonzero(has)
        values = _variables((counts, shower), (track_counts, track), vertex)
        if "tracks" in self._data:
            missed = made - sum(np.bincount(a.state.event[a.rows[a.inside]], minlength=n) for a in seen)
            values |= single_track(truth, (track_counts, track), np.asarray(missed))
        return Observed(
            n=n,
            flat={"n_made": np.asarray(made)},
            lists={
                "Shower": (counts, shower),
                "Track": (track_counts, track),
                "Visible": (has.astype(np.int64), {name: v[rows] for name, v in values.items()}),
            },
            titles=DUMP | SPECTROMETER if "tracks" in self._data else DUMP,
        )

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Accepted events, the cut flow, and histograms of the accepted decays and of what they leave."""
        counts, values = reco.lists["Visible"]
        event = np.flatnonzero(counts)
        accepted, _, cutflow = self.cuts.apply(
            values, event, weight, [("decay_volume", reco.flat["n_made"] > 0), ("on_calorimeter", counts > 0)]
        )
        mask = np.zeros(len(weight), dtype=bool)
        mask[event[accepted]] = True
        where, impact, energy = map(again, self._histograms)
        own = event[accepted]
        fill(
            where,
            1e-3 * values["z_vtx"][accepted],
            1e-3 * values["x_vtx"][accepted],
            weight=weight[own],
            event=own,
        )
        lists = [reco.lists[name] for name in ("Shower", "Track")]
        of = np.concatenate([owners(number) for number, _ in lists])
        if len(of):  # (hist takes its time to fill nothing)
            e, x, y = (np.concatenate([columns[k] for _, columns in lists]) for k in ("energy", "x", "y"))
            fill(energy, e, weight=weight[of], event=of)
            rows = np.flatnonzero(mask[of])
            fill(impact, 1e-3 * x[rows], 1e-3 * y[rows], weight=weight[of[rows]], event=of[rows])
        return Selected(
            mask=mask, cutflow=cutflow, histograms={"where": where, "impact": impact, "energy": energy}
        )

    @cached_property
    def _histograms(self) -> tuple[hist.Hist[Any], hist.Hist[Any], hist.Hist[Any]]:
        """Empty ones: accepted decays in the plane of z and x, their impacts, and energies of all that arrives."""
        import hist

        (x0, x1), _, (z0, z1) = extent(self.region)
        (fx0, fx1), (fy0, fy1) = self.face.face.ends
        axis, storage = hist.axis.Regular, hist.storage.Weight()
        label = "energy of each shower and track on the calorimeter, before the cuts [GeV]"
        return (
            hist.Hist(
                axis(30, 1e-3 * z0, 1e-3 * z1, name="z_vtx", label="decay vertex z, from the target [m]"),
                axis(30, 1e-3 * x0, 1e-3 * x1, name="x_vtx", label="decay vertex x, from the beam [m]"),
                storage=storage,
            ),
            hist.Hist(
                axis(30, 1e-3 * fx0, 1e-3 * fx1, name="x", label="impact x on the calorimeter [m]"),
                axis(30, 1e-3 * fy0, 1e-3 * fy1, name="y", label="impact y on the calorimeter [m]"),
                storage=storage,
            ),
            hist.Hist(
                axis(50, 0.0, 0.25 * self.beam_energy, name="energy", label=label),
                storage=storage,
            ),
        )

    def _showers(self, arrived: Arrivals, rng: np.random.Generator) -> Columns:
        """Showers of each event as they are measured."""
        if self._resolution is None:
            return arrived.measured(np.arange(len(arrived.rows)), arrived.energy, arrived.x, arrived.y)
        calorimeter, distance, _ = self._resolution
        # drawn for everything that truly arrives, before any cut and whatever merges: no cut changes an event
        noise = calorimeter.draw(rng, len(arrived.rows))
        hardest, energy, x, y = merge(arrived.counts, arrived.energy, arrived.x, arrived.y, distance)
        return arrived.measured(hardest, *calorimeter.smear(noise[:, hardest], energy, x, y))

    def _tracks(self, arrived: Arrivals, rng: np.random.Generator, truth: Batch) -> Columns:
        """Tracks of each event as they are measured."""
        every = np.arange(len(arrived.rows))
        energy, x, y = arrived.energy, arrived.x, arrived.y
        if self._resolution is not None:
            energy, x, y = self._resolution[2].smear(rng.standard_normal((3, len(every))), energy, x, y)
        more = track_columns(truth, arrived, energy, self.tracks) if "tracks" in self._data else {}
        return arrived.measured(every, energy, x, y, **more)


def _first_vertices(seen: Sequence[Arrivals], n: int) -> tuple[Array, NDArray[np.bool_]]:
    """Where the first arrival from the decay volume was made, (3, n) [mm], and which events have one; showers stand first."""
    vertex, from_volume = np.zeros((3, n)), np.zeros(n, dtype=bool)
    for arrived in seen[::-1]:
        rows = arrived.rows[arrived.inside]
        event = arrived.state.event[rows]
        first = np.flatnonzero(np.diff(event, prepend=-1))
        rows, event = rows[first], event[first]
        for out, column in zip(vertex, arrived.state.vertex, strict=False):
            out[event] = column[rows]
        from_volume[event] = True
    return vertex, from_volume


def _variables(showers: Columns, tracks: Columns, vertex: Array) -> dict[str, Any]:
    """Variables of the events by name, (n,) each, of their vertices (3, n) [mm]."""
    (counts, shower), (track_counts, track) = showers, tracks
    least, most, total = extremes(counts, shower["energy"])
    softest, _, together = extremes(track_counts, track["energy"])
    return {
        "n_showers": counts.astype(np.float64),
        "n_tracks": track_counts.astype(np.float64),
        "shower_energy_min": least,
        "shower_energy_max": most,
        "shower_energy_sum": total,
        "separation": separation(counts, shower["x"], shower["y"]),
        "track_energy_min": softest,
        "track_energy_sum": together,
        **dict(zip(("x_vtx", "y_vtx", "z_vtx"), vertex, strict=True)),
    }


def experiments() -> dict[str, Callable[..., FixedTarget]]:
    """Every experiment that has a data file of the kind fixed_target, by name: a new one is one file."""
    return {name: from_file(name) for name in data_files() if read_data(name).get("kind") == _KIND}
