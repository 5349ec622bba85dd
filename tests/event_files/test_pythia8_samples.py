"""Two samples of PYTHIA 8 through five readers: parents that are PYTHIA's own, and spectra of other seeds that agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.shared.pythia_samples import SAMPLES, WRITERS, compare, generated, parents_of, read

#: As PYTHIA's record, but for NanoAOD, which has float32 of pt, eta and phi.
ROUNDED = {"NanoAOD-like TTree": 1e-6}

pytest.importorskip("pythia8mc", reason="pythia8mc is not installed")
pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_events_in_five_formats(name: str, tmp_path: Path) -> None:
    sample = SAMPLES[name]
    events = generated(sample, 100, 3)
    own, entry = parents_of(events, sample)
    assert own.shape[1] > 30
    for kind, (ending, write) in WRITERS.items():
        path = tmp_path / f"events.{ending}"
        write(path, events, sample.ids)
        momentum, place = read(path, sample)
        assert np.array_equal(place, entry), kind
        size = np.sqrt((own**2).sum(axis=0))
        assert np.all(abs(momentum - own) <= ROUNDED.get(kind, 0.0) * size), kind


def test_five_seeds_agree(tmp_path: Path) -> None:
    """Of a few B; python -m tests.pages.make pythia8-samples has many, and eta."""
    for row in compare(tmp_path, list(SAMPLES)[1:], 400, 2000):
        assert abs(row["largest pull of a mean"]) < 3.0, row
        assert row["chi2"] < row["bins"] + 4.0 * (2.0 * row["bins"]) ** 0.5, row
