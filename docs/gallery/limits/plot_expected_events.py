"""
Expected events, and what they are uncertain by
===============================================

``expected_events`` turns an acceptance into a number of events: protons on target, mesons per interaction, branching ratio, efficiencies. Its
errors stand apart. At CHARM the sample's size matters least; that nobody knows the number of η, and where they go, matters most, and
more so for short lives, which need the fastest.

Source: each experiment's protons and efficiency: its data file; multiplicities and spectra of several generators.
"""

import tempfile

import matplotlib.pyplot as plt
import numpy as np

from darkpair import Job, expected_events, run_job
from darkpair.report.picture_style import RC

folder = tempfile.mkdtemp()


def expected(ctau):
    """Expected events of eta -> X1 X2 at CHARM for a branching ratio of 1e-9, at a mean proper length [m]."""
    chain = {
        "name": "eta_x1x2_pi0",
        "mass": {"X1": "40 MeV", "X2": "400 MeV"},
        "lifetime": {"X2": "forced"},
    }
    job = Job(
        run={"n": 30_000},
        source={
            "name": "dump_mesons",
            "meson": "eta",
            "beam_energy": "400 GeV",
            "aim": True,
        },
        chain=chain | {"ctau": {"X2": 1e3 * ctau}},
        detector={"name": "charm"},
        normalisation={"branching_ratio": 1e-9},
        output={"path": f"{folder}/{ctau}.root", "picture": False},
    )
    return expected_events(run_job(job))


lengths = (1.0, 10.0, 100.0)
numbers = [expected(ctau) for ctau in lengths]

plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
for i, name in enumerate(("statistical", "multiplicity", "spectrum")):
    share = [
        100.0 * (getattr(number, name) or 0.0) / number.value for number in numbers
    ]
    bars = axes.bar(
        np.arange(3) + 0.27 * (i - 1),
        share,
        0.25,
        label=name,
        hatch=("", "//", "..")[i],
    )
    axes.bar_label(bars, fmt="%.1f", padding=2)
words = [
    rf"$c\tau$ = {ctau:g} m" + f"\n{number.value:.3g} events"
    for ctau, number in zip(lengths, numbers, strict=True)
]
axes.set_xticks(range(3), words)
axes.set(ylabel="error of the expected events [%]", ylim=(0.0, 45.0))
axes.set_title(
    r"CHARM, $\eta\to X_1X_2$ with a branching ratio of $10^{-9}$", fontsize="medium"
)
axes.legend(frameon=False, ncols=3, loc="upper center")
plt.show()
