"""This package: ``columns`` block after block, as a job does, or ``record``, one awkward record of all events.

``ours.py WHAT [DECAY] EVENTS [SAMPLE]``: another decay of K_L has other columns, and no sample.
"""

from __future__ import annotations

import sys

import awkward as ak
import numpy as np

import darkpair
from benchmarks.competitors.protocol import M_KL, M_PI0, M_X1, M_X2, P_KL, race
from darkpair.gen.memory import keep_freed_memory
from darkpair.gen.streams import BLOCK

DECAY = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"


def parents(n: int) -> darkpair.Parents:
    """K_L that decay where they are."""
    momentum = np.zeros((4, n))
    momentum[2], momentum[3] = P_KL, np.hypot(P_KL, M_KL)
    place = np.zeros((4, n))
    return darkpair.Parents(pdgid=130, momentum=momentum, vertex=place, decay_vertex=place)


class Kaons:
    """K_L of one momentum, made once."""

    pdgid = 130

    def __init__(self) -> None:
        self.block = parents(BLOCK)

    def sample(self, n: int, rng: np.random.Generator) -> darkpair.Parents:
        """The same each time, as `columns` takes them."""
        assert n == len(self.block)
        return self.block


def main() -> None:
    """Run it."""
    what = sys.argv.pop(1)
    keep_freed_memory()
    chain = darkpair.build(DECAY, mass={"X1": M_X1, "X2": M_X2}, ctau={"X2": 0.0})
    if "->" in sys.argv[1]:
        chain = darkpair.build(sys.argv.pop(1))
    pdg = {name: darkpair.particle(name).mass for name in ("K_L0", "pi0")}
    assert np.allclose([pdg["K_L0"], pdg["pi0"]], [M_KL, M_PI0], rtol=1e-6), pdg
    block, pipeline = parents(BLOCK), darkpair.Pipeline(source=Kaons(), chain=chain, seed=1)

    def columns(events: int) -> None:
        for i in range(events // BLOCK):
            chain.batch(block, darkpair.Streams(1, i))

    def record(events: int) -> ak.Array:
        return next(darkpair.chunks(pipeline, events, size=events)).record()

    def sample(n: int) -> np.ndarray:
        if what == "columns":
            batches = [chain.batch(block, darkpair.Streams(1, i)) for i in range(-(-n // BLOCK))]
            return np.concatenate([batch.parts[0].momentum.transpose(2, 1, 0) for batch in batches])[:n]
        particles = record(n).particles
        rows = [ak.to_numpy(getattr(particles, name)).reshape(n, 7) for name in ("px", "py", "pz", "E")]
        return np.stack(rows, axis=-1)

    race({"columns": columns, "record": record}[what], sample, BLOCK)


if __name__ == "__main__":
    main()
