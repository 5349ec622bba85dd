"""How regions of a plane are drawn: one filled region for a kind of experiment, lines for the others, names at the curves.

Filled is the newest search of a kind that excludes; older ones are thin lines, with stripes where they
exclude what the newest does not; projections are dashed, estimates dotted. Shades are
opaque, so that each is that of its legend also where regions overlap. What explains the three events is hatched and
lies over everything, what is unknown is dotted and lies below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from darkpair.limits.region_beyond import goes_beyond, name_lines, seen_below
from darkpair.limits.regions import Region
from darkpair.report.curve_labels import CurveLabel
from darkpair.report.picture_style import PALETTE, shade

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["BAND", "KINDS", "Drawn", "Kind", "Region", "draw_band", "draw_ends", "draw_regions", "newest"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of experiment.

    Parameters
    ----------
    colour : str
        Of its lines; its region is a light shade of it.
    part : float
        How much of the colour the shade has: so much that shades differ also for who sees no green.
    words : str
        In the legend.
    """

    colour: str
    part: float
    words: str

    @property
    def face(self) -> tuple[float, float, float]:
        """Colour of its region."""
        return shade(self.colour, self.part)


#: Kinds of experiments; a later one lies on top.
KINDS: Final[Mapping[str, Kind]] = {
    "other": Kind(colour="#595959", part=0.15, words="others"),
    "electroweak": Kind(colour=PALETTE["vermillion"], part=0.38, words="electroweak data"),
    "koto": Kind(colour=PALETTE["orange"], part=0.27, words="KOTO"),
    "b-to-k": Kind(colour=PALETTE["sky"], part=0.53, words=r"$B\to K$ and nothing seen"),
    "k-plus": Kind(colour=PALETTE["purple"], part=0.44, words=r"$K^+\to\pi^+$ and nothing seen"),
    "invisible": Kind(colour=PALETTE["green"], part=0.47, words="decays to nothing seen"),
    "dump": Kind(colour=PALETTE["black"], part=0.33, words="beam dumps"),
}

#: Colour of what explains KOTO's three events.
BAND: Final = PALETTE["blue"]

#: Order of the dots where nothing is known: below every region.
_BLIND: Final = 0.6

#: Width of a region's edge.
_EDGE: Final = 1.7

#: Line of a search by its status, its width, and its words in the legend.
_LINES: Final[Mapping[str, tuple[Any, float, str]]] = {
    "excluded": ("-", 1.0, "thin line: another limit of its colour's kind"),
    "projection": ((0, (5, 2)), 1.6, "dashed: projection"),
    "estimate": ((0, (1, 1.2)), 1.6, "dotted: estimate"),
}

#: Line of a region whose production is at an end of its uncertainty, its width, and its words in the legend.
_END: Final[tuple[Any, float, str]] = (
    (0, (4, 1.5, 1, 1.5)),
    0.9,
    "dash-dotted: least and most production",
)

_STRIPED: Final = "striped: excluded by an older limit alone"
_UNKNOWN: Final = "unknown, too few simulated events"


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What was drawn.

    Parameters
    ----------
    legend : dict of str to object
        Handles by their words.
    labels : list of CurveLabel
        Names that belong at curves, for `darkpair.report.curve_labels.place_labels`.
    """

    legend: dict[str, Any] = field(default_factory=dict)
    labels: list[CurveLabel] = field(default_factory=list)

    def with_names_of(self, other: Drawn) -> Drawn:
        """Both together."""
        return Drawn(legend=self.legend | other.legend, labels=[*self.labels, *other.labels])


def newest(regions: Iterable[Region]) -> list[Region]:
    """Those that are filled: of each kind the newest that excludes something, the first of a year."""
    filled: dict[str, Region] = {}
    for region in regions:
        before = filled.get(region.kind)
        if region.status == "excluded" and region.areas and (before is None or region.year > before.year):
            filled[region.kind] = region
    return list(filled.values())


def draw_regions(ax: Any, regions: Sequence[Region]) -> Drawn:
    """Draw searches into axes, and say what a legend and the curves' names are.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    regions : sequence of Region
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    drawn, filled = Drawn(), newest(regions)
    order = list(KINDS)
    for region in sorted(regions, key=lambda region: order.index(region.kind)):
        kind, height = KINDS[region.kind], 1.0 + 0.1 * order.index(region.kind)
        full, beyond = region in filled, goes_beyond(ax, region, filled)
        look: dict[str, Any] = {"edgecolor": kind.colour}
        if full:
            _fill(ax, region.areas, facecolor=kind.face, edgecolor="none", lw=0.0, zorder=height)
            words = f"{kind.words}: excluded"
            drawn.legend[words] = Patch(facecolor=kind.face, edgecolor=kind.colour, lw=_EDGE, label=words)
            look |= {"lw": _EDGE}
        elif beyond:
            drawn.legend.update(_stripe(ax, region, kind.colour, height - 0.05))
            look |= {"lw": _EDGE}
        elif region.edges:
            dashes, width, words = _LINES[region.status]
            look |= {"lw": width, "ls": dashes}
            drawn.legend[words] = Line2D([], [], color="0.3", lw=width, ls=dashes, label=words)
        _outline(ax, region.edges, zorder=4.0 + height, **look)
        if lines := name_lines(ax, region):
            name = region.name if region.edges else f"{region.name}, everywhere"
            drawn.labels.append(CurveLabel(text=name, colour=_ink(kind.colour), lines=lines))
    for region in filled or regions:  # (what others fill hides it)
        drawn.legend.update(_hatch_unknown(ax, region))
    return drawn


def draw_ends(ax: Any, regions: Sequence[Region]) -> Drawn:
    """Draw the edges that regions would have with as little or as much production as its uncertainty allows.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    regions : sequence of Region
        At either end.
    """
    from matplotlib.lines import Line2D

    drawn = Drawn()
    dashes, width, words = _END
    for region in regions:
        if region.edges:
            _outline(ax, region.edges, edgecolor=KINDS[region.kind].colour, lw=width, ls=dashes, zorder=5.8)
            drawn.legend[words] = Line2D([], [], color="0.3", lw=width, ls=dashes, label=words)
    return drawn


def _stripe(ax: Any, region: Region, colour: str, height: float) -> dict[str, Any]:
    """Stripes of an older limit below the filled region of its kind, so that what it excludes alone is seen."""
    from matplotlib.patches import Patch

    _fill(ax, region.areas, facecolor="none", edgecolor=colour, hatch="\\\\", lw=0.0, zorder=height)
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": "0.3", "hatch": "\\\\", "lw": _EDGE}
    return {_STRIPED: Patch(label=_STRIPED, **look)}


def _hatch_unknown(ax: Any, region: Region) -> dict[str, Any]:
    """Dots where a search knows nothing, below what others exclude; no word of what they hide."""
    from matplotlib.patches import Patch

    if not seen_below(ax, region.unknown, _BLIND):
        return {}
    look: dict[str, Any] = {"facecolor": "none", "edgecolor": "0.6", "hatch": "..", "lw": 0.0}
    _fill(ax, [(polygon, None) for polygon in region.unknown], zorder=_BLIND, **look)
    words = f"{KINDS[region.kind].words}: {_UNKNOWN}"
    return {words: Patch(label=words, **look)}


def draw_band(ax: Any, levels: Sequence[tuple[Region, str]]) -> Drawn:
    """Draw what explains the events, the widest level first: hatched, densely within one sigma.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    levels : sequence of (Region, str)
        With their words in the legend.
    """
    from matplotlib.patches import Patch

    drawn = Drawn()
    for i, (region, words) in enumerate(levels):
        inner = i == len(levels) - 1
        look: dict[str, Any] = {"facecolor": "none", "edgecolor": BAND, "lw": 0.0}
        look["hatch"] = "//////" if inner else "///"
        _fill(ax, region.areas, zorder=3.0, **look)
        _outline(ax, region.edges, edgecolor=BAND, lw=1.3 if inner else 0.7, zorder=5.5)
        drawn.legend[words] = Patch(label=words, **look)
        drawn.legend.update(_hatch_unknown(ax, region))
    return drawn


def _ink(colour: str) -> str:
    """A darker colour of its name, which is read on white."""
    return "#" + "".join(f"{int(0.6 * int(colour[i : i + 2], 16)):02x}" for i in (1, 3, 5))


def _fill(ax: Any, areas: Sequence[tuple[Array, Array | None]], **look: Any) -> None:
    """Areas as one collection each, which moves no limit of the axes."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    for vertices, codes in areas:
        path = Path(vertices, codes, closed=False)
        ax.add_collection(PathCollection([path], transform=ax.transData, **look), autolim=False)


def _outline(ax: Any, edges: Sequence[Array], **look: Any) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    for line in edges:
        ax.add_artist(PathPatch(Path(line), fill=False, transform=ax.transData, **look))
