"""A small likelihood of the form of Belle II's public one of B+ -> K+ nu nubar: two tags, staterror, histosys, normsys."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.chains.form_factors import form_factor
from darkpair.chains.standard_model_rates import neutrino_transition
from darkpair.chains.widths import three_body_window
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle

#: Branching ratio of the simulated signal, B+ mesons, and bins of q2 up to its end.
RATE: Final = 5e-6
BOTTOMS: Final = 4e8
END: Final = 22.885
BINS: Final = 100

#: Channels: edges of the reconstructed q2, parts of a signal in bins of a classifier, share of the efficiency, background in a bin.
CHANNELS: Final = {
    "region A": (np.array([-1.0, 1.0, 2.0, 4.0, 6.0, 9.0, 25.0]), np.array([0.3, 0.7]), 1.0, 300.0),
    "hadronic": (np.array([-1.0, 2.0, 5.0, 8.0, 12.0, 25.0]), np.array([1.0]), 0.06, 12.0),
}


def events(channel: str, q2: Array) -> Array:
    """Expected events of a branching ratio of 1 in each bin of a channel, for an X of q2 [GeV^2], (bins, n)."""
    from scipy.stats import norm

    edges, parts, share, _ = CHANNELS[channel]
    efficiency = share * 0.14 * np.exp(-q2 / 7.0)
    spread = 0.4 + 0.02 * q2
    inside = norm.cdf((edges[1:, None] - q2) / spread) - norm.cdf((edges[:-1, None] - q2) / spread)
    return np.concatenate([BOTTOMS * efficiency * part * inside for part in parts])


def neutrinos() -> tuple[Array, Array]:
    """Edges of the bins of q2 [GeV^2] and the part of neutrinos in each."""
    edges = np.linspace(0.0, END, BINS + 1)
    averaged = neutrino_transition("B+", "K+", form_factor("B -> K", "bcl")).averaged
    masses = particle("B+").mass, particle("K+").mass
    parts = [
        three_body_window(*masses, 0.0, 0.0, averaged, low, high) for low, high in itertools.pairwise(edges)
    ]
    return edges, np.array(parts) / np.sum(parts)


def _modifiers(channel: str, data: Array, *, signal: bool) -> list[dict[str, Any]]:
    kind = "signal" if signal else "background"
    tilt = np.linspace(0.97, 1.03, len(data))
    shapes = {f"shape {channel}": tilt} | ({"corr_ff_c1": 2.0 - tilt} if signal else {})
    out: list[dict[str, Any]] = [
        {"name": f"uncorr {kind} {channel}", "type": "staterror", "data": (0.05 * data).tolist()}
    ]
    for name, shape in shapes.items():
        ends = {"hi_data": (data * shape).tolist(), "lo_data": (data * (2.0 - shape)).tolist()}
        out.append({"name": name, "type": "histosys", "data": ends})
    if not signal and channel == "region A":
        del out[0]  # (of many simulated events)
    if signal:
        return [*out, {"name": "mu", "type": "normfactor", "data": None}]
    return [*out, {"name": f"norm {channel}", "type": "normsys", "data": {"hi": 1.2, "lo": 0.8}}]


def written(folder: Path, mass: float | None = None, rate: float = 0.0, name: str = "knunu.toml") -> Path:
    """Workspace, densities and search as files; observed are expectations, with an X of a mass [GeV] and a rate."""
    edges, parts = neutrinos()
    middle = 0.5 * (edges[1:] + edges[:-1])
    channels, observations, densities = [], [], []
    for number, channel in enumerate(CHANNELS):
        of_bins = events(channel, middle) * RATE * parts
        np.savetxt(
            folder / f"density{number}.csv", np.hstack([np.zeros((len(of_bins), 1)), of_bins]), delimiter=","
        )
        signal = of_bins.sum(axis=1)
        background = np.full(len(signal), CHANNELS[channel][3])
        samples = [
            {
                "name": sample,
                "data": data.tolist(),
                "modifiers": _modifiers(channel, data, signal=sample == "signal"),
            }
            for sample, data in (("signal", signal), ("background", background))
        ]
        channels.append({"name": channel, "samples": samples})
        seen = signal + background
        if mass is not None:
            seen = seen + rate * events(channel, np.array([mass**2]))[:, 0]
        observations.append({"name": channel, "data": seen.tolist()})
        densities.append(f'[densities."{channel}"]\nfile = "density{number}.csv"\n')
    workspace = {
        "channels": channels,
        "observations": observations,
        "measurements": [{"name": "Measurement", "config": {"poi": "mu", "parameters": []}}],
        "version": "1.0.0",
    }
    (folder / "workspace.json").write_text(json.dumps(workspace))
    text = f'kind = "likelihood"\nworkspace = "workspace.json"\ndrop = ["corr_ff_c1"]\n[q2]\nhigh = {END}\nbins = {BINS}\n'
    text += f'[rate]\nvalue = {RATE}\nunit = "1"\nsource = "a test"\nconfidence = "choice"\n'
    (folder / name).write_text(text + "".join(densities))
    return folder / name
