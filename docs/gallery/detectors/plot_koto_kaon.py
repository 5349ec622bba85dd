"""
KOTO's own K_L: 2π⁰ and 3π⁰
===========================

The number of K_L at KOTO is measured by decays that leave nothing out: four photons of K_L → 2π⁰, six of 3π⁰. The detector
``koto_kaon`` looks for the pairing whose π⁰ vertices agree. Left, the mass that comes out, with its cuts on the mass left out; right,
the cut flow of both.

Source: arXiv:2005.07102, section IV.A and Fig. 7; cuts: ``darkpair list detectors --show koto``, ``[kaon]``.
"""

import awkward as ak
import matplotlib.pyplot as plt

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 6.5), layout="constrained")
for pions, line, height in ((2, "-", 0.4), (3, "--", -0.4)):
    job = Job(
        source={"name": "koto_kl"},
        chain={"name": f"kl_{pions}pi0"},
        detector={"name": "koto_kaon", "pions": pions, "without": ["kaon_mass"]},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 200_000)
    mass = 1e3 * ak.flatten(chunk.record().reco.Kaon.mass)
    left.hist(
        mass,
        50,
        range=(450.0, 550.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=rf"${pions}\pi^0$",
    )
    stages = chunk.cutflow.stages
    share = [stage.sum_w / chunk.cutflow.generated for stage in stages]
    bars = right.barh(
        [stage.name for stage in stages],
        share,
        height,
        align="edge",
        label=rf"$K_L\to{pions}\pi^0$",
    )
    right.bar_label(bars, fmt="%.2g", padding=3, fontsize="small")

left.set(
    xlabel="reconstructed mass of the $K_L$ [MeV]",
    ylabel="accepted events / MeV, normalised",
)
left.legend(frameon=False)
right.invert_yaxis()
right.margins(x=0.15)
right.set(xlabel="left of all generated events")
right.legend(frameon=False, loc="lower right")
plt.show()
