"""What stands already where a job writes: the same, which is kept, or another thing, which is not replaced unasked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from darkpair.gen.errors import DarkpairError, InputError, shown
from darkpair.gen.output.parts import span_of
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.provenance import describe

__all__ = ["Standing", "difference", "refuse_other", "standing"]

#: Keys of ``[output]`` that say nothing of what is in the file.
_BESIDE: Final = ("path", "picture", "replace", "format")

#: Keys of ``[run]`` that change no event.
_NO_EVENT: Final = ("n", "workers", "chunk", "compiled")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What stands at a path.

    Parameters
    ----------
    kind : {"nothing", "same", "shorter", "older", "other"}
        Nothing; what the job would write; a shorter run of it; the same job by a version that made other events; another
        thing.
    provenance : dict
        What the file says; empty where nothing does.
    why : str
        What is other.
    """

    kind: Literal["nothing", "same", "shorter", "older", "other"]
    provenance: dict[str, Any] = field(default_factory=dict)
    why: str = ""


def standing(path: Path, wanted: Mapping[str, Any]) -> Standing:
    """What stands at the path of a file.

    Parameters
    ----------
    path : Path
        Of a file of events.
    wanted : mapping
        Provenance of what a job would write there, with its ``sample``.
    """
    if not path.is_file():
        return Standing(kind="nothing")
    try:
        there = read_provenance(path)
    except DarkpairError as error:
        return Standing(kind="other", why=str(error).split(";")[0])
    return _compared(there, wanted)


def _compared(there: dict[str, Any], wanted: Mapping[str, Any]) -> Standing:
    """What a file with a provenance is to a job that would write another one."""
    why = difference(there, wanted)
    span, asked = span_of(there), span_of(wanted)
    if why:
        older = _by_other_version(there, wanted) and _asked_the_same(there.get("job"), wanted)
        return Standing(kind="older" if older else "other", provenance=there, why=why)
    assert span is not None
    assert asked is not None
    if (span.first, span.events) == (asked.first, asked.events):
        return Standing(kind="same", provenance=there)
    shorter = span.whole and asked.whole and span.of < asked.of
    why = f"has {span.of:,} generated events" if span.whole else f"is a part ({span.text()})"
    return Standing(kind="shorter" if shorter else "other", provenance=there, why=why)


def difference(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """In what the events of a file are not those that a job would write, in words; which blocks it holds aside.

    Empty where they are the same: of one sample, seen in the same way, in a file of one form.
    """
    span, asked = span_of(there), span_of(wanted)
    assert asked is not None
    why = _first_difference(there.get("job"), wanted)
    if why:
        return why
    if span is None:
        return f"was made by darkpair {_version(there)}, which gave events no names"
    if span.digest != asked.digest:
        return "was made of other data, which have changed since"
    if span.run != asked.run:
        return f"has the run number {span.run}"
    new = _plain(wanted)
    other = next(
        (key for key in ("detector", "branching_ratio", "changes") if there.get(key) != new.get(key)), ""
    )
    return other and f"has another {other.replace('_', ' ')}"


def refuse_other(path: Path, what: Standing) -> InputError:
    """What to raise where another thing stands."""
    return InputError(
        f"{str(path)!r} exists and {what.why or 'is another thing'}, so it is not replaced; give another output, or --force "
        "(output.replace = true)"
    )


def _version(provenance: Mapping[str, Any]) -> str:
    versions = provenance.get("versions")
    return str(versions.get("darkpair", "?")) if isinstance(versions, Mapping) else "?"


def _by_other_version(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether another version, or one before samples had names, made it."""
    return span_of(there) is None or _version(there) != _version(wanted)


def _first_difference(there: Any, wanted: Mapping[str, Any]) -> str:
    """The first key in which two jobs differ, in words; empty where none does that matters."""
    if not isinstance(there, Mapping):
        return "does not say of which job it is"
    old, new = _decides(there), _decides(_plain(wanted["job"]))
    for key, value in new.items():
        if old.get(key) != value:
            was = "nothing" if old.get(key) is None else shown(old[key])
            return f"has {key} = {was}, where this job has {shown(value)}"
    gone = next((key for key in old if key not in new), None)
    return "" if gone is None else f"has {gone} = {shown(old[gone])}, which this job has not"


def _asked_the_same(there: Any, wanted: Mapping[str, Any]) -> bool:
    """Whether a job of another version, which may lack keys of today, asked for the same."""
    if not isinstance(there, Mapping):
        return False
    new = _decides(_plain(wanted["job"]))
    return all(new.get(key) == value for key, value in _decides(there).items())


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a file would say, as it would be read back."""
    plain: dict[str, Any] = json.loads(json.dumps(describe(said)))
    return plain


def _decides(job: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of a job that decide about its file, those that are not given left out."""
    out = {}
    for section, table in job.items():
        beside = {"run": _NO_EVENT, "output": _BESIDE}.get(section, ())
        if not isinstance(table, Mapping):
            out[section] = table
            continue
        out |= {f"{section}.{key}": value for key, value in table.items() if key not in beside}
    return {key: value for key, value in out.items() if value not in (None, {}, [])}
