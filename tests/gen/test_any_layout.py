"""Events of files of any layout and kind are the same events, to the rounding of the layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.output.any_layout import accepted_rows, read_some
from tests.shared.finished import finished

KINDS: dict[str, tuple[str, dict[str, Any], float]] = {
    "rntuple": ("a.root", {"output__kind": "rntuple"}, 0.0),
    "nano": ("b.root", {"output__layout": "nano"}, 1e-5),
    "nano rntuple": ("h.root", {"output__layout": "nano", "output__kind": "rntuple"}, 1e-5),
    "flat": ("c.root", {"output__layout": "flat"}, 1e-15),
    "parquet": ("d.parquet", {}, 0.0),
    "nano parquet": ("e.parquet", {"output__layout": "nano"}, 1e-5),
    "flat parquet": ("f.parquet", {"output__layout": "flat"}, 1e-15),
    "dataset": ("g/", {}, 0.0),
}


@pytest.fixture(scope="module")
def cartesian(tmp_path_factory: pytest.TempPathFactory) -> ak.Array:
    return read_some(finished(tmp_path_factory.mktemp("cartesian")))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_has_the_same_events(tmp_path: Path, cartesian: ak.Array, kind: str) -> None:
    name, settings, rounding = KINDS[kind]
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    path = finished(tmp_path, name=name, **settings)
    events = read_some(path)
    assert len(events) == len(cartesian) == 2000
    for name in ("run", "luminosityBlock", "event", "weight"):
        assert ak.array_equal(events[name], cartesian[name], dtype_exact=False), name
    for name in ("pdgid", "mother", "status"):
        assert ak.all(events.particles[name] == cartesian.particles[name]), name
    for name in ("px", "py", "pz", "E", "vx", "vy", "vz"):
        ours, theirs = (np.asarray(ak.flatten(e.particles[name])) for e in (events, cartesian))
        scale = 1.0 if name in ("px", "py", "pz", "E") else 1e4  # [GeV], [mm]: those of the whole event
        assert np.max(np.abs(ours - theirs)) <= rounding * scale, name
    assert events.reco.fields == cartesian.reco.fields
    assert ak.all(events.reco.accepted == cartesian.reco.accepted)
    rows = accepted_rows(path).tolist()
    assert rows == (np.flatnonzero(cartesian.reco.accepted).tolist() if path.suffix == ".root" else [])
    assert ak.all(events.reco.n_missed == cartesian.reco.n_missed)
    ours, theirs = (np.asarray(ak.flatten(e.reco.Cluster.x)) for e in (events, cartesian))
    assert np.allclose(ours, theirs, rtol=max(rounding, 1e-15), atol=0.0)


def test_some_events_are_those_of_their_numbers(tmp_path: Path, cartesian: ak.Array) -> None:
    path = finished(tmp_path, name="a.root", output__layout="nano")
    assert read_some(path, 10, 13).event.to_list() == cartesian.event[10:13].to_list() == [11, 12, 13]


def test_a_format_without_the_record_is_refused(tmp_path: Path) -> None:
    path = finished(tmp_path, name="a.hepmc3", run__n=10)
    with pytest.raises(InputError, match="does not hold the whole record"):
        read_some(path)
