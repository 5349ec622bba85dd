"""Picture of a sweep: acceptance against the key whose values are numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from darkpair.report.picture_style import in_style
from darkpair.report.pictures import subplots
from darkpair.run.sweep_axes import Axis, spelled

if TYPE_CHECKING:
    from darkpair.run.sweep import Sweep

__all__ = ["sweep_picture"]

#: Most lines that a picture can show apart.
_LINES: Final = 10
#: Ratio of the largest to the smallest from which on an axis is logarithmic.
_LOGARITHMIC: Final = 30.0


@in_style()
def sweep_picture(sweep: Sweep) -> Any:
    """Figure of the acceptance of each point against the key with the most numbers, a line for each combination of the others.

    Where nothing is accepted, an arrow down from the upper limit.  None without such a key, or of too many lines.
    """
    numeric = [axis for axis in sweep.plan.axes if axis.numbers is not None and len(axis.values) > 1]
    if not numeric:
        return None
    axis = max(numeric, key=lambda axis: len(axis.values))
    others = [other for other in sweep.plan.axes if other is not axis]
    lines: dict[str, list[tuple[float, Mapping[str, Any]]]] = {}
    for point, row in zip(sweep.plan.points, sweep.rows, strict=True):
        label = ", ".join(f"{other.key} = {spelled(point.values[other.key])}" for other in others)
        lines.setdefault(label, []).append((_number(axis, point.values[axis.key]), row))
    if len(lines) > _LINES:
        return None
    figure, ax = subplots(figsize=(7.5, 5.0), layout="constrained")
    for i, (label, line) in enumerate(lines.items()):
        _draw(ax, sorted(line, key=lambda point: point[0]), f"C{i}", label)
    unit = axis.numbers[1] if axis.numbers else ""
    ax.set(xlabel=f"{axis.key} [{unit}]" if unit else axis.key, ylabel="acceptance")
    shown = [_height(row) for row in sweep.rows]
    if _is_wide([x for line in lines.values() for x, _ in line]):
        ax.set_xscale("log")
    if _is_wide(shown):
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=min(0.0, *shown))
    if others:
        ax.legend(frameon=False, fontsize="small")
    decay = str(sweep.provenances[0]["chain"].get("decay", ""))
    ax.set_title(decay, fontsize="small", wrap=True)
    return figure


def _number(axis: Axis, value: Any) -> float:
    assert axis.numbers is not None
    return axis.numbers[0][axis.texts.index(spelled(value))]


def _height(row: Mapping[str, Any]) -> float:
    """Where a point is drawn: its acceptance, or its limit."""
    return float(row["acceptance"] if row["acceptance"] > 0.0 else row["acceptance_upper_limit"])


def _draw(ax: Any, line: Sequence[tuple[float, Mapping[str, Any]]], color: str, label: str) -> None:
    """The points with an acceptance and their intervals, joined, and the limits of the others."""
    seen = [(x, row) for x, row in line if row["acceptance"] > 0.0]
    below = [(x, _height(row)) for x, row in line if row["acceptance"] <= 0.0]
    if seen:
        heights = [row["acceptance"] for _, row in seen]
        errors = [
            [max(0.0, row["acceptance"] - row["acceptance_low"]) for _, row in seen],
            [max(0.0, row["acceptance_high"] - row["acceptance"]) for _, row in seen],
        ]
        ax.errorbar(
            [x for x, _ in seen],
            heights,
            yerr=errors,
            fmt="o-",
            ms=4,
            lw=1.0,
            capsize=2,
            color=color,
            label=label,
        )
    if below:
        ends = [y for _, y in below]
        ax.plot(
            [x for x, _ in below],
            ends,
            ls="",
            marker=r"$\downarrow$",
            ms=10,
            color=color,
            label=None if seen else label,
        )


def _is_wide(numbers: Sequence[float]) -> bool:
    """Whether numbers need a logarithmic axis."""
    return all(math.isfinite(x) and x > 0.0 for x in numbers) and max(numbers) > _LOGARITHMIC * min(numbers)
