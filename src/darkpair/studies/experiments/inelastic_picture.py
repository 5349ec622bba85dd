"""Picture of the study ``inelastic``: smallest excluded couplings by what is counted, beside the published ones, and their ratios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from darkpair.export.files import subplots
from darkpair.studies.line_styles import CURVE_STYLES
from darkpair.studies.outputs import column

__all__ = ["picture"]

#: Curves by what is counted.
_SHOWN: Final = {
    "both electrons": "both electrons together above 3 GeV",
    "X2, its mesons and eta, ten events": "X2 above 3 GeV, its mesons, ten events",
    "both electrons above 1 GeV, its mesons and eta": "both electrons together above 1 GeV, its mesons",
    "X2": "X2 above 3 GeV",
}


def picture(rows: Sequence[Mapping[str, Any]]) -> Any:
    """The figure.

    Parameters
    ----------
    rows : sequence of mapping
        Of the study's table, one spectrum.
    """
    figure, (top, bottom) = subplots(
        2, 1, figsize=(6.4, 7.0), sharex=True, layout="constrained", gridspec_kw={"height_ratios": [1.5, 1.0]}
    )
    published = [row for row in rows if row["counted"] == "X2"]
    top.plot(
        column(published, "m1 [MeV]"), column(published, "published"), color="black", ls=(0, (1, 1.5)), lw=2.0,
        label="arXiv:1908.07525", marker="_" if len(published) == 1 else "", ms=22, mew=2.0,
    )  # fmt: skip
    bottom.axhspan(0.85, 1.15, color="0.92", lw=0.0)
    bottom.axhline(1.0, color="0.5", lw=0.8)
    for (name, label), (colour, marker, line) in zip(_SHOWN.items(), CURVE_STYLES, strict=False):
        ours = [row for row in rows if row["counted"] == name and row["eps"] is not None]
        if not ours:  # (the legend has what is drawn)
            continue
        style = {"marker": marker, "ls": line, "color": colour, "ms": 4, "label": label}
        top.plot(column(ours, "m1 [MeV]"), column(ours, "eps"), **style)
        bottom.errorbar(
            column(ours, "m1 [MeV]"), column(ours, "ratio"), yerr=column(ours, "ratio error"), **style
        )
    bottom.text(
        0.01,
        1.13,
        "within 15 %",
        fontsize="small",
        color="0.35",
        va="top",
        transform=bottom.get_yaxis_transform(),
    )
    top.set(ylabel=r"smallest excluded $\epsilon$", yscale="log", xscale="log", ylim=(2e-5, 3e-4))
    top.set_title(
        r"CHARM, inelastic dark matter: $m_2 = 1.1\,m_1$, $m_{A'} = 3\,m_1$, $\alpha_D = 0.1$",
        fontsize="medium",
    )
    top.legend(frameon=False, fontsize="small")
    bottom.set(xlabel=r"$m_1$ [MeV]", ylabel="ours / published", ylim=(0.4, 2.0))
    bottom.set_xticks(
        [15, 20, 30, 50, 70, 100, 150], ["15", "20", "30", "50", "70", "100", "150"], minor=False
    )
    bottom.minorticks_off()
    return figure
