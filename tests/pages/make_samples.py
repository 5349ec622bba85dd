"""Spectra of PYTHIA 8's eta and B through five readers (docs/simulations.md); needs pythia8mc and pyhepmc."""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.shared.pythia_samples import SAMPLES, compare


def samples(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Rows of each sample in each format, and how many events they have."""
    events, reference = (200, 1000) if quick else (10000, 60000)
    with tempfile.TemporaryDirectory() as folder:
        rows = compare(Path(folder), SAMPLES, events, reference)
    return rows, {"pythia8mc": version("pythia8mc"), "events": events, "events of the reference": reference}
