"""Whether all competitors make the same events: Kolmogorov and Smirnov's test of two samples, and what holds for every event."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from benchmarks.competitors.protocol import M_KL, M_PI0, M_X1, M_X2

#: Probability that samples of one and the same law are called different, in all tests of a race together.
FAILURE_RATE: Final = 1e-4
#: Masses of the seven, in their order [GeV].
MASSES: Final = (M_KL, M_X1, M_X2, M_X1, M_PI0, 0.0, 0.0)
#: What is off in units of the energy: rounding, and the masses that tools give with fewer digits.
CLOSE: Final = 1e-9


def quantities(events: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Quantities that a wrong mass, boost, angle or correlation moves, by name; of events (n, 7, 4)."""
    names = ("K_L", "X1", "X2", "X1 of X2", "pi0", "gamma", "other gamma")
    for i, name in enumerate(names[1:], 1):
        px, py, pz, energy = events[:, i].T
        yield f"E of {name}", energy
        yield f"pT of {name}", np.hypot(px, py)
        yield f"pz of {name}", pz
        yield f"azimuth of {name}", np.arctan2(py, px)
    for i, j in ((1, 3), (1, 4), (1, 5), (3, 5)):
        yield f"{names[i]} times {names[j]}", _product(events[:, i], events[:, j])


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    product: np.ndarray = a[:, 3] * b[:, 3] - np.einsum("ni,ni->n", a[:, :3], b[:, :3])
    return product


def broken(events: np.ndarray) -> str:
    """What is wrong with single events: masses and sums of momenta; empty where all are right."""
    for i, mass in enumerate(MASSES):
        off = np.abs(_product(events[:, i], events[:, i]) - mass**2) / events[:, i, 3] ** 2
        if not off.max() < CLOSE:
            return f"a mass of the {i}-th vector is off by {off.max():.1e} of its energy, squared"
    for parent, daughters in ((0, (1, 2)), (2, (3, 4)), (4, (5, 6))):
        off = np.abs(events[:, parent] - events[:, daughters].sum(axis=1)).max()
        if not off < CLOSE:
            return f"momenta of a decay of the {parent}-th vector do not add up, by {off:.1e} GeV"
    return ""


def checks(samples: Mapping[str, np.ndarray], reference: str) -> list[dict[str, Any]]:
    """A row for each sample: its smallest probability beside the reference's, and whether it makes the same events.

    Parameters
    ----------
    samples : mapping of ndarrays, (n, 7, 4) [GeV]
        Events by the name of who made them.
    reference : str
        Whose events the others are compared with.
    """
    from scipy.stats import ks_2samp

    expected = dict(quantities(samples[reference]))
    others = [name for name in samples if name != reference]
    bound = FAILURE_RATE / max(1, len(expected) * len(others))
    rows = []
    for name in samples:
        wrong, least, where = broken(samples[name]), 1.0, ""
        for quantity, values in quantities(samples[name]) if name != reference else ():
            p = float(ks_2samp(values, expected[quantity]).pvalue)
            if p < least or math.isnan(p):
                least, where = p, quantity
        if not wrong and not least >= bound:
            wrong = f"{where} has another law, p = {least:.1e}"
        rows.append(
            {"tool": name, "events": len(samples[name]), "smallest p": least, "of": where, "wrong": wrong}
        )
    return rows
