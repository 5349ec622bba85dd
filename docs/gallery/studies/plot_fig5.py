"""
A dark branching ratio opens what the dumps closed
==================================================

If X2 decays to dark particles as well, it lives shorter and fewer reach a beam dump's detector. Without such decays NuCal (below the dashed
line) and KOTO's own limit (above the other) leave nothing of the band; with them the dumps' lines fall and the band rises slowly, so
that a growing part of it is free.

Source: arXiv:2005.07102, Fig. 5 and section IV.D, inputs of the paper. Stored run:
``darkpair study fig5 --inputs paper --data 2020``.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair.report.picture_style import RC

rows = json.loads(
    Path("../../results/fig5-paper-2020.json").read_text(encoding="utf-8")
)["rows"]
panel = [row for row in rows if row["panel"] == "Z'"]


def ends(curve, kind):
    """Dark branching ratio, and both ends of a curve."""
    mine = [row for row in panel if row["curve"] == curve and row["kind"] == kind]
    return ([row[key] for row in mine] for key in ("BR(X2 -> dark)", "low", "high"))


plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.8), layout="constrained")
for sigma, shade in (("2", "0.85"), ("1", "0.65")):
    words = f"explains three events, {sigma}σ"
    axes.fill_between(
        *ends(f"koto-three-events, {sigma} sigma", "band"),
        color=shade,
        lw=0.0,
        label=words,
    )
for curve, label, line in (("nucal", "NuCal", "--"), ("charm", "CHARM", ":")):
    ratio, _, high = ends(curve, "excluded")
    axes.plot(ratio, high, ls=line, lw=2.0, label=f"{label}: excluded below")
ratio, low, _ = ends("koto-2015", "excluded")
axes.plot(ratio, low, "-.", lw=1.8, label="KOTO 2015: excluded above")
axes.set(
    yscale="log",
    xlabel=r"branching ratio of $X_2\to$ dark",
    ylabel="$G_X / G_F$",
    xlim=(0.0, 0.95),
)
axes.set_title(
    r"Z$'$, Majorana fermions, $(m_2, m_1)$ = (400, 40) MeV", fontsize="medium"
)
axes.legend(fontsize="small", loc="lower left")
plt.show()
