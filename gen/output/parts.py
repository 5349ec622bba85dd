"""Parts of samples: which blocks a file holds, what they came to, and how parts add up.

A file says of its part what ROOT's own tools add up rightly: the tree ``Runs`` has one row a part, as NanoAOD's, and the
folder ``histograms`` holds the cut flow and what the selection looked at.  ``hadd`` of two files gives both rows, and sums of
histograms.  What a reader states of a file follows from the rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.output.file_format import format_of
from darkpair.gen.output.row_check import fault_of
from darkpair.gen.pipeline import blocks_of
from darkpair.gen.streams import BLOCK

if TYPE_CHECKING:
    import hist

__all__ = [
    "HISTOGRAMS",
    "RUNS",
    "Row",
    "Span",
    "Sums",
    "blocks_text",
    "combined",
    "missing_blocks",
    "row_types",
    "span_of",
]

RUNS, HISTOGRAMS = "Runs", "histograms"

#: Branches of ``Runs``; the last three are texts, as lists of bytes: hadd has no way with strings.
_COLUMNS: Final[Mapping[str, np.dtype[Any]]] = {
    "run": np.dtype(np.uint32),
    "firstBlock": np.dtype(np.uint64),
    "lastBlock": np.dtype(np.uint64),
    "genEventCount": np.dtype(np.int64),
    "genEventSumw": np.dtype(np.float64),
    "genEventSumw2": np.dtype(np.float64),
}
_TEXTS: Final = ("sample", "provenance", "tally")

#: Tables of a job that say what is generated and looked at; the seed may differ where samples are added.
_PHYSICS: Final = ("source", "chain", "detector")


@dataclass(frozen=True, order=True)
class Span:
    """Some consecutive blocks of a sample.

    Parameters
    ----------
    digest : str
        Digest of what defines the sample, `darkpair.gen.sample_name`.
    first, last : int
        First block, and the one after the last.
    of : int
        Events of the run that it was made for; its last block is cut there.
    run : int
        Number of the run.
    """

    digest: str
    first: int
    last: int
    of: int
    run: int = 1

    @property
    def events(self) -> tuple[int, int]:
        """Index of the first generated event in the sample, and of the one after the last."""
        return min(self.first * BLOCK, self.of), min(self.last * BLOCK, self.of)

    @property
    def whole(self) -> bool:
        """Whether that is all of the run."""
        return (self.first, self.last) == (0, blocks_of(self.of))

    def complete(self, of: int) -> int:
        """The block after the last that is complete in a run of so many events: a shorter run cuts its last one."""
        return self.last if self.events[1] == min(self.last * BLOCK, of) else self.last - 1

    def text(self) -> str:
        """The blocks in words."""
        return "no blocks" if self.first == self.last else blocks_text([self])

    def plain(self) -> dict[str, Any]:
        """For a file's provenance."""
        return {
            "digest": self.digest,
            "run": self.run,
            "blocks": [self.first, self.last],
            "events": list(self.events),
            "of": self.of,
        }


def span_of(provenance: Mapping[str, Any]) -> Span | None:
    """Part of a sample that a file with that provenance holds; None of files that do not say."""
    said = provenance.get("sample")
    try:
        first, last = said["blocks"]  # type: ignore[index] # (whatever a file says)
        span = Span(str(said["digest"]), int(first), int(last), int(said["of"]), int(said["run"]))  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None
    return span if 0 <= span.first <= span.last <= blocks_of(span.of) else None


@dataclass(frozen=True, kw_only=True)
class Sums:
    """What a part came to, for its file.

    Parameters
    ----------
    cutflow : Cutflow
        Cut flow of every generated event of the part.
    histograms : dict
        Histograms by name.
    tally : bytes
        The same and more, exact, for who joins parts.
    """

    cutflow: Cutflow
    histograms: Mapping[str, hist.Hist[Any]] = field(default_factory=dict)
    tally: bytes = b""

    def all_histograms(self) -> dict[str, hist.Hist[Any]]:
        """The histograms, and the cut flow as two: sums of weights, and numbers of events."""
        return _flows(self.cutflow) | dict(self.histograms)


def _flows(cutflow: Cutflow) -> dict[str, hist.Hist[Any]]:
    """The cut flow as histograms whose bins have the cuts' names."""
    import hist

    names = [stage.name for stage in cutflow.stages]
    weights = hist.Hist.new.StrCat(names, label="cut").Weight()
    weights.view()["value"] = [stage.sum_w for stage in cutflow.stages]
    weights.view()["variance"] = [stage.sum_w2 for stage in cutflow.stages]
    events = hist.Hist.new.StrCat(names, label="cut").Double()
    events.view()[:] = [stage.n for stage in cutflow.stages]
    return {"cutflow": weights, "cutflow_events": events}


def row_types() -> dict[str, Any]:
    """Types of the branches of ``Runs``, as uproot takes them."""
    import awkward as ak

    # (as the word "var * uint8", which uproot makes a parser for each time that it reads it, twice a branch)
    text = ak.types.ListType(ak.types.NumpyType("uint8"))
    return dict(_COLUMNS) | dict.fromkeys(_TEXTS, text)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of ``Runs``: a part, how it was made, and what it came to.

    Parameters
    ----------
    provenance : dict
        How the part was made; its ``result`` has the cut flow, its ``output`` the number of events.
    tally : bytes
        Exact sums.
    """

    provenance: dict[str, Any]
    tally: bytes = b""

    @property
    def span(self) -> Span | None:
        """Which blocks it holds; None where it does not say."""
        return span_of(self.provenance)

    @property
    def events(self) -> int:
        """Events in the file."""
        return int(self.provenance["output"]["events"])

    def columns(self) -> dict[str, Any]:
        """The row as uproot writes it."""
        import awkward as ak

        span, stage = self.span, self.provenance["result"]["cutflow"][0]
        assert span is not None
        numbers = (span.run, span.first, span.last, stage["n"], stage["sum_w"], stage["sum_w2"])
        texts = (span.digest.encode(), json.dumps(self.provenance, allow_nan=False).encode(), self.tally)
        out: dict[str, Any] = {
            name: np.array([number], dtype=kind)
            for (name, kind), number in zip(_COLUMNS.items(), numbers, strict=True)
        }
        for name, text in zip(_TEXTS, texts, strict=True):
            lists = ak.contents.ListOffsetArray(
                ak.index.Index64(np.array([0, len(text)])),
                ak.contents.NumpyArray(np.frombuffer(text, dtype=np.uint8)),
            )
            out[name] = ak.Array(lists)
        return out

    @classmethod
    def read(cls, tree: Any, path: str) -> list[Row]:
        """Rows of a tree ``Runs``.

        Raises
        ------
        ValueError, KeyError
            For a tree that is not of ours.
        InputError
            For a newer format, and a row whose numbers and texts do not say the same.
        """
        columns, out = tree.arrays([*_COLUMNS, *_TEXTS]), []
        for i, column in enumerate(columns):
            digest, provenance, tally = (bytes(np.asarray(column[name], dtype=np.uint8)) for name in _TEXTS)
            said = json.loads(provenance)
            format_of(said, path)
            numbers = {name: column[name].item() for name in _COLUMNS}
            if why := fault_of(said, numbers | {"sample": digest.decode()}):
                raise InputError(
                    f"row {i} of {RUNS} of {path!r} does not fit together: {why}; it was edited or damaged: make the part again"
                )
            out.append(cls(provenance=said, tally=tally))
        return out


def combined(rows: Sequence[Row], path: str, *, entries: int | None = None) -> dict[str, Any]:
    """Provenance of a file that holds those parts: the first one's, with the sums of all.

    Parameters
    ----------
    rows : sequence of Row
        One a part.
    path : str
        The file, for messages.
    entries : int, optional
        Events that its tree holds.

    Raises
    ------
    InputError
        For a part that is there twice, parts of different physics, and a tree that does not hold what the parts say.
    """
    _check_twice(rows, path)
    events = sum(row.events for row in rows)
    if entries is not None and entries != events:
        raise InputError(
            f"{path!r} holds {entries:,} events, and its {len(rows)} part{'s' * (len(rows) > 1)} say {events:,}: something was "
            "cut out of it, or joined with what is not of darkpair; give the files that the runs wrote, or join them again"
        )
    provenance = dict(rows[0].provenance)
    if len(rows) == 1:
        return provenance
    _check_physics(rows, path)
    spans = [row.span for row in rows]
    _check_parents(rows, path)
    provenance |= {
        "output": rows[0].provenance["output"] | {"events": events},
        "parts": [
            {"seed": row.provenance.get("seed"), "events": row.events}
            | ({} if span is None else {"sample": span.plain()})
            for row, span in zip(rows, spans, strict=True)
        ],
        "missing": [span.text() for span in missing_blocks([span for span in spans if span is not None])],
    }
    seeds = {row.provenance.get("seed") for row in rows}
    if len(seeds) > 1:
        provenance.pop("seed", None)
    if (whole := _joined(spans)) is not None:
        provenance["sample"] = whole.plain()
    else:
        provenance.pop("sample", None)
    provenance["result"] = _result(rows)
    return provenance


def _result(rows: Sequence[Row]) -> dict[str, Any]:
    """What the parts came to together, as far as it adds up; `darkpair.run.summary.completed` makes the rest."""
    results = [row.provenance["result"] for row in rows if isinstance(row.provenance.get("result"), dict)]
    if len(results) < len(rows) or not all("cutflow" in result for result in results):
        return {}
    flow = _flow(results[0])
    for result in results[1:]:
        flow = flow + _flow(result)
    first = flow.stages[0]
    factors = {key: results[0][key] for key in ("flat_factors",) if key in results[0]}
    return {
        "generated": flow.generated,
        "accepted": flow.stages[-1].n,
        "largest_weight": first.largest,
        "nonzero_weights": first.nonzero,
        "cutflow": flow.to_dict(),
    } | factors


def _flow(result: Mapping[str, Any]) -> Cutflow:
    return Cutflow.from_dict(result["cutflow"], result.get("largest_weight"), result.get("nonzero_weights"))


def _joined(spans: Sequence[Span | None]) -> Span | None:
    """Span of consecutive parts of one run; None where they are not."""
    every = sorted(span for span in spans if span is not None and span.first < span.last)
    if None in spans or not every or len({span.digest for span in every}) > 1:
        return None
    of = max(span.of for span in every)
    if any(a.complete(of) != b.first for a, b in pairwise(every)):
        return None
    return Span(every[0].digest, every[0].first, every[-1].last, of, every[0].run)


def _by_sample(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Parts that are not empty of each sample, in order."""
    groups: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        if span.first < span.last:
            groups[span.digest].append(span)
    for group in groups.values():
        yield sorted(group)


def _check_twice(rows: Sequence[Row], path: str) -> None:
    """Refuse parts of which events are there twice."""
    for group in _by_sample([span for row in rows if (span := row.span) is not None]):
        for part, after in pairwise(group):
            if after.first < part.last:
                raise InputError(
                    f"{path!r} holds events of one sample twice (run {part.run}: {part.text()}, and {after.text()}); join each part "
                    "once, and samples of different seeds"
                )


def missing_blocks(spans: Sequence[Span]) -> list[Span]:
    """Blocks that lie between parts of a run, before the first or behind the last, and are in none of them."""
    out = []
    for group in _by_sample(spans):
        of = max(span.of for span in group)
        at, template = 0, group[0]
        for first, last in [(span.first, span.complete(of)) for span in group] + [(blocks_of(of),) * 2]:
            if first > at:
                out.append(Span(template.digest, at, first, of, template.run))
            at = max(at, last)
    return out


def blocks_text(gaps: Sequence[Span]) -> str:
    """Blocks of some spans of a run in words: "blocks 3 to 5 and 9 of 12"."""
    words = [
        str(gap.first) if gap.last == gap.first + 1 else f"{gap.first} to {gap.last - 1}" for gap in gaps
    ]
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    alone = len(gaps) == 1 and gaps[0].last == gaps[0].first + 1
    return f"block{'' if alone else 's'} {listed} of {blocks_of(gaps[0].of)}"


def _check_physics(rows: Sequence[Row], path: str) -> None:
    """Refuse parts of which one says another thing of what is generated or looked at."""
    first = rows[0].provenance
    for row in rows[1:]:
        for key in _PHYSICS:
            tables = [_table(provenance, key) for provenance in (first, row.provenance)]
            if tables[0] != tables[1]:
                raise InputError(
                    f"{path!r} joins samples that differ in their {key} (seed {first.get('seed')} and seed "
                    f"{row.provenance.get('seed')}): no number of it means anything; look at each of its files"
                )


def _check_parents(rows: Sequence[Row], path: str) -> None:
    """Refuse parents of one event file in runs of several seeds: they would count as independent ones."""
    parts = sorted(
        (span.first, span.last, span.digest)
        for row in rows
        if (span := row.span) is not None and (row.provenance.get("source") or {}).get("type") == "EventFile"
    )
    for (_, last, digest), (first, _, other) in pairwise(parts):
        if first < last and digest != other:
            raise InputError(
                f"{path!r} joins runs of the same parents of an event file with several seeds: their errors would take a parent's "
                "events for independent ones; make one run with source.uses, which counts parents"
            )


def _table(provenance: Mapping[str, Any], key: str) -> Any:
    """What a job says there; of files without a job the object itself (whose aim may depend on the seed)."""
    job = provenance.get("job")
    return job.get(key) if isinstance(job, Mapping) else provenance.get(key)
