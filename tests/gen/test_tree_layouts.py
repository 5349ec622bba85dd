"""Trees of other people's programs: the same sample comes out of every layout, with its mothers and units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.gen.cylindrical import cartesian
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.root_reader import RootReader
from darkpair.gen.sources.tree_layouts import TREE_LAYOUTS
from tests.shared.tree_files import NUMBERS, RUNS, TREES, WEIGHTS, Kind, edm4hep, sample, write_tree

SAMPLE = sample()
#: What keeps one mother of each particle.
SINGLE = {"TreeMaker", "Belle II mDST", "TMCParticle", "Bacon"}
#: What uproot writes in RNTuples only, and what a field's name forbids there.
ONLY = {"ATLAS xAOD": "rntuple", "TParticle": "rntuple"}


def flat(name: str) -> Any:
    return ak.to_numpy(ak.flatten(SAMPLE[name]))


def cases() -> list[tuple[str, Kind]]:
    return [(name, kind) for name in TREES for kind in ("ttree", "rntuple") if ONLY.get(name, kind) == kind]


def test_every_layout_is_written_here_or_has_one_particle_a_row() -> None:
    rows = {"Belle II ntuple", "LHCb ntuple"}
    assert {layout.name for layout in TREE_LAYOUTS} == set(TREES) | rows


@pytest.mark.parametrize(("name", "kind"), cases())
def test_the_same_sample_comes_out_of_every_layout(tmp_path: Path, name: str, kind: Kind) -> None:
    tree, columns = TREES[name]
    path = write_tree(tmp_path / "e.root", tree, columns(SAMPLE), kind)
    reader = RootReader(str(path), None, ())
    assert (reader.layout, reader.tree_name, reader.kind, reader.entries) == (name, tree, kind, 3)
    offsets, particles, events = reader.read(0, 3, sorted(reader.names))
    assert offsets.tolist() == [0, 6, 6, 9]
    if name == "Belle II mDST":  # (it says what is stable, and no more)
        assert particles.pop("status").tolist() == np.where(flat("status") == 1, 1, 2).tolist()
    for quantity in {"pdgid", "status", "mother"} & set(particles):
        assert particles[quantity].tolist() == flat(quantity).tolist(), quantity
        assert particles[quantity].dtype == np.int32
    assert [m.tolist() for m in reader.more_mothers(0, 3)] == ([[], []] if name in SINGLE else [[2], [1]])
    assert [m.tolist() for m in reader.more_mothers(2, 3)] == [[], []]
    if "pt" in particles:
        momentum = dict(
            zip(("px", "py", "pz"), cartesian(*(particles[n] for n in ("pt", "eta", "phi"))), strict=True)
        )
    else:
        momentum = {n: particles[n] for n in ("px", "py", "pz")}
    sizes = {n: particles[n] for n in ("energy", "mass", "vx", "vy", "vz", "vt") if n in particles}
    assert {"energy", "mass"} & set(sizes)
    for quantity, values in (momentum | sizes).items():
        assert values == pytest.approx(flat(quantity), rel=3e-7, abs=3e-6), quantity
    assert events.get("weight", np.array(WEIGHTS)).tolist() == WEIGHTS
    assert events.get("event", np.array(NUMBERS)).tolist() == NUMBERS
    assert events.get("run", np.array(RUNS)).tolist() == RUNS
    parents = EventFile(path=str(path), parents=("B+", "B0"))
    assert parents.provenance()["layout"] == name
    made = parents.block(0)
    assert made.pdgids is not None
    assert sorted(made.pdgids.tolist()) == [-521, -511, 521]
    expected = [flat(n)[[3, 6, 7]] for n in ("px", "py", "pz")]
    assert made.momentum[:3] == pytest.approx(np.stack(expected), rel=3e-7, abs=3e-6)


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
def test_podio_of_before_counted_its_relations(tmp_path: Path, kind: Kind) -> None:
    columns = edm4hep(SAMPLE, ("Particle", "Particle#0"))
    reader = RootReader(str(write_tree(tmp_path / "e.root", "events", columns, kind)), None, ())
    assert reader.layout == "EDM4hep"
    assert reader.read(0, 3, ["mother"])[1]["mother"].tolist() == flat("mother").tolist()
    assert [m.tolist() for m in reader.more_mothers(0, 1)] == [[2], [1]]


def test_ntuples_of_candidates_have_one_particle_a_row(tmp_path: Path) -> None:
    p = {"X": [1500.0, -250.0], "Y": [0.0, 500.0], "Z": [8000.0, 9000.0], "E": [9685.3, 10450.0]}
    columns = {f"B_TRUEP_{x}": np.array(values) for x, values in p.items()}
    columns |= {f"B_TRUEORIGINVERTEX_{x}": np.array([1.0, 2.0]) for x in "XYZ"}
    columns["B_TRUEID"] = np.array([511, -511], dtype=np.int32)
    lhcb = EventFile(path=str(write_tree(tmp_path / "l.root", "MCDecayTree", columns)), parents="B0")
    assert lhcb.provenance()["layout"] == "LHCb ntuple"
    assert lhcb.block(0).momentum[:3].T.tolist() == [[1.5, 0.0, 8.0], [-0.25, 0.5, 9.0]]
    assert lhcb.block(0).vertex[:3].T.tolist() == [[1.0] * 3, [2.0] * 3]
    columns = {
        f"B0_mc{n}": np.array(v) / 1e3 for n, v in zip(("PX", "PY", "PZ", "E"), p.values(), strict=True)
    }
    columns |= {"B0_mcPDG": np.array([511.0, -511.0]), "__event__": np.array([3, 4], dtype=np.int32)}
    columns |= {f"B0_mcProductionVertex{x}": np.array([0.25, 0.5]) for x in "XYZ"}
    belle = EventFile(path=str(write_tree(tmp_path / "b.root", "B0", columns)), parents="B0")
    assert belle.block(0).momentum[:3].T.tolist() == [[1.5, 0.0, 8.0], [-0.25, 0.5, 9.0]]
    assert belle.block(0).vertex[:3].T.tolist() == [[2.5] * 3, [5.0] * 3]
    assert belle.block(0).originals.events["event"].tolist() == [3, 4]  # type: ignore[union-attr]


def test_the_vertices_of_tparticle_have_the_unit_that_is_given(tmp_path: Path) -> None:
    tree, columns = TREES["TParticle"]
    path = str(write_tree(tmp_path / "e.root", tree, columns(SAMPLE), "rntuple"))
    assert not EventFile(path=path, parents="B0").block(0).vertex.any()
    named = {f"v{x}": f"Particles.fV{x}" for x in "xyz"}
    source = EventFile(path=path, parents="B0", branches=named, length_unit="cm")
    assert source.block(0).vertex[:, 0].tolist() == [0.0, 0.0, 50.0, 0.0]
