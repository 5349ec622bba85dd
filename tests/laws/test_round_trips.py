"""What is written comes back: by us bit by bit, or in one line that says what cannot; and by the readers of each format's own world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.gen.chunk import Chunk
from darkpair.gen.errors import InputError
from darkpair.gen.output.event_columns import Collection, EventColumns, FileColumns
from darkpair.gen.output.layouts import file_columns
from darkpair.gen.output.reader import read_events, read_provenance
from darkpair.gen.sources.event_readers import open_events
from tests.laws.test_columns_and_records import fits, flat, same, samples
from tests.shared.forms import Form, every_form

__all__ = ["samples"]  # a fixture


#: Formats that hold the whole record in their cartesian layout; others say in a line that they do not.
WHOLE = ("root", "parquet")


def columns(record: ak.Array) -> FileColumns:
    return file_columns(EventColumns.of_record(record), "cartesian")


@pytest.mark.parametrize("form", every_form())
def test_every_form_of_file_gives_back_what_it_was_given(
    form: Form, samples: dict[str, Chunk], tmp_path: Path
) -> None:
    """Chains of one topology and of several, weighted or not, seen by a detector or not, events of a file, and none at all."""
    layout = form.options.get("layout", "cartesian")
    for name, chunk in (samples | {"none": samples["koto"].span(0, 0)}).items():
        path = tmp_path / f"{name}{form.ending}"
        if not fits(chunk, layout):
            with pytest.raises(InputError, match="choose 'cartesian' or 'nano'"), form.opened(path) as file:
                file.add(chunk)
            assert not path.exists()
            continue
        with form.opened(path, seed=3) as file:
            file.add(chunk)
        said, record = read_provenance(path), chunk.record()
        assert (said["seed"], said["output"]["events"]) == (3, len(record))
        if layout == "cartesian" and form.name in WHOLE:
            same(columns(read_events(path)), columns(record))
        else:
            with pytest.raises(InputError, match=r"\A.*(not|does not hold) the whole record.*\Z"):
                read_events(path)
        if form.name in READERS:
            READERS[form.name](path, record, layout)


def by_uproot(path: Path, record: ak.Array, layout: Any) -> None:
    with uproot.open(path) as file:
        tree = file["Events"]
        for name, column in flat(file_columns(EventColumns.of_record(record), layout)):
            array = tree[name].array()
            if array.ndim == 2:
                assert np.asarray(ak.flatten(array)).tobytes() == column.tobytes(), name
            elif len(column) == len(record):
                assert np.asarray(array).tobytes() == column.tobytes(), name
            else:
                assert np.asarray(array).tolist() == np.diff(column).tolist(), name


def by_awkward(path: Path, record: ak.Array, layout: Any) -> None:
    pytest.importorskip("pyarrow")
    events = ak.from_parquet(path)
    assert len(events) == len(record)
    if layout == "cartesian":
        for name in ("particles", "weights", "proper_length", "reco"):
            if name in record.fields and record[name].fields:  # (those of none are looked at below)
                assert ak.array_equal(events[name], record[name], equal_nan=True), name
        assert events.weights.fields == record.weights.fields
        if len(record):
            assert ak.almost_equal(events.particles.pt, record.particles.pt)
        return
    for name, column in file_columns(EventColumns.of_record(record), layout).items():
        array = column.array() if isinstance(column, Collection) else column
        assert ak.array_equal(events[name], array, equal_nan=True), name


def by_pyhepmc(path: Path, record: ak.Array, _layout: Any) -> None:
    pyhepmc = pytest.importorskip("pyhepmc")
    particles = record.particles
    if "replaced" in particles.fields:
        particles = particles[~particles.replaced]
    with pyhepmc.open(path) as file:
        events = list(file)
    assert len(events) == len(record)
    for event, rows in zip(events, particles.to_list(), strict=True):
        assert [(p.pid, p.status) for p in event.particles] == [(r["pdgid"], r["status"]) for r in rows]
        for axis in ("px", "py", "pz", "E"):
            assert [getattr(p.momentum, axis.lower()) for p in event.particles] == [r[axis] for r in rows]
    if not events:
        return
    reader = open_events(str(path), None, {}, "hepmc3")  # and by what takes parents from it
    names = ["px", "py", "pz", "pdgid", "status", "vx", "vy", "vz", "vt"]
    offsets, back, _ = reader.read(0, reader.entries, names)
    assert np.diff(offsets).tolist() == ak.num(particles).to_list()
    for name in names:
        assert np.array_equal(back[name], np.asarray(ak.flatten(particles[name]))), name


def by_pylhe(path: Path, record: ak.Array, _layout: Any) -> None:
    pylhe = pytest.importorskip("pylhe")
    particles = record.particles
    if "replaced" in particles.fields:
        particles = particles[~particles.replaced]
    events = pylhe.LHEFile.fromfile(str(path), generator=False).events
    assert len(events) == len(record)
    for event, rows in zip(events, particles.to_list(), strict=True):
        for ours, theirs in {
            "pdgid": "id",
            "px": "px",
            "py": "py",
            "pz": "pz",
            "E": "e",
            "nominal_mass": "m",
        }.items():
            assert [getattr(p, theirs) for p in event.particles] == [r[ours] for r in rows]


#: By the name of the format, what its own world reads it with.
READERS: Mapping[str, Callable[[Path, ak.Array, Any], None]] = {
    "root": by_uproot,
    "parquet": by_awkward,
    "hepmc3": by_pyhepmc,
    "lhe": by_pylhe,
}


@pytest.mark.parametrize("name", ["koto", "mixture", "forced", "line", "file"])
def test_any_record_is_awkward_s_own_parquet(name: str, samples: dict[str, Chunk], tmp_path: Path) -> None:
    """Of weights or proper lengths without any name too, whose ``fields`` stay an empty list."""
    pytest.importorskip("pyarrow")
    record = samples[name].record()
    for some in (record, record[:0], record[::2]):
        ak.to_parquet(some, tmp_path / "e.parquet")
        back = ak.from_parquet(tmp_path / "e.parquet")
        assert back.weights.fields == some.weights.fields
        assert ak.array_equal(back.particles, some.particles)
    if name == "mixture":
        assert record.weights.fields == []
        assert len(record.weights) == len(record)
