"""What every format has to satisfy: what is written comes back, and a name appears when its file is complete."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import awkward as ak
import numpy as np

from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.streams import Streams
from darkpair.testing.chains import parents_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.gen.output.target import EventWriter

__all__ = ["check_writer"]

_EVENTS: Final = 200
_SAID: Final = {"kit": "a provenance"}


def check_writer(
    writer: Callable[..., EventWriter],
    ending: str | None = None,
    *,
    read: Callable[[Path], ak.Array] | None = None,
    tolerance: float = 1e-6,
    **options: Any,
) -> None:
    """A format's files hold the events that went in, and appear under their names when they are complete.

    Parameters
    ----------
    writer : callable
        What makes a writer of a path and ``provenance``: a subclass of `EventWriter`, say.
    ending : str, optional
        Ending of the file's name; the first of the writer's ``ENDINGS`` unless given.
    read : callable, optional
        Path -> event record with ``particles`` and perhaps ``weights``; unless given, darkpair's own readers of its
        formats.
    tolerance : float
        Relative tolerance of momenta [1].
    **options : object
        Options of the writer.

    Raises
    ------
    AssertionError
        With what is wrong.
    """
    if ending is None:
        endings = getattr(writer, "ENDINGS", ())
        assert endings, "the writer has no ENDINGS; name them there, or give the ending of its files"
        ending = endings[0]
    chain = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.4})
    events = chain.generate(parents_of(chain, n=_EVENTS), Streams(1))

    def opened(path: Path) -> EventWriter:
        return writer(path, provenance=_SAID, **options)

    with TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / f"events{ending}"
        _check_exception(opened, path, events)
        with opened(path) as file:
            file.write(events[: _EVENTS // 2])
            assert not path.exists(), f"{path.name} is there before it is complete"
            file.write(events[_EVENTS // 2 :])
            file.write(events[:0])
        assert path.is_file(), f"{path.name} is not there when it is complete"
        _only(folder, path)
        _check_events(read or _ours, path, events, tolerance)
        before = path.read_bytes()
        _check_exception(opened, path, events)
        assert path.is_file(), "an exception removes the file that was there before"
        assert path.read_bytes() == before, "an exception changes the file that was there before"
        _check_refusals(opened, folder, ending)


def _only(folder: Path, *paths: Path) -> None:
    left = sorted(p.name for p in folder.iterdir() if p not in paths)
    assert not left, f"{', '.join(left)} is left in the folder"


class _StopError(Exception):
    """What a run may end with."""


def _stop() -> None:
    raise _StopError


def _check_exception(opened: Callable[[Path], EventWriter], path: Path, events: ak.Array) -> None:
    """Nothing is left of a file that is not complete."""
    there = (path,) if path.exists() else ()
    try:
        with opened(path) as file:
            file.write(events)
            _stop()
    except _StopError:
        pass
    else:
        raise AssertionError("an exception inside of the with-block is swallowed")
    assert there or not path.exists(), f"{path.name} is there after an exception"
    _only(path.parent, *there)


def _check_refusals(opened: Callable[[Path], EventWriter], folder: Path, ending: str) -> None:
    """What cannot be written is refused before anything is."""
    occupied = folder / f"folder{ending}"
    occupied.mkdir()
    for path, why in (
        (folder / "missing" / f"e{ending}", "whose folder is missing"),
        (occupied, "that is a folder"),
    ):
        try:
            with opened(path):
                pass
        except InputError:
            continue
        except Exception as error:
            raise AssertionError(
                f"a path {why} is a {type(error).__name__}, no InputError: {error}"
            ) from error
        raise AssertionError(f"a path {why} is not refused")
    occupied.rmdir()


def _ours(path: Path) -> ak.Array:
    """Events as `read_events` gives them; of a format that does not hold the whole record what the source event_file reads."""
    from darkpair.gen.output.formats import ENDINGS, format_of_name
    from darkpair.gen.output.reader import read_events
    from darkpair.gen.sources.event_readers import open_events

    kind = format_of_name(path)
    name = None if kind is None else kind.name
    assert name in ENDINGS, f"no reader of ours reads {path.name}; give one, read = ..."
    try:
        return read_events(path)
    except InputError as error:
        if "whole record" not in str(error):
            raise
    reader = open_events(str(path), "Events", {}, None)
    offsets, columns, _ = reader.read(0, reader.entries, ["pdgid", "px", "py", "pz", "energy"])
    columns = {"E" if key == "energy" else key: column for key, column in columns.items()}
    return ak.Array({"particles": ak.unflatten(ak.Array(columns), np.diff(offsets))})


def _check_events(read: Callable[[Path], ak.Array], path: Path, events: ak.Array, tolerance: float) -> None:
    try:
        back = read(path)
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"{path.name} cannot be read back: {error}") from error
    assert len(back) == len(events), f"{len(events)} events were written, {len(back)} come back"
    got, wanted = back.particles, events.particles
    assert ak.all(ak.num(got) == ak.num(wanted)), "another number of particles comes back"
    assert ak.all(got.pdgid == wanted.pdgid), "other PDG ids come back"
    scale = float(ak.max(np.abs(wanted.E)))
    for name in ("px", "py", "pz", "E"):
        off = float(ak.max(np.abs(got[name] - wanted[name])))
        assert off <= tolerance * scale, f"{name} comes back off by {off:.3g} GeV"
    for name in set(events.weights.fields) & set(back.weights.fields if "weights" in back.fields else ()):
        assert np.allclose(back.weights[name], events.weights[name], rtol=tolerance), (
            f"another weight {name!r}"
        )
