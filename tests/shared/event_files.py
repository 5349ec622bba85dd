"""Small event files for the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import awkward as ak
import numpy as np
import uproot

from darkpair.gen.sources.event_file import EventFile

#: A particle by pdgid, mother, pt, eta, phi, mass and, where they matter, status and vertex [mm].
Row = tuple[Any, ...]


def b_event(kind: int = 521, pt: float = 7.25) -> list[Row]:
    """Proton, copied B, its two daughters with the pions of one of them, and a bystander."""
    return [
        (2212, -1, 0.0, 22756.0 + 6500.0, 0.0, 0.9382720, 4),
        (kind, 0, 7.0, 1.0, 0.5, 5.28125, 2),
        (kind, 1, pt, -1.25, 2.5, 5.28125, 2),
        (-421, 2, 3.0, -1.0, 2.25, 1.8648, 2),
        (211, 2, 4.0, -1.5, 2.75, 0.13957, 1),
        (321, 3, 1.5, -1.0, 2.25, 0.49368, 1),
        (-211, 3, 1.5, -1.0, 2.5, 0.13957, 1),
        (22, 0, 12.5, 3.140625, -3.0, 0.0, 1),
    ]


def write_nano(
    path: Path,
    events: Sequence[Sequence[Row]],
    *,
    weights: Iterable[float] | None = None,
    kind: Literal["ttree", "rntuple"] = "ttree",
    vertices: Sequence[Sequence[tuple[float, float, float]]] | None = None,
    energy: float = 1.0,
    flags: Sequence[Sequence[int]] | None = None,
) -> Path:
    """ROOT file with NanoAOD's GenPart of those events; `energy` is what a GeV is in the file's unit."""
    names = ("pdgId", "genPartIdxMother", "pt", "eta", "phi", "mass", "status")
    columns: dict[str, Any] = {}
    for i, name in enumerate(names):
        values = ak.Array([[row[i] for row in event] for event in events])
        real = name in ("pt", "eta", "phi", "mass")
        scaled = values * energy if name in ("pt", "mass") else values
        columns[f"GenPart_{name}"] = ak.values_astype(scaled, np.float32 if real else np.int32)
    if vertices is not None:
        for i, axis in enumerate("xyz"):
            flat = ak.Array([[point[i] for point in event] for event in vertices])
            columns[f"GenPart_v{axis}"] = ak.values_astype(flat, np.float32)
    if flags is not None:
        columns["GenPart_statusFlags"] = ak.values_astype(ak.Array(flags), np.int32)
    n = len(events)
    columns["run"] = np.full(n, 7, dtype=np.uint32)
    columns["event"] = np.arange(100, 100 + n, dtype=np.uint64)
    if weights is not None:
        columns["genWeight"] = np.asarray(list(weights), dtype=np.float32)
    with uproot.recreate(path) as file:
        if kind == "rntuple":
            file.mkrntuple("Events", ak.Array(ak.zip(columns, depth_limit=1)))
        else:
            tree = file.mktree(
                "Events",
                {k: v.dtype if isinstance(v, np.ndarray) else v.type.content for k, v in columns.items()},
            )
            tree.extend(columns)
    return path


def opened(path: Path, **settings: Any) -> EventFile:
    return EventFile(**({"path": str(path), "parents": ("B0", "B+")} | settings))
