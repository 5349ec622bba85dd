"""What several parts came to together: the sums of a dataset, of files that were joined, of one file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from darkpair.gen.output.part_names import require_parts
from darkpair.gen.output.parts import Row, combined
from darkpair.gen.output.reader import read_rows
from darkpair.run.expected import expected_rows
from darkpair.run.summary import completed
from darkpair.run.tally import Tally

__all__ = ["Joined", "joined", "joined_rows", "provenance_at"]


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Parts together.

    Parameters
    ----------
    provenance : dict
        The first one's, with the sums of all.
    tally : Tally or None
        Exact sums and histograms; None where a format does not keep them.
    """

    provenance: dict[str, Any]
    tally: Tally | None


def joined(paths: Iterable[Path], name: str) -> Joined:
    """What the parts in some files came to.

    Parameters
    ----------
    paths : iterable of Path
        Files of events.
    name : str
        What they are together, for messages.

    Raises
    ------
    InputError
        For a file that is damaged, the same part twice, and parts that have nothing to do with each other.
    """
    return joined_rows([row for path in paths for row in read_rows(path)], name)


def joined_rows(rows: list[Row], name: str) -> Joined:
    """What some parts came to; see `joined`."""
    provenance = combined(rows, name)
    if not all(row.tally for row in rows):
        return Joined(provenance=provenance, tally=None)
    tally = reduce(add, (Tally.from_bytes(row.tally) for row in rows))
    result = provenance.get("result") or {}
    if len(rows) > 1:
        provenance["result"] = result = tally.summary(result.get("flat_factors") or {})
        if (expected := expected_rows(provenance)) is not None:
            result["expected"] = expected
    return Joined(provenance=provenance, tally=tally)


def provenance_at(path: Path) -> dict[str, Any]:
    """Provenance of a file, or of a dataset's parts together; its ``result`` as it is written today.

    Raises
    ------
    InputError
        For a folder without parts, and as `joined`.
    """
    paths = require_parts(path) if path.is_dir() else [path]
    provenance = joined(paths, str(path)).provenance
    if isinstance(result := provenance.get("result"), dict) and "cutflow" in result:
        provenance["result"] = completed(result)
    return provenance
