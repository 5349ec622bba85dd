"""Texts of a part's row are given to uproot as the type that their word says, which it would parse for each file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from darkpair.gen.output.parts import row_types

WORD = "var * uint8"
TEXTS = ("sample", "provenance", "tally")


def written(path: Path, types: dict[str, Any]) -> Path:
    """A file with a tree of those types and one row."""
    text = ak.unflatten(np.frombuffer(b"a part", dtype=np.uint8), [6])
    with uproot.recreate(path) as file:
        columns = {name: text if name in TEXTS else np.ones(1, dtype=kind) for name, kind in types.items()}
        file.mktree("Runs", types).extend(columns)
    return path


def test_types_are_those_of_the_word() -> None:
    types = row_types()
    assert {name for name, kind in types.items() if isinstance(kind, ak.types.Type)} == set(TEXTS)
    for name in TEXTS:
        assert types[name] == ak.types.from_datashape(WORD, highlevel=False)


def test_a_tree_of_them_is_that_of_the_word(tmp_path: Path) -> None:
    types = row_types()
    ours = written(tmp_path / "ours.root", types)
    words = written(tmp_path / "word.root", types | dict.fromkeys(TEXTS, WORD))
    assert ours.stat().st_size == words.stat().st_size
    with uproot.open(ours) as mine, uproot.open(words) as others:
        for branch, other in zip(mine["Runs"].branches, others["Runs"].branches, strict=True):
            assert branch.name == other.name
            assert branch.interpretation == other.interpretation
            assert ak.to_list(branch.array()) == ak.to_list(other.array())
