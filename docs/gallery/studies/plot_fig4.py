"""
Fermions and a Z': KOTO's band against the mediator's mass
==========================================================

For Majorana fermions of 400 and 40 MeV the mixing ε_Z that explains KOTO's three events goes with the square of the mass of the Z', because
the contact coupling is what counts. At these masses KOTO's data of 2021 (above the dashed line) and NuCal (below the dotted one, which
lies higher) leave nothing of the band.

Source: arXiv:2005.07102, Fig. 4, with inputs and measurements of today. Stored run: ``darkpair study fig4 --inputs pdg --data today``.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair.report.picture_style import PALETTE, RC

rows = json.loads(
    Path("../../results/fig4-pdg-today.json").read_text(encoding="utf-8")
)["rows"]
panel = [
    row
    for row in rows
    if row["panel"] == "against m_Zprime" and row["X1, X2"] == "Majorana fermions"
]


def ends(curve):
    """Masses of the Z' [GeV], and both ends of a curve's first range."""
    first = {}
    for row in panel:
        if row["curve"] == curve and row["kind"] != "unknown":
            first.setdefault(row["m_Zprime [GeV]"], (row["low"], row["high"]))
    return (
        list(first),
        [low for low, _ in first.values()],
        [high for _, high in first.values()],
    )


plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.8), layout="constrained")
for curve, label, shade in (
    ("koto-three-events, 2 sigma", "explains three events, 2σ", "0.85"),
    ("koto-three-events, 1 sigma", "1σ", "0.65"),
):
    axes.fill_between(*ends(curve), color=shade, lw=0.0, label=label)
mass, low, _ = ends("koto-2021")
axes.plot(mass, low, "--", lw=1.8, label="KOTO 2021: excluded above")
mass, _, high = ends("nucal")
axes.plot(
    mass, high, ":", lw=2.2, color=PALETTE["vermillion"], label="NuCal: excluded below"
)
mass, low, _ = ends("b-to-k-belle")
axes.plot(
    mass,
    low,
    "-.",
    lw=1.8,
    color=PALETTE["purple"],
    label=r"$B\to K$, Belle: excluded above",
)
axes.set(
    xscale="log",
    yscale="log",
    xlabel="mass of the Z$'$ [GeV]",
    ylabel=r"mixing $\varepsilon_Z$ for $g_X$ = 1",
)
axes.set_title(r"Majorana fermions, $(m_2, m_1)$ = (400, 40) MeV", fontsize="medium")
axes.legend(fontsize="small", loc="upper left")
plt.show()
