"""
KOTO's limits on K_L to π⁰ X, predicted
=======================================

The same simulation against something published: KOTO's limit on K_L → π⁰ X with an invisible X follows from the limit on π⁰ ν ν̄ and the
ratio of efficiencies, so that it shows how the efficiency goes with the mass of X. Lines are ours, markers KOTO's.

Source: arXiv:1810.09655 and arXiv:2411.11237. Stored run: ``darkpair study koto-limits``, two minutes.
"""

import json
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair.report.picture_style import RC

rows = json.loads(Path("../../results/koto-limits.json").read_text(encoding="utf-8"))[
    "rows"
]

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for selection, line, marker in (("2015", "-", "o"), ("2021", "--", "s")):
    mine = sorted(
        (row for row in rows if row["selection"] == selection),
        key=lambda row: row["m_X [MeV]"],
    )
    mass, ours, published = (
        [row[key] for row in mine]
        for key in (
            "m_X [MeV]",
            "limit on BR(K_L -> pi0 X), implied",
            "limit, published",
        )
    )
    drawn = axes.plot(
        mass,
        ours,
        ls=line,
        marker=marker,
        mfc="white",
        ms=8,
        lw=1.8,
        label=f"darkpair, {selection}",
    )[0]
    there = [
        (m, limit)
        for m, limit in zip(mass, published, strict=True)
        if limit is not None
    ]
    axes.plot(
        *zip(*there, strict=True),
        marker,
        color=drawn.get_color(),
        label=f"KOTO, {selection}",
    )
axes.set(
    xlabel="mass of X [MeV]",
    ylabel=r"90 % CL limit on BR($K_L\to\pi^0X$)",
    yscale="log",
)
axes.legend(frameon=False)
plt.show()
