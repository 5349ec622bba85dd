"""
Scalars and a Z': what is left for KOTO's events
================================================

The coupling G_X against the mass of X2, for X1 of no mass: the band that would explain KOTO's three events of 2016 to 2018, what KOTO's
data of 2021 exclude from above, and NuCal from below. At heavy X2 a window is left between the two.

Source: arXiv:2005.07102, Fig. 3, with inputs and measurements of today. Stored run: ``darkpair study fig3 --inputs pdg --data today``,
ten minutes.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair.report.picture_style import PALETTE, RC

rows = json.loads(
    Path("../../results/fig3-pdg-today.json").read_text(encoding="utf-8")
)["rows"]
CURVES = {
    "nucal": ("NuCal excludes", PALETTE["green"], "//"),
    "koto-2021": ("KOTO 2021 excludes", PALETTE["blue"], "\\\\"),
    "koto-three-events, 2 sigma": ("explains three events, 2σ", "0.75", ""),
    "koto-three-events, 1 sigma": ("explains three events, 1σ", "0.5", ""),
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.5, 4.8), layout="constrained")
for place, m2 in enumerate((200.0, 300.0, 430.0)):
    for shift, (curve, (label, colour, hatch)) in enumerate(CURVES.items()):
        here = [
            row
            for row in rows
            if row["panel"] == f"m2 = {m2:g} MeV" and row["curve"] == curve
        ]
        for row in [row for row in here if row["kind"] != "unknown"]:
            where = place + 0.2 * (shift - 1.5)
            style = {
                "color": colour,
                "edgecolor": "black",
                "hatch": hatch,
                "label": label if place == 0 else None,
            }
            axes.bar(where, row["high"] - row["low"], 0.18, bottom=row["low"], **style)
axes.set(
    yscale="log", ylim=(0.01, 60.0), ylabel="$G_X / G_F$", xlabel="mass of $X_2$ [MeV]"
)
axes.set_xticks(range(3), ["200", "300", "430"])
axes.set_title(r"Z$'$, scalars, $m_1$ = 0", fontsize="medium")
axes.legend(loc="lower left", fontsize="small", ncols=2)
plt.show()
