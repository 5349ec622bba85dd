"""Study ``belle2-displaced`` with few events: what it says is what `darkpair limits` says, and nearer decays are more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from darkpair.chains.models.stated import stated_chain
from darkpair.limits.belle2_samples import DISPLACED
from darkpair.limits.ratios import excluded_ratios
from darkpair.limits.samples import Size
from darkpair.studies import STUDIES


def test_it_is_the_search_s_own(tmp_path: Path) -> None:
    """Two samples with seeds of their own: within 4.5 of the errors of both."""
    paths = STUDIES["belle2-displaced"](folder=tmp_path, quick=True, events=16_384)
    assert {path.suffix for path in paths} == {".csv", ".json", ".png", ".pdf"}
    contents = json.loads((tmp_path / "belle2-displaced.json").read_text("utf-8"))
    rows: dict[tuple[str, float, float], Mapping[str, Any]] = {
        (row["mode"], row["least distance [mm]"], row["c tau [mm]"]): row for row in contents["rows"]
    }
    for (mode, least, ctau), row in rows.items():
        if ctau >= 10.0 and least < 100.0:
            farther = rows[mode, 10.0 * least, ctau]
            assert row["acceptance"] > farther["acceptance"]
            assert row["branching ratio"] < farther["branching ratio"]
    for mode in ("X1 pi0", "X1 gamma"):
        chain = stated_chain(f"B+ -> K+ X1 (X2 -> {mode})", m2=0.43, ctau="1 m")
        ((own,),) = excluded_ratios([chain], only=[DISPLACED], size=Size(etas=10_000), workers=1)
        row = rows[mode, 10.0, 1e3]
        error = own.error + row["acceptance error"] / row["acceptance"]
        assert error < 0.1
        assert abs(own.branching_ratio / row["branching ratio"] - 1.0) < 4.5 * error
    missing = {row["c tau [mm]"]: row["branching ratio"] for row in contents["missing energy"]}
    assert missing[1.0] is None
    assert missing[1e5] > 100.0 * rows["X1 pi0", 10.0, 1e5]["branching ratio"]
