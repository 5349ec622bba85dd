"""
A detector of one's own behind a target
=======================================

The class ``fixed_target`` reads a data file. Here one is written that has CHARM's beam and cuts and another volume: a cylinder of 40 m on the
beam axis, 100 m from the target. Left, the acceptance of both against the lifetime; right, the cut flow of ours at 3 m. Nearer is
better for short lives, and on the axis for all.

Source: everything but the volume is CHARM's (``based_on``); how such a file is written: the page on detector files.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, chunks
from darkpair.report.picture_style import RC

MINE = """
based_on = "charm"
title = "CHARM's cuts in a cylinder on the axis"
decay_volume = { shape = "cylinder", radius = "1.5 m", z_min = "100 m", z_max = "140 m" }
calorimeter = { shape = "cylinder", radius = "1.5 m", z = "140 m" }
"""
file = Path(tempfile.mkdtemp()) / "mine.toml"
file.write_text(MINE, encoding="utf-8")
OURS = {"name": "fixed_target", "experiment": str(file)}
SOURCE = {"name": "dump_mesons", "meson": "eta", "beam_energy": "400 GeV", "aim": True}
CHAIN = {"name": "eta_x1x2_pi0", "mass": {"X1": "40 MeV", "X2": "400 MeV"}}


def cutflow(detector, ctau):
    """Cut flow of X2 -> X1 pi0 at a mean proper length [mm]."""
    chain = CHAIN | {"ctau": {"X2": ctau}, "lifetime": {"X2": "forced"}}
    output = {"path": "events.root"}
    job = Job(source=SOURCE, chain=chain, detector=detector, output=output)
    (chunk,) = chunks(job.pipeline(), 16_384)
    return chunk.cutflow


plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
lengths = np.geomspace(0.1, 100.0, 4)
for detector, label, style in (
    (OURS, "ours, 100 m", "o-"),
    ({"name": "charm"}, "CHARM, 480 m", "s--"),
):
    acceptance = [cutflow(detector, 1e3 * ctau).acceptance for ctau in lengths]
    left.loglog(lengths, acceptance, style, label=label)
left.set(xlabel=r"$c\tau$ of $X_2$ [m]", ylabel=r"acceptance for each $\eta$")
left.legend(frameon=False)

stages = cutflow(OURS, 3e3).stages
share = [stage.sum_w / stages[0].n for stage in stages]
bars = right.barh([stage.name for stage in stages], share)
right.bar_label(bars, fmt="%.2g", padding=3, fontsize="small")
right.invert_yaxis()
right.margins(x=0.2)
right.locator_params(axis="x", nbins=4)
right.set(xlabel=r"probability of each $\eta$ to come so far")
right.set_title(r"cut flow of ours, $c\tau$ = 3 m", fontsize="medium")
plt.show()
