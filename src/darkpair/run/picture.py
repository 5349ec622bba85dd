"""Pictures of a run: what the selection looked at, as the plane of pT and Z_vtx with the signal box."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hist
import numpy as np

from darkpair.detectors.efficiency import LIMIT_LEVEL, estimate
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.output.target import put
from darkpair.report.pictures import drawn, pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "require_matplotlib"]


def require_matplotlib() -> None:
    """Refuse a picture where it cannot be drawn.

    Raises
    ------
    InputError
        If matplotlib or mplhep is not installed.
    """
    if any(find_spec(name) is None for name in ("matplotlib", "mplhep")):
        raise InputError(
            "pictures need matplotlib and mplhep; install 'darkpair[plot]' or set output.picture = false"
        )


def draw(histogram: hist.Hist[Any], detector: Any, cutflow: Cutflow, title: str, path: Path) -> None:
    """Draw a histogram as a PNG: a selection's in one dimension or in two, or `darkpair.gen.decay_places` in three.

    Parameters
    ----------
    histogram : hist.Hist
        Sums of weights on one, two or three axes with labels.
    detector : object
        Its ``signal_box()`` is drawn into a plane, if it has one; or its ``outline()``, lines of points, into a
        plane of places, whose colours are then logarithmic.
    cutflow : Cutflow
        Cut flow of the whole sample, whose acceptance is written beside a plane.
    title : str
        What was generated.
    path : Path
        The PNG that is written.
    """
    plt = pyplot()

    if histogram.ndim == 3:
        fig = _decay_places(histogram, title)
    elif histogram.ndim == 1:
        fig = _line(histogram, title)
    else:
        fig = _plane(histogram, detector, cutflow, title)
    try:
        put({path: drawn(fig, "png", 150)})
    finally:
        plt.close(fig)


def _line(histogram: hist.Hist[Any], title: str) -> Figure:
    """A histogram of one dimension."""
    import mplhep

    fig: Figure
    fig, ax = pyplot().subplots(figsize=(7.0, 4.5), layout="constrained")
    mplhep.histplot(histogram, ax=ax, histtype="fill", color="steelblue", yerr=False)
    ax.set(xlabel=histogram.axes[0].label, ylabel="sum of weights")
    ax.set_title(title, fontsize="small", wrap=True)
    return fig


def _with_projections(width: float) -> tuple[Figure, tuple[Axes, Axes, Axes, Axes]]:
    """A figure [inches], and its plane, the projections above it and beside it, and the empty corner."""
    fig, ((above, corner), (plane, beside)) = pyplot().subplots(
        2,
        2,
        figsize=(width, 7.0),
        width_ratios=(3, 1),
        height_ratios=(1, 3),
        sharex="col",
        sharey="row",
        layout="constrained",
    )
    corner.axis("off")
    return fig, (plane, above, beside, corner)


def _plane(histogram: hist.Hist[Any], detector: Any, cutflow: Cutflow, title: str) -> Figure:
    """A histogram of two dimensions with the detector's signal box or outline, projections and the acceptance."""
    import mplhep

    box = detector.signal_box() if hasattr(detector, "signal_box") else []
    outline = detector.outline() if hasattr(detector, "outline") else {}
    fig, (main, top, side, corner) = _with_projections(8.5)
    mesh = main.pcolormesh(
        histogram.axes[0].edges,
        histogram.axes[1].edges,
        np.ma.masked_less_equal(histogram.values().T, 0.0),
        cmap="viridis",
        norm="log" if outline else "linear",
        rasterized=True,
    )
    fig.colorbar(mesh, ax=side, label="sum of weights per bin", location="right")
    if box:
        ends = zip(*box, box[0], strict=True)
        main.plot(*ends, color="crimson", lw=1.8, label=f"signal box, {detector.selection}")
        main.legend(loc="upper left", frameon=False)
    for (name, line), style in zip(outline.items(), ("-", "--", ":", "-."), strict=False):
        main.plot(*zip(*line, strict=True), style, color="crimson", label=name)
    if outline:
        main.legend(loc="upper right")
    bars = {"histtype": "fill", "color": "steelblue", "yerr": False}
    mplhep.histplot(histogram.project(0), ax=top, **bars)
    mplhep.histplot(histogram.project(1), ax=side, orientation="horizontal", **bars)
    main.set(xlabel=histogram.axes[0].label, ylabel=histogram.axes[1].label)
    top.set(ylabel="sum of weights", xlabel="")
    side.set(xlabel="sum of weights", ylabel="")
    words = _acceptance(cutflow, "in the box" if box else "accepted")
    corner.text(0.0, 0.9, words, va="top", transform=corner.transAxes)
    fig.suptitle(f"{title}\nafter every cut but those of the signal box" if box else title, fontsize="medium")
    return fig


def _acceptance(cutflow: Cutflow, accepted: str) -> str:
    """Generated and accepted events, and the acceptance with its error or limit, in four lines."""
    acceptance = estimate(cutflow)
    if acceptance.value <= 0.0:
        number = f"< {acceptance.upper_limit:.2g} ({100.0 * LIMIT_LEVEL:.0f} % CL)"
    elif acceptance.error is None:
        number = f"{acceptance.value:.4g} ({acceptance.low:.3g} to {acceptance.high:.3g})"
    else:
        number = f"{acceptance.value:.4g} ± {acceptance.error:.1g}"
    return f"generated {cutflow.generated:,}\n{accepted} {cutflow.stages[-1].n:,}\nacceptance\n{number}"


def _decay_places(places: hist.Hist[Any], title: str) -> Figure:
    """Squares of the size of each bin's sum of weights, open where it is negative, with both projections."""
    from matplotlib.lines import Line2D

    fig, (main, top, side, corner) = _with_projections(9.0)
    momentum, distance = places.axes[1], places.axes[2]
    largest = float(np.max(np.abs(places.values()), initial=0.0)) or 1.0
    side_length = _zoom(places, main)
    handles = []
    for turn, name in enumerate(sorted(places.axes[0])):
        i, color = places.axes[0].index(name), f"C{turn}"
        values = places.values()[i]
        at = np.nonzero(values)
        weight = values[at]
        x, y = momentum.centers[at[0]], distance.centers[at[1]]
        size = side_length**2 * np.abs(weight) / largest
        main.scatter(
            x, y, s=size, marker="s", edgecolors=color, linewidths=0.1 * side_length,
            facecolors=[color if w > 0.0 else "none" for w in weight],
        )  # fmt: skip
        flow = places.values(flow=True)[i]
        top.stairs(flow.sum(axis=1)[1:-1], momentum.edges, color=color, lw=1.4)
        side.stairs(flow.sum(axis=0)[1:-1], distance.edges, color=color, lw=1.4, orientation="horizontal")
        handles.append(Line2D([], [], marker="s", ls="", color=color, label=f"{name}, {flow.sum():.4g}"))
    if (places.values() < 0.0).any():
        handles.append(Line2D([], [], marker="s", ls="", color="0.3", mfc="none", label="open: negative"))
    main.set(xscale="log", yscale="log", xlabel=momentum.label, ylabel=distance.label)
    top.set(ylabel="sum of weights")
    side.set(xlabel="sum of weights")
    corner.legend(handles=handles, loc="upper left", frameon=False, title="decays of, sum of weights")
    fig.suptitle(title.replace("; ", "\n"), fontsize="medium")
    return fig


def _zoom(places: hist.Hist[Any], ax: Axes) -> float:
    """Show the bins with weights and two around them; side of the largest square [points], smaller where bins are."""
    side_length = 8.0
    for limits, edges, used, points in (
        (ax.set_xlim, places.axes[1].edges, places.values().any(axis=(0, 2)), 425.0),
        (ax.set_ylim, places.axes[2].edges, places.values().any(axis=(0, 1)), 290.0),
    ):
        if used.any():
            first, last = np.flatnonzero(used)[[0, -1]]
            low, high = max(first - 2, 0), min(last + 3, len(edges) - 1)
            limits(edges[low], edges[high])
            side_length = max(min(side_length, 1.5 * points / (high - low)), 5.0)
    return side_length
