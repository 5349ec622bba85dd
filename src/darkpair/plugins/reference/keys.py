"""The page of the keys of a job: of every job, and of each source, detector, matrix element, from the annotations and docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from darkpair.plugins.reference.markdown import code, table
from darkpair.plugins.registries import REGISTRIES
from darkpair.plugins.schema import Key, job_keys

__all__ = ["job_page", "key_rows"]

_HEAD: Final = """# Keys of a job

Every key that a job may have, and every parameter of a source, a detector and a matrix element. Made from the code when this site is
built; `darkpair list keys` shows the same, with what is installed beside it. A key is written in
a table of a TOML file, or as `--set section.key=value` on the command line. A text may have a unit, "430 MeV"; bare
numbers are GeV, mm and rad.
Parameters of models, `chain.parameters`, are those of the [models](models.md).
"""

_KINDS: Final = {"sources": "Sources", "detectors": "Detectors", "matrix_elements": "Matrix elements"}


def job_page() -> str:
    """Markdown of the page."""
    every = [key for key in job_keys() if not key.owner]
    return "\n\n".join([_HEAD, *_tables(every), *(part for kind in _KINDS for part in _kind(kind))]) + "\n"


def key_rows(keys: Sequence[Key], *, unit: bool = False) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows of a table of keys.

    Parameters
    ----------
    keys : sequence of Key
        Keys, a row each.
    unit : bool
        Whether the unit of a bare number has a column.
    """
    heads = ("key", "default", *(("unit",) if unit else ()), "what it is", "allowed")
    return heads, [_row(key, unit=unit) for key in keys]


def _row(key: Key, *, unit: bool) -> tuple[str, ...]:
    """Cells of a key; what units a text may have is said once for all where the unit has a column."""
    default = "needed" if key.required else code(key.default)
    words = re.sub(r" \([^()]*if bare\)", "", key.words) if unit else key.words
    words += f"; there are {', '.join(key.names)}" if key.names else ""
    return (code(key.key), default, *((key.unit,) if unit else ()), key.what, words)


def _tables(keys: Sequence[Key]) -> Iterator[str]:
    """A table for each table of a job."""
    for section, rows in groupby(keys, key=lambda key: key.key.partition(".")[0]):
        yield f"## `[{section}]`"
        yield table(*key_rows(list(rows)))


def _kind(kind: str) -> Iterator[str]:
    """Each name of a kind with what it takes."""
    yield f"## {_KINDS[kind]}"
    keys = job_keys(kind)
    for name, entry in REGISTRIES[kind].ours.items():
        own = [key for key in keys if key.owner == name]
        yield f"### `{name}`"
        yield entry.summary
        if own:
            yield table(*key_rows(own, unit=True))
