"""Picture of the study ``dark-photon``: excluded bands of both experiments, and the ratios of their upper edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from darkpair.export.files import subplots
from darkpair.studies.line_styles import CURVE_STYLES, GENERATOR_NAMES, GENERATOR_STYLES
from darkpair.studies.outputs import column

__all__ = ["bands_and_ratios"]

_NAMES: Final = {"charm": "CHARM", "nucal": "NuCal"}
_SPECTRA: Final = {
    "bmpt": "BMPT, beryllium", "bmpt, nucleus": "BMPT, the target's nucleus",
    **{name: GENERATOR_NAMES[name] for name in ("sibyll23d", "pythia6", "pythia8")},
}  # fmt: skip
#: Of the selections in the upper panels, all with the publication's spectrum.
_SELECTIONS: Final = {"publication": "the publication's selection", "own": "the search's own selection"}
_BAND: Final = "bmpt, nucleus"


def bands_and_ratios(rows: Sequence[Mapping[str, Any]], published: Mapping[str, Any]) -> Any:
    """The figure.

    Parameters
    ----------
    rows : sequence of mapping
        Of the study's table.
    published : mapping of str to mapping
        Published edges of each experiment at their masses.
    """
    figure, panels = subplots(
        2, 2, figsize=(9.6, 7.2), sharex=True, sharey="row", layout="constrained",
        gridspec_kw={"height_ratios": [1.5, 1.0]},
    )  # fmt: skip
    for (name, curves), top, bottom in zip(published.items(), *panels, strict=True):
        mine = [row for row in rows if row["experiment"] == name]
        _bands(top, mine, curves)
        _ratios(bottom, mine)
        top.set_title(_NAMES[name])
        bottom.set(xlabel="mass of the dark photon [MeV]", xlim=(15.0, 105.0))
    panels[0][0].set(ylabel=r"coupling $\epsilon$", yscale="log")
    panels[1][0].set(ylabel=r"upper edge, ours / published", ylim=(0.7, 1.3))
    panels[0][1].legend(loc="center", frameon=True, framealpha=1.0, edgecolor="none")
    panels[1][1].legend(title="spectrum of the mesons", alignment="left", ncols=2, loc="lower center")
    return figure


def _bands(axes: Any, rows: Sequence[Mapping[str, Any]], curves: Mapping[str, Any]) -> None:
    """Both ends of the excluded couplings, of ours and of the publication."""
    axes.fill_between(
        curves["mass"], curves["lower"], curves["upper"], color="0.9", lw=0.0, label="excluded at 90 %"
    )
    for end in ("upper", "lower"):
        label = "arXiv:1908.07525" if end == "upper" else None
        axes.plot(curves["mass"], curves[end], color="black", ls=(0, (1, 1.5)), lw=2.0, label=label)
    for (selection, label), (colour, marker, line) in zip(_SELECTIONS.items(), CURVE_STYLES, strict=False):
        for end in ("upper", "lower"):
            ours = [
                row for row in rows
                if (row["selection"], row["spectrum"], row["edge"]) == (selection, _BAND, end)
            ]  # fmt: skip
            axes.plot(
                column(ours, "m [MeV]"), column(ours, "eps"), marker=marker, ls=line, color=colour, ms=4,
                label=f"darkpair, {label}" if end == "upper" else None,
            )  # fmt: skip


def _ratios(axes: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Upper edges of the publication's selection over the published one, by spectrum."""
    axes.axhspan(0.85, 1.15, color="0.92", lw=0.0)
    axes.text(16.0, 1.135, "within 15 %", fontsize="small", color="0.35", va="top")
    axes.axhline(1.0, color="0.5", lw=0.8)
    for spectrum, label in _SPECTRA.items():
        colour, marker, line = GENERATOR_STYLES[spectrum.partition(",")[0]]
        ours = [
            row for row in rows
            if (row["selection"], row["spectrum"], row["edge"]) == ("publication", spectrum, "upper")
        ]  # fmt: skip
        face = "none" if spectrum == "bmpt" else colour
        axes.plot(
            column(ours, "m [MeV]"), column(ours, "ratio"), marker=marker, ls=line, color=colour, mfc=face,
            ms=4, lw=1.0, label=label,
        )  # fmt: skip
