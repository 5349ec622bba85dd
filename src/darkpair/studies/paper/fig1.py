"""Study ``fig1``: the topologies of the three scenarios, drawn from the chain objects that make the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.export.files import subplots
from darkpair.gen.topology import Topology
from darkpair.limits.koto_samples import PI0
from darkpair.report.picture_style import PALETTE
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = ["study"]

#: What the paper's text calls them, by the decay; masses are needed to build a chain, and are not drawn.
_CHAINS: dict[str, tuple[str, dict[str, float]]] = {
    r"A: $X_2\to X_1\pi^0$": (f"K_L0 -> X1 (X2 -> X1 {PI0})", {"X1": 0.0, "X2": 0.43}),
    r"B: $X_2\to X_1\gamma$": ("K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)", {"X1": 0.0, "X2": 0.2}),
    r"C: $X_2\to\gamma\gamma$": ("K_L0 -> X1 (X2 -> gamma gamma)", {"X1": 0.0, "X2": 0.135}),
}

_SYMBOLS = {"K_L0": "$K_L$", "X1": "$X_1$", "X2": "$X_2$", "pi0": r"$\pi^0$", "gamma": r"$\gamma$"}


def study(_: Run) -> Iterator[Output]:
    """Table of the chains' particles, and their drawing."""
    chains = {title: build(text, mass=mass) for title, (text, mass) in _CHAINS.items()}
    rows = [
        {
            "scenario": title,
            "position": i,
            "particle": topology.names[i],
            "PDG id": topology.pdgid[i],
            "status": topology.status[i],
            "mother": topology.mother[i],
            "path": topology.paths[i],
        }
        for title, chain in chains.items()
        for topology in chain.topologies
        for i in range(len(topology))
    ]
    yield Table(rows=rows, provenance={"chains": chains})
    yield Picture(figure=_picture(chains))


def _places(topology: Topology) -> dict[int, tuple[float, float]]:
    """Where each particle's line ends: generations to the right, final particles from the top down."""
    daughters = {i: [j for j, m in enumerate(topology.mother) if m == i] for i in range(len(topology))}
    places: dict[int, tuple[float, float]] = {}
    leaves = iter(range(len(topology)))

    def place(i: int, depth: int) -> float:
        below = [place(j, depth + 1) for j in daughters[i]]
        y = float(np.mean(below)) if below else -float(next(leaves))
        places[i] = (float(depth), y)
        return y

    place(0, 0)
    return places


def _picture(chains: Mapping[str, Chain]) -> Any:
    drawn = [(title, topology) for title, chain in chains.items() for topology in chain.topologies]
    figure, axes = subplots(1, len(drawn), figsize=(3.8 * len(drawn), 3.4), layout="constrained")
    for (title, topology), ax in zip(drawn, axes, strict=True):
        places = _places(topology)
        for i, (x, y) in places.items():
            x0, y0 = places[topology.mother[i]] if i else (x - 1.0, y)
            t = np.linspace(0.0, 1.0, 200)
            wave = 0.07 * np.sin(16.0 * np.pi * t) if topology.names[i] == "gamma" else 0.0 * t
            dark = topology.names[i] in ("X1", "X2")
            colour, line = (PALETTE["vermillion"], "--") if dark else ("black", "-")
            ax.plot(x0 + (x - x0) * t, y0 + (y - y0) * t + wave, color=colour, ls=line)
            name = _SYMBOLS.get(topology.names[i], topology.names[i])
            if i not in topology.mother:
                ax.text(x + 0.08, y, name, va="center", fontsize=13)
                continue
            ax.text(0.5 * (x0 + x), 0.5 * (y0 + y) + 0.14, name, ha="center", va="bottom", fontsize=13)
            ax.plot(x, y, "o", ms=9 if i == 0 else 5, color="black")
        ax.set_title(title)
        ax.axis("off")
        ax.margins(x=0.12, y=0.15)
    figure.suptitle("Large dot: the heavy mediator, shrunk to a point. Dashed: dark", fontsize=10)
    return figure
