"""Conservation and mass shells of a file's events, on events whose violations are known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from darkpair.gen.sources.written import Written
from darkpair.report.checks import closures, largest_allowed, shells

#: pi0 at rest to two photons, and one that flies along z with twice its mass.
_M = 0.134
_MOMENTA = np.array(
    [
        [0.0, 0.0, 0.0, _M],
        [0.0, 0.0, _M / 2, _M / 2],
        [0.0, 0.0, -_M / 2, _M / 2],
        [0.0, 0.0, np.sqrt(3.0) * _M, 2.0 * _M],
        [0.0, 0.0, (np.sqrt(3.0) + 2.0) * _M / 2, (np.sqrt(3.0) + 2.0) * _M / 2],
        [0.0, 0.0, (np.sqrt(3.0) - 2.0) * _M / 2, (2.0 - np.sqrt(3.0)) * _M / 2],
    ]
).T


def events(momentum: np.ndarray) -> Written:
    return Written(
        offsets=np.array([0, 3, 6]),
        pdgid=np.array([111, 22, 22, 111, 22, 22]),
        status=np.array([2, 1, 1, 2, 1, 1]),
        mother=np.array([-1, 0, 0, -1, 3, 3]),
        momentum=momentum,
        mass=np.array([_M, 0.0, 0.0, _M, 0.0, 0.0]),
        vertex=np.zeros((4, 6)),
        chain=np.ones(6, dtype=bool),
        weight=np.ones(2),
        factors={},
        single=False,
        energies=True,
    )


def test_right_events_obey() -> None:
    right = events(_MOMENTA)
    (closed,) = closures(right)
    assert (closed.pdgid, closed.vertices) == (111, 2)
    assert closed.largest < largest_allowed(right)
    assert [(row.pdgid, row.particles, row.low, row.high) for row in shells(right)] == [
        (111, 2, _M, _M),
        (22, 4, 0.0, 0.0),
    ]
    assert all(row.largest is not None and row.largest < largest_allowed(right) for row in shells(right))


def test_what_is_wrong_is_told_in_parts_of_the_energy() -> None:
    momentum = _MOMENTA.copy()
    momentum[0, 4] = 0.01  # the second pi0's photon, sideways
    (closed,) = closures(events(momentum))
    assert closed.largest == pytest.approx(0.01 / (2.0 * _M))
    energy = _MOMENTA[3, 4]
    pi0, photon = shells(events(momentum))
    assert pi0.largest == pytest.approx(0.0, abs=1e-12)
    assert photon.largest == pytest.approx((np.hypot(energy, 0.01) - energy) / energy)


def test_only_the_chain_is_looked_at() -> None:
    momentum = _MOMENTA.copy()
    momentum[0, 4] = 0.01
    of_file = replace(events(momentum), chain=np.array([1, 1, 1, 0, 0, 0], dtype=bool))
    (closed,) = closures(of_file)
    assert (closed.vertices, closed.largest < 1e-12) == (1, True)
    assert [row.particles for row in shells(of_file)] == [1, 2]


def test_a_mass_that_no_file_says() -> None:
    unknown = replace(events(_MOMENTA), mass=np.array([_M, np.nan, 0.0, _M, 0.0, 0.0]))
    pi0, photon = shells(unknown)
    assert pi0.low == _M
    assert (photon.low, photon.largest) == (None, None)
    assert all(row.largest is None for row in shells(replace(events(_MOMENTA), energies=False)))
