"""Study ``koto-ii``: the proposal's factors beside ours, each within what is asked of it, and limits that follow from ratios.

The numbers are those of a fixed seed; of another one the bounds here fail less often than once in 1e6.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from darkpair.searches.koto import KotoLimit
from darkpair.searches.koto_ii import KotoProjection, koto_ii_factors
from darkpair.studies import STUDIES


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("koto-ii")
    paths = STUDIES["koto-ii"](folder=folder, quick=True)
    assert {path.name for path in paths} == {
        f"{name}.{kind}" for name in ("koto-ii", "koto-ii-reach") for kind in ("csv", "json")
    } | {"koto-ii.png", "koto-ii.pdf"}
    return {
        name: json.loads((folder / f"{name}.json").read_text())["rows"]
        for name in ("koto-ii", "koto-ii-reach")
    }


def test_factors(tables: dict[str, list[dict[str, Any]]]) -> None:
    rows = {row["factor"]: row for row in tables["koto-ii"]}
    how = [row["how"] for row in tables["koto-ii"]]
    assert how[:6] == ["quoted", "computed", "simulated", "simulated", "quoted", "quoted"]
    for name in ("decays in the box", "two photons on the calorimeter"):
        assert rows[name]["ours / published"] == pytest.approx(1.0, abs=0.05)
    product = math.prod(row["ours"] for row in tables["koto-ii"][:6])
    ours = rows["sensitivity"]
    assert ours["ours"] == pytest.approx(1.0 / product / 0.98823)
    assert ours["ours / published"] == pytest.approx(1.0, abs=0.25)
    assert ours["ours error"] < 0.02 * ours["ours"]
    assert rows["sensitivity, published factors"]["ours / published"] == pytest.approx(1.0, abs=0.05)


def test_the_listed_cuts_keep_more(tables: dict[str, list[dict[str, Any]]]) -> None:
    """Five errors above the published 26 %, with the cluster shapes; a cut on the energies' ratio takes most of that away."""
    rows = {row["factor"]: row for row in tables["koto-ii"]}
    listed, more = rows["cuts and cluster shapes"], rows["cuts and energies within a factor of 5"]
    assert listed["ours"] - 5.0 * listed["ours error"] > 0.26
    assert listed["ours"] < koto_ii_factors()["cluster_shape"].value
    assert 0.26 < more["ours"] < listed["ours"] - 5.0 * listed["ours error"]
    assert rows["cuts and both |x| and |y| beyond the hole"]["ours"] < 0.6 * listed["ours"]


def test_limits_follow_from_ratios(tables: dict[str, list[dict[str, Any]]]) -> None:
    limits = {
        "KOTO 2021": KotoLimit(run="2021", efficiency_ratio=1.0).limit,
        "KOTO II": KotoProjection(efficiency_ratio=1.0).limit,
    }
    for row in tables["koto-ii-reach"]:
        for name, limit in limits.items():
            assert row[f"limit, {name}"] * row[f"ratio, {name}"] == pytest.approx(limit)
        assert row["limit, KOTO II"] < row["limit, KOTO 2021"]
    first, *_, last = tables["koto-ii-reach"]
    assert last["limit, KOTO II"] > 10.0 * first["limit, KOTO II"]
