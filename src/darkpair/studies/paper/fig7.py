"""Study ``fig7``: p_T of KOTO's K_L, true at the beam exit and reconstructed from its decays to photons.

K_L -> gamma gamma is taken to decay at x = y = 0, and its width is that of the beam.  K_L -> 2 pi0 and 3 pi0 have a
vertex on the line from the target; theirs is that of the centre of energy as a measure of the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import hist
import numpy as np

from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.detectors.pi0_vertex import reconstruct_pi0
from darkpair.detectors.smearing import Calorimeter
from darkpair.export.files import subplots
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import EventDetector, Selected
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import Streams
from darkpair.limits.koto_samples import PI0
from darkpair.report.picture_style import PALETTE
from darkpair.studies.outputs import Output, Picture, Run, Table
from darkpair.studies.samples import Sample, bin_columns, generate

__all__ = ["OnAxisKaon", "study"]

_PT = hist.Hist(hist.axis.Regular(120, 0.0, 120.0, name="pt"), storage=hist.storage.Weight())

#: Cuts of the signal selection that concern the photons and the vertex alone.
_CUTS = ("photon_energy", "outer_radius", "inner_square", "cluster_distance", "z_vtx")


@dataclass(frozen=True, kw_only=True)
class OnAxisKaon:
    """KOTO with K_L -> gamma gamma candidates: two photons of a K_L that decays on the beam axis.

    Parameters
    ----------
    detector : Koto
        Observes, and gives the limits of the cuts.
    """

    detector: Koto = field(default_factory=Koto)

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """As the detector does."""
        return self.detector.observe(truth, rng)

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Events with a candidate, and the histogram of its p_T [MeV]."""
        counts, clusters = reco.lists["Cluster"]
        two = (counts == 2) & (reco.flat["n_missed"] == 0)
        event = np.flatnonzero(two)
        rows = np.flatnonzero(np.repeat(two, counts))
        energy, x, y = (clusters[name][rows].reshape(-1, 2).T for name in ("energy", "x", "y"))
        kaon = reconstruct_pi0(energy, x, y, particle("K_L0").mass)
        values = {
            "energy_min": energy.min(axis=0)[kaon.pair],
            "radius_max": np.hypot(x, y).max(axis=0)[kaon.pair],
            "square_min": np.maximum(np.abs(x), np.abs(y)).min(axis=0)[kaon.pair],
            "distance": np.hypot(x[0] - x[1], y[0] - y[1])[kaon.pair],
            "z_vtx": self.detector.region.z_max - kaon.distance,
        }
        good = np.ones(len(kaon.pair), dtype=bool)
        for cut in self.detector.cuts.cuts:
            if cut.name in _CUTS:
                good &= cut(values)
        owner = event[kaon.pair[good]]
        mask = np.zeros(len(weight), dtype=bool)
        mask[owner] = True
        spectrum = _PT.copy()
        spectrum.fill(1e3 * np.hypot(kaon.px, kaon.py)[good], weight=weight[owner])
        flow = Cutflow.of(weight, [("two_clusters", two), ("candidate", mask)])
        return Selected(mask=mask, cutflow=flow, histograms={"pt": spectrum})


def study(run: Run) -> Iterator[Output]:
    """Table of spectra, and its picture."""
    samples = _samples(run.events, run.seed)
    chunks = generate(list(samples.values()))
    sources = {
        "true, at the beam exit": KotoKL(decay="free"),
        "true, log-normal as eq. A1 fitted to it": KotoKL(decay="free", profile="fitted"),
    }
    curves = {name: _true(source, min(run.events, 1_000_000), run.seed) for name, source in sources.items()}
    curves |= {name: chunk.histograms["pt"] for name, chunk in zip(samples, chunks, strict=True)}
    reconstructed = {name: (sample.descriptor, sample.detector) for name, sample in samples.items()}
    yield Table(
        rows=_rows(curves),
        provenance={"sources": sources, "reconstructed": reconstructed, "cuts of gamma gamma": _CUTS},
        more={"curves": [_summary(*curve) for curve in curves.items()]},
    )
    yield Picture(figure=_picture(curves))


def _samples(n: int, seed: int) -> dict[str, Sample]:
    """By the curves' names."""
    perfect = Koto(resolution=Calorimeter(constant=0.0, stochastic=0.0, position=0.0))
    out = {}
    for i, (name, pions) in enumerate((("3\\pi^0", 3), ("2\\pi^0", 2), ("\\gamma\\gamma", 0))):
        for detector, note in ((Koto(), ""), (perfect, ", perfect resolution")):
            observer: EventDetector = OnAxisKaon(detector=detector)
            if pions:
                observer = KotoKaon(pions=pions, detector=detector, without=["pt"])
            descriptor = "K_L0 -> " + (" ".join([PI0] * pions) if pions else "gamma gamma")
            out[f"$K_L\\to{name}$, reconstructed{note}"] = Sample(
                descriptor=descriptor, detector=observer, n=2 * n if pions == 3 else n, seed=seed + i
            )
    return out


def _true(source: KotoKL, n: int, seed: int) -> hist.Hist[Any]:
    px, py, *_ = source.sample(n, Streams(seed).rng("source")).momentum
    spectrum = _PT.copy()
    spectrum.fill(1e3 * np.hypot(px, py))
    return spectrum


def _density(spectrum: hist.Hist[Any]) -> tuple[Array, Array, Array]:
    """Edges [MeV], density of area 1 with what lies beyond the last edge, and its error [1/MeV]."""
    edges, spread = spectrum.axes[0].edges, spectrum.variances()
    assert spread is not None  # (its storage has weights)
    area = spectrum.values(flow=True).sum() * np.diff(edges)
    return edges, spectrum.values() / area, np.sqrt(spread) / area


def _rows(curves: Mapping[str, hist.Hist[Any]]) -> list[dict[str, Any]]:
    return [
        {"curve": name, **columns}
        for name, spectrum in curves.items()
        for columns in bin_columns(*_density(spectrum))
    ]


def _summary(name: str, spectrum: hist.Hist[Any]) -> dict[str, Any]:
    edges, density, _ = _density(spectrum)
    below = np.concatenate([[0.0], np.cumsum(density * np.diff(edges))])
    columns: dict[str, float] = {}
    for label, q in (("median", 0.5), ("95 %", 0.95)):
        at = float(np.interp(q, below, edges))
        here = float(density[np.searchsorted(edges, at, side="right") - 1])
        entries = float(spectrum.values(flow=True).sum())  # (all weights are one)
        columns |= {f"{label} [MeV]": at, f"{label} error [MeV]": np.sqrt(q * (1.0 - q) / entries) / here}
    return {"curve": name, **columns, "part above 120 MeV": max(0.0, 1.0 - below[-1])}


def _picture(curves: Mapping[str, hist.Hist[Any]]) -> Any:
    figure, (near, far) = subplots(1, 2, figsize=(11.5, 4.8), layout="constrained")
    styles: Sequence[tuple[str, str]] = (
        ("black", "-"),
        (PALETTE["sky"], "--"),
        *(
            (colour, line)
            for colour in (PALETTE["blue"], PALETTE["vermillion"], "0.5")
            for line in ("-", ":")
        ),
    )
    for (name, spectrum), (colour, line) in zip(curves.items(), styles, strict=True):
        edges, density, error = _density(spectrum)
        median = _summary(name, spectrum)["median [MeV]"]
        for axes in (near, far):
            axes.stairs(density, edges, color=colour, ls=line, lw=1.4, label=f"{name} ({median:.1f})")
        lower = np.maximum(density - error, 0.0)
        near.stairs(density + error, edges, baseline=lower, color=colour, alpha=0.25, fill=True, lw=0)
    near.set(xlabel="$p_T$ of the $K_L$ [MeV]", ylabel="density, area 1 [1/MeV]")
    near.set(xlim=(0.0, 25.0), ylim=(0.0, None))
    far.set(xlabel="$p_T$ of the $K_L$ [MeV]", ylabel="density, area 1 [1/MeV]")
    far.set(xlim=(0.0, 120.0), ylim=(1e-5, 30.0), yscale="log")
    far.legend(frameon=False, fontsize=8, title="median [MeV] in brackets", title_fontsize=8)
    figure.suptitle(r"$p_T$ of KOTO's $K_L$: only $\gamma\gamma$, taken to decay on the axis, has far more")
    return figure
