"""The conformance kit and writers: ours pass, and each wrong one is caught for its own fault."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, ClassVar

import awkward as ak
import pytest

from darkpair.gen.output.target import EventWriter
from darkpair.testing import check_writer
from tests.shared.forms import Form, every_form
from tests.shared.wrong_plugins import caught


@pytest.mark.parametrize("form", every_form(layout="cartesian", kind="ttree"))
def test_our_writers(form: Form) -> None:
    check_writer(form.writer, form.ending, **form.options)


class _Lines(EventWriter):
    """Energies in a text file."""

    ENDINGS = (".txt",)
    lost: ClassVar = 0

    def open_file(self) -> Any:
        return self.partial.open("w")

    def write(self, events: ak.Array) -> None:
        for particles in events.particles[self.lost :].to_list():
            self.file.write(repr([[p["pdgid"], p["px"], p["py"], p["pz"], p["E"]] for p in particles]) + "\n")

    def finish(self) -> None:
        pass


def _lines(path: Path) -> ak.Array:
    rows = ak.Array([ast.literal_eval(line) for line in path.read_text().splitlines()])
    names = ("pdgid", "px", "py", "pz", "E")
    return ak.zip({"particles": ak.zip({name: rows[:, :, i] for i, name in enumerate(names)})}, depth_limit=1)


class _Early(_Lines):
    """Takes the name at once."""

    def open_file(self) -> Any:
        return self.path.open("w")

    def close(self, provenance: Any = None) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None


class _Losing(_Lines):
    lost = 1


class _Littering(_Lines):
    def open_file(self) -> Any:
        self.path.with_suffix(".log").write_text("opened")
        return super().open_file()


class _Careless(_Lines):
    """Looks at its folder in its own way, before it is asked whether it is there."""

    def __init__(self, path: Any, provenance: Any) -> None:
        Path(path).parent.stat()
        super().__init__(path, provenance)


class _Rounding(_Lines):
    def write(self, events: ak.Array) -> None:
        for particles in events.particles.to_list():
            rows = [[p["pdgid"], *(round(p[k], 3) for k in ("px", "py", "pz", "E"))] for p in particles]
            self.file.write(repr(rows) + "\n")


def test_writer() -> None:
    check_writer(_Lines, read=_lines)
    assert "no reader of ours" in caught(lambda: check_writer(_Lines))


@pytest.mark.parametrize(
    ("writer", "words"),
    [
        (_Early, "after an exception"),
        (_Losing, "events were written"),
        (_Littering, "events.log is left"),
        (_Careless, "no InputError"),
        (_Rounding, "comes back off by"),
    ],
)
def test_wrong_writer(writer: Any, words: str) -> None:
    assert words in caught(lambda: check_writer(writer, read=_lines))
