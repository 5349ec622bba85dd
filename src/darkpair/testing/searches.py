"""What every search has to satisfy: the published number, a limit, and more signal that is excluded no less."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.testing.failure import failing

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = ["check_search"]

_ROUNDING: Final = 1e-9


def check_search(
    search: Any,
    *models: Model,
    value: float | None = None,
    limit: float | None = None,
    tolerance: float = 1e-3,
) -> None:
    """A search reproduces a published number, and excludes more of what makes more signal.

    Parameters
    ----------
    search : Search
        The search that is looked at.
    *models : Model
        Points with one number for each parameter, to which it applies.
    value : float, optional
        Published observable of the first model, in the search's unit.
    limit : float, optional
        Published limit, in the search's unit.
    tolerance : float
        Relative tolerance of value and limit [1].

    Raises
    ------
    AssertionError
        With what is wrong.
    """
    assert models, "no model to look at; give one or more to which the search applies"
    name = type(search).__name__
    unit = getattr(search, "unit", None) or getattr(search, "UNIT", None)
    assert isinstance(unit, str), f"{name} says no unit; '1' is that of a pure number"
    assert unit, f"{name} says no unit; '1' is that of a pure number"
    most = float(search.limit)
    assert 0.0 < most < math.inf, f"the limit of {name} is {most} {unit}; allowed: more than 0"
    if limit is not None:
        assert abs(most - limit) <= tolerance * abs(limit), (
            f"the limit of {name} is {most:.9g} {unit}, the published one {limit:.9g} {unit}"
        )
    _check_measurements(name, search)
    values = [_check_point(name, search, model, most) for model in models]
    assert max(values) > 0.0, f"{name} finds nothing at any of the points; give one with a signal"
    if value is not None:
        assert abs(values[0] - value) <= tolerance * abs(value), (
            f"{name} finds {values[0]:.9g} {unit}, the published value is {value:.9g} {unit}"
        )
    _check_order(name, search, models, values)
    _check_curves(name, search, most)
    copy = pickle.loads(pickle.dumps(search))
    assert float(copy.value(models[0])) == values[0], f"{name} finds another value after pickling"


def _check_measurements(name: str, search: Any) -> None:
    measurements = tuple(search.measurements)
    assert measurements, f"{name} names no measurement that its limit rests on"
    for entry in measurements:
        assert str(getattr(entry, "source", "")).strip(), f"a measurement of {name} has no source: {entry}"


def _check_point(name: str, search: Any, model: Model, limit: float) -> float:
    """Value of a point, which is a number, the same in an array, and over the limit what is excluded."""
    assert search.applies(model), f"{name} does not apply to {type(model).__name__}"
    with failing():
        value = np.asarray(search.value(model))
        ratio, excluded = np.asarray(search.ratio(model)), np.asarray(search.excluded(model))
    assert value.shape == (), f"{name} finds values of the shape {value.shape} at one point"
    assert 0.0 <= value < math.inf, f"{name} finds {value}; allowed: a finite number, 0 or more"
    assert abs(float(ratio) - float(value) / limit) <= _ROUNDING * float(value) / limit, (
        f"the ratio of {name} is {ratio:.9g}, the value over the limit {float(value) / limit:.9g}"
    )
    assert bool(excluded) == (float(ratio) > 1.0), f"{name}: a ratio of {ratio:.6g}, excluded: {excluded}"
    with failing():
        several = np.asarray(search.value(replace(model, m2=np.full(2, float(model.m2)))))
    assert several.shape in ((), (2,)), f"{name} finds values of the shape {several.shape} at two points"
    assert np.allclose(several, value, rtol=1e-6), (
        f"{name} finds {several} of two points that are {value:.6g} each"
    )
    return float(value)


def _check_order(name: str, search: Any, models: tuple[Model, ...], values: list[float]) -> None:
    ordered = sorted(zip(values, models, strict=True), key=lambda pair: pair[0])
    ratios = [float(search.ratio(model)) for _, model in ordered]
    assert ratios == sorted(ratios), (
        f"{name}: values {sorted(values)} have the ratios {ratios}, which do not grow"
    )
    verdicts = [bool(search.excluded(model)) for _, model in ordered]
    assert verdicts == sorted(verdicts), f"{name} excludes a point and not one of more signal: {verdicts}"


def _check_curves(name: str, search: Any, limit: float) -> None:
    """More of the observable is more events, and no less excluded; the limit is where the ratio is 1."""
    values = limit * np.array([0.01, 0.5, 1.0, 2.0, 10.0])
    events = search.events(values)
    if events is not None:
        events = np.asarray(events)
        assert events.shape == values.shape, (
            f"{name}: {len(values)} values make events of the shape {events.shape}"
        )
        assert np.all(np.diff(events) > 0.0), (
            f"{name}: the observable {values} makes {events} events, which do not grow"
        )
    ratio = search.curves(values).get("")
    if ratio is not None:
        assert np.all(np.diff(ratio) >= 0.0), f"{name}: the curve's ratios {ratio} fall with the observable"
        assert abs(float(ratio[2]) - 1.0) <= 1e-6, f"{name}: at its limit the curve's ratio is {ratio[2]:.9g}"
