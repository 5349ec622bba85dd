"""phasespace (TensorFlow), a hundred thousand events a call."""

from __future__ import annotations

import os

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}

import numpy as np
import tensorflow as tf
from phasespace import GenParticle

from benchmarks.competitors.protocol import M_KL, M_PI0, M_X1, M_X2, P_KL, race

BLOCK = 100_000


def main() -> None:
    """Run it."""
    pi0 = GenParticle("pi0", M_PI0).set_children(GenParticle("gamma1", 0.0), GenParticle("gamma2", 0.0))
    x2 = GenParticle("X2", M_X2).set_children(GenParticle("X1b", M_X1), pi0)
    kaon = GenParticle("K_L", M_KL).set_children(GenParticle("X1", M_X1), x2)
    parent = np.array([0.0, 0.0, P_KL, np.hypot(P_KL, M_KL)])
    tf.random.set_seed(1)

    def block() -> dict[str, np.ndarray]:
        _, momenta = kaon.generate(BLOCK, boost_to=np.broadcast_to(parent, (BLOCK, 4)))
        return {name: np.asarray(p) for name, p in momenta.items()}

    def make(events: int) -> None:
        for _ in range(events // BLOCK):
            block()

    def sample(n: int) -> np.ndarray:
        momenta = block()
        names = ("X1", "X2", "X1b", "pi0", "gamma1", "gamma2")
        rows = [np.broadcast_to(parent, (BLOCK, 4)), *(momenta[name] for name in names)]
        return np.stack(rows, axis=1)[:n]

    race(make, sample, BLOCK)


if __name__ == "__main__":
    main()
