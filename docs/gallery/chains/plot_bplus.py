"""
B+ to a kaon and a dark pair
============================

B mesons of the Υ(4S) at Belle II: B⁺ → K⁺ X1 X2, where X2 leaves photons by one of four endings. Which of these Belle II's veto sees
is a question of their energy: whatever is above 0.1 GeV (the line) and hits a crystal makes the event no missing-energy event.

Source: arXiv:2005.07102, section IV.C; ``darkpair list detectors --show belle2`` for the threshold.
"""

import awkward as ak
import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

ENDINGS = {
    "bplus_kx1x2_pi0": r"$X_2\to X_1\pi^0$",
    "bplus_kx1x2_gamma": r"$X_2\to X_1\gamma$",
    "bplus_kx1x2_gammagamma": r"$X_2\to\gamma\gamma$",
    "bplus_kx1x2_x1gammagamma": r"$X_2\to X_1\gamma\gamma$",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (name, label), line in zip(ENDINGS.items(), ("-", "--", ":", "-."), strict=True):
    job = Job(
        source={"name": "upsilon4s", "parent": "B+", "machine": "belle2"},
        chain={"name": name, "mass": {"X1": "40 MeV", "X2": "400 MeV"}},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 40_000)
    particles = chunk.record().particles
    hardest = ak.max(particles[particles.pdgid == 22].E, axis=1)
    axes.hist(
        hardest,
        60,
        range=(0.0, 3.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )

axes.axvline(0.1, color="black", lw=1.0)
axes.text(0.13, 0.05, "seen above 0.1 GeV", rotation=90)
axes.set(
    xlabel="energy of the hardest photon in the laboratory [GeV]",
    ylabel="events / GeV, normalised",
)
axes.set_title(
    r"$B^+\to K^+X_1X_2$ at Belle II, $m_2$ = 400 MeV, $m_1$ = 40 MeV",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
