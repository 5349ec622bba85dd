"""The detector that a file's provenance describes, made again from what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from typing import Any, Final

from darkpair.detectors.catalogue import CLASSES
from darkpair.detectors.data_file import data_files, is_path, read_data
from darkpair.gen.data_files import altered
from darkpair.gen.errors import DarkpairError

__all__ = ["detector_of", "name_of"]


def detector_of(provenance: Mapping[str, Any]) -> Any | None:
    """The detector of the events of a file; None of a file without, of somebody else's class, and of an older one's settings.

    A user's data file need not be there any more: the provenance has what was in it.

    Parameters
    ----------
    provenance : mapping
        What the file says of itself.
    """
    said = provenance.get("detector")
    if not isinstance(said, Mapping):
        return None
    with altered(provenance.get("changes") or {}):
        try:
            return _made(said)
        except (DarkpairError, TypeError, ValueError, KeyError, AttributeError):
            return None  # (settings of another version, or edited by hand: nothing is shown rather than something else)


def name_of(provenance: Mapping[str, Any]) -> str:
    """Name of the detector of the events of a file for a reader, "CHARM"; empty of a file without.

    Parameters
    ----------
    provenance : mapping
        What the file says of itself.
    """
    said = provenance.get("detector")
    if not isinstance(said, Mapping):
        return ""
    name = str(said.get("experiment") or said.get("type") or "")
    data = said.get("data") or (read_data(name) if name in data_files() else {})
    title = str(data.get("title") or data.get("name") or name)
    return title.partition(":")[0].removesuffix(".toml").rpartition("/")[2]


#: Modules of our classes by the names of these.
_MODULES: Final = dict(where.split(":")[::-1] for where in CLASSES.values())


def _made(said: Mapping[str, Any]) -> Any | None:
    """A detector with the settings that it said; None of another class than ours."""
    if said.get("type") not in _MODULES:
        return None
    kind = getattr(import_module(_MODULES[said["type"]]), said["type"])
    names = {entry.name for entry in fields(kind) if entry.init}
    settings = {name: _plain(value) for name, value in said.items() if name in names}
    made = object.__new__(kind)
    if is_path(str(said.get("experiment", ""))):
        made.__dict__["_file"] = said["data"]
    made.__init__(**settings)
    return made


def _plain(value: Any) -> Any:
    """A setting as it was given: a table without the name of what was made of it, and a detector within one made again."""
    if not isinstance(value, Mapping):
        return value
    if value.get("type") in _MODULES:
        return _made(value)
    return {key: _plain(inner) for key, inner in value.items() if key != "type"}
