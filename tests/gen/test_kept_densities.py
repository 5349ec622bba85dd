"""KOTO's spectra of equal values are tabulated once, and are those of a beam that keeps nothing, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen import kept_samplers
from darkpair.gen.sampling import Density
from darkpair.gen.sources import koto_kl
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import Streams

#: One of them changed at a time: no two share a table of decays.
BEAMS = (
    KotoKL(),
    KotoKL(z_min=-2000.0),
    KotoKL(z_max=5000.0),
    KotoKL(p_min=0.3),
    KotoKL(spectrum="shiomi"),
    KotoKL(spectrum="koto2"),
    KotoKL(decay="free"),
)


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_samplers, "_made", {})


def numbers(beam: KotoKL) -> list[Any]:
    """Of its tables, draws and integrals."""
    density = beam.decaying
    drawn = beam.sample(1000, Streams(7).rng("source")).momentum
    tables = [density.edges, density._top, density._accept, *(table.values for table in density._cells)]
    return [*(array.tobytes() for array in (*tables, drawn)), density.integral, beam.decay_probability]


def test_equal_values_share_a_table_and_others_do_not() -> None:
    made = [replace(beam).decaying for beam in BEAMS]
    assert [replace(beam).decaying for beam in BEAMS] == made
    assert len({id(density) for density in made}) == len(made)
    share = KotoKL(z_min=-2000.0, share=0.5)
    assert share.decaying is made[1]
    assert share._two_spectra[0] is made[0]


def test_numbers_are_those_of_tables_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [numbers(replace(beam)) for _ in range(2) for beam in BEAMS]

    def anew(make: Callable[[], Density], *_: object) -> Density:
        return make()

    monkeypatch.setattr(koto_kl, "made_once", anew)
    fresh = [numbers(replace(beam)) for beam in BEAMS]
    assert kept == fresh * 2
    assert len({of[-2] for of in fresh}) == len(BEAMS)


def test_a_spectrum_of_a_file_is_tabulated_each_time(tmp_path: Path) -> None:
    """The file of a name may have changed."""
    path = tmp_path / "mine.csv"
    beams = []
    for tail in (1.0, 2.0):
        path.write_text(f"p [GeV],density\n0.5,1\n2,3\n6,{tail}\n", encoding="utf-8")
        beams.append(KotoKL(spectrum=str(path)))
    first, second = (beam.exit_spectrum for beam in beams)
    assert first is not second
    assert not np.isclose(first.integral, second.integral)
