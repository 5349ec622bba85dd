"""
How many events a count excludes
================================

From some observed events and an expected background to the largest signal: CL_s at 90 %, with the background's error averaged over. With no
event the limit is 2.3, whatever the background; the classical limit goes below it, and stops where the interval is empty.

Source: A. Read, J. Phys. G 28 (2002) 2693; R. Cousins and V. Highland, NIM A 320 (1992) 331.
"""

import matplotlib.pyplot as plt

from darkpair import InputError
from darkpair.report.picture_style import RC
from darkpair.statistics import Counting, upper_limit


def limit(observed, background, method):
    """Upper limit in events; not a number where the interval is empty."""
    try:
        return upper_limit(
            Counting(
                observed=observed,
                background=background,
                background_error=0.2 * background,
            ),
            method=method,
        )
    except InputError:
        return float("nan")


plt.style.use(["seaborn-v0_8-colorblind", RC])
figure, axes = plt.subplots(figsize=(7.0, 4.5), layout="constrained")
observed = range(11)
for background, marker in ((0.0, "o"), (1.22, "s"), (4.0, "^")):
    cls = [limit(n, background, "cls") for n in observed]
    line = axes.plot(
        observed, cls, marker=marker, label=f"background {background:g}, CL$_s$"
    )[0]
    if background:
        classical = [limit(n, background, "classical") for n in observed]
        axes.plot(
            observed,
            classical,
            "--",
            marker=marker,
            mfc="none",
            color=line.get_color(),
            label=f"background {background:g}, classical",
        )
axes.set(
    xlabel="observed events",
    ylabel="largest signal at 90 % CL [events]",
    ylim=(0.0, None),
)
axes.legend(frameon=False)
plt.show()
