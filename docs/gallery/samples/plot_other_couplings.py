"""
One sample for other couplings
==============================

Masses fixed, other couplings change only how the spin of X2 shows. ``angular_density`` gives each event the density of its angles, so that
the ratio of two models takes a sample from one to the other: here from c_V = c_A to a pure axial current, beside a sample that was made
with it.

Source: arXiv:2005.07102, eq. 42; helicity amplitudes of the whole chain.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import KotoKL, Streams, ZPrimeDirac, angular_density
from darkpair.report.picture_style import RC

point = {"m1": "50 MeV", "m2": "350 MeV", "G_X": "1 GF"}
made, other = (
    ZPrimeDirac(**point, c_V=c_V, c_A=1.0).chain("K_L0", "X1 X2", modes=["X1 pi0"])
    for c_V in (1.0, 0.0)
)


def batch_and_energy(chain, seed):
    """Events, and the energy of the pion over that of the K_L."""
    streams = Streams(seed=seed)
    batch = chain.batch(KotoKL().sample(50_000, streams.rng("source")), streams)
    particles = batch.record().particles
    return batch, (
        particles[particles.pdgid == 111][:, 0].E / particles[:, 0].E
    ).to_numpy()


batch, share = batch_and_energy(made, 1)
weight = angular_density(other, batch) / angular_density(made, batch)
_, own = batch_and_energy(other, 2)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
style = {
    "bins": 45,
    "range": (0.0, 1.0),
    "density": True,
    "histtype": "step",
    "lw": 1.8,
}
axes.hist(share, ls="-", label="made with $c_V = c_A$", **style)
axes.hist(
    share, weights=weight, ls="--", label="the same, weighted to $c_V$ = 0", **style
)
counts, edges = np.histogram(own, 45, range=(0.0, 1.0), density=True)
axes.plot(
    0.5 * (edges[1:] + edges[:-1]),
    counts,
    "o",
    ms=4,
    color="black",
    label="made with $c_V$ = 0",
)
axes.set(
    xlabel=r"energy of the $\pi^0$ over that of the $K_L$",
    ylabel="events, normalised",
    xlim=(0.0, 1.0),
)
axes.legend(frameon=False)
plt.show()
