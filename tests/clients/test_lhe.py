"""LHE of ours by pylhe: counts, momenta and weights are the ROOT file's."""

from __future__ import annotations

from pathlib import Path

import pytest

from darkpair import read_events
from darkpair.gen.events import total_weight
from tests.shared.clients import N, Total, ask, compare, made, python_of


@pytest.mark.parametrize("ending", [".lhe", ".lhe.gz"])
@pytest.mark.parametrize("job", ["koto_pi0", "charm", "belle2"])
def test_pylhe(job: str, ending: str, folder: Path) -> None:
    said = ask(python_of("pylhe"), "of_pylhe.py", made(folder, job, ending))
    assert said["events"] == N
    events = read_events(made(folder, job))
    names = {"px": "px", "py": "py", "pz": "pz", "e": "E", "m": "nominal_mass", "id": "pdgid"}
    expected = {name: Total.of([events.particles[field]]) for name, field in names.items()}
    compare(said["totals"], expected | {"weight": Total.of([total_weight(events)])})
