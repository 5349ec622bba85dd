"""
K+ to a pion and a dark pair
============================

In K⁺ → π⁺ X1 X2 the heavier dark particle may be seen after all. The picture shows which share of the K⁺'s energy ends in photons,
for each ending: X2 → γγ leaves most of it, X2 → X1 γ the least. NA62 and E949 look for the rest of the cases, where no photon is
seen.

Source: arXiv:2005.07102, section IV.C; the pair is flat in phase space unless a model makes the chain.
"""

import awkward as ak
import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

ENDINGS = {
    "kplus_pix1x2_pi0": r"$X_2\to X_1\pi^0$",
    "kplus_pix1x2_gamma": r"$X_2\to X_1\gamma$",
    "kplus_pix1x2_gammagamma": r"$X_2\to\gamma\gamma$",
    "kplus_pix1x2_x1gammagamma": r"$X_2\to X_1\gamma\gamma$",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (name, label), line in zip(ENDINGS.items(), ("-", "--", ":", "-."), strict=True):
    job = Job(
        source={"name": "gun", "parent": "K+", "momentum": "75 GeV"},
        chain={"name": name, "mass": {"X1": "10 MeV", "X2": "250 MeV"}},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 50_000)
    particles = chunk.record().particles
    photons = particles[particles.pdgid == 22]
    share = ak.sum(photons.E, axis=1) / particles[:, 0].E
    axes.hist(
        share,
        60,
        range=(0.0, 1.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )

axes.set(
    xlabel=r"energy of all photons over that of the $K^+$",
    ylabel="events, normalised",
    xlim=(0.0, 1.0),
)
axes.set_title(
    r"$K^+\to\pi^+X_1X_2$ of 75 GeV, $m_2$ = 250 MeV, $m_1$ = 10 MeV", fontsize="medium"
)
axes.legend(frameon=False)
plt.show()
