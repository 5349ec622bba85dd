"""Parquet files: what they say of themselves, pieces of them, and what is not one."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.output import parquet as module
from darkpair.gen.output.formats import writer_for
from darkpair.gen.output.parquet import ParquetWriter
from darkpair.gen.output.reader import read_events, read_provenance, read_rows
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import KotoKL

pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")


def koto(n: int = 300) -> ak.Array:
    chain = build(
        "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 100.0}
    )
    (chunk,) = chunks(Pipeline(source=KotoKL(), chain=chain, seed=3), n)
    events = chunk.record()
    return ak.with_field(events, ak.zip({"n_missed": np.arange(n) % 3}, depth_limit=1), "reco")


def written(path: Path, events: ak.Array, **provenance: Any) -> Path:
    with ParquetWriter(path, provenance={"seed": 3} | provenance) as file:
        file.write(events)
        file.provenance["result"] = {"generated": np.int64(100)}
    return path


def test_what_a_file_says(tmp_path: Path) -> None:
    """In the metadata of the file and of each field; awkward's names too."""
    path = written(tmp_path / "e.parquet", koto(), chain="ψ")
    said = read_provenance(path)
    assert (said["seed"], said["chain"], said["result"]) == (3, "ψ", {"generated": 100})
    assert said["output"]["layout"] == "cartesian"
    assert [row["role"] for row in said["output"]["particles"]][:2] == ["K_L0", "X1_1"]
    texts = pq.read_metadata(path).metadata
    tables = [json.loads(texts[key]) for key in (b"darkpair.provenance", b"darkpair.result")]
    assert tables[0] | tables[1] == said
    assert set(tables[1]) == {"result", "output"}
    schema = pq.read_schema(path)
    px = schema.field("particles").type.value_field.type.field("px")
    assert px.metadata == {b"title": b"momentum along x [GeV]", b"unit": b"GeV"}
    assert schema.field("proper_length").type.field("X2").metadata[b"unit"] == b"mm"
    assert schema.field("reco").type.field("n_missed").metadata is None  # (nobody said what it is)
    assert all(not field.nullable for field in schema)
    events = ak.from_parquet(path)
    assert ak.parameters(events.particles.layout.content)["__record__"] == "Momentum4D"
    assert ak.all(events.genWeight == 1.0)


def test_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces come as they may: groups are of one size and at most of twice as many; some of them are read for some events."""
    monkeypatch.setattr(module, "_GROUP", 64)
    events = koto()
    path = tmp_path / "odd name::#[a]*.parquet"
    with ParquetWriter(path, provenance={}) as file:
        for start, stop in ((0, 0), (0, 1), (1, 150), (150, 150), (150, 300)):
            file.write(events[start:stop])
    meta = pq.ParquetFile(path).metadata
    sizes = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
    assert sum(sizes) == 300
    assert all(64 <= size < 128 for size in sizes[:-1])
    whole = read_events(path)
    assert ak.array_equal(whole.particles, events.particles)
    for first, last in (
        (None, None),
        (0, 10),
        (60, 70),
        (63, 64),
        (-5, None),
        (290, 999),
        (300, 400),
        (10, 5),
    ):
        some = read_events(path, entry_start=first, entry_stop=last)
        assert some.event.to_list() == events.event[first:last].to_list()
        assert ak.array_equal(some.X2.px, events.X2.px[first:last])


def test_a_foreign_or_damaged_file_is_one_line(tmp_path: Path) -> None:
    ak.to_parquet(koto(5), tmp_path / "foreign.parquet")
    with pytest.raises(InputError, match="not written by darkpair"):
        read_provenance(tmp_path / "foreign.parquet")
    whole = written(tmp_path / "e.parquet", koto(50)).read_bytes()
    path, rng = tmp_path / "bad.parquet", random.Random(7)
    for _ in range(60):
        bad = bytearray(whole[: rng.randrange(len(whole))] if rng.random() < 0.4 else whole)
        for _ in range(rng.randrange(1, 8) if bad else 0):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        path.write_bytes(bad)
        for read in (read_provenance, read_rows):
            try:
                read(path)
            except InputError as error:
                assert "\n" not in str(error), bytes(bad)  # noqa: PT017
    with pytest.raises(InputError, match="there is no file"):
        read_events(tmp_path / "none.parquet")


def test_rows_that_were_cut_out(tmp_path: Path) -> None:
    path = written(tmp_path / "e.parquet", koto(50))
    texts = {key: text for key, text in pq.read_metadata(path).metadata.items() if key != b"ARROW:schema"}
    pq.write_table(pq.read_table(path).slice(0, 40).replace_schema_metadata(texts), tmp_path / "cut.parquet")
    with pytest.raises(InputError, match="holds 40 events, and says 50"):
        read_provenance(tmp_path / "cut.parquet")


def test_other_events_are_refused(tmp_path: Path) -> None:
    def both() -> None:
        with ParquetWriter(tmp_path / "e.parquet", provenance={}) as file:
            file.write(koto(10))
            file.write(ak.without_field(koto(10), "reco"))

    with pytest.raises(InputError, match="differ in their columns"):
        both()
    assert not list(tmp_path.iterdir())


def test_without_pyarrow_it_is_one_line_before_any_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _name: None)
    there = tmp_path / "other.parquet"
    there.write_bytes(b"PAR1")
    for attempt in (
        lambda: ParquetWriter(tmp_path / "e.parquet", provenance={}),
        lambda: read_provenance(there),
        lambda: writer_for(tmp_path / "e.parquet", {}, {}),
    ):
        with pytest.raises(InputError, match=r"pip install 'darkpair\[parquet\]'") as caught:
            attempt()
        assert "\n" not in str(caught.value)
