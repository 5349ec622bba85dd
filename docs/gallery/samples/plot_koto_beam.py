"""
The K_L of KOTO's beam
======================

The source ``koto_kl`` draws K_L on straight lines from the target through the collimator. Slow K_L decay before the fast ones do, so that
those that decay in front of the calorimeter are slower than the beam. Left, the momentum of both; right, where the K_L cross
the beam exit.

Source: spectrum of arXiv:1509.03386, as in arXiv:2005.07102, section IV.A.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import KotoKL, Streams, particle
from darkpair.report.picture_style import RC

z_exit = -1000.0  # [mm], where K_L are counted
source = KotoKL()
decaying = source.sample(200_000, Streams(seed=1).rng("source"))
px, py, pz, _ = decaying.momentum
x, y, z, _ = decaying.decay_vertex
p = np.sqrt(px**2 + py**2 + pz**2)
kaon, path = particle("K_L0"), source.z_max - source.z_min
weight = -1.0 / np.expm1(
    -path * kaon.mass / (p * kaon.ctau)
)  # one over the probability to decay there

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
for label, w, line in (
    ("decaying in front of KOTO", None, "-"),
    ("all of the beam", weight, "--"),
):
    left.hist(
        p,
        60,
        range=(0.0, 6.0),
        weights=w,
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )
left.set(xlabel="momentum of the $K_L$ [GeV]", ylabel="$K_L$ / GeV, normalised")
left.legend(frameon=False)

at_exit = [place + (z_exit - z) * slope / pz for place, slope in ((x, px), (y, py))]
*_, mesh = right.hist2d(
    *at_exit, 80, range=((-60.0, 60.0), (-60.0, 60.0)), cmap="viridis"
)
figure.colorbar(mesh, ax=right, label="$K_L$ / bin")
right.set(
    xlabel="x at the beam exit [mm]", ylabel="y at the beam exit [mm]", aspect="equal"
)
plt.show()
