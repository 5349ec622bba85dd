"""What a stranger's search gives, checked where it comes in: its description when it is made, its values at model points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.errors import DarkpairError, InputError
from darkpair.searches.data_sets import DATA
from darkpair.searches.measurements import Measurement
from darkpair.searches.search import Search
from darkpair.searches.search_file import DumpSearch

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["checked_value", "require_search"]

_KINDS: Final = ("excluded", "line", "band")
_CONFIDENCE: Final = ("read", "derived", "print", "choice", "memory")


def require_search(search: object) -> Search | DumpSearch:
    """The search, if it is one that says what it has to.

    Raises
    ------
    InputError
        For something else; a limit that is no number above 0; a kind, set of data or confidence that does not exist; a
        measurement without unit or source.
    """
    if isinstance(search, DumpSearch):
        return search
    if not isinstance(search, Search):
        raise InputError(
            f"a {type(search).__name__} is no search; allowed: a subclass of darkpair.searches.Search"
        )
    _require_words(search)
    limit: Any = search.limit
    if (
        isinstance(limit, bool)
        or not isinstance(limit, float | int)
        or not (math.isfinite(limit) and limit > 0.0)
    ):
        raise InputError(f"limit = {limit!r}; allowed: a finite number above 0, in the unit of the value")
    measurements: Any = search.measurements
    if not isinstance(measurements, tuple) or not measurements:
        raise InputError(
            "measurements is empty or no tuple; allowed: the Measurements that the limit rests on"
        )
    for measurement in measurements:
        if (
            not isinstance(measurement, Measurement)
            or not (measurement.unit and measurement.source)
            or measurement.confidence not in _CONFIDENCE
        ):
            raise InputError(
                f"measurement {measurement!r}; allowed: a Measurement with unit, source and one of the words {', '.join(_CONFIDENCE)}"
            )
    return search


def _require_words(search: Search) -> None:
    kind: Any = search.kind
    sets: Any = search.sets
    unit: Any = search.unit
    if kind not in _KINDS:
        raise InputError(f"kind = {kind!r}; allowed: {', '.join(_KINDS)}")
    if not isinstance(sets, tuple) or not sets or not set(sets) <= set(DATA):
        raise InputError(f"sets = {sets!r}; allowed: a tuple of {', '.join(DATA)}")
    if not isinstance(unit, str) or not unit:
        raise InputError(f"unit = {unit!r}; allowed: a text, '1' for a pure number")


def checked_value(name: str, search: Search, model: Model, shape: tuple[int, ...] = ()) -> Array:
    """Value of a stranger's search at a model's points: real, 0 or more, of the points' shape; NaN where it is not known.

    Parameters
    ----------
    name : str
        Name of the search, for messages.
    search : Search
        The search that is asked.
    model : Model
        The model points that it is asked about.
    shape : tuple of int
        Shape of the model's points, which the value has to have.

    Raises
    ------
    InputError
        Also for whatever a stranger's code raises.
    """
    try:
        value = np.asarray(search.value(model))
    except DarkpairError:
        raise
    except Exception as error:
        raise InputError(
            f"the search {name!r} failed with {type(error).__name__}: {error}; leave it out, with --without {name}"
        ) from error
    what = f"the search {name!r} gives"
    if value.dtype.kind not in "fiu":
        raise InputError(f"{what} values of type {value.dtype}; allowed: real numbers")
    try:
        value = np.broadcast_to(value, shape)
    except ValueError:
        raise InputError(
            f"{what} values of shape {value.shape}; allowed: that of the model's points, {shape}"
        ) from None
    if not np.all(np.isnan(value) | (np.isfinite(value) & (value >= 0.0))):
        wrong = value[~(np.isnan(value) | (np.isfinite(value) & (value >= 0.0)))].flat[0]
        raise InputError(
            f"{what} {wrong:g} {search.unit}; allowed: 0 or more and finite, NaN for what it cannot tell"
        )
    return np.asarray(value, dtype=np.float64)
