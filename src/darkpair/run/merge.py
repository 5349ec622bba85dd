"""Parts of one sample joined into one file: the events, their order and the sums of the run that one process would have made."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from darkpair.gen.errors import DarkpairError, DarkpairWarning, InputError
from darkpair.gen.output.formats import require_format, writer_for
from darkpair.gen.output.part_names import require_parts
from darkpair.gen.output.parts import Row, Span, Sums, blocks_text, missing_blocks
from darkpair.gen.output.reader import read_rows
from darkpair.gen.provenance import PACKAGES
from darkpair.run.joined import Joined, joined_rows

__all__ = ["merge"]

#: What of a file's ``output`` says of its form; parts that are joined agree in it.
_FORM = ("layout", "kind", "format", "units", "weights", "attributes")


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """Events of a part, which are some entries of a file."""

    path: Path
    row: Row
    span: Span
    first: int

    @property
    def last(self) -> int:
        """Entry after the last event."""
        return self.first + self.row.events


def merge(out: str | Path, parts: Sequence[str | Path], *, replace: bool = False) -> Joined:
    """Join parts of one sample.

    Parameters
    ----------
    out : str or Path
        The file that is to appear, of the parts' format.
    parts : sequence of str or Path
        Files, or folders of datasets, in any order.
    replace : bool
        Whether a file that is there is replaced.

    Raises
    ------
    InputError
        For a part of another sample or of another form, the same blocks twice, blocks that no part holds, a file that is
        damaged, and one that is there.
    """
    out, parts = Path(out), _paths(parts)
    form = require_format(out)
    pieces = _ordered([piece for path in _files(parts) for piece in _pieces(path)])
    first = pieces[0]
    _warn_of_makers(pieces)
    if require_format(first.path).name != form.name:
        raise InputError(
            f"{out.name!r} is of the format {form.name!r}, and the parts, as {first.path.name!r}, are not"
        )
    whole = Span(first.span.digest, 0, pieces[-1].span.last, max(p.span.of for p in pieces), first.span.run)
    total = joined_rows([piece.row for piece in pieces], str(out))
    if out.exists() and not replace:
        if _is_that(out, whole, first, total):
            return total
        raise InputError(f"{str(out)!r} exists and is another thing; give another name, or --force")
    said = {
        key: value
        for key, value in total.provenance.items()
        if key not in ("output", "format", "parts", "missing")
    }
    said |= {"sample": whole.plain(), "job": _job_of(said.get("job"), whole.of, out)}
    output = first.row.provenance["output"]
    options = {key: output[key] for key in ("layout", "kind") if key in output}
    options |= {
        key: value for key, value in (said["job"] or {}).get("output", {}).items() if key == "compression"
    }
    options = {key: value for key, value in options.items() if key in form.options}
    with writer_for(out, options, said) as file:
        for piece in pieces:
            file.copy(piece.path, piece.first, piece.last, piece.row.provenance["output"])
        if total.tally is not None:
            flow, histograms = total.tally.cutflow, total.tally.histograms
            file.sums = Sums(cutflow=flow, histograms=histograms, tally=total.tally.to_bytes())
    return Joined(provenance=dict(file.provenance), tally=total.tally)


def _is_that(out: Path, whole: Span, first: _Piece, total: Joined) -> bool:
    """Whether a file holds those parts already, all of them and in that form."""
    try:
        (piece,) = _pieces(out)
        _check_form(piece, first)
        flows = [said["result"]["cutflow"] for said in (piece.row.provenance, total.provenance)]
    except (DarkpairError, ValueError, KeyError, TypeError):
        return False
    return piece.span == whole and flows[0] == flows[1]


def _job_of(job: Any, n: int, out: Path) -> Any:
    """The parts' job, as one process would have been given it: a sample that was extended has its last number of events."""
    if not job:
        return job
    run = job["run"] | ({} if job["run"].get("n") is None else {"n": n})
    return job | {"run": run, "output": job["output"] | {"path": str(out)}}


def _paths(parts: Sequence[str | Path]) -> list[Path]:
    """Paths of parts; a text alone is one of them."""
    listed = [Path(part) for part in ([parts] if isinstance(parts, str | Path) else parts)]
    if not listed:
        raise InputError("no parts to join; give files, or folders of datasets")
    return listed


def _files(parts: Sequence[Path]) -> list[Path]:
    return [file for path in parts for file in (require_parts(path) if path.is_dir() else [path])]


def _pieces(path: Path) -> list[_Piece]:
    """Parts that a file holds."""
    out, at = [], 0
    for row in read_rows(path):
        span = row.span
        if span is None:
            raise InputError(
                f"{str(path)!r} does not say which part of a sample it is; it was made by an earlier version"
            )
        out.append(_Piece(path=path, row=row, span=span, first=at))
        at += row.events
    return out


def _ordered(pieces: list[_Piece]) -> list[_Piece]:
    """Parts in the order of their blocks, which are all there, once."""
    first = pieces[0]
    for piece in pieces[1:]:
        if piece.span.digest != first.span.digest:
            raise InputError(
                f"{str(piece.path)!r} is of another sample than {str(first.path)!r} (runs {piece.span.run} and {first.span.run}); "
                "join parts of one, and add samples of other seeds with hadd"
            )
        _check_form(piece, first)
    pieces = sorted(pieces, key=lambda piece: (piece.span.first, piece.span.last))
    held = [piece for piece in pieces if piece.span.first < piece.span.last]
    for piece, after in pairwise(held):
        if after.span.first >= piece.span.last:
            continue
        if after.path == piece.path:
            raise InputError(
                f"{str(piece.path)!r} is given twice, and both hold the same events; give each part once"
            )
        raise InputError(
            f"{str(piece.path)!r} ({piece.span.text()}) and {str(after.path)!r} ({after.span.text()}) hold the same events; "
            "give each part once"
        )
    gaps = missing_blocks([piece.span for piece in pieces]) if held else []
    if gaps:
        raise InputError(
            f"no part holds {blocks_text(gaps)}: not all of the sample is there; make the parts that are missing, with --part or "
            "by the same command again"
        )
    return held or pieces[:1]


def _warn_of_makers(pieces: Sequence[_Piece]) -> None:
    """Say where parts were made by versions or processors that need not give the same bits."""
    first = pieces[0].row.provenance
    for piece in pieces[1:]:
        said = piece.row.provenance
        here, there = first.get("versions") or {}, said.get("versions") or {}
        differ = [
            f"{name} {here.get(name)} and {there.get(name)}"
            for name in PACKAGES
            if here.get(name) != there.get(name)
        ]
        if not differ and first.get("arithmetic") != said.get("arithmetic"):
            differ = ["processors on which numpy rounds otherwise"]
        if differ:
            warnings.warn(
                f"parts were made with {', '.join(differ)}: their events are those of one run as far as these agree; where bits "
                "count, make them all with one (docs/many_machines.md)",
                DarkpairWarning,
                stacklevel=3,
            )
            return


def _check_form(piece: _Piece, first: _Piece) -> None:
    """Refuse a part whose file says other things of its events."""
    here, there = piece.row.provenance, first.row.provenance
    names = f"{str(piece.path)!r} and {str(first.path)!r}"
    for key in _FORM:
        if here["output"].get(key) != there["output"].get(key):
            raise InputError(f"{names} differ in output.{key}; join files of one form")
    if here.get("detector") != there.get("detector"):
        raise InputError(f"{names} differ in their detectors; join parts of one job")
    kept = [(said.get("job") or {}).get("output", {}).get("events") for said in (here, there)]
    if kept[0] != kept[1]:
        raise InputError(f"{names} differ in output.events; join parts of one job")
