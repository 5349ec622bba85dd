"""
What the experiments say of one point
=====================================

``limit_rows`` asks every search that applies to a model. Shown is the observable over its limit, so that what reaches beyond 1 excludes the
point. KOTO, whose signal this is, and the beam dumps need samples, small ones here; the rest follows from rates alone. Left out are
decays that are closed here, as K⁺ → π⁺, and what such a small sample cannot tell, as dumps for X2 that live this short.

Source: each search with its measurement: the page on limits; the point is that of arXiv:2005.07102, section IV.C, at 1.75 G_F.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from darkpair import ZPrimeScalar, limit_rows
from darkpair.limits.samples import Size
from darkpair.report.picture_style import PALETTE, RC

model = ZPrimeScalar(m1=0.0, m2="430 MeV", G_X="1.75 GF", m_Zprime="10 GeV")
size = Size(kaons=100_000, etas=20_000, spectra="central", cells=(20, 16, 8))
(rows,) = limit_rows(
    [model],
    size=size,
    folder=Path(tempfile.mkdtemp()),
    workers=1,
    without=["koto-three-events"],
)
rows = sorted(
    (row for row in rows if row.kind == "excluded" and row.ratio > 0.0),
    key=lambda row: row.ratio,
)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
colours = [
    PALETTE["vermillion"] if row.ratio > 1.0 else PALETTE["blue"] for row in rows
]
names = [f"{row.constraint} ({row.verdict or 'allowed'})" for row in rows]
axes.scatter([row.ratio for row in rows], names, c=colours, s=50)
axes.grid(axis="y", lw=0.4)
axes.axvline(1.0, color="black", lw=1.0)
axes.set(xscale="log", xlabel="observable over its limit: excluded beyond 1")
axes.set_title(
    r"Z$'$, scalars, $(m_2, m_1)$ = (430, 0) MeV, $G_X = 1.75\,G_F$", fontsize="medium"
)
plt.show()
