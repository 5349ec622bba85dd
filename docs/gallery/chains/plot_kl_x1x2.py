"""
K_L to two dark particles, four endings
=======================================

The heavier dark particle of K_L → X1 X2 ends in X1 π⁰, X1 γ, γγ or X1 γγ, and KOTO sees the photons. An X2 of 430 MeV has little momentum
of its own, so that γγ stays below 65 MeV; where a second X1 recoils against the photons, their transverse momentum reaches beyond
200 MeV, as far as that of the π⁰ in K_L → π⁰ ν ν̄, which KOTO looks for.

Source: arXiv:2005.07102, section IV.B and Fig. 2; the beam is KOTO's.
"""

import awkward as ak
import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

ENDINGS = {
    "kl_x1x2_pi0": r"$X_2\to X_1\pi^0$",
    "kl_x1x2_gamma": r"$X_2\to X_1\gamma$",
    "kl_x1x2_gammagamma": r"$X_2\to\gamma\gamma$",
    "kl_x1x2_x1gammagamma": r"$X_2\to X_1\gamma\gamma$",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (name, label), line in zip(ENDINGS.items(), ("-", "--", ":", "-."), strict=True):
    job = Job(
        source={"name": "koto_kl"},
        chain={"name": name, "mass": {"X1": 0.0, "X2": "430 MeV"}},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 50_000)
    particles = chunk.record().particles
    photons = particles[particles.pdgid == 22]
    pt = 1e3 * np.hypot(ak.sum(photons.px, axis=1), ak.sum(photons.py, axis=1))
    axes.hist(
        pt,
        60,
        range=(0.0, 300.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )

axes.set(
    xlabel="transverse momentum of all photons [MeV]", ylabel="events / MeV, normalised"
)
axes.set_title(
    r"$K_L\to X_1X_2$ in KOTO's beam, $m_2$ = 430 MeV, $m_1$ = 0", fontsize="medium"
)
axes.legend(frameon=False)
plt.show()
