"""
Beam dumps against the lifetime
===============================

Expected events at CHARM and NuCal for one branching ratio of η → X1 X2. Short-lived X2 do not reach the detector, long-lived ones fly
through it: the number rises steeply and falls as 1/cτ. NuCal is nearer. The bands span the spectra of all generators.

Source: arXiv:2005.07102, section IV.C. Stored run: ``darkpair study charm``, five minutes.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair.report.picture_style import RC

rows = json.loads(Path("../../results/charm.json").read_text(encoding="utf-8"))["rows"]
EVENTS = "events at BR 1e-09"

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for experiment, line in (("charm", "-"), ("nucal", "--")):
    mine = [
        row
        for row in rows
        if row["experiment"] == experiment and row[EVENTS] is not None
    ]
    central = {
        row["c tau [m]"]: row[EVENTS] for row in mine if row["generator"] == "pythia6"
    }
    spans = {
        ctau: [row[EVENTS] for row in mine if row["c tau [m]"] == ctau]
        for ctau in central
    }
    drawn = axes.loglog(
        central.keys(),
        central.values(),
        ls=line,
        lw=1.8,
        label=f"{experiment}, PYTHIA 6",
    )[0]
    low, high = ([pick(values) for values in spans.values()] for pick in (min, max))
    axes.fill_between(
        list(spans), low, high, color=drawn.get_color(), alpha=0.25, lw=0.0
    )
axes.set_ylim(1e-3, 1e7)
axes.set(
    xlabel=r"$c\tau$ of $X_2$ [m]",
    ylabel=r"expected events for BR($\eta\to X_1X_2$) = $10^{-9}$",
)
axes.set_title(r"$X_2\to X_1\pi^0$, $(m_2, m_1)$ = (400, 40) MeV", fontsize="medium")
axes.legend(frameon=False)
plt.show()
