"""Every example's events, observations, cut flows and histograms are the same bits with compiled formulas and without."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.compiled import loops
from darkpair.gen.pipeline import Pipeline
from darkpair.job.job import load_job
from tests.shared.chunk_columns import columns_of

_EXAMPLES = sorted(
    path
    for path in (Path(__file__).parents[2] / "examples").glob("*.toml")
    if "[run]" in (text := path.read_text(encoding="utf-8"))
    and "[source]" in text
    and "event_file" not in text
)

pytestmark = pytest.mark.skipif(not loops.at_hand(), reason="numba is not installed")


@pytest.mark.parametrize("keep", ["all", "accepted"])
@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda path: path.stem)
def test_examples(example: Path, keep: Any) -> None:
    same(replace(load_job(example).pipeline(), keep=keep), 2, 30_000)


def test_an_event_file(tmp_path: Path) -> None:
    path = tmp_path / "events.root"
    pytest.importorskip("benchmarks.event_file").write_events(path, 2000, particles=6)
    same(load_job(_EXAMPLES[0].with_name("cms_b_mesons.toml"), [f"source.path={path}"]).pipeline(), 1, 2000)


def same(pipeline: Pipeline, blocks: int, n: int) -> None:
    fast, plain = (replace(pipeline, compiled=compiled).chunk(0, blocks, n) for compiled in (True, False))
    assert fast.cutflow == plain.cutflow
    for (name, a), (other, b) in zip(columns_of(fast), columns_of(plain), strict=True):
        assert name == other
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes(), name
    assert not loops.FAILURES
