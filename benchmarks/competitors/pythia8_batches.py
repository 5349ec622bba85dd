"""PYTHIA 8, 5000 K_L in one event; filling it and decaying count, reading its particles one by one in Python does not."""

from __future__ import annotations

import numpy as np
import pythia8mc

from benchmarks.competitors.protocol import M_KL, M_PI0, M_X1, M_X2, P_KL, race

BLOCK = 5000
ENERGY = float(np.hypot(P_KL, M_KL))
SETTINGS = (
    "Print:quiet = on",
    "ProcessLevel:all = off",
    "Random:setSeed = on",
    "Random:seed = 1",
    f"9000001:new = X1 void 1 0 0 {M_X1} 0 0 0 0",
    "9000001:mayDecay = off",
    f"9000002:new = X2 void 1 0 0 {M_X2} 0 0 0 0",
    "9000002:oneChannel = 1 1.0 0 9000001 111",
    "9000002:mayDecay = on",
    f"130:m0 = {M_KL}",
    "130:oneChannel = 1 1.0 0 9000001 9000002",
    "130:mayDecay = on",
    f"111:m0 = {M_PI0}",
    "111:oneChannel = 1 1.0 0 22 22",
)


def main() -> None:
    """Run it."""
    pythia = pythia8mc.Pythia("", False)
    for setting in SETTINGS:
        assert pythia.readString(setting), setting
    assert pythia.init()
    event = pythia.event

    def block() -> None:
        event.reset()
        for _ in range(BLOCK):
            event.append(130, 1, 0, 0, 0.0, 0.0, P_KL, ENERGY, M_KL)
        assert pythia.next()

    def make(events: int) -> None:
        for _ in range(events // BLOCK):
            block()

    def sample(n: int) -> np.ndarray:
        out = []
        while len(out) < n:
            block()
            for i in range(1, 1 + BLOCK):
                x1 = event[i].daughter1()
                pi0 = event[x1 + 1].daughter1() + 1
                photon = event[pi0].daughter1()
                rows = (i, x1, x1 + 1, pi0 - 1, pi0, photon, photon + 1)
                out.append([(p.px(), p.py(), p.pz(), p.e()) for p in map(event.__getitem__, rows)])
        return np.array(out[:n])

    race(make, sample, BLOCK)


if __name__ == "__main__":
    main()
