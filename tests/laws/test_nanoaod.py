"""Code for NanoAOD reads the layout `nano` for what it is, of every detector: coffea's rule for collections, and coffea.

No statistics.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.observed import Observed
from darkpair.gen.output.layouts import branches
from darkpair.gen.output.root import RootWriter
from darkpair.gen.output.spelling import names
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import KotoKL
from tests.laws.pairs import PAIRS, Pair, observed

DETECTORS = list({pair.detector: pair for pair in PAIRS}.values())


def collections(events: ak.Array) -> dict[str, dict[str, Any]]:
    """Collections of NanoAODSchema: what stands before the first underscore, but for their counters."""
    columns = branches(events, "nano")
    kinds = {
        branch: "counter"
        if isinstance(column, ak.Array) and i == 0
        else "list"
        if isinstance(column, ak.Array)
        else "number"
        for name, column in columns.items()
        for i, branch in enumerate(names(name, column))
    }
    first = {branch.split("_")[0] for branch in kinds}
    first -= {name for name in first if name.startswith("n") and name[1:] in first}
    return {
        name: {
            branch: kind for branch, kind in kinds.items() if branch == name or branch.startswith(f"{name}_")
        }
        | ({f"n{name}": kinds[f"n{name}"]} if f"n{name}" in kinds else {})
        for name in first
    }


def check(found: Mapping[str, Mapping[str, str]]) -> None:
    assert "n" not in found
    for name, kinds in found.items():
        members = {branch: kind for branch, kind in kinds.items() if branch != f"n{name}"}
        if f"n{name}" in kinds:  # counted: every member a list of that length, and nothing else
            assert kinds[f"n{name}"] == "counter", (name, kinds)
            assert set(members.values()) == {"list"}, (name, kinds)
        else:
            assert set(members.values()) == {"number"}, (name, kinds)
            assert name not in members or len(members) == 1, (name, kinds)


@pytest.mark.parametrize("pair", DETECTORS, ids=str)
def test_no_branch_is_taken_for_what_it_is_not(pair: Pair) -> None:
    found = collections(observed(pair, 300))
    check(found)
    assert {"GenPart", "genWeight", "run", "event", "luminosityBlock"} <= set(found)


def test_of_a_stranger_too() -> None:
    (chunk,) = chunks(Pipeline(source=KotoKL(), chain=build("K_L0 -> gamma gamma")), 3)

    def record(**flat: Any) -> ak.Array:
        hits = (np.array([2, 0, 1]), {"x": np.zeros(3)})
        return ak.with_field(chunk.record(), Observed(n=3, flat=flat, lists={"Hit": hits}).record(), "reco")

    numbers = np.arange(3)
    found = collections(record(n_seen_hits=numbers, n_late=numbers, nearest_hit=numbers))
    check(found)
    assert {"nSeenHits", "nLate", "nearest", "Hit"} <= set(found)
    with pytest.raises(InputError, match="'Hit' has the name of a branch"):
        branches(record(n_Hit=numbers), "nano")


@pytest.mark.filterwarnings("ignore::RuntimeWarning:coffea")  # electrons and jets, which are not there
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # its own
@pytest.mark.parametrize("pair", DETECTORS, ids=str)
def test_coffea(tmp_path: Path, pair: Pair) -> None:
    nanoevents = pytest.importorskip("coffea.nanoevents", reason="coffea is not installed")
    truth = observed(pair, 300)
    with RootWriter(tmp_path / "e.root", layout="nano", provenance={}) as file:
        file.write(truth)
    events = nanoevents.NanoEventsFactory.from_root(
        {str(tmp_path / "e.root"): "Events"}, schemaclass=nanoevents.NanoAODSchema, mode="eager"
    ).events()
    assert "n" not in events.fields
    assert set(events.fields) == set(collections(truth))
    for axis in ("vx", "vy", "vz"):
        far = np.asarray(ak.flatten(truth.particles[axis]))
        assert 10.0 * np.asarray(ak.flatten(events.GenPart[axis]), dtype=float) == pytest.approx(
            far, rel=1e-6
        )
    # the mother, and the next of another kind above it; of the beam there is none
    mother = truth.particles.mother
    expected = ak.where(mother >= 0, truth.particles.pdgid[ak.where(mother >= 0, mother, 0)], 0)
    assert ak.all(ak.fill_none(events.GenPart.parent.pdgId, 0) == expected)
    assert ak.all(ak.fill_none(events.GenPart.distinctParent.pdgId, 0) == expected)
    photons = events.GenPart[events.GenPart.pdgId == 22]
    assert ak.all(abs(photons.energy - photons.p) <= 1e-5 * photons.energy + 1e-6)
