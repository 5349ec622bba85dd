"""Detectors behind a target or a dump: one class, one data file for each experiment.

Photons and electrons are electromagnetic showers, muons are tracks; both fly straight to the calorimeter's plane from
where they are made, in the decay volume or between its end and that plane.  What is made elsewhere (in the shield, beside
the volume, behind the calorimeter) is absorbed there.  Showers nearer than a stated distance are one, and what arrives
is smeared.  Not simulated: hadrons and their vetoes, backgrounds; efficiencies are flat factors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, partial
from typing import Any, Final

import hist
import numpy as np

from darkpair.detectors.arrivals import Arrivals, Columns, extremes, separation
from darkpair.detectors.branches import DUMP
from darkpair.detectors.data_file import Number, data_files, read_data, selections
from darkpair.detectors.merging import merge
from darkpair.detectors.normalisation import Normalisation, by_protons
from darkpair.detectors.selection import Selection
from darkpair.detectors.shapes import number_of, volume_of, window_of
from darkpair.detectors.smearing import Calorimeter, Tracks
from darkpair.detectors.veto import made_inside
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Batch
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.pipeline import Selected
from darkpair.gen.region import Box, Cylinder, Frustum, Region, extent, prolonged

__all__ = ["FixedTarget", "experiments"]

_SHOWERS = (22, 11, -11)
_TRACKS = (13, -13)
_KIND = "fixed_target"

#: What `FixedTarget.resolution` may be: that of the data file, or none: neither smearing nor merging.
RESOLUTIONS: Final = ("data", "none")


_SHOWER_UNITS: Final = {
    "constant": "",
    "stochastic": "sqrt(GeV)",
    "position": "mm sqrt(GeV)",
    "position_constant": "mm",
    "merging": "mm",
}
_TRACK_UNITS: Final = {"constant": "", "linear": "1/GeV", "position": "mm"}


@dataclass(frozen=True, kw_only=True)
class FixedTarget:
    """A fixed-target experiment with one of its selections.

    Parameters
    ----------
    experiment : str
        Name of its data file (charm, nucal, ship, dune_nd, faser2), or a path to one that ends with .toml.
    selection : str, optional
        Signature; the data file's first unless given.
    without : sequence of str
        Cuts to leave out, by name.
    factors : sequence of str, optional
        Efficiencies that are not simulated, by name; the selection's unless given.  They are reported beside
        the acceptance (`flat_factors`) and touch no event, weight or cut flow.
    resolution : {"data", "none"}
        That of the data file; or none, which leaves energies and positions as they truly are and merges no showers.

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

    experiment: str
    selection: str | None = None
    without: Sequence[str] = ()
    factors: Sequence[str] | None = None
    resolution: str = "data"

    def __post_init__(self) -> None:
        freeze(self)
        for name in ("without", "factors"):
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, (getattr(self, name),))
        if self._data.get("kind") != _KIND:
            raise InputError(
                f'the data file of {self.experiment!r} is not of kind = "{_KIND}"; known: {", ".join(experiments())}'
            )
        for table in ("source", "beam", "decay_volume", "calorimeter", "cuts", "selections"):
            if not self._data.get(table):
                raise InputError(
                    f"the data file {self.experiment} has no {table}; see detectors/data/charm.toml for a whole one"
                )
        if self.selection is None:
            object.__setattr__(self, "selection", next(iter(self._data["selections"])))
        if self.resolution not in RESOLUTIONS:
            raise UnknownNameError(f"resolution of {self.experiment}", self.resolution, RESOLUTIONS)
        # all are checked here
        _ = self.cuts, self.flat_factors, self.veto_volume, self.face, self.beam_energy, self._resolution
        if self.region.z_min >= self.z_face:
            raise InputError(
                f"{self.experiment}: the decay volume begins at z = {self.region.z_min:g} mm, and the calorimeter is at "
                f"{self.z_face:g} mm; allowed: a calorimeter behind the beginning of the volume"
            )

    @cached_property
    def _data(self) -> dict[str, Any]:
        return read_data(self.experiment)

    @cached_property
    def cuts(self) -> Selection:
        """The cuts in order."""
        known = selections(self._data)
        if self.selection not in known:
            raise UnknownNameError(f"selection of {self.experiment}", str(self.selection), known)
        return known[self.selection]().without(*self.without)

    @cached_property
    def _factors(self) -> dict[str, Number]:
        """The chosen efficiencies that are not simulated, by name."""
        known = self._data.get("factors", {})
        chosen = (
            self._data["selections"][self.selection].get("factors", ())
            if self.factors is None
            else self.factors
        )
        for name in chosen:
            if name not in known:
                raise UnknownNameError(f"factor of {self.experiment}", name, known)
        return {name: Number(**known[name]) for name in chosen}

    @property
    def flat_factors(self) -> dict[str, float]:
        """The chosen efficiencies that are not simulated, by name."""
        return {name: number.value for name, number in self._factors.items()}

    @property
    def source(self) -> str:
        """Name of the source that the detector expects."""
        return str(self._data["source"])

    @property
    def needs(self) -> tuple[int, ...]:
        """Kinds of which an accepted event has one made in the region: what makes showers or tracks."""
        return _SHOWERS + _TRACKS

    @cached_property
    def beam_energy(self) -> float:
        """Of the protons [GeV]."""
        return self._number("beam", "energy", "GeV")

    @cached_property
    def run(self) -> dict[str, Number]:
        """Protons on target ``pot``, observed and background events, and ``n_90``, the signal excluded at 90 %."""
        return {name: Number(**entry) for name, entry in self._data["run"].items()}

    @cached_property
    def region(self) -> Box | Cylinder | Frustum:
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
        """Of showers, with the distance below which two are one [mm], and of tracks; None where it is off."""
        if self.resolution == "none":
            return None
        for table in ("shower_resolution", "track_resolution"):
            if table not in self._data:
                raise InputError(
                    f"the data file {self.experiment} has no {table}; add it, as in detectors/data/charm.toml, or "
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
    def face(self) -> Box | Cylinder | Frustum:
        """The window on the calorimeter's plane, as a thin region about it."""
        return window_of(self._table("calorimeter"), f"{self.experiment}, [calorimeter]")

    @cached_property
    def z_face(self) -> float:
        """Plane of the calorimeter [mm]."""
        return self._number("calorimeter", "z", "mm")

    def _table(self, name: str) -> Mapping[str, Any]:
        """A table of the data file, or the one that the selection has in its place."""
        table = self._data["selections"][self.selection].get(name, self._data[name])
        if not isinstance(table, Mapping):
            raise InputError(
                f"{self.experiment}: {name} = {table!r}; allowed: a table, as [{name}] in detectors/data/charm.toml"
            )
        return table

    def _number(self, table: str, name: str, unit: str) -> float:
        """A number of the data file, which has to have that unit."""
        return number_of(self._table(table), name, unit, f"{self.experiment}, [{table}]")

    def provenance(self) -> dict[str, Any]:
        """The settings and the beam; of a data file that the package does not have also what is in it."""
        settings = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        own = {"data": self._data} if self.experiment.endswith(".toml") else {}
        return settings | {"beam_energy": self.beam_energy} | own

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
        seen = [
            Arrivals.on(
                truth.final_state(*kinds),
                volume=self.region,
                free=self.veto_volume,
                window=self.face,
                z=self.z_face,
            )
            for kinds in (_SHOWERS, _TRACKS)
        ]
        made = sum(made_inside(arrived.state, self.region) for arrived in seen)
        measured = [
            law(arrived, rng) for law, arrived in zip((self._showers, self._tracks), seen, strict=True)
        ]
        (counts, shower), (track_counts, track) = measured
        vertex, from_volume = np.zeros((3, n)), np.zeros(n, dtype=bool)
        for arrived in seen[::-1]:  # a shower's, where there is one
            rows = arrived.rows[arrived.inside][::-1]
            vertex[:, arrived.state.event[rows]] = arrived.state.vertex[:3, rows]
            from_volume[arrived.state.event[rows]] = True
        has = from_volume & (counts + track_counts > 0)
        chosen = np.flatnonzero(has)
        least, most, total = extremes(counts, shower["energy"])
        softest, _, together = extremes(track_counts, track["energy"])
        values = {
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
        return Observed(
            n=n,
            flat={"n_made": np.asarray(made)},
            lists={
                "Shower": (counts, shower),
                "Track": (track_counts, track),
                "Visible": (has.astype(np.int64), {name: v[chosen] for name, v in values.items()}),
            },
            titles=DUMP,
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
        where, impact, energy = (h.copy() for h in self._histograms)
        w = weight[event[accepted]]
        where.fill(1e-3 * values["z_vtx"][accepted], 1e-3 * values["x_vtx"][accepted], weight=w)
        for name in ("Shower", "Track"):
            energy.fill(reco.lists[name][1]["energy"], weight=np.repeat(weight, reco.lists[name][0]))
            owner = np.repeat(np.arange(len(weight)), reco.lists[name][0])
            rows = np.flatnonzero(mask[owner])
            x, y = (reco.lists[name][1][key][rows] for key in ("x", "y"))
            impact.fill(1e-3 * x, 1e-3 * y, weight=weight[owner[rows]])
        return Selected(
            mask=mask, cutflow=cutflow, histograms={"where": where, "impact": impact, "energy": energy}
        )

    @cached_property
    def _histograms(self) -> tuple[hist.Hist[Any], hist.Hist[Any], hist.Hist[Any]]:
        """Empty ones: accepted decays in the plane of z and x, their impacts, and energies of all that arrives."""
        (x0, x1), _, (z0, z1) = extent(self.region)
        (fx0, fx1), (fy0, fy1), _ = extent(self.face)
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

    def _tracks(self, arrived: Arrivals, rng: np.random.Generator) -> Columns:
        """Tracks of each event as they are measured."""
        every = np.arange(len(arrived.rows))
        if self._resolution is None:
            return arrived.measured(every, arrived.energy, arrived.x, arrived.y)
        noise = rng.standard_normal((3, len(every)))
        return arrived.measured(
            every, *self._resolution[2].smear(noise, arrived.energy, arrived.x, arrived.y)
        )


def experiments() -> dict[str, Callable[..., FixedTarget]]:
    """Every experiment that has a data file of the kind fixed_target, by name: a new one is one file."""
    found: dict[str, Callable[..., FixedTarget]] = {}
    for name in data_files():
        data: Mapping[str, Any] = read_data(name)
        if data.get("kind") == _KIND:
            make = partial(FixedTarget, experiment=name)
            make.__doc__ = str(data["title"])  # the line of `darkpair list`
            found[name] = make
    return found
