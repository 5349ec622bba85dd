"""The life of an output file of any format: under its name when it is complete, and not at all after an exception."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import awkward as ak
import pytest

from darkpair import Pipeline, Streams, build
from darkpair.detectors.koto import Koto
from darkpair.gen.errors import InputError
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.target import EventWriter
from darkpair.gen.output.unwritten import UnwrittenError
from darkpair.gen.sources.koto_kl import KotoKL
from tests.shared.forms import Form, every_form

STREAMS = Streams(seed=3)
EVENTS = build("K_L0 -> X1 X2", mass={"X1": 0.0, "X2": 0.3}).generate(
    KotoKL().sample(100, STREAMS.rng("source")), STREAMS
)


@pytest.mark.parametrize("form", every_form(layout="cartesian"))
def test_nothing_is_left_after_an_exception(tmp_path: Path, form: Form) -> None:
    name, writer = f"e{form.ending}", form.opened
    target = tmp_path / name

    def interrupted() -> None:
        with writer(target) as file:
            file.write(EVENTS)
            assert not target.exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="no events"), writer(target):
        pass
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="is not open"):
        writer(target).write(EVENTS)
    with pytest.raises(InputError, match="no folder"):
        writer(tmp_path / "none" / name)
    with writer(target) as file:
        file.write(EVENTS)
    assert [path.name for path in tmp_path.iterdir()] == [name]


class _Full:
    """A file on a disk that is full at some call, and where closing fails in another way then."""

    def __init__(self, file: IO[bytes], last: int) -> None:
        self.file, self.left = file, last

    def call(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.left < 0:
            raise ValueError("I/O operation on a file in a bad state")

    def write(self, content: bytes) -> None:
        self.call()
        self.file.write(content)
        self.file.flush()

    def close(self) -> None:
        self.file.close()
        self.call()


class _Bytes(EventWriter):
    """Three bytes: of the opening, of the events, of the end."""

    ENDINGS = (".bytes",)
    last = 0

    def open_file(self) -> _Full:
        file = _Full(self.partial.open("wb"), self.last)
        try:
            file.write(b"<")
        except OSError:
            file.file.close()
            raise
        return file

    def write(self, events: ak.Array) -> None:
        self.events += len(events)
        self.file.write(b".")

    def finish(self) -> None:
        self.file.write(b">")


@pytest.mark.parametrize("last", [1, 2, 3, 4])
@pytest.mark.parametrize("caught", [False, True])
def test_a_full_disk_at_any_call(tmp_path: Path, last: int, caught: bool) -> None:
    """The error of the disk is told, whatever comes up when the file is closed after it; also if somebody caught it inside."""
    target = tmp_path / "e.bytes"
    writer = type("_", (_Bytes,), {"last": last})(target, {})

    def written() -> None:
        with writer as file:
            with suppress(OSError if caught else KeyError):
                file.write(EVENTS)
                file.close()
            if caught:
                raise KeyError

    for before in (None, b"before"):
        if before is not None:
            target.write_bytes(before)
        expected = KeyError if caught and last > 1 else UnwrittenError
        with pytest.raises(expected):
            written()
        assert [path.read_bytes() for path in tmp_path.iterdir()] == ([] if before is None else [before])
    writer = type("_", (_Bytes,), {"last": 9})(target, {})
    with writer as file:
        file.write(EVENTS)
    assert target.read_bytes() == b"<.>"


def test_a_full_disk_of_somebody_else_is_not_this_file_s(tmp_path: Path) -> None:
    """What makes events may meet a full disk of its own, without the name of its file."""

    def made() -> ak.Array:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with (
        pytest.raises(OSError, match="No space left") as caught,
        HepMCWriter(tmp_path / "e.hepmc3", provenance={}) as file,
    ):
        file.write(made())
    assert not isinstance(caught.value, UnwrittenError)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", every_form(layout="cartesian", kind="ttree"))
def test_what_waits_to_be_written_is_closed(tmp_path: Path, form: Form) -> None:
    """A chunk waits for others: what somebody made of it meanwhile would be in the file."""
    chain = build("K_L0 -> X1 (X2 -> X1 pi0)", mass={"X1": 0.0, "X2": 0.4}, ctau={"X2": 1.0})
    pipeline = Pipeline(source=KotoKL(), chain=chain, detector=Koto(), keep="all")
    chunk = pipeline.chunk(0, 1, 50)
    part, reco = chunk.events.parts[0], chunk.reco
    assert reco is not None
    counts, clusters = reco.lists["Cluster"]
    columns: list[Any] = [part.momentum, part.vertices, *part.proper_length.values(), *part.weights.values()]
    columns += [*reco.flat.values(), counts, *clusters.values()]
    with form.opened(tmp_path / f"e{form.ending}") as file:
        file.add(chunk)
        for column in columns:
            with pytest.raises(ValueError, match="read-only"):
                column[...] = 0
