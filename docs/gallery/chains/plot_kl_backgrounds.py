"""
Why KOTO asks for transverse momentum
=====================================

Known K_L decays to photons beside the signal K_L → π⁰ ν ν̄: 2π⁰ and 3π⁰ of which all but two photons are lost, and γγ. Two photons
of K_L → γγ have the little transverse momentum that the K_L has, those of 3π⁰ stay low as well. The shaded range is the signal
box of 2016 to 2018; K_L → 2π⁰ reaches into it, and needs the veto.

Source: the beam of arXiv:2005.07102, section IV.A; the box is that of ``Koto(selection="2016-18")``.
"""

import awkward as ak
import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, Koto, chunks
from darkpair.report.picture_style import RC

CHAINS = {
    "kl_pi0nunu": r"$\pi^0\nu\bar\nu$ (signal)",
    "kl_2pi0": r"$2\pi^0$",
    "kl_3pi0": r"$3\pi^0$",
    "kl_gammagamma": r"$\gamma\gamma$",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (name, label), line in zip(CHAINS.items(), ("-", "--", ":", "-."), strict=True):
    job = Job(
        source={"name": "koto_kl"}, chain={"name": name}, output={"path": "events.root"}
    )
    (chunk,) = chunks(job.pipeline(), 50_000)
    particles = chunk.record().particles
    photons = particles[particles.pdgid == 22]
    hardest = photons[ak.argsort(photons.E, ascending=False)][:, :2]
    pt = 1e3 * np.hypot(ak.sum(hardest.px, axis=1), ak.sum(hardest.py, axis=1))
    axes.hist(pt, 70, range=(0.0, 280.0), histtype="step", lw=1.8, ls=line, label=label)

box = [pt for _, pt in Koto(selection="2016-18").signal_box()]
axes.axvspan(min(box), max(box), color="0.88", zorder=0)
axes.text(0.5 * (min(box) + max(box)), 1.3e4, "signal box", ha="center")
axes.set(
    xlabel="transverse momentum of the two hardest photons [MeV]",
    ylabel="events / 4 MeV of 50 000 decays each",
)
axes.set(yscale="log", ylim=(10.0, 1e5))
axes.legend(frameon=False, ncols=2, loc="upper center")
plt.show()
