"""Pictures of the study ``charm``: yields against c tau, and what decays where behind the dump."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.export.files import subplots
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.region import Box
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.limits.dump_samples import CHAIN
from darkpair.report.picture_style import PALETTE
from darkpair.studies.experiments.charm_samples import MASS, DumpPoint
from darkpair.studies.line_styles import GENERATOR_NAMES, GENERATOR_STYLES
from darkpair.studies.outputs import column

__all__ = ["against_ctau", "what_decays_where"]

_TITLE = {"charm": "CHARM, 400 GeV", "nucal": "NuCal, 70 GeV"}


def against_ctau(rows: Sequence[dict[str, Any]], events: str, reference: float) -> Any:
    """Figure of the expected events of each experiment and generator: at one rate, and of a Z'.

    Parameters
    ----------
    rows : sequence of dict
        Of the study.
    events : str
        Name of the column at the reference.
    reference : float
        The rate.
    """
    figure, axes = subplots(2, 2, figsize=(9.0, 7.0), sharex=True, sharey="row", layout="constrained")
    for (top, bottom), name in zip(axes.T, dict.fromkeys(row["experiment"] for row in rows), strict=True):
        mine = [row for row in rows if row["experiment"] == name]
        for generator in dict.fromkeys(row["generator"] for row in mine):
            here = [row for row in mine if row["generator"] == generator and row["acceptance"] is not None]
            colour, marker, line = GENERATOR_STYLES[generator]
            style: dict[str, Any] = {"color": colour, "ls": line, "label": GENERATOR_NAMES[generator]}
            if len(here) < 5:  # the stated c tau only
                style |= {"ls": "none", "marker": marker, "ms": 4}
            top.plot(column(here, "c tau [m]"), column(here, events), **style)
            bottom.plot(column(here, "c tau [m]"), column(here, "events, scalar Z'"), **style)
        excluded = mine[0]["n_90"]
        bottom.axhline(excluded, color="0.4", lw=0.8)
        words = f"excluded above\n{excluded:g} events"
        bottom.text(1e4, 1.3 * excluded, words, color="0.3", fontsize="small", ha="right")
        top.set_title(_TITLE.get(name, name))
        bottom.set(xlabel=r"$c\tau$ of $X_2$ [m]")
        for ax in (top, bottom):
            ax.set(xscale="log", yscale="log")
    axes[0, 0].legend(title=r"spectrum of the $\eta$", alignment="left", loc="lower right")
    power = f"$10^{{{np.log10(reference):.0f}}}$"
    axes[0, 0].set(ylabel=f"expected events at BR = {power}", ylim=(1e-2, 3e6))
    axes[1, 0].set(ylabel=r"expected events of a scalar Z$'$ with that $c\tau$", ylim=(1e-3, 3e5))
    return figure


def what_decays_where(point: DumpPoint) -> Any:
    """Figure of an analog sample's decays along the beam, and of where aimed parents come from."""
    figure, (left, middle, right) = subplots(1, 3, figsize=(13.5, 4.2), layout="constrained")
    region, pipeline = point.detector.region, point.pipeline
    assert isinstance(region, Box)
    free = build(CHAIN, mass=MASS, ctau={"X2": point.ctau})
    _all_decays(left, _decays(Pipeline(source=point.source, chain=free, seed=point.seed), point.n), region)
    left.set_title(rf"all decays of $X_2$, not aimed, $c\tau$ = {1e-3 * point.ctau:g} m")
    z, x, weight = _decays(pipeline, point.n)
    edges = [
        1e-3 * np.linspace(low, high, 16)
        for low, high in ((region.z_min, region.z_max), (region.x_min, region.x_max))
    ]
    inside = np.histogram2d(1e-3 * z, 1e-3 * x, edges, weights=weight)[0]
    _mesh(middle, edges[0], edges[1], inside, "sum of weights")
    middle.set(xlabel="decay vertex z [m]", ylabel="decay vertex x [m]")
    middle.set_title(f"accepted by {point.experiment.upper()}, aimed")
    _parents(right, point.source, pipeline.source.bias)  # type: ignore[attr-defined]
    return figure


def _all_decays(axes: Any, decays: tuple[Array, Array, Array], region: Box) -> None:
    """Decays along the beam, with CHARM's volume."""
    from matplotlib.patches import Rectangle

    z, x, weight = decays
    edges = np.linspace(0.0, 1.1e-3 * region.z_max, 41), np.linspace(-12.0, 12.0, 41)
    count = np.histogram2d(1e-3 * z, 1e-3 * x, edges, weights=weight)[0]
    _mesh(axes, edges[0], edges[1], np.ma.masked_less_equal(count, 0.0), "decays in a bin", norm="log")
    corner = 1e-3 * region.z_min, 1e-3 * region.x_min
    size = 1e-3 * (region.z_max - region.z_min), 1e-3 * (region.x_max - region.x_min)
    axes.add_patch(Rectangle(corner, *size, fill=False, color=PALETTE["vermillion"], lw=1.8))
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2.0}
    above = corner[0] + size[0], corner[1] + size[1] + 0.9
    axes.annotate("CHARM's decay volume", above, color=PALETTE["vermillion"], ha="right", bbox=box)
    axes.set(xlabel="decay vertex z [m]", ylabel="decay vertex x [m]")


def _parents(axes: Any, source: DumpMesons, bias: Any) -> None:
    """Rapidity and transverse momentum of the eta: aimed draws, and lines of the spectrum."""
    y, pt, _ = (0.5 * (e[1:] + e[:-1]) for e in bias.edges)
    spread = source.density(*(a.ravel() for a in np.meshgrid(y, pt, indexing="ij"))).reshape(len(y), -1)
    drawn = bias.probability.sum(axis=2) / np.outer(np.diff(bias.edges[0]), np.diff(bias.edges[1]))
    _mesh(axes, bias.edges[0], bias.edges[1], drawn, r"aimed draws, per unit of $y$ and GeV")
    levels = spread.max() * np.array([0.001, 0.01, 0.1, 0.5])
    lines = axes.contour(y, pt, spread.T, levels=levels, colors="white", linewidths=0.9)
    axes.clabel(lines, fmt={level: f"{level / spread.max():g}" for level in levels}, fontsize="x-small")
    axes.set(xlabel=r"rapidity $y$ of the $\eta$", ylabel=r"$p_T$ of the $\eta$ [GeV]", ylim=(0.0, 1.5))
    axes.set_title(r"where the $\eta$ come from (lines: the spectrum)")


def _decays(pipeline: Pipeline, n: int) -> tuple[Array, Array, Array]:
    """Positions z and x of the decays of X2 [mm] and weights: what a pipeline accepts."""
    decays = []
    for chunk in chunks(pipeline, n):
        for part in chunk.events.parts:
            child = next(i for i, name in enumerate(part.topology.names) if name == "pi0")
            at = part.vertices[:, part.topology.vertex[child]]
            weight = np.prod([np.ones(len(part)), *part.weights.values()], axis=0)
            decays.append(np.stack([at[2], at[0], weight]))
    z, x, weight = np.concatenate(decays, axis=1)
    return z, x, weight


def _mesh(axes: Any, x: Array, y: Array, values: Any, label: str, norm: str = "linear") -> None:
    mesh = axes.pcolormesh(x, y, values.T, cmap="viridis", norm=norm, rasterized=True)
    axes.figure.colorbar(mesh, ax=axes, label=label)
