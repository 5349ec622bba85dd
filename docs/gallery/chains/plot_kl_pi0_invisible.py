"""
K_L to a π⁰ and nothing else seen
=================================

The decay that KOTO looks for, K_L → π⁰ ν ν̄, beside two of its dark relatives: K_L → π⁰ S with an invisible scalar, whose pion has
one momentum in the K_L's frame, and K_L → π⁰ Y Y with a pair from a scalar operator. Vector and scalar operator put the pion at
different momenta, by their matrix elements with form factors; flat phase space is neither.

Source: arXiv:2005.07102, eqs. 5, B1 and B2, and Fig. 6.
"""

import matplotlib.pyplot as plt

from darkpair import Gun, Job, Pipeline, build, chunks
from darkpair.report.picture_style import RC

CHAINS = {
    "kl_pi0nunu": (r"$\pi^0\nu\bar\nu$, vector", {}),
    "kl_pi0yy": (r"$\pi^0YY$, scalar", {"Y": 0.0}),
    "kl_pi0s": (r"$\pi^0S$, $m_S$ = 150 MeV", {"S": "150 MeV"}),
}

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
source = {"name": "gun", "parent": "K_L0", "momentum": "1 GeV"}
for (name, (label, mass)), line in zip(CHAINS.items(), ("-", "--", ":"), strict=True):
    job = Job(
        source=source,
        chain={"name": name, "mass": mass},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 50_000)
    events = chunk.record()
    momentum = 1e3 * events.pi0.boostCM_of(events.K_L0).p
    axes.hist(
        momentum,
        60,
        range=(0.0, 240.0),
        density=True,
        histtype="step",
        lw=1.8,
        ls=line,
        label=label,
    )

flat = build("K_L0 -> pi0 X1 X1", mass={"X1": 0.0})
(chunk,) = chunks(
    Pipeline(source=Gun(parent="K_L0", momentum="1 GeV"), chain=flat, seed=1), 50_000
)
events = chunk.record()
momentum = 1e3 * events.pi0.boostCM_of(events.K_L0).p
axes.hist(
    momentum,
    60,
    range=(0.0, 240.0),
    density=True,
    histtype="stepfilled",
    color="0.85",
    zorder=0,
    label="phase space",
)

axes.set(
    xlabel=r"momentum of the $\pi^0$ in the $K_L$'s frame [MeV]",
    ylabel="events / MeV, normalised",
)
axes.set(ylim=(0.0, 0.02))
axes.legend(frameon=False, loc="upper left")
plt.show()
