"""Pictures of a run: what the selection looked at, as the plane of pT and Z_vtx with the signal box."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hist
import numpy as np

from darkpair.detectors.efficiency import LIMIT_LEVEL, estimate
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.report.pictures import pyplot

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
        Axes with labels.
    detector : object
        Its ``signal_box()`` is drawn into a plane, if it has one; or its ``outline()``, lines of points, into a
        plane of places, whose colours are then logarithmic.
    cutflow : Cutflow
    title : str
        What was generated.
    path : Path
    """
    import mplhep

    plt = pyplot()

    if histogram.ndim == 3:
        _decay_places(histogram, title, path)
        return
    if histogram.ndim == 1:
        fig, ax = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
        mplhep.histplot(histogram, ax=ax, histtype="fill", color="steelblue", yerr=False)
        ax.set(xlabel=histogram.axes[0].label, ylabel="sum of weights")
        ax.set_title(title, fontsize="small", wrap=True)
        fig.savefig(path, dpi=150)
        plt.close(fig)
        return
    plane, box = histogram, detector.signal_box() if hasattr(detector, "signal_box") else []
    outline = detector.outline() if hasattr(detector, "outline") else {}
    fig, axes = plt.subplots(
        2,
        2,
        figsize=(8.5, 7.0),
        width_ratios=(3, 1),
        height_ratios=(1, 3),
        sharex="col",
        sharey="row",
        layout="constrained",
    )
    top, main, side = axes[0, 0], axes[1, 0], axes[1, 1]
    axes[0, 1].axis("off")
    values = plane.values()
    mesh = main.pcolormesh(
        plane.axes[0].edges,
        plane.axes[1].edges,
        np.ma.masked_less_equal(values.T, 0.0),
        cmap="viridis",
        norm="log" if outline else "linear",
        rasterized=True,
    )
    fig.colorbar(mesh, ax=side, label="sum of weights per bin", location="right")
    if box:
        main.plot(
            *zip(*box, box[0], strict=True),
            color="crimson",
            lw=1.8,
            label=f"signal box, {detector.selection}",
        )
        main.legend(loc="upper left", frameon=False)
    for (name, line), style in zip(outline.items(), ("-", "--", ":", "-."), strict=False):
        main.plot(*zip(*line, strict=True), style, color="crimson", label=name)
    if outline:
        main.legend(loc="upper right")
    mplhep.histplot(plane.project(0), ax=top, histtype="fill", color="steelblue", yerr=False)
    mplhep.histplot(
        plane.project(1), ax=side, histtype="fill", color="steelblue", orientation="horizontal", yerr=False
    )
    main.set(xlabel=plane.axes[0].label, ylabel=plane.axes[1].label)
    top.set(ylabel="sum of weights", xlabel="")
    side.set(xlabel="sum of weights", ylabel="")
    last, found = cutflow.stages[-1], estimate(cutflow)
    spread = f"({found.low:.3g} to {found.high:.3g})" if found.error is None else f"± {found.error:.1g}"
    known = f"{found.value:.4g} {spread}"
    if found.value <= 0.0:
        known = f"< {found.upper_limit:.2g} ({100.0 * LIMIT_LEVEL:.0f} % CL)"
    axes[0, 1].text(
        0.0, 0.9,
        f"generated {cutflow.generated:,}\n{'in the box' if box else 'accepted'} {last.n:,}\nacceptance\n"
        f"{known}",
        va="top", transform=axes[0, 1].transAxes,
    )  # fmt: skip
    fig.suptitle(f"{title}\nafter every cut but those of the signal box" if box else title, fontsize="medium")
    fig.savefig(path, dpi=150)
    plt.close(fig)


def _decay_places(places: hist.Hist[Any], title: str, path: Path) -> None:
    """Squares of the size of each bin's sum of weights, open where it is negative, with both projections."""
    import matplotlib.pyplot as plt
    from matplotlib.lines import Line2D

    fig, axes = plt.subplots(
        2, 2, figsize=(9.0, 7.0), width_ratios=(3, 1), height_ratios=(1, 3), sharex="col", sharey="row",
        layout="constrained",
    )  # fmt: skip
    top, main, side = axes[0, 0], axes[1, 0], axes[1, 1]
    axes[0, 1].axis("off")
    momentum, distance = places.axes[1], places.axes[2]
    largest = float(np.max(np.abs(places.values()), initial=0.0)) or 1.0
    side_length = 8.0  # of the largest square, in points: smaller where bins are, within reason
    for axis, edges, used, points in (
        (main.set_xlim, momentum.edges, places.values().any(axis=(0, 2)), 425.0),
        (main.set_ylim, distance.edges, places.values().any(axis=(0, 1)), 290.0),
    ):
        if used.any():
            first, last = np.flatnonzero(used)[[0, -1]]
            low, high = max(first - 2, 0), min(last + 3, len(edges) - 1)
            axis(edges[low], edges[high])
            side_length = max(min(side_length, 1.5 * points / (high - low)), 5.0)
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
    axes[0, 1].legend(handles=handles, loc="upper left", frameon=False, title="decays of, sum of weights")
    fig.suptitle(title.replace("; ", "\n"), fontsize="medium")
    fig.savefig(path, dpi=150)
    plt.close(fig)
