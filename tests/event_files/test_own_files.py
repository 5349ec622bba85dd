"""A hundred small event files of every kind: the parents that they hold, or one true line; nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.sources.event_file import EventFile
from tests.event_files.own_files import CASES, Case
from tests.shared.fence import Outcome, fenced
from tests.shared.small_events import KINDS


def _parents(asked: tuple[str, dict[str, Any]]) -> dict[str, int]:
    """Parents of each PDG id, as the first pass counts them and as the blocks hand them out."""
    path, settings = asked
    source = EventFile(path=path, parents=tuple(KINDS.values()), **settings)
    counts = {kind: n for kind, n in source.provenance()["counts"].items() if n}
    kinds, numbers = np.unique(np.asarray(source.block(0).pdgids), return_counts=True)
    assert dict(zip(kinds.tolist(), numbers.tolist(), strict=True)) == counts
    return {str(kind): n for kind, n in sorted(counts.items())}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("own")
    asked = []
    for case in CASES:
        path = folder / case.file
        case.make(path)
        asked.append((str(path), case.settings))
    return dict(zip((case.file for case in CASES), fenced(_parents, asked), strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_parents_or_a_true_line(case: Case, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[case.file]
    if isinstance(case.parents, dict):
        assert outcome.kind == "accepted", outcome
        assert outcome.value == {str(kind): n for kind, n in sorted(case.parents.items())}
        return
    assert outcome.kind == "refused", outcome
    line = outcome.value.replace(str(Path(case.file).stem), "")
    assert any(word in line for word in case.parents.split("|")), line


def test_there_are_a_hundred() -> None:
    assert len({case.file for case in CASES}) == len(CASES) >= 100
