"""Every form that events can be written in: each format of the registry, each of its endings, each choice of its words.

A test that takes `every_form` looks at a new format without naming it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import awkward as ak
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.output.formats import ENDINGS, FORMATS
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.target import EventWriter
from darkpair.gen.parameters import parameters

#: Words that change how numbers are packed, and no number.
PACKING = ("compression",)


@dataclass(frozen=True)
class Form:
    """A form of files.

    Parameters
    ----------
    name : str
        Name of the format.
    ending : str
        Ending of the file's name.
    options : dict
        What its writer is told.
    """

    name: str
    ending: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def writer(self) -> type[EventWriter]:
        writer: type[EventWriter] = FORMATS[self.name]
        return writer

    def opened(self, path: Path, **provenance: Any) -> EventWriter:
        """A file that is to be written."""
        made: EventWriter = self.writer(path, provenance=provenance, **self.options)
        return made

    def __str__(self) -> str:
        return "-".join([self.ending, *map(str, self.options.values())])


def every_form(**only: str) -> list[Any]:
    """Every form, as parameters of a test; those whose package is not installed are skipped.

    Parameters
    ----------
    **only : str
        Words that are not to vary, as layout = "cartesian"; a format without them is there all the same.
    """
    return [pytest.param(form, id=str(form), marks=_marks(form)) for form in forms(only)]


def forms(only: dict[str, str]) -> Iterator[Form]:
    for name, endings in ENDINGS.items():
        words = {
            key: [only[key]] if key in only else list(parameter.kind.schema["enum"])
            for key, parameter in parameters(FORMATS[name]).items()
            if "enum" in parameter.kind.schema and key not in PACKING
        }
        for ending in endings:
            for choice in product(*words.values()):
                yield Form(name, ending, dict(zip(words, choice, strict=True)))


def _marks(form: Form) -> list[pytest.MarkDecorator]:
    try:
        form.writer.require_installed()
    except InputError as missing:
        return [pytest.mark.skip(reason=str(missing).split(";", maxsplit=1)[0])]
    return []


def numbers(form: Form, path: Path) -> Any:
    """What a file says of its events, for comparing two of one form; of a format that is not known here by its own reader."""
    if form.name == "hepmc3":
        unpacked = gzip.decompress if path.suffix == ".gz" else bytes
        lines = unpacked(path.read_bytes()).split(b"\n")
        return [line for line in lines if not line.startswith(b"A darkpair")]
    if form.name == "lhe":
        unpacked = gzip.decompress if path.suffix == ".gz" else bytes
        return unpacked(path.read_bytes()).partition(b"</header>")[2]
    if form.name == "parquet":
        parquet = pytest.importorskip("pyarrow.parquet")
        table = parquet.read_table(path)
        kept = {key: text for key, text in table.schema.metadata.items() if not key.startswith(b"darkpair")}
        return table.combine_chunks().replace_schema_metadata(kept), table.schema.to_string(), kept
    try:
        return ak.to_packed(read_events(path)).to_list()
    except InputError as error:
        return str(error).replace(path.name, "")
