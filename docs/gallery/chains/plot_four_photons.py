"""
Two masses in four photons
==========================

If both dark particles of K_L → X1 X2 decay to γγ, four photons are all there is. Each way to pair them gives two masses; the right
one of the three gives the masses of X1 and X2, here 100 and 250 MeV, and the two wrong ones a smooth background.

Source: the chain ``kl_x1x2_four_gamma``; two-body decays, isotropic.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

job = Job(
    source={"name": "gun", "parent": "K_L0", "momentum": "1.5 GeV"},
    chain={"name": "kl_x1x2_four_gamma", "mass": {"X1": "100 MeV", "X2": "250 MeV"}},
    output={"path": "events.root"},
)
(chunk,) = chunks(job.pipeline(), 30_000)
particles = chunk.record().particles
photons = particles[particles.pdgid == 22]

pairings = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
masses = [
    [(photons[:, i] + photons[:, j]).mass.to_numpy() for i, j in pairing]
    for pairing in pairings
]
low, high = (
    1e3 * np.concatenate([f(*pair) for pair in masses])
    for f in (np.minimum, np.maximum)
)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(6.5, 5.0), layout="constrained")
*_, mesh = axes.hist2d(
    low, high, (75, 100), range=((0.0, 300.0), (0.0, 400.0)), norm="log", cmap="viridis"
)
figure.colorbar(mesh, label="pairings / (4 MeV)²")
axes.annotate(
    "$X_1$ and $X_2$", (104.0, 250.0), (170.0, 330.0), arrowprops={"arrowstyle": "->"}
)
axes.set(xlabel="smaller mass of the two pairs [MeV]", ylabel="larger mass [MeV]")
axes.set_title(
    r"$K_L\to(X_1\to\gamma\gamma)(X_2\to\gamma\gamma)$: all three pairings",
    fontsize="medium",
)
plt.show()
