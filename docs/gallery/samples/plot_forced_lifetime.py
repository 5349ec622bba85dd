"""
Forced decays: the same acceptance from fewer events
====================================================

Of X2 with a long life few decay inside a detector. ``lifetime = "forced"`` makes them decay there, each with the probability for it as
its weight. Left, the acceptance at KOTO both ways, which agrees; right, the effective number of accepted events of 16 384 generated
ones, which forcing keeps.

Source: exact weights, ``weight_decay_region`` in the file.
"""

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, chunks
from darkpair.report.picture_style import RC


def cutflow(ctau, lifetime):
    """Cut flow of X2 -> X1 pi0 at KOTO, at a mean proper length [mm]."""
    chain = {
        "name": "kl_x1x2_pi0",
        "mass": {"X1": 0.0, "X2": "430 MeV"},
        "ctau": {"X2": ctau},
    }
    job = Job(
        source={"name": "koto_kl", "z_min": "2 m"},
        chain=chain | {"lifetime": lifetime},
        detector={"name": "koto"},
        output={"path": "events.root"},
    )
    (chunk,) = chunks(job.pipeline(), 16_384)
    return chunk.cutflow


lengths = np.geomspace(10.0, 1e5, 9)
plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, (left, right) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
for label, lifetime, marker in (
    ("as it decays", {}, "o"),
    ("forced", {"X2": "forced"}, "s"),
):
    flows = [cutflow(ctau, lifetime) for ctau in lengths]
    error = [flow.acceptance_error or np.nan for flow in flows]
    shift = 1.06 if lifetime else 1.0  # side by side
    left.errorbar(
        shift * lengths,
        [f.acceptance for f in flows],
        error,
        ls="none",
        marker=marker,
        label=label,
    )
    right.loglog(
        lengths, [f.stages[-1].effective for f in flows], marker=marker, label=label
    )
left.set(xscale="log", yscale="log", ylim=(1e-5, 0.3), ylabel=r"accepted of all $K_L$")
right.set(ylabel="effective number of accepted events", ylim=(0.5, None))
for axes in (left, right):
    axes.set_xlabel(r"$c\tau$ of $X_2$ [mm]")
    axes.legend(frameon=False)
plt.show()
