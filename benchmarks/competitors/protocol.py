"""What every competitor of the race makes and says; chain.h is the same for those in C++.

``SCRIPT EVENTS [SAMPLE]``: K_L (1.4 GeV along z) -> X1 X2, X2 -> X1 pi0, pi0 -> gamma gamma, twice. The first round touches
memory, compiles and fills caches, the second one counts; both write into the same output. One line of JSON says their CPU times
and the peak of memory. SAMPLE gets the first events, (n, 7, 4) float64: K_L, X1, X2, X1, pi0, gamma, gamma; px, py, pz, E [GeV].
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

#: Masses of K_L, X2, X1 and pi0, and the momentum of K_L [GeV]; K_L and pi0 are those of the PDG (2026), the others are chosen.
M_KL, M_X2, M_X1, M_PI0 = 0.497611, 0.300, 0.010, 0.1349768
P_KL = 1.4
#: Events of a sample.
KEPT = 20_000


def momentum(m: float, m1: float, m2: float) -> float:
    """Momentum of both daughters in the rest frame of the parent [GeV]."""
    return float(np.sqrt((m * m - (m1 + m2) ** 2) * (m * m - (m1 - m2) ** 2)) / (2.0 * m))


def race(make: Callable[[int], object], sample: Callable[[int], np.ndarray], block: int = 1) -> None:
    """Two rounds of so many events, a multiple of a block, and the sample, as the command line asks for.

    Parameters
    ----------
    make : callable
        Makes so many events.
    sample : callable
        So many events as (n, 7, 4), of those that were made or others.
    block : int
        Events are made in multiples of it.
    """
    events = -(-int(sys.argv[1]) // block) * block
    seconds = []
    for _ in range(2):
        start = time.process_time()
        make(events)
        seconds.append(time.process_time() - start)
    memory = peak_memory()
    if len(sys.argv) > 2:
        kept = np.ascontiguousarray(sample(min(events, KEPT)), dtype=np.float64)
        assert kept.shape[1:] == (7, 4)
        kept.tofile(sys.argv[2])
    print(json.dumps({"events": events, "first": seconds[0], "seconds": seconds[1], "memory": memory}))


def peak_memory() -> float:
    """Peak of the resident memory of this program alone [MB]; what waits for it sees that of its own start too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024.0


def rows_to_events(columns: np.ndarray, n: int) -> np.ndarray:
    """Events of columns (28, m)."""
    return columns[:, :n].T.reshape(-1, 7, 4)
