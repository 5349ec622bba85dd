"""
DUNE's near detector: two showers in liquid argon
=================================================

Protons of 120 GeV, and 5.5 m of liquid argon 574 m behind the target. Its showers may be soft, from 20 MeV on, but they have to be two.
Left, how far the two photons of a π⁰ are apart when they arrive; nearer than 2 cm (the line) they are one shower. Right, the cut flow.

Source: geometry and cuts with their sources: ``darkpair list detectors --show dune_nd``.
"""

import awkward as ak
import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, chunks, total_weight
from darkpair.report.picture_style import RC

job = Job(
    source={
        "name": "dump_mesons",
        "meson": "eta",
        "beam_energy": "120 GeV",
        "aim": True,
    },
    chain={
        "name": "eta_x1x2_pi0",
        "mass": {"X1": "40 MeV", "X2": "400 MeV"},
        "ctau": {"X2": "10 m"},
        "lifetime": {"X2": "forced"},
    },
    detector={"name": "dune_nd", "resolution": "none"},
    output={"path": "events.root"},
)
(chunk,) = chunks(job.pipeline(), 100_000)
events, stages = chunk.record(), chunk.cutflow.stages
separation = ak.flatten(events.reco.Visible.separation)

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
left.hist(
    0.1 * separation,
    np.geomspace(0.1, 1000.0, 41),
    weights=total_weight(events),
    histtype="step",
    lw=1.8,
)
left.axvline(2.0, color="black", lw=1.0)
left.text(1.8, 0.0, "one shower  ", rotation=90, ha="right")
left.set(
    xscale="log",
    xlabel="distance of the two showers [cm]",
    ylabel="sum of weights / bin",
)

bars = right.barh(
    [stage.name for stage in stages],
    [stage.sum_w / chunk.cutflow.generated for stage in stages],
)
right.bar_label(bars, fmt="%.2g", padding=3, fontsize="small")
right.invert_yaxis()
right.margins(x=0.2)
right.locator_params(axis="x", nbins=4)
right.set(xlabel=r"probability of each $\eta$ to come so far")
right.set_title("cut flow", fontsize="medium")
plt.show()
