"""
B mesons of three machines
==========================

The source ``upsilon4s`` makes B mesons of e⁺e⁻ → Υ(4S) in the detector's frame. In the centre of mass a B has little momentum; what it
has in the laboratory is the boost of the beams, which is least at SuperKEKB and largest at PEP-II, and the B flies as far.

Source: beam energies and angles of SuperKEKB, KEKB and PEP-II, with their sources in the package.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Streams, Upsilon4S
from darkpair.report.picture_style import RC

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for machine, line in (("belle2", "-"), ("belle", "--"), ("babar", ":")):
    parents = Upsilon4S(parent="B+", machine=machine).sample(
        100_000, Streams(seed=1).rng("source")
    )
    momentum = np.sqrt((parents.momentum[:3] ** 2).sum(axis=0))
    axes.hist(
        momentum,
        70,
        range=(1.0, 4.5),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=machine,
    )

axes.set(
    xlabel=r"momentum of the $B^+$ in the laboratory [GeV]",
    ylabel="B / GeV, normalised",
    ylim=(0.0, None),
)
axes.legend(frameon=False)
plt.show()
