"""What a study is given, and what it gives: tables, pages, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from darkpair.gen.bars import bar

if TYPE_CHECKING:
    from darkpair.chains.models.inputs import Inputs
    from darkpair.export.hepdata import Table as PublishedTable
    from darkpair.gen.kinematics import Array

__all__ = ["Document", "Output", "Page", "Picture", "Run", "Submission", "Table", "column", "columns_of"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows as CSV, and as JSON with their provenance.

    Parameters
    ----------
    rows : sequence of mapping
        Equal keys in each.
    provenance : mapping
        What the rows rest on beside the seed, the number of events and the inputs of the run.
    more : mapping
        What else the JSON has.
    name : str
        Stem of the files; the study's name unless given.
    """

    rows: Sequence[Mapping[str, Any]]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A text in Markdown."""

    text: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A value as JSON, under its own name."""

    value: Any
    name: str


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Tables as HEPData takes them, in the folder ``hepdata``."""

    comment: str
    tables: Sequence[PublishedTable]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure of matplotlib, as PNG and PDF."""

    figure: Any
    name: str = ""


#: What a study gives; it is written when all of it is there, in this order.
Output = Table | Page | Document | Submission | Picture


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a study is given.

    Parameters
    ----------
    quick : bool
        Whether less will do.
    seed : int
        As declared; 0 of a study that draws nothing.
    events : int
        Full, quick or as somebody asked for; 0 of a study without sizes.
    given_inputs : Inputs, optional
        One table of inputs for everything; None where each part has its own, or ``pdg``.
    data, convention : str
        See `darkpair.studies.study.OPTIONS`.
    cache : Path
        Folder of samples that are kept.
    """

    quick: bool
    seed: int = 0
    events: int = 0
    given_inputs: Inputs | None = None
    data: str = "today"
    convention: str = "literal"
    cache: Path

    @property
    def inputs(self) -> Inputs:
        """The table of inputs: ``pdg`` unless one was given."""
        from darkpair.chains.models.inputs import Inputs

        return self.given_inputs or Inputs.of("pdg")

    @staticmethod
    def track(items: Iterable[T], description: str, total: int | None = None) -> Iterator[T]:
        """The items, with a bar on a terminal.

        Parameters
        ----------
        items : iterable
        description : str
            Of the bar.
        total : int, optional
            Number of items, where they have no length.
        """
        count = len(items) if total is None and isinstance(items, Sized) else total
        with bar(description, count) as shown:
            for done, item in enumerate(items, 1):
                yield item
                if shown is not None:
                    shown(done)


def columns_of(row: Any, attributes: Iterable[str], **names: str) -> dict[str, Any]:
    """Attributes of an object as columns of a table; `names` are columns by the attributes that they differ from."""
    return {names.get(attribute, attribute): getattr(row, attribute) for attribute in attributes}


def column(rows: Iterable[Mapping[str, Any]], name: str) -> Array:
    """Numbers of one column of a table, (n,); NaN, which no picture draws, where a row has none."""
    import numpy as np

    return np.array([row[name] for row in rows], dtype=np.float64)
