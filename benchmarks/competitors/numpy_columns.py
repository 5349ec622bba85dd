"""The best that one can write in NumPy: blocks that stay in the second cache, every step into memory that is there.

Directions come from points in the unit disc (Marsaglia), so there is no sine; the second daughter is what the first one leaves.
As the package does, it takes K_L of any momenta and makes columns, block after block into the same ones; with the word ``kept``
all of them stay, as those of C++ do.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.competitors.protocol import M_KL, M_PI0, M_X1, M_X2, P_KL, momentum, race, rows_to_events

BLOCK = 8192


class NumpyChain:
    """The chain hard-coded.

    Parameters
    ----------
    block : int
        Events of a block.
    seed : int
        Of SFC64, NumPy's fastest generator.
    """

    def __init__(self, block: int = BLOCK, seed: int = 1) -> None:
        self.rng = np.random.Generator(np.random.SFC64(seed))
        self.out = np.empty((28, block + 8))[
            :, :block
        ]  # (padded: rows 2^n bytes apart share a set of the cache)
        self.tries = np.empty((2, int(1.28 * block) + 64))
        self.work = np.empty((6, block + 8))[:, :block]
        self.inside = np.empty(self.tries.shape[1], dtype=bool)
        self.out[:4] = np.array([[0.0], [0.0], [P_KL], [np.hypot(P_KL, M_KL)]])

    def block(self, out: np.ndarray | None = None) -> np.ndarray:
        """Seven four-momenta of a block of events, (28, block): px, py, pz, E of K_L, X1, X2, X1, pi0, gamma, gamma [GeV]."""
        if out is not None:
            out[:4] = self.out[:4]
            self.out = out
        self._decay(0, 1, (M_KL, M_X1, M_X2))
        self._decay(2, 3, (M_X2, M_X1, M_PI0))
        self._decay(4, 5, (M_PI0, 0.0, 0.0))
        return self.out

    def _disc(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Points in the unit disc, and the squares of their radii."""
        x, y, s = self.work[:3]
        n, have = x.size, 0
        while have < n:
            self.rng.random(out=self.tries.reshape(-1))
            np.multiply(self.tries, 2.0, out=self.tries)
            np.subtract(self.tries, 1.0, out=self.tries)
            a, b = self.tries
            square = a * a
            square += b * b
            at = np.flatnonzero(np.less(square, 1.0, out=self.inside))[: n - have]
            for row, values in ((x, a), (y, b), (s, square)):
                np.take(values, at, out=row[have : have + at.size], mode="clip")
            have += at.size
        return x, y, s

    def _decay(self, parent: int, first: int, masses: tuple[float, float, float]) -> None:
        """Both daughters of a decay, in the frame of its parent's parent."""
        m, m1, m2 = masses
        p = momentum(m, m1, m2)
        e = float(np.hypot(p, m1))
        x, y, s = self._disc()
        c, dot, k = self.work[3:]
        px, py, pz, energy = self.out[4 * parent : 4 * parent + 4]
        ax, ay, az, ae = self.out[4 * first : 4 * first + 4]
        np.subtract(1.0, s, out=c)
        np.sqrt(c, out=c)
        c *= 2.0 * p
        x *= c
        y *= c
        s *= -2.0 * p
        s += p  # z
        np.multiply(energy, e, out=ae)
        for rest, along in ((x, px), (y, py), (s, pz)):
            np.multiply(rest, along, out=dot)
            ae += dot
        ae *= 1.0 / m
        np.add(ae, e, out=k)
        np.add(energy, m, out=dot)
        k /= dot
        for row, rest, along in ((ax, x, px), (ay, y, py), (az, s, pz)):
            np.multiply(k, along, out=row)
            np.add(row, rest, out=row)
        np.subtract(
            self.out[4 * parent : 4 * parent + 4],
            self.out[4 * first : 4 * first + 4],
            out=self.out[4 * first + 4 : 4 * first + 8],
        )


def main() -> None:
    """Run it."""
    kept = sys.argv[1:2] == ["kept"]
    del sys.argv[1 : 1 + kept]
    chain, out = NumpyChain(), np.empty((28, 0))

    def make(events: int) -> None:
        nonlocal out
        if kept and not out.size:
            out = np.empty((28, events))
        for first in range(0, events, BLOCK):
            chain.block(out[:, first : first + BLOCK] if kept else None)

    def sample(n: int) -> np.ndarray:
        blocks = [rows_to_events(chain.block(), BLOCK).copy() for _ in range(-(-n // BLOCK))]
        return np.concatenate(blocks)[:n]

    race(make, sample, BLOCK)


if __name__ == "__main__":
    main()
