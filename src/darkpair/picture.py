"""Pictures of a run: the plane of pT and Z_vtx with the signal box, and its two projections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hist
import numpy as np

from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError

__all__ = ["draw_plane"]


def draw_plane(plane: hist.Hist[Any], detector: Any, cutflow: Cutflow, title: str, path: Path) -> None:
    """Draw the pT - Z_vtx plane after every cut but those of the box, with both projections, as a PNG.

    Parameters
    ----------
    plane : hist.Hist
        Axes Z_vtx [mm] and pT [MeV].
    detector : object
        With ``signal_box()`` and ``selection``.
    cutflow : Cutflow
    title : str
        What was generated.
    path : Path

    Raises
    ------
    InputError
        If matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise InputError(
            "pictures need matplotlib; install 'darkpair[plot]' or set output.picture = false"
        ) from error
    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import mplhep

    fig, axes = plt.subplots(
        2,
        2,
        figsize=(8.5, 7.0),
        width_ratios=(3, 1),
        height_ratios=(1, 3),
        sharex="col",
        sharey="row",
        layout="constrained",
    )
    top, main, side = axes[0, 0], axes[1, 0], axes[1, 1]
    axes[0, 1].axis("off")
    values = plane.values()
    mesh = main.pcolormesh(
        plane.axes[0].edges,
        plane.axes[1].edges,
        np.ma.masked_less_equal(values.T, 0.0),
        cmap="viridis",
        rasterized=True,
    )
    fig.colorbar(mesh, ax=side, label="sum of weights per bin", location="right")
    box = detector.signal_box()
    if box:
        main.plot(
            *zip(*box, box[0], strict=True),
            color="crimson",
            lw=1.8,
            label=f"signal box, {detector.selection}",
        )
        main.legend(loc="upper left", frameon=False)
    mplhep.histplot(plane.project("z_vtx"), ax=top, histtype="fill", color="steelblue", yerr=False)
    mplhep.histplot(
        plane.project("pt"), ax=side, histtype="fill", color="steelblue", orientation="horizontal", yerr=False
    )
    main.set(xlabel=plane.axes[0].label, ylabel=plane.axes[1].label)
    top.set(ylabel="sum of weights", xlabel="")
    side.set(xlabel="sum of weights", ylabel="")
    last = cutflow.stages[-1]
    axes[0, 1].text(
        0.0, 0.9,
        f"generated {cutflow.generated:,}\nin the box {last.n:,}\nacceptance\n"
        f"{cutflow.acceptance:.4g} ± {cutflow.acceptance_error:.1g}",
        va="top", transform=axes[0, 1].transAxes,
    )  # fmt: skip
    fig.suptitle(f"{title}\nafter every cut but those of the signal box", fontsize="medium")
    fig.savefig(path, dpi=150)
    plt.close(fig)
