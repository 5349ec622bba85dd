"""Where a map has samples: at some masses along an axis, closer where a decay opens; between them acceptances are interpolated."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.channels import visible_modes
from darkpair.gen.errors import DarkpairError
from darkpair.limits.reach_blend import Between, rests_on_samples
from darkpair.limits.reach_grid import PARENTS, mass_of

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.reach_axes import Axis
    from darkpair.limits.reach_grid import Plane
    from darkpair.searches.search import Search

__all__ = ["Asked", "Nodes", "Threshold", "first_places", "thresholds"]

#: How far beside a threshold a sample is made, in parts of the axis.
BESIDE: Final = 2e-3

#: Share of X2's decays from which on the opening of one has samples to either side.
_COUNTS: Final = 0.1

#: Productions of K_L whose samples count.
_OF_KAONS: Final = ("X1 X2", "X2 X2")

#: Places at which a model is asked where decays open, and of masses alone.
_LOOKED, _FINE = 15, 4001


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Where a decay opens or closes along an axis.

    Parameters
    ----------
    place : float
        From 0 to 1 along the axis.
    parent, mode : str
        The decay.
    above : bool
        Whether it is open above that place.
    """

    place: float
    parent: str
    mode: str
    above: bool

    def line(self, axis: Axis) -> str:
        """What it says to a reader."""
        side = "below" if self.above else "above"
        number = float(axis.exact(self.place))
        return (
            f"{self.parent} -> {self.mode} is closed {side} {axis.name} = {number:.4g} {axis.unit}".rstrip()
        )


def thresholds(plane: Plane, axis: Axis, other: float) -> list[Threshold]:
    """Thresholds along an axis: of the pair from mesons whose samples count, and of decays of X2 that are ever frequent.

    Parameters
    ----------
    plane : Plane
        The plane.
    axis : Axis
        One of its axes.
    other : float
        Number of the other axis.
    """

    def at(number: Any) -> tuple[Any, Any]:
        return (number, other) if axis is plane.x else (other, number)

    models = [
        m for n in np.linspace(0.0, 1.0, _LOOKED) if (m := _model(plane, at(axis.number(n)))) is not None
    ]
    fine = np.linspace(0.0, 1.0, _FINE)
    m1, m2 = (np.broadcast_to(m, fine.shape) for m in plane.masses(*at(axis.exact(fine))))
    out = []
    for parent, mode in _decays(models):
        left = mass_of(parent, m1, m2) - sum(mass_of(name, m1, m2) for name in mode.split())
        is_open = left > 0.0
        for i in np.flatnonzero(is_open[1:] != is_open[:-1]):
            part = left[i] / (left[i] - left[i + 1])
            place = float(fine[i] + part * (fine[i + 1] - fine[i]))
            out.append(Threshold(place=place, parent=parent, mode=mode, above=bool(is_open[i + 1])))
    return sorted(out, key=lambda each: each.place)


def _model(plane: Plane, at: tuple[float, float]) -> Model | None:
    """Model at a point; None where there is none."""
    try:
        return plane.point(*at)
    except DarkpairError:
        return None


def _decays(models: Sequence[Model]) -> list[tuple[str, str]]:
    """Decays whose threshold counts."""
    if not models:
        return []
    first = models[0]
    pairs = [
        (parent, mode)
        for parent in PARENTS
        for _, mode in first.modes(parent)
        if "X2" in mode.split() and (parent != "K_L0" or mode in _OF_KAONS)
    ]
    frequent = []
    for mode in visible_modes(first):
        shares = [_share(model, mode) for model in models]
        if max(shares) > _COUNTS:
            frequent.append(("X2", mode))
    return [*pairs, *frequent]


def _share(model: Model, mode: str) -> float:
    try:
        return float(np.max(model.branching_ratio("X2", mode)))
    except DarkpairError:  # (X2 does not decay there)
        return 0.0


def first_places(axis: Axis, masses: int, at: Sequence[Threshold]) -> list[float]:
    """Places that have samples first: of the grid so many, ends included, and both sides of each threshold.

    Parameters
    ----------
    axis : Axis
        Along which samples differ.
    masses : int
        How many of the grid.
    at : sequence of Threshold
        Of the axis.
    """
    picked = np.unique(np.round(np.linspace(0, axis.points - 1, min(masses, axis.points))).astype(int))
    places = {float(axis.place(axis.numbers[i])) for i in picked}
    for each in at:
        for beside in (each.place - BESIDE, each.place + BESIDE):
            if 0.0 < beside < 1.0:
                places.add(float(axis.place(axis.number(beside))))
    return sorted(places)


#: Searches by name, with what they are.
Searches = Mapping[str, tuple[str, "Search"]]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A search at a place.

    Parameters
    ----------
    kind : str
        What it is, as of `darkpair.limits.rows.LimitRow`.
    search : Search
        With all errors in its acceptances.
    interpolated : Search or None
        With those of the interpolation alone; None where the place has samples of its own, or nothing is simulated.
    silent : bool
        Whether nothing is known but that it sees nothing, where it does not: a decay opens between here and the next sample.
    rests_on : tuple of (float or None)
        Places of the samples behind it; empty where nothing is simulated.
    """

    kind: str
    search: Search
    interpolated: Search | None = None
    silent: bool = False
    rests_on: tuple[float | None, ...] = ()


class Nodes:
    """Searches at sampled places of an axis, and between them.

    Parameters
    ----------
    sample : callable
        Places -> searches of each by name, with their samples.
    """

    def __init__(self, sample: Callable[[Sequence[float]], list[dict[str, tuple[str, Search]]]]) -> None:
        self._sample = sample
        self.places: list[float] = []
        self._of: dict[float, dict[str, tuple[str, Search]]] = {}
        self._kept: dict[tuple[float, str], Asked] = {}

    @property
    def sampled(self) -> list[tuple[float, Searches]]:
        """Sampled places in growing order, and the searches of each."""
        return [(place, self._of[place]) for place in self.places]

    def add(self, places: Sequence[float]) -> None:
        """Make samples at more places."""
        new = [place for place in dict.fromkeys(places) if place not in self._of]
        if new:
            self._of |= dict(zip(new, self._sample(new), strict=True))
            self.places = sorted(self._of)

    def at(self, place: float, model: Model, names: Sequence[str] | None = None) -> dict[str, Asked]:
        """Searches at a place by name.

        Parameters
        ----------
        place : float
            From 0 to 1 along the axis.
        model : Model
            There.
        names : sequence of str, optional
            Those that are wanted; all unless given.
        """
        if place in self._of:
            return {
                name: Asked(kind=kind, search=search, rests_on=(place,) * rests_on_samples(search))
                for name, (kind, search) in self._of[place].items()
                if names is None or name in names
            }
        if len(self.places) == 1:
            return self.at(self.places[0], model, names)
        return self._between(place, model, names)

    def around(self, place: float) -> tuple[float | None, ...]:
        """Places of the samples that decide at a place: its own, or two below and two above, of which the outer ones may lack."""
        if place in self._of or len(self.places) == 1:
            return (place if place in self._of else self.places[0],)
        after = min(max(bisect.bisect_left(self.places, place), 1), len(self.places) - 1)
        return tuple(
            self.places[i] if 0 <= i < len(self.places) else None for i in range(after - 2, after + 2)
        )

    def __getstate__(self) -> dict[str, Any]:
        """Without what makes samples, and what was interpolated: other processes ask at the places that there are."""
        return {**self.__dict__, "_sample": None, "_kept": {}}

    def _between(self, place: float, model: Model, names: Sequence[str] | None) -> dict[str, Asked]:
        around = self.around(place)
        tables: list[Searches] = [{} if p is None else self._of[p] for p in around]
        mass = float(np.asarray(model.m2))
        both = Between(places=around, place=place, mass=mass)  # type: ignore[arg-type]
        own = both.without_samples
        out = {}
        for name in dict.fromkeys((*tables[1], *tables[2])):
            if names is None or name in names:
                asked = self._kept.get((place, name))
                if asked is None or asked.rests_on not in ((), both.places):
                    asked = self._kept[place, name] = _asked(name, tables, both, own)
                if asked.search.applies(model):
                    out[name] = asked
        return out


def _asked(name: str, tables: Sequence[Searches], both: Between, own: Between) -> Asked:
    """A search between two samples."""
    parts = [t[name][1] if name in t else None for t in tables]
    kind, search = (tables[1] if name in tables[1] else tables[2])[name]
    if not rests_on_samples(search):
        return Asked(kind=kind, search=search)
    if parts[1] is None or parts[2] is None:
        return Asked(kind=kind, search=search, silent=True, rests_on=both.places)
    mixed = both.search(parts)
    if mixed is None:
        return Asked(kind=kind, search=search, silent=True, rests_on=both.places)
    return Asked(kind=kind, search=mixed, interpolated=own.search(parts), rests_on=both.places)
