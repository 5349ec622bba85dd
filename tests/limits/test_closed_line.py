"""Rows of KOTO and of the beam dumps that are not there have a line that says why: at every pair of masses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from darkpair.gen.particles import particle
from darkpair.limits.samples import closed_line

MASSES = list(itertools.product(np.linspace(0.0, 1.0, 21).tolist(), np.linspace(0.01, 1.0, 34).tolist()))
NAMES = {"K_L0": "KOTO", "eta": "beam dumps"}


@pytest.mark.parametrize("parent", NAMES)
def test_a_line_where_nothing_can_be_made(parent: str) -> None:
    for m1, m2 in MASSES:
        opened = m1 + m2 < particle(parent).mass and m2 - m1 > particle("pi0").mass
        line = closed_line(m1, m2)
        assert (NAMES[parent] in (line or "")) == (not opened), (m1, m2)
        assert "\n" not in (line or "")
