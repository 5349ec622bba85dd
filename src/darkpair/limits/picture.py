"""Picture of what experiments say along one parameter of a model: `darkpair limits` with a list of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from darkpair.chains.models.combined import Combined
from darkpair.gen.parameters import parameters
from darkpair.limits.koto_photons import PHOTONS
from darkpair.limits.panels import draw_legend, draw_panel, figure_and_axes
from darkpair.limits.region_style import Drawn
from darkpair.limits.rows import parameter
from darkpair.report.picture_style import in_style
from darkpair.searches.koto_photons import KotoFourPhotons

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.rows import LimitRow

__all__ = ["limits_picture"]

_X: Final = "x"

#: The search for four photons, which has a limit in two windows of masses alone.
_FOUR: Final = PHOTONS[0]


@in_style()
def limits_picture(
    points: Sequence[tuple[Mapping[str, str], Model]],
    rows: Sequence[Sequence[LimitRow]],
    given: Mapping[str, str],
    along: str | None,
    title: str,
) -> Any:
    """Figure of the ranges of one parameter against the only one that differs from point to point; None without one.

    Parameters
    ----------
    points, rows : sequence, (n,)
        Of `darkpair.limits.models_of` and `darkpair.limits.limit_rows`.
    given : mapping of str to str
        Settings as texts, for labels.
    along : str or None
        Parameter of the ranges.
    title : str
        Above it, before the settings that all points share.
    """
    names = list(points[0][0])
    if along is None or len(names) != 1 or names == [along]:
        return None
    (name,) = names
    values = [float(parameter(model, name)) for _, model in points]
    unit = float(parameter(points[0][1], along))
    spans = [
        ({"curve": curve, "kind": row.kind, _X: x}, span.over(unit))
        for x, of_point in zip(values, rows, strict=True)
        for row in of_point
        for curve, ranges in row.curves.items()
        for span in ranges
    ]
    ends = [end for _, span in spans for end in span.ends if end is not None]
    figure, (ax,) = figure_and_axes(1, 1, (9.5, 5.5))
    limits = (min(ends, default=1.0) / 2.0, max(ends, default=1.0) * 2.0)
    drawn = [columns | span.columns() for columns, span in spans]
    others = draw_panel(ax, [row for row in drawn if row["curve"] != _FOUR], _X, limits)
    of_windows = _draw_windows(
        ax, drawn, limits, {x: _window(model) for x, (_, model) in zip(values, points, strict=True)}
    )
    symbol = _unit(points[0][1], name)
    ax.set(xlabel=f"{name} [{symbol}]", ylabel=f"{along} [{given[along]}]")
    ax.set_xlim(min(values), max(values))
    if min(values) > 0.0 and max(values) > 20.0 * min(values):
        ax.set_xscale("log")
    fixed = [f"{key} = {value}" for key, value in given.items() if key not in (name, along)]
    figure.suptitle("; ".join([title, *fixed]), fontsize="medium")
    draw_legend(figure, [ax], [of_windows.with_names_of(others)])
    return figure


def _draw_windows(
    ax: Any, rows: Sequence[dict[str, Any]], limits: tuple[float, float], windows: Mapping[float, str | None]
) -> Drawn:
    """Draw the search for four photons window by window: between them nothing is known, nothing joined, and a mark."""
    own = [row for row in rows if row["curve"] == _FOUR]
    drawn = Drawn()
    if not own:
        return drawn
    for window in dict.fromkeys(windows.values()):
        drawn = drawn.with_names_of(
            draw_panel(ax, [row for row in own if windows[row[_X]] == window], _X, limits)
        )
    blind = [x for x, window in windows.items() if window is None]
    if blind:
        label = r"KOTO, $4\gamma$: no limit here, unknown"
        ax.plot(blind, [1.4 * limits[0]] * len(blind), "x", color="0.35", ms=5, label=label)
    return drawn


def _unit(model: Model, name: str) -> str:
    """Unit of a parameter, of a combination that of the first of its models that has it."""
    owners = [model, *(model.parts if isinstance(model, Combined) else ())]
    kinds = (parameters(type(owner)) for owner in owners)
    return next((own[name].kind.unit for own in kinds if name in own), "") or "1"


def _window(model: Model) -> str | None:
    """Window of the search for four photons in which X2 lies."""
    return KotoFourPhotons(mass=float(model.m2)).window
