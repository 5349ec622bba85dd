"""
Etas of a beam dump
===================

Protons of 400 GeV make η mesons in a target, and η → X1 X2 sends a beam of dark particles forward. How much energy X2 leaves in
photons depends on its ending; a dump's detector asks for some GeV (CHARM for 5 GeV a shower, the line).

Source: arXiv:2005.07102, eqs. 49 and 51, section IV.C; spectrum of the η: PYTHIA 6.
"""

import awkward as ak
import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

ENDINGS = {
    "eta_x1x2_pi0": r"$X_2\to X_1\pi^0$",
    "eta_x1x2_gamma": r"$X_2\to X_1\gamma$",
    "eta_x1x2_gammagamma": r"$X_2\to\gamma\gamma$",
    "eta_x1x2_x1gammagamma": r"$X_2\to X_1\gamma\gamma$",
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for (name, label), line in zip(ENDINGS.items(), ("-", "--", ":", "-."), strict=True):
    job = Job(
        source={"name": "dump_mesons", "meson": "eta", "beam_energy": "400 GeV"},
        chain={"name": name, "mass": {"X1": "40 MeV", "X2": "400 MeV"}},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 100_000)
    particles = chunk.record().particles
    energy = ak.sum(particles[particles.pdgid == 22].E, axis=1)
    axes.hist(
        energy,
        60,
        range=(0.0, 60.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )

axes.axvline(5.0, color="black", lw=1.0)
axes.text(5.6, 0.12, "CHARM asks for\n5 GeV a shower")
axes.set(
    xlabel="energy of all photons [GeV]",
    ylabel="events / GeV, normalised",
    yscale="log",
)
axes.set_title(
    r"$\eta\to X_1X_2$ from 400 GeV protons, $m_2$ = 400 MeV, $m_1$ = 40 MeV",
    fontsize="medium",
)
axes.legend(frameon=False)
plt.show()
