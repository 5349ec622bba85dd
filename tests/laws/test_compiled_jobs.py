"""Every example's events, observations, cut flows and histograms are the same bits with compiled formulas and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.compiled import loops
from darkpair.gen.pipeline import Chunk, Pipeline
from darkpair.job.job import load_job

_EXAMPLES = sorted(
    path
    for path in (Path(__file__).parents[2] / "examples").glob("*.toml")
    if "[run]" in (text := path.read_text(encoding="utf-8"))
    and "[source]" in text
    and "event_file" not in text
)

pytestmark = pytest.mark.skipif(not loops.at_hand(), reason="numba is not installed")


def _columns(chunk: Chunk) -> Iterator[tuple[str, Any]]:
    """All numbers of a chunk, by name."""
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


@pytest.mark.parametrize("keep", ["all", "accepted"])
@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda path: path.stem)
def test_examples(example: Path, keep: Any) -> None:
    job = load_job(example)
    pipeline: Pipeline = replace(job.pipeline(), keep=keep)
    fast, plain = (replace(pipeline, compiled=compiled).chunk(0, 2, 30_000) for compiled in (True, False))
    assert fast.cutflow == plain.cutflow
    for (name, a), (other, b) in zip(_columns(fast), _columns(plain), strict=True):
        assert name == other
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), name
    assert not loops.FAILURES
