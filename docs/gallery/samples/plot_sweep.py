"""
A sweep over masses and lifetimes
=================================

``sweep`` runs a job at every combination of the values of some of its keys, each in a folder of its own, and leaves a table of
acceptances and expected events (points.csv, points.json). Here the mass and the lifetime of X2 at KOTO; points that are there are not
made again.

Source: selection 2016-18 of arXiv:2005.07102, section IV.A.
"""

import tempfile

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, sweep
from darkpair.report.picture_style import RC

masses, lengths = ["280 MeV", "360 MeV", "430 MeV"], ["0 cm", "3 cm", "10 cm", "30 cm"]
job = Job(
    run={"n": 50_000},
    source={"name": "koto_kl"},
    chain={"name": "kl_x1x2_pi0", "mass": {"X1": 0.0, "X2": masses[0]}},
    detector={"name": "koto"},
    normalisation={"branching_ratio": 1e-9},
    output={"path": "sweep", "picture": False},
)
result = sweep(
    job, {"chain.mass.X2": masses, "chain.ctau.X2": lengths}, tempfile.mkdtemp()
)
events = np.array([row["expected_events"] for row in result.rows]).reshape(
    len(masses), len(lengths)
)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.2), layout="constrained")
image = axes.imshow(events, cmap="viridis", origin="lower", aspect="auto")
figure.colorbar(image, label=r"expected events for BR($K_L\to X_1X_2$) = $10^{-9}$")
for (row, column), value in np.ndenumerate(events):
    colour = "white" if value < 0.5 * (events.min() + events.max()) else "black"
    axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour)
axes.set(
    xlabel=r"$c\tau$ of $X_2$",
    ylabel="mass of $X_2$",
    xticks=range(len(lengths)),
    yticks=range(len(masses)),
)
axes.set(xticklabels=lengths, yticklabels=masses)
plt.show()
