"""Pictures of a report, each with what it says in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.report.html.plots import ACCENT, HEIGHT, MAIN, MAP, WIDTH, label, picture
from darkpair.report.pictures import figure_of, placed

if TYPE_CHECKING:
    import hist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from darkpair.gen.cutflow import Cutflow
    from darkpair.gen.kinematics import Array
    from darkpair.report.html.markup import Markup
    from darkpair.report.outlines import Outline

__all__ = ["bars_of_cuts", "line_of", "places_of", "plane_of", "spread_of"]

#: Part of the longest bar below which bars are on a logarithmic scale: they would not be seen.
_SMALL: Final = 0.02
_NAME: Final = 24
#: Bars that a picture has room for.
_MOST: Final = 40


def _axes(width: float = WIDTH, height: float = HEIGHT, *, left: float = 0.78) -> tuple[Figure, Axes]:
    figure = figure_of(width, height)
    return figure, placed(figure, (left, 0.72, width - left - 0.2, height - 0.92))


def bars_of_cuts(flow: Cutflow) -> Markup:
    """What each cut leaves, as a share of all generated events, with the share of the cut before beside it."""
    from matplotlib.ticker import MaxNLocator

    stages = flow.stages[:_MOST]
    sums = np.array([stage.sum_w for stage in stages])
    share = sums / flow.generated
    names = [label(stage.name)[:_NAME] for stage in stages]
    height = 0.95 + 0.3 * len(names)
    left = min(0.3 + 0.085 * max(map(len, names)), 0.45 * WIDTH)
    figure, ax = _axes(height=height, left=left)
    places = np.arange(len(names))
    top = float(share.max(initial=0.0)) or 1.0
    least = float(share[share > 0.0].min(initial=top))
    logarithmic = least < _SMALL * top
    low = 0.3 * least if logarithmic else 0.0
    ax.barh(places, np.maximum(share - low, 0.0), left=low, color=MAIN, height=0.66)
    ax.set(
        yticks=places, yticklabels=names, ylim=(len(names) - 0.4, -0.6), xlabel="part of all generated events"
    )
    if logarithmic:
        ax.set_xscale("log")
    else:
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlim(low, top * (top / low) ** 0.22 if logarithmic else 1.12 * top)
    for i in range(1, len(names)):
        step = sums[i] / sums[i - 1] if sums[i - 1] > 0.0 else 0.0
        ax.annotate(
            f"{100.0 * step:.3g} %",
            (max(share[i], low), i),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    ax.tick_params(axis="y", length=0)
    says = "; ".join(f"{name} {value:.4g}" for name, value in zip(names, share, strict=True))
    return picture(figure, "cuts", f"Bars of the part of all generated events after each cut: {says}")


def line_of(name: str, histogram: hist.Hist[Any], after: NDArray[np.float64] | None = None) -> Markup:
    """A histogram of one axis, and perhaps the same of accepted events over it.

    Parameters
    ----------
    name : str
        Word that no other picture of the page has.
    histogram : hist.Hist
        Sums of weights.
    after : ndarray, (bins,), optional
        Those of accepted events in the same bins.
    """
    axis = histogram.axes[0]
    edges, values = np.asarray(axis.edges), np.asarray(histogram.values(), dtype=np.float64)
    figure, ax = _axes()
    ax.stairs(values, edges, fill=True, color=MAIN, alpha=0.55, label="what the selection looked at")
    if after is not None:
        ax.stairs(after, edges, color=ACCENT, lw=1.8, label="accepted events of the file")
    _zoomed(ax, values, edges)
    if len(edges) > 2 and edges[0] > 0.0 and not np.allclose(np.diff(edges), edges[1] - edges[0]):
        ax.set_xscale("log")
    ax.set(xlabel=label(axis.label or axis.name, wide=40), ylabel="sum of weights")
    ax.ticklabel_format(axis="y", scilimits=(-3, 5))
    top = max(float(values.max(initial=0.0)), 0.0 if after is None else float(after.max(initial=0.0)))
    if after is not None:
        ax.set_ylim(min(0.0, float(values.min(initial=0.0))), 1.3 * top or 1.0)
        ax.legend(loc="upper left")
    what = label(axis.label or axis.name, plain=True)
    peak = (
        f", most between {edges[values.argmax()]:.4g} and {edges[values.argmax() + 1]:.4g}"
        if top > 0.0
        else ""
    )
    return picture(
        figure, name, f"Histogram of {what}: sum of weights {values.sum():.6g} in {len(values)} bins{peak}"
    )


def _zoomed(ax: Axes, values: NDArray[np.float64], edges: NDArray[np.float64]) -> None:
    """Leave out empty bins at the ends of an axis, where most of it is empty."""
    used = np.flatnonzero(values)
    if not len(used) or used[-1] - used[0] > 0.6 * len(values):
        return
    low, high = max(used[0] - 2, 0), min(used[-1] + 3, len(values))
    ax.set_xlim(edges[low], edges[high])


def plane_of(name: str, histogram: hist.Hist[Any], box: Sequence[tuple[float, float]] = ()) -> Markup:
    """A histogram of two axes with the corners of a signal box.

    Parameters
    ----------
    name : str
        Word that no other picture of the page has.
    histogram : hist.Hist
        Sums of weights.
    box : sequence of (float, float)
        Corners in the plane, in order.
    """
    figure = figure_of(WIDTH, 3.9)
    ax = placed(figure, (0.78, 0.72, WIDTH - 1.75, 3.0))
    first, second = histogram.axes[:2]
    values = np.asarray(histogram.values(), dtype=np.float64)
    mesh = ax.pcolormesh(
        first.edges, second.edges, np.ma.masked_less_equal(values.T, 0.0), cmap=MAP, rasterized=True
    )
    bar = figure.colorbar(mesh, cax=placed(figure, (WIDTH - 0.86, 0.72, 0.14, 3.0)))
    bar.set_label("sum of weights per bin")
    bar.outline.set_visible(False)
    if box:
        ax.plot(*zip(*box, box[0], strict=True), color=ACCENT, lw=2.0, label="signal box")
        ax.legend(loc="upper left")
    labels = [label(axis.label or axis.name, wide=44) for axis in (first, second)]
    ax.set(xlabel=labels[0], ylabel=labels[1])
    what = " against ".join(label(axis.label or axis.name, plain=True) for axis in (second, first))
    inside = " with the signal box" if box else ""
    return picture(figure, name, f"Plane of {what}{inside}: sum of weights {values.sum():.6g}")


def places_of(name: str, what: str, place: Array, weight: Array, parts: Sequence[Outline]) -> Markup:
    """Where particles decay, from above and from the side, against the detector's outline.

    Parameters
    ----------
    name : str
        Word that no other picture of the page has.
    what : str
        Name of what decays.
    place : ndarray, (3, k) [mm]
        x, y and z of each decay.
    weight : ndarray, (k,)
        Weight of each.
    parts : sequence of Outline
        Parts of the detector.
    """
    figure = figure_of(WIDTH, 4.8)
    cells = min(max(int(np.sqrt(len(weight))), 16), 80)  # (where there are few events, larger ones)
    z_ends = _range(place[2], [z for part in parts for z, _ in part.rings])
    for turn, axis in enumerate("xy"):
        ax = placed(figure, (0.78, 2.55 - 1.93 * turn, WIDTH - 0.98, 1.75))
        lines = [_silhouette(part, turn) for part in parts]
        ends = _range(place[turn], [across for line in lines for across in line[1]])
        counts, *edges = np.histogram2d(
            place[2], place[turn], bins=(cells, cells // 2), range=(z_ends, ends), weights=weight
        )
        mesh = [1e-3 * edge for edge in edges]
        ax.pcolormesh(*mesh, np.ma.masked_less_equal(counts.T, 0.0), cmap=MAP, norm="log", rasterized=True)
        for part, line, style in zip(parts, lines, ("-", "--", ":", "-."), strict=False):
            ax.plot(*(1e-3 * line), style, color=ACCENT, lw=1.6, label=label(part.name))
        ax.set(xlim=[1e-3 * z for z in z_ends], ylim=[1e-3 * end for end in ends], ylabel=f"{axis} [m]")
        ax.tick_params(labelbottom=turn == 1)
        if turn == 0 and parts:
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.1)
    ax.set_xlabel("z [m]")
    return picture(
        figure,
        name,
        f"Places of {len(weight):,} decays of {label(what, plain=True)}, x against z above and y against z below, with "
        f"{' and '.join(label(part.name, plain=True) for part in parts) or 'no outline'}; z from {1e-3 * z_ends[0]:.4g} to "
        f"{1e-3 * z_ends[1]:.4g} m",
    )


def _silhouette(part: Outline, axis: int) -> NDArray[np.float64]:
    """Outline of a part of a detector along x or y, against z: rows z and the other, (2, k) [mm]."""
    ends = [(z, [corner[axis] for corner in ring]) for z, ring in part.rings]
    there = [(z, min(across)) for z, across in ends]
    back = [(z, max(across)) for z, across in reversed(ends)]
    return np.array([*there, *back, *([] if part.flat else there[:1])]).T


def _range(values: Array, shown: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis: what has to be seen, and all values but the hundredth that is furthest out at each side."""
    ends = [*shown, *(np.quantile(values, (0.01, 0.99)) if len(values) else ())]
    low, high = float(min(ends, default=-1.0)), float(max(ends, default=1.0))
    margin = 0.04 * (high - low) or 1.0
    return low - margin, high + margin


def spread_of(weight: Array) -> Markup:
    """How many events have which weight."""
    figure, ax = _axes(height=2.7)
    positive = weight[weight > 0.0]
    low, high = (float(positive.min()), float(positive.max())) if len(positive) else (1.0, 1.0)
    even = high <= 1.001 * low
    edges = np.geomspace(low, high, 41) if not even else np.array([0.9 * low, 1.1 * low])
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)
    ax.hist(positive, bins=list(edges), color=MAIN, log=not even)
    if not even:
        ax.set_xscale("log")
    ax.set(xlabel="weight of an event, genWeight", ylabel="events")
    rest = len(weight) - len(positive)
    words = f"; {rest:,} events of weight zero or less are not shown" if rest else ""
    return picture(
        figure,
        "weights",
        f"Histogram of weights from {low:.4g} to {high:.4g} of {len(positive):,} events{words}",
    )
