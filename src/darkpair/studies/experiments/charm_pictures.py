"""Pictures of the study ``charm``: yields against c tau, and what decays where behind the dump."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import EventChain, EventSource, Pipeline, chunks
from darkpair.gen.region import Box
from darkpair.limits.dump_samples import CHAIN
from darkpair.studies.experiments.charm_samples import MASS, DumpPoint
from darkpair.studies.line_styles import GENERATOR_STYLES

__all__ = ["against_ctau", "what_decays_where"]

_TITLE = {"charm": "CHARM, 400 GeV", "nucal": "NuCal, 70 GeV"}


def against_ctau(rows: Sequence[dict[str, Any]], reference: float) -> Any:
    """Figure of the expected events of each experiment and generator: at one rate, and of a Z'."""
    plt = _pyplot()
    figure, axes = plt.subplots(2, 2, figsize=(9.0, 7.0), sharex=True, sharey="row", layout="constrained")
    for column, name in enumerate(dict.fromkeys(row["experiment"] for row in rows)):
        mine = [row for row in rows if row["experiment"] == name]
        for generator in dict.fromkeys(row["generator"] for row in mine):
            here = [row for row in mine if row["generator"] == generator and row["acceptance"] is not None]
            ctau = [row["c tau [m]"] for row in here]
            colour, marker, line = GENERATOR_STYLES[generator]
            style: dict[str, Any] = {"color": colour, "ls": line, "label": generator, "lw": 1.5}
            if len(here) < 5:  # the stated c tau only
                style |= {"ls": "none", "marker": marker, "ms": 4}
            axes[0, column].plot(ctau, [row[f"events at BR {reference:g}"] for row in here], **style)
            axes[1, column].plot(ctau, [row["events, scalar Z'"] for row in here], **style)
        axes[1, column].axhline(
            mine[0]["n_90"],
            color="black",
            ls="--",
            lw=1.0,
            label=f"excluded above {mine[0]['n_90']:g} events",
        )
        axes[0, column].set_title(_TITLE.get(name, name))
        axes[1, column].set(xlabel=r"$c\tau$ of $X_2$ [m]")
        for row_axes in axes[:, column]:
            row_axes.set(xscale="log", yscale="log")
            row_axes.legend(frameon=False, fontsize="small")
    axes[0, 0].set(ylabel=f"expected events for a rate of {reference:g}", ylim=(1e-2, 3e6))
    axes[1, 0].set(ylabel="expected events, scalar Z' of that lifetime", ylim=(1e-3, 3e5))
    figure.suptitle(
        r"$\eta\to X_1X_2,\ X_2\to X_1\pi^0$ at $(m_2, m_1) = (400, 40)$ MeV: "
        "cut off when short, as 1/cτ when long",
        fontsize="medium",
    )
    return figure


def what_decays_where(point: DumpPoint) -> Any:
    """Figure of an analog sample's decays along the beam, and of where aimed parents come from."""
    plt = _pyplot()
    from matplotlib.patches import Rectangle

    region = point.detector.region
    assert isinstance(region, Box)
    free = build(CHAIN, mass=MASS, ctau={"X2": point.ctau})
    z, x, weight = _decays(point.source, free, point)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13.5, 4.2), layout="constrained")
    edges = np.linspace(0.0, 1.1e-3 * region.z_max, 41), np.linspace(-12.0, 12.0, 41)
    count = np.histogram2d(1e-3 * z, 1e-3 * x, edges, weights=weight)[0]
    _mesh(left, *edges, np.ma.masked_less_equal(count, 0.0), "decays in a bin", norm="log")
    corner = 1e-3 * region.z_min, 1e-3 * region.x_min
    size = 1e-3 * (region.z_max - region.z_min), 1e-3 * (region.x_max - region.x_min)
    left.add_patch(Rectangle(corner, *size, fill=False, color="crimson", lw=1.8))
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2.0}
    above = corner[0] + size[0], corner[1] + size[1] + 0.9
    left.annotate(f"{point.experiment.upper()}'s decay volume", above, color="crimson", ha="right", bbox=box)
    left.set(xlabel="decay vertex z [m]", ylabel="decay vertex x [m]")
    left.set_title(rf"all $X_2$ decays, analog, $c\tau$ = {1e-3 * point.ctau:g} m", fontsize="medium")
    pipeline = point.pipeline
    z, x, weight = _decays(pipeline.source, pipeline.chain, point, pipeline)
    volume = [
        1e-3 * np.linspace(low, high, 16)
        for low, high in ((region.z_min, region.z_max), (region.x_min, region.x_max))
    ]
    inside = np.histogram2d(1e-3 * z, 1e-3 * x, volume, weights=weight)[0]
    _mesh(middle, volume[0], volume[1], inside, "sum of weights")
    middle.set(xlabel="decay vertex z [m]", ylabel="decay vertex x [m]")
    middle.set_title(f"accepted by {point.experiment.upper()}, aimed", fontsize="medium")
    bias = pipeline.source.bias  # type: ignore[attr-defined]
    y, pt, _ = (0.5 * (e[1:] + e[:-1]) for e in bias.edges)
    spread = point.source.density(*(a.ravel() for a in np.meshgrid(y, pt, indexing="ij"))).reshape(len(y), -1)
    drawn = bias.probability.sum(axis=2) / np.outer(np.diff(bias.edges[0]), np.diff(bias.edges[1]))
    _mesh(right, bias.edges[0], bias.edges[1], drawn, r"aimed draws, per unit of $y$ and GeV")
    levels = spread.max() * np.array([0.001, 0.01, 0.1, 0.5])
    lines = right.contour(y, pt, spread.T, levels=levels, colors="white", linewidths=0.9)
    right.clabel(lines, fmt={level: f"{level / spread.max():g}" for level in levels}, fontsize="x-small")
    right.set(xlabel=r"rapidity $y$ of the $\eta$", ylabel=r"$p_T$ of the $\eta$ [GeV]", ylim=(0.0, 1.5))
    right.set_title("where the η come from (lines: the spectrum)", fontsize="medium")
    return figure


def _decays(
    source: EventSource, chain: EventChain, point: DumpPoint, pipeline: Pipeline | None = None
) -> tuple[Array, Array, Array]:
    """Positions z and x of the decays of X2 [mm] and weights: accepted ones of a pipeline, or all."""
    used = pipeline or Pipeline(source=source, chain=chain, seed=point.seed)
    found = []
    for chunk in chunks(used, point.n):
        for part in chunk.events.parts:
            child = next(i for i, name in enumerate(part.topology.names) if name == "pi0")
            at = part.vertices[:, part.topology.vertex[child]]
            weight = np.prod([np.ones(len(part)), *part.weights.values()], axis=0)
            found.append(np.stack([at[2], at[0], weight]))
    z, x, weight = np.concatenate(found, axis=1)
    return z, x, weight


def _mesh(axes: Any, x: Array, y: Array, values: Any, label: str, norm: str = "linear") -> None:
    mesh = axes.pcolormesh(x, y, values.T, cmap="viridis", norm=norm, rasterized=True)
    axes.figure.colorbar(mesh, ax=axes, label=label)


def _pyplot() -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    return plt
