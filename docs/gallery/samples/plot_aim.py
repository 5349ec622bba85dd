"""
Aiming: parents where events come from
======================================

A far detector sees few of a dump's mesons. ``aim = true`` finds out where in rapidity and transverse momentum its events come from, and
draws parents there with exact weights. The picture has the η of the whole spectrum (lines: levels of its density) and those that are
drawn for CHARM.

Source: the detector's region and decays, by a pilot; the spectrum is that of PYTHIA 6.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import DumpMesons, Job, Streams
from darkpair.report.picture_style import PALETTE, RC

job = Job(
    source={
        "name": "dump_mesons",
        "meson": "eta",
        "beam_energy": "400 GeV",
        "aim": True,
    },
    chain={
        "name": "eta_x1x2_pi0",
        "mass": {"X1": "40 MeV", "X2": "400 MeV"},
        "ctau": {"X2": "10 m"},
        "lifetime": {"X2": "forced"},
    },
    detector={"name": "charm"},
    output={"path": "events.root"},
)
whole = DumpMesons(meson="eta", beam_energy="400 GeV")
aimed = job.pipeline().source


def rapidity_and_pt(source):
    """Rapidity and transverse momentum [GeV] of parents."""
    px, py, pz, energy = source.sample(100_000, Streams(seed=1).rng("source")).momentum
    return np.arctanh(pz / energy), np.hypot(px, py)


plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.8), layout="constrained")
span = ((0.0, 7.0), (0.0, 1.6))
*_, mesh = axes.hist2d(
    *rapidity_and_pt(aimed), (70, 64), range=span, cmap="viridis", cmin=1
)
figure.colorbar(mesh, label="aimed parents / bin")
y, pt = np.meshgrid(
    np.linspace(*span[0], 141), np.linspace(0.01, 1.6, 81), indexing="ij"
)
density = whole.density(y.ravel(), pt.ravel()).reshape(y.shape)
levels = density.max() * np.array([0.01, 0.1, 0.5])
lines = axes.contour(
    y, pt, density, levels=levels, colors=PALETTE["vermillion"], linewidths=1.2
)
axes.clabel(lines, fmt={level: f"{level / density.max():g}" for level in levels})
axes.set(
    xlabel=r"rapidity of the $\eta$", ylabel=r"transverse momentum of the $\eta$ [GeV]"
)
axes.set_title(
    "lines: density of all $\\eta$ over its maximum; colours: drawn for CHARM",
    fontsize="medium",
)
plt.show()
