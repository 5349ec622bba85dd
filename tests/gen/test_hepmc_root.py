"""Trees that HepMC3 writes: the events of the same text, or one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.gen.errors import InputError
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.event_readers import open_events
from tests.shared.hepmc_texts import ASCIIV3, GENEVENT


def columns(text: Path) -> dict[str, Any]:
    """What `GenEventData` holds of the events of a text, by pyhepmc."""
    pyhepmc = pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")
    out: dict[str, list[Any]] = {}

    def add(name: str, value: Any) -> None:
        out.setdefault(name, []).append(value)

    with pyhepmc.open(text) as file:
        for event in file:
            add("event_number", event.event_number)
            add("momentum_unit", event.momentum_unit == pyhepmc.Units.GEV)
            add("length_unit", event.length_unit == pyhepmc.Units.CM)
            add("weights", list(event.weights))
            for part, axis in enumerate("xyzt", 1):
                add(f"event_pos.m_v{part}", getattr(event.event_pos(), axis))
            links = [(p.id, v.id) for v in event.vertices for p in v.particles_in]
            links += [(v.id, p.id) for v in event.vertices for p in v.particles_out]
            for k, name in enumerate(("links1", "links2")):
                add(name, [link[k] for link in links])
            p, v = event.numpy.particles, event.numpy.vertices
            add("particles.pid", p.pid)
            add("particles.status", p.status)
            add("particles.mass", p.generated_mass)
            add("particles.is_mass_set", p.is_generated_mass_set)
            add("vertices.status", v.status)
            for part, (momentum, place) in enumerate(zip(("px", "py", "pz", "e"), "xyzt", strict=True), 1):
                add(f"particles.momentum.m_v{part}", getattr(p, momentum))
                add(f"vertices.position.m_v{part}", getattr(v, place) * v.has_set_position)
    return out


def written(path: Path, data: dict[str, Any]) -> str:
    with uproot.recreate(path) as file:
        arrays = {}
        for name, values in data.items():
            array = ak.Array(values)
            whole = name.startswith("links") or name.endswith(("number", "unit", "pid", "status"))
            arrays[name] = (
                array if "is_mass" in name else ak.values_astype(array, np.int32 if whole else np.float64)
            )
        types = {name: str(ak.type(array).content) for name, array in arrays.items()}
        file.mktree("hepmc3_tree", types).extend(arrays)
    return str(path)


@pytest.mark.parametrize("text", [ASCIIV3, GENEVENT.replace("GEV MM", "MEV CM")])
def test_a_tree_is_as_its_text(tmp_path: Path, text: str) -> None:
    text = text.replace("E 3 0 0\nU GEV MM\n", "")  # pyhepmc stops before an event without particles
    (tmp_path / "e.hepmc").write_text(text)
    tree = open_events(written(tmp_path / "e.root", columns(tmp_path / "e.hepmc")), None, {}, "hepmc3")
    plain = open_events(str(tmp_path / "e.hepmc"), None, {}, "hepmc3")
    assert tree.entries == text.count("\nE ")
    names = sorted(plain.names)
    offsets, particles, events = tree.read(0, tree.entries, names)
    expected_offsets, expected, expected_events = plain.read(0, tree.entries, names)
    assert offsets.tolist() == expected_offsets.tolist()
    for name, column in events.items():
        assert column.tolist() == expected_events[name].tolist()
    for name, column in particles.items():
        assert column.dtype == expected[name].dtype
        assert column == pytest.approx(expected[name], rel=1e-14, nan_ok=True), name
    for ours, theirs in zip(tree.more_mothers(0, 2), plain.more_mothers(0, 2), strict=True):
        assert ours.tolist() == theirs.tolist()
    assert EventFile(path=tree.path, parents="B+").n_parents == 2  # type: ignore[attr-defined]


def test_what_is_wrong_with_a_tree_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "e.hepmc").write_text(ASCIIV3)
    good = columns(tmp_path / "e.hepmc")
    cases: dict[str, tuple[str, Any, str]] = {
        "far": (
            "links2",
            [[99, *row[1:]] for row in good["links2"][:1]] + good["links2"][1:],
            "event 0 links .* are no particle and vertex",
        ),
        "lacks": ("links1", None, "has no branch 'links1' in 'hepmc3_tree'"),
    }
    for name, (branch, values, words) in cases.items():
        data = {key: value for key, value in good.items() if key != branch}
        path = written(tmp_path / f"{name}.root", data | ({} if values is None else {branch: values}))
        with pytest.raises(InputError, match=words) as refusal:
            EventFile(path=path, parents="B+")
        assert "\n" not in str(refusal.value)
