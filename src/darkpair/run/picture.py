"""Pictures of a run: what the selection looked at, as the plane of pT and Z_vtx with the signal box."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from darkpair.detectors.efficiency import LIMIT_LEVEL, estimate
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.output.target import put
from darkpair.report.decay_symbols import symbol
from darkpair.report.picture_style import PALETTE, in_style
from darkpair.report.pictures import MADE_BY, drawn, figure_of, placed

if TYPE_CHECKING:
    import hist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "require_matplotlib"]

#: Powers of ten between which an axis shows its numbers in full, so that they fit into the margin.
_PLAIN: Final = (-3, 5)
#: What stands in a picture of no events.
_EMPTY: Final = "no events here"
#: Of pictures with projections [inches].
_HEIGHT: Final = 7.0


def require_matplotlib(otherwise: str = "or set output.picture = false") -> None:
    """Refuse a picture where it cannot be drawn.

    Parameters
    ----------
    otherwise : str
        What can be done otherwise.

    Raises
    ------
    InputError
        If matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise InputError(f"pictures need matplotlib; install 'darkpair[plot]' {otherwise}".rstrip())


@in_style()
def draw(
    histogram: hist.Hist[Any], detector: Any, cutflow: Cutflow, title: str, path: Path, said: str = ""
) -> None:
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
    said : str
        The title in plain letters, which the file has as its description.
    """
    if histogram.ndim == 3:
        figure = _decay_places(histogram, title)
    elif histogram.ndim == 1:
        figure = _line(histogram, title)
    else:
        figure = _plane(histogram, detector, cutflow, title)
    about = {"Source": MADE_BY} | (
        {"Description": said} if said else {}
    )  # (whose it is comes first: it is looked for)
    put({path: drawn(figure, "png", 150, about)})


def _line(histogram: hist.Hist[Any], title: str) -> Figure:
    """A histogram of one dimension."""
    figure = figure_of(7.0, 4.5)
    ax = placed(figure, (0.85, 0.6, 5.95, 3.45))
    _bars(ax, histogram)
    ax.set(xlabel=histogram.axes[0].label, ylabel="sum of weights")
    if not histogram.values().any():
        _say_empty(ax)
    ax.set_title(title, fontsize="small", wrap=True)
    return figure


def _say_empty(ax: Axes) -> None:
    """Say, above what is drawn, that nothing is shown because nothing is there."""
    ax.text(0.5, 0.8, _EMPTY, ha="center", va="center", transform=ax.transAxes, color="0.35")


def _bars(
    ax: Axes, histogram: hist.Hist[Any], orientation: Literal["vertical", "horizontal"] = "vertical"
) -> None:
    """Filled steps of a histogram of one dimension."""
    ax.stairs(
        histogram.values(), histogram.axes[0].edges, fill=True, color=PALETTE["sky"], orientation=orientation
    )
    ax.ticklabel_format(axis="y" if orientation == "vertical" else "x", scilimits=_PLAIN)
    if not histogram.values().any():  # (of nothing: from 0 on, and no number but that)
        limits = {"ylim": (0.0, 1.0), "yticks": [0.0]}
        ax.set(**limits if orientation == "vertical" else {f"x{key[1:]}": end for key, end in limits.items()})


def _with_projections(
    title: str, *, width: float, right: float
) -> tuple[Figure, tuple[Axes, Axes, Axes, Axes]]:
    """A figure with a margin at its right [inches], and its plane, projections above and beside it, and the empty corner.

    Margins have room for what stands there: a layout that measures it takes as long as a second picture.
    """
    figure = figure_of(width, _HEIGHT)
    figure.suptitle(title, fontsize="medium", y=1.0 - 0.06 / _HEIGHT)
    line = 0.19 if "$" in title else 0.17  # (superscripts need more)
    left, across, bottom, up = 0.87, 0.73 * (width - right - 1.2), 0.5, 4.36
    beside, above = left + across + 0.33, bottom + up + 0.18
    rest, height = width - right - beside, 6.77 - line * (title.count("\n") + 1) - above
    plane = placed(figure, (left, bottom, across, up))
    top = placed(figure, (left, above, across, height), sharex=plane)
    side = placed(figure, (beside, bottom, rest, up), sharey=plane)
    corner = placed(figure, (beside, above, rest, height))
    top.tick_params(which="both", labelbottom=False)
    side.tick_params(which="both", labelleft=False)
    side.set_xlabel("sum of weights", loc="left")
    top.set_ylabel("sum of weights")
    corner.axis("off")
    return figure, (plane, top, side, corner)


def _plane(histogram: hist.Hist[Any], detector: Any, cutflow: Cutflow, title: str) -> Figure:
    """A histogram of two dimensions with the detector's signal box or outline, projections and the acceptance."""
    box = detector.signal_box() if hasattr(detector, "signal_box") else []
    outline = detector.outline() if hasattr(detector, "outline") else {}
    title = f"{title}\nafter every cut but those of the signal box" if box else title
    figure, (main, top, side, corner) = _with_projections(title, width=8.5, right=1.25)
    mesh = main.pcolormesh(
        histogram.axes[0].edges,
        histogram.axes[1].edges,
        np.ma.masked_less_equal(histogram.values().T, 0.0),
        cmap="viridis",
        norm="log" if outline else "linear",
    )
    if (histogram.values() > 0.0).any():
        bar = placed(figure, (7.43, 0.5, 0.22, _HEIGHT * main.get_position().height))
        figure.colorbar(mesh, cax=bar, label="sum of weights per bin")
    else:
        _say_empty(main)
    if box:
        ends = zip(*box, box[0], strict=True)
        main.plot(*ends, color=PALETTE["vermillion"], lw=1.8, label=f"signal box, {detector.selection}")
        main.legend(loc="upper left", frameon=False)
    for (name, line), style in zip(outline.items(), ("-", "--", ":", "-."), strict=False):
        main.plot(*zip(*line, strict=True), style, color=PALETTE["vermillion"], label=name)
    if outline:  # (over colours, which no letter is read on)
        main.legend(loc="upper right", frameon=True, framealpha=0.85, edgecolor="none")
    _bars(top, histogram.project(0))
    _bars(side, histogram.project(1), "horizontal")
    main.set(xlabel=histogram.axes[0].label, ylabel=histogram.axes[1].label)
    words = _acceptance(cutflow, "in the box" if box else "accepted")
    corner.text(0.0, 0.9, words, va="top", transform=corner.transAxes)
    return figure


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

    figure, (main, top, side, corner) = _with_projections(title, width=9.0, right=0.15)
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
        handles.append(
            Line2D([], [], marker="s", ls="", color=color, label=f"${symbol(name)}$, {flow.sum():.4g}")
        )
    if (places.values() < 0.0).any():
        handles.append(Line2D([], [], marker="s", ls="", color="0.3", mfc="none", label="open: negative"))
    main.set(xscale="log", yscale="log", xlabel=momentum.label, ylabel=distance.label)
    corner.legend(handles=handles, loc="upper left", frameon=False, title="decays of, sum of weights")
    return figure


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
