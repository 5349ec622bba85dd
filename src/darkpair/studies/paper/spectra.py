"""Spectra of the reconstructed p_T after every cut but that on p_T, as curves of a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.detectors.koto import Koto
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import Chunk
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.koto_range import followed
from darkpair.studies.samples import Sample, bin_columns, efficiency_columns, generate

__all__ = ["Curve", "Spectrum", "draw_panel", "panels_title", "pt_density", "rows", "spectra", "summary"]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What a curve shows.

    Parameters
    ----------
    panel, label, descriptor : str
    mass, ctau : mapping of str to float [GeV], [mm]
    bound : float, optional [MeV]
        Largest true p_T of the pi0, or none that is known.
    style : str or tuple
        Of its line, as matplotlib takes it.
    """

    panel: str
    label: str
    descriptor: str
    mass: Mapping[str, float] = field(default_factory=dict)
    ctau: Mapping[str, float] = field(default_factory=dict)
    bound: float | None = None
    style: Any = "-"


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """A curve with its numbers.

    Parameters
    ----------
    curve : Curve
    edges : ndarray, (k + 1,) [MeV]
    density, error : ndarray, (k,) [1/MeV]
        Of area 1, and its standard error.
    sample : Sample
    chunk : Chunk
        Its cut flow.
    """

    curve: Curve
    edges: Array
    density: Array
    error: Array
    sample: Sample
    chunk: Chunk

    @property
    def efficiency(self) -> dict[str, Any]:
        """Columns of every cut's efficiency."""
        return efficiency_columns(self.chunk.cutflow, self.sample.decays)

    def fraction(self, low: float, high: float) -> float:
        """Part of the area in the bins that begin at `low` or later and end at `high` or earlier [MeV]."""
        inside = (self.edges[:-1] >= low) & (self.edges[1:] <= high)
        return float(np.sum((self.density * np.diff(self.edges))[inside]))

    def part(self, name: str, low: float | None, high: float = np.inf) -> dict[str, float | None]:
        """Columns of that part and its error, binomial of the effective candidates; None where no limit is known."""
        if low is None:
            return {f"part {name}": None, f"part error {name}": None}
        value, candidates = self.fraction(low, high), np.sum(self.density) ** 2 / np.sum(self.error**2)
        error = np.sqrt(max(value * (1.0 - value), 1.0 / candidates) / candidates)
        return {f"part {name}": value, f"part error {name}": float(error)}


def spectra(curves: Sequence[Curve], detector: Koto, n: int, seed: int) -> list[Spectrum]:
    """The curves' spectra, n generated events each, with the seeds from `seed` on.

    K_L decay where events come from that pass every cut but that on p_T.
    """
    open_ = replace(detector, without=[*detector.without, "pt"])
    samples = [
        Sample(
            descriptor=c.descriptor,
            mass=c.mass,
            ctau=c.ctau,
            detector=detector,
            source=followed(KotoKL(), build(c.descriptor, mass=c.mass, ctau=c.ctau), open_),
            n=n,
            seed=seed + i,
        )
        for i, c in enumerate(curves)
    ]
    return [
        Spectrum(curve=curve, edges=edges, density=density, error=error, sample=sample, chunk=chunk)
        for curve, sample, chunk in zip(curves, samples, generate(samples), strict=True)
        for edges, density, error in (pt_density(chunk, detector),)
    ]


def pt_density(sample: Chunk, detector: Koto) -> tuple[Array, Array, Array]:
    """Edges [MeV], density of area 1 [1/MeV] and its error, of p_T after every cut but that on p_T.

    Parameters
    ----------
    sample : Chunk
        Its plane of p_T and Z_vtx is before the signal box; the box's window in Z_vtx is applied here.
    detector : Koto
        That made it.
    """
    plane = sample.histograms["pt_z"]
    z = [corner[0] for corner in detector.signal_box()]
    inside = (plane.axes[0].centers > min(z)) & (plane.axes[0].centers < max(z))
    edges: Array = plane.axes[1].edges
    spread = plane.variances()
    assert spread is not None  # (its storage has weights)
    values, variances = plane.values()[inside].sum(axis=0), spread[inside].sum(axis=0)
    area = max(float(values.sum()), np.finfo(float).tiny) * np.diff(edges)
    return edges, values / area, np.sqrt(variances) / area


def rows(curves: Sequence[Spectrum]) -> list[dict[str, Any]]:
    """A row for each bin of each curve."""
    return [
        {"panel": s.curve.panel, "curve": s.curve.label, **columns}
        for s in curves
        for columns in bin_columns(s.edges, s.density, s.error)
    ]


def summary(curves: Sequence[Spectrum]) -> list[dict[str, Any]]:
    """What each curve is, and the part of it in the signal region and above its bound."""
    return [
        {
            "panel": s.curve.panel,
            "curve": s.curve.label,
            "decay": s.curve.descriptor,
            "mass": s.curve.mass,
            "c tau [mm]": s.curve.ctau,
            "K_L decays": s.sample.pipeline.source,
            **{f"{name}, every cut": value for name, value in s.efficiency.items()},
            **s.part("in 130 to 250 MeV", 130.0, 250.0),
            **s.part("above 130 MeV", 130.0),
            **s.part("above 210 MeV", 210.0),
            **s.part("above 250 MeV", 250.0),
            "largest true p_T [MeV]": s.curve.bound,
            **s.part("in the bins above it", s.curve.bound),
        }
        for s in curves
    ]


def panels_title(detector: Koto) -> str:
    """What all panels share."""
    text = f"After every cut of the {detector.selection} selection but that on $p_T$. Grey: signal box. "
    return text + "Dotted: largest true $p_T$"


def draw_panel(
    axes: Any, curves: Sequence[Spectrum], detector: Koto, title: str, *, legend: str = "upper right"
) -> None:
    """Curves with error bands, the signal box's edges, and each curve's bound, where it has one, as a vertical line."""
    low, *_, high = sorted({corner[1] for corner in detector.signal_box()})
    axes.axvspan(low, high, color="0.94", zorder=0)
    for edge in (low, high):
        axes.axvline(edge, color="0.4", ls="--", lw=1.0)
    colours: dict[tuple[tuple[str, float], ...], str] = {}
    for s in curves:
        key = tuple(sorted(s.curve.mass.items()))
        colour = colours.setdefault(key, f"C{len(colours)}" if key else "black")
        axes.stairs(s.density, s.edges, color=colour, ls=s.curve.style, lw=1.4, label=s.curve.label)
        upper, lower = s.density + s.error, np.maximum(s.density - s.error, 0.0)
        axes.stairs(upper, s.edges, baseline=lower, color=colour, alpha=0.25, fill=True, lw=0)
        if s.curve.bound is not None:
            axes.axvline(s.curve.bound, color=colour, ls=":", lw=1.4)
    top = max(float(s.density.max()) for s in curves)
    axes.set(xlim=(0.0, 400.0), ylim=(0.0, 1.5 * top), xlabel=r"reconstructed $p_T$ of the $\pi^0$ [MeV]")
    axes.set_ylabel("density, area 1 [1/MeV]")
    axes.set_title(title, fontsize=10)
    axes.legend(loc=legend, fontsize=8, frameon=True, edgecolor="none", framealpha=0.9)
