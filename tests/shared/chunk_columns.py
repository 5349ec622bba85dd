"""All numbers of a chunk of events, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from darkpair.gen.pipeline import Chunk


def columns_of(chunk: Chunk) -> Iterator[tuple[str, Any]]:
    """Events, what a detector says of them, its histograms, and the events' places in the sample."""
    for i, part in enumerate(chunk.events.parts):
        yield from {
            f"{i} momentum": part.momentum,
            f"{i} vertices": part.vertices,
            f"{i} rows": part.rows,
        }.items()
        for what in ("weights", "proper_length", "masses"):
            for name, column in getattr(part, what).items():
                yield f"{i} {what} {name}", column
    if chunk.reco is not None:
        yield from chunk.reco.flat.items()
        for name, (counts, columns) in chunk.reco.lists.items():
            yield f"{name} counts", counts
            for key, column in columns.items():
                yield f"{name}.{key}", column
    for name, histogram in chunk.histograms.items():
        yield f"histogram {name}", histogram.view(flow=True)
    yield "numbers", chunk.numbers
