"""
The audit: printed numbers beside ours
======================================

Every number that arXiv:2005.07102 prints follows from an amplitude that it prints too. Shown is ours over the printed one: most agree
within rounding, some differ by factors that are explained on the page on the audit, among them 7 of eqs. 45 and 46.

Source: the equations beside each mark. Stored run: ``darkpair study audit``, half a minute.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair.report.picture_style import PALETTE, RC

rows = json.loads(Path("../../results/audit.json").read_text(encoding="utf-8"))["rows"]
rows.sort(key=lambda row: row["ratio"])

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(8.0, 11.0), layout="constrained")
for verdict, marker, colour in (
    ("agrees", "o", PALETTE["blue"]),
    ("differs", "s", PALETTE["vermillion"]),
):
    mine = [
        (row["ratio"], place)
        for place, row in enumerate(rows)
        if row["verdict"] == verdict
    ]
    axes.plot(
        *zip(*mine, strict=True), marker, color=colour, label=f"{verdict} ({len(mine)})"
    )
axes.axvline(1.0, color="black", lw=0.8)
axes.set_yticks(
    range(len(rows)),
    [f"{row['quantity']} [{row['equation']}]" for row in rows],
    fontsize="x-small",
)
axes.set(xscale="log", xlabel="ours over printed", ylim=(-1.0, len(rows)))
axes.legend(loc="lower right")
axes.grid(axis="y", lw=0.3)
plt.show()
