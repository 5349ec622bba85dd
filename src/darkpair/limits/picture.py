"""Picture of what experiments say along one parameter of a model: `darkpair limits` with a list of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from darkpair.gen.parameters import parameters
from darkpair.limits.panels import draw_legend, draw_panel, figure_and_axes

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.rows import LimitRow

__all__ = ["limits_picture"]

_X: Final = "x"


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
    values = [float(getattr(model, name)) for _, model in points]
    unit = float(getattr(points[0][1], along))
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
    draw_panel(ax, [columns | span.columns() for columns, span in spans], _X, limits)
    symbol = parameters(type(points[0][1]))[name].kind.unit or "1"
    ax.set(xlabel=f"{name} [{symbol}]", ylabel=f"{along} [{given[along]}]")
    ax.set_xlim(min(values), max(values))
    if min(values) > 0.0 and max(values) > 20.0 * min(values):
        ax.set_xscale("log")
    draw_legend(figure, [ax])
    fixed = [f"{key} = {value}" for key, value in given.items() if key not in (name, along)]
    figure.suptitle("; ".join([title, *fixed]), fontsize="medium")
    return figure
