"""
K_L to a pair of equal dark particles
=====================================

In K_L → X2 X2 both dark particles decay, each in the same way. If X2 → γγ nothing is missing and the photons have the mass of the
K_L; with an invisible X1 in each decay their mass says how much was carried away. X2 → X1 γ leaves two photons, as a π⁰ does, the
other endings four.

Source: arXiv:2005.07102, Fig. 1, scenario (B), here with all endings of the package.
"""

import awkward as ak
import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

ENDINGS = {
    "kl_x2x2_pi0": r"$X_2\to X_1\pi^0$",
    "kl_x2x2_gamma": r"$X_2\to X_1\gamma$",
    "kl_x2x2_gammagamma": r"$X_2\to\gamma\gamma$",
    "kl_x2x2_x1gammagamma": r"$X_2\to X_1\gamma\gamma$",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (name, label), line in zip(ENDINGS.items(), ("-", "--", ":", "-."), strict=True):
    x1 = {} if name == "kl_x2x2_gammagamma" else {"X1": "20 MeV"}
    job = Job(
        source={"name": "gun", "parent": "K_L0", "momentum": "1.5 GeV"},
        chain={"name": name, "mass": {"X2": "200 MeV"} | x1},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 50_000)
    particles = chunk.record().particles
    photons = particles[particles.pdgid == 22]
    total = ak.zip(
        {k: ak.sum(photons[k], axis=1) for k in ("px", "py", "pz", "E")},
        with_name="Momentum4D",
    )
    number = int(ak.num(photons)[0])
    axes.hist(
        1e3 * total.mass,
        104,
        range=(0.0, 520.0),
        histtype="step",
        lw=1.8,
        ls=line,
        label=f"{label}, {number} photons",
    )

axes.set(
    xlabel="invariant mass of all photons [MeV]",
    ylabel="events / 5 MeV",
    yscale="log",
    ylim=(1.0, 1e5),
)
axes.set_title(r"$K_L\to X_2X_2$, $m_2$ = 200 MeV, $m_1$ = 20 MeV", fontsize="medium")
axes.legend(frameon=False, loc="upper left")
plt.show()
