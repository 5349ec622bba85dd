"""What a run came to does not depend on how its blocks were grouped, and what it is as bytes is what it was.

For every detector of the registry and the shipped jobs, with a chain alone too: the cut flow, each histogram, the summary and
the bytes are the same of one chunk, of chunks of one block, of spans merged in any order, sent or read.
"""

from __future__ import annotations

import hashlib
import pickle
import tracemalloc
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import hist
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkpair.gen.errors import InputError
from darkpair.gen.histogram_sums import Pictures
from darkpair.gen.lifetime import Scan
from darkpair.gen.pipeline import Chunk, Pipeline
from darkpair.gen.streams import BLOCK
from darkpair.job import load_job
from darkpair.run import tally_bytes
from darkpair.run.tally import Tally
from tests.laws.pairs import PAIRS

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

BLOCKS = 3
N = 2 * BLOCK + 1000

#: One chain for each detector, whose dark particles' lifetimes are scanned, so that events have weights.
DETECTORS = {f"{pair.detector}{[*pair.settings.values()]}": pair for pair in PAIRS}
JOBS = [
    path.stem
    for path in sorted(Path("examples").glob("*.toml"))
    if path.stem not in ("koto2", "cms_b_mesons", "pythia8_b_mesons")
]


def _pipeline(name: str) -> Pipeline:
    if name in DETECTORS:
        pair = DETECTORS[name]
        return pair.pipeline(pair.made(300.0, dict.fromkeys(pair.unstable, Scan(ctau=300.0))))
    job, _, alone = name.partition(" ")
    pipeline = load_job(f"examples/{job}.toml").pipeline()
    return replace(pipeline, detector=None) if alone else pipeline


@cache
def _sample(name: str) -> tuple[Pipeline, tuple[Chunk, ...]]:
    pipeline = _pipeline(name)
    return pipeline, tuple(pipeline.chunk(i, i + 1, N) for i in range(BLOCKS))


def _tally(pipeline: Pipeline, chunks: Sequence[Chunk]) -> Tally:
    out = Tally.of(pipeline, pictures=True)
    for chunk in chunks:
        out.add(chunk)
    return out


def _same(a: Tally, b: Tally) -> None:
    assert a.cutflow.to_dict() == b.cutflow.to_dict()
    assert a.cutflow == b.cutflow
    assert a.summary({"trigger": 0.9}) == b.summary({"trigger": 0.9})
    assert list(a.histograms) == list(b.histograms)
    for name, histogram in a.histograms.items():
        assert histogram == b.histograms[name]
        assert histogram.view(flow=True).tobytes() == b.histograms[name].view(flow=True).tobytes()
    assert a.to_bytes() == b.to_bytes()


@pytest.mark.parametrize("name", [*DETECTORS, *JOBS, "charm alone", "koto_zprime alone"])
def test_any_grouping(name: str) -> None:
    pipeline, blocks = _sample(name)
    whole = _tally(pipeline, [Chunk.concatenate(blocks)])
    assert whole.histograms
    _same(whole, _tally(pipeline, blocks))
    for cuts in ([1], [2], [1, 2]):
        ends = [0, *cuts, BLOCKS]
        spans = [blocks[a:b] for a, b in pairwise(ends)]
        parts = [_tally(pipeline, [Chunk.concatenate(span)]) for span in spans]
        first, *others = parts[::-1]  # the last first
        for other in others:
            first += other
        _same(whole, first)
        again = [Tally.from_bytes(parts[0].to_bytes()), *(pickle.loads(pickle.dumps(p)) for p in parts[1:])]
        _same(whole, sum(again[1:], again[0]))


def _charm() -> Tally:
    return _tally(*_sample("charm"))


@given(st.data())
@settings(max_examples=40)
def test_damaged_bytes(data: st.DataObject) -> None:
    """Cut off, or with one byte of another value, or one more."""
    whole = _charm_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    for wrong in (whole[:at], changed, whole + b"\0"):
        _refused(wrong)


@cache
def _charm_bytes() -> bytes:
    return _charm().to_bytes()


def _refused(content: bytes) -> None:
    with pytest.raises(InputError) as error:
        Tally.from_bytes(content)
    line = str(error.value)
    assert line.startswith("a tally of ")
    assert "\n" not in line
    assert "make the part" in line


def _signed(text: bytes) -> bytes:
    body = zlib.compress(text, 9)
    return tally_bytes._MARK + hashlib.sha256(body).digest()[: tally_bytes._DIGEST] + body


_AXIS = '{"kind":"Regular","name":"","label":"","bins":%s,"ends":[0,1],"options":{}}'
_HISTOGRAM = (
    '{"name":null,"label":null,"axes":[%s],"storage":"Weight","at":"%s","values":"","rest_at":"","rest":""}'
)
_FIELDS = '{"flow":null,"histograms":{"h":%s},"spectra":null,"places":false}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"flow":[' + "9" * 5000 + "]}",
        '{"flow":[],"histograms":{},"spectra":null,"places":false}',
        '{"flow":[{"name":"a","n":-1}],"histograms":{},"spectra":null,"places":false}',
        '{"flow":null,"histograms":{},"spectra":{"names":[],"sums":""},"places":false}',
        '{"flow":null,"histograms":{},"spectra":{"names":["a"],"sums":"AAAA"},"places":false}',
        _FIELDS % _HISTOGRAM.replace("%s", _AXIS % 10**12, 1).replace("%s", ""),
        _FIELDS % _HISTOGRAM.replace("%s", ",".join([_AXIS % 4000] * 3), 1).replace("%s", ""),
        _FIELDS % _HISTOGRAM.replace("%s", _AXIS % 3, 1).replace("%s", "////////"),
        _FIELDS % _HISTOGRAM.replace("%s", _AXIS % 3, 1).replace("%s", "AQAAAAAAAAA="),
        _FIELDS % _HISTOGRAM.replace("%s", _AXIS % 3, 1).replace("%s", "gAAAAAAAAAA="),
    ],
)
def test_forged_bytes(text: str) -> None:
    """With the right digest: no other error, and no memory for more bins than a run may have."""
    _refused(_signed(text.encode()))


def test_no_more_is_unpacked_than_a_tally_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally_bytes, "_LONGEST", 1 << 16)
    whole = Tally(pictures=Pictures(histograms={"h": hist.Hist(hist.axis.Integer(0, 9)).fill(np.arange(9))}))
    assert Tally.from_bytes(whole.to_bytes()).to_bytes() == whole.to_bytes()
    bomb = _signed(b" " * (1 << 24) + b"{}")
    tracemalloc.start()
    _refused(bomb)
    assert tracemalloc.get_traced_memory()[1] < 1 << 18
    tracemalloc.stop()


@pytest.mark.parametrize("storage", ["Weight", "Double", "Int64", "AtomicInt64", "Unlimited"])
def test_any_histogram_of_a_stranger(storage: str) -> None:
    """Every kind of axis, with what it may say."""
    transform = hist.axis.transform
    axes: list[Any] = [
        hist.axis.Regular(7, 0.1, 1e5 / 3.0, transform=transform.log, name="a", label="$E$ [GeV]"),
        hist.axis.Regular(4, 0.0, 10.0, transform=transform.sqrt),
        hist.axis.Regular(4, 1.0, 9.0, transform=transform.Pow(1.0 / 3.0)),
        hist.axis.Regular(3, -np.pi, np.pi, circular=True),
        hist.axis.Regular(3, 0.0, 0.3, overflow=False),
        hist.axis.Variable([0.0, 0.1, 0.7, 4.0], growth=True),
        hist.axis.Integer(-2, 4),
        hist.axis.Boolean(name="b"),
        hist.axis.IntCategory([11, -11], growth=True),
        hist.axis.StrCategory(["µ", "e"], name="ℓ"),
    ]
    rng = np.random.default_rng(1)
    for axis in axes:
        made: hist.Hist[Any] = hist.Hist(axis, storage=getattr(hist.storage, storage)(), name="n", label="l")
        own = made.view(flow=True)
        made.view(flow=True)[...] = rng.integers(0, 9, own.shape) if own.dtype.kind != "V" else own
        read = Tally.from_bytes(Tally(pictures=Pictures(histograms={"h": made})).to_bytes()).histograms["h"]
        assert read == made
        assert read.axes == made.axes
        assert (read.name, read.label, read.axes[0].label) == (made.name, made.label, made.axes[0].label)


def test_an_empty_tally() -> None:
    pipeline, blocks = _sample("koto_pi0")
    empty = Tally.of(pipeline, pictures=True)
    assert Tally.from_bytes(empty.to_bytes()) == replace(empty, counter=None)
    whole = _tally(pipeline, blocks)
    _same(empty + whole, whole)
    _same(whole + empty, whole)
    with pytest.raises(InputError, match="a tally of no events"):
        _ = empty.cutflow


def test_other_jobs_do_not_add() -> None:
    for other in ("charm", "koto_zprime alone"):
        with pytest.raises(InputError, match="do not add"):
            _ = _tally(*_sample("koto_pi0")) + _tally(*_sample(other))
    read = Tally.from_bytes(_charm_bytes())
    with pytest.raises(InputError, match="counts no more spectra"):
        read.add(_sample("charm")[1][0])
