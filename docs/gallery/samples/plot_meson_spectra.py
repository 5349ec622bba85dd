"""
What makes the etas of a dump
=============================

How many η a proton makes in a target, and where they go, nobody has measured everywhere: the package has the tables of several
generators, and each accepted sample can be re-weighted from one to the other. They agree on the bulk; the forward η, which make the
fast X2, are where they differ.

Source: tables of PYTHIA 6, SIBYLL 2.3d and UrQMD 3.4 made with chromo, for 400 GeV protons.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import DumpMesons, Streams
from darkpair.report.picture_style import RC

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for generator, line in (("pythia6", "-"), ("sibyll23d", "--"), ("urqmd34", ":")):
    source = DumpMesons(meson="eta", beam_energy="400 GeV", generator=generator)
    parents = source.sample(400_000, Streams(seed=1).rng("source"))
    energy = parents.momentum[3]
    style = {"histtype": "step", "lw": 1.8, "ls": line, "label": generator}
    axes.hist(energy, np.geomspace(0.6, 350.0, 61), density=True, **style)

axes.set(
    xscale="log",
    yscale="log",
    xlabel=r"energy of the $\eta$ [GeV]",
    ylabel=r"$\eta$ / GeV, normalised",
)
axes.set_title(r"$\eta$ of 400 GeV protons", fontsize="medium")
axes.legend(frameon=False)
plt.show()
