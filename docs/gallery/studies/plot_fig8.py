"""
Efficiency at KOTO over that of the decay it looks for
======================================================

How well KOTO's selection of 2016 to 2018 takes a dark decay, over its efficiency for K_L → π⁰ ν ν̄: X2 → X1 π⁰ best where X2 is
heavy, two X2 → X1 γ less well, and X2 → γγ near the π⁰'s mass alone, where the assumed π⁰ is right.

Source: arXiv:2005.07102, Fig. 8. Stored run: ``darkpair study fig8``, five minutes.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair.report.picture_style import RC

rows = json.loads(Path("../../results/fig8.json").read_text(encoding="utf-8"))["rows"]
LABELS = {
    "A": r"$X_1X_2$, $X_2\to X_1\pi^0$",
    "B": r"$X_2X_2$, $X_2\to X_1\gamma$",
    "C": r"$X_1X_2$, $X_2\to\gamma\gamma$",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.8), layout="constrained")
for (panel, label), marker in zip(LABELS.items(), ("o", "s", "^"), strict=True):
    mine = [
        row
        for row in rows
        if row["panel"] == panel
        and row["m1 [MeV]"] == 0
        and row["selection"] == "2016-18"
        and row["ratio"] is not None
    ]
    mass, ratio, error = (
        [row[key] for row in mine] for key in ("m2 [MeV]", "ratio", "ratio error")
    )
    axes.errorbar(mass, ratio, error, marker=marker, ms=5, ls=":", label=label)
axes.axhline(1.0, color="black", lw=0.8)
axes.set(
    xlabel="mass of $X_2$ [MeV]",
    ylabel=r"efficiency over that of $K_L\to\pi^0\nu\bar\nu$",
    ylim=(0.0, None),
)
axes.set_title(r"KOTO, selection of 2016 to 2018, $m_1$ = 0, prompt", fontsize="medium")
axes.legend(frameon=False)
plt.show()
