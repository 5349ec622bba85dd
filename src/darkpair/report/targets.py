"""Whether the mesons of a sample are of protons on what the experiment has for a target, or of the table's own choice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from darkpair.detectors.data_file import data_files, read_data

__all__ = ["target_lines"]

#: How the title of a data file says its target.
_MATERIAL: Final = re.compile(r"protons on (\w+)")
#: Target of the tables without a nucleus, and its word.
_PROTON: Final = "p"


def target_lines(
    source: Mapping[str, Any], detector: Mapping[str, Any], job: Mapping[str, Any]
) -> Iterator[str]:
    """A line where nobody gave the target, the mesons are those of protons on protons, and the experiment has a nucleus.

    Parameters
    ----------
    source, detector, job : mapping
        As a file's provenance describes them; of an aimed source the one that is aimed.
    """
    asked = job.get("source")
    given = isinstance(asked, Mapping) and ("target" in asked or "table_file" in asked)
    if given or not isinstance(asked, Mapping) or source.get("target") != _PROTON:
        return
    material = _material(detector)
    if material not in (None, _PROTON):
        yield (
            f"target                 mesons of protons on protons, the default; {detector.get('experiment')} has protons on {material} "
            "(source.target, docs/mesons.md)"
        )


def _material(detector: Mapping[str, Any]) -> str | None:
    """What protons hit by a detector's data file: by its title, or by its ``target``; None where it says neither."""
    data, name = detector.get("data"), detector.get("experiment")
    if not isinstance(data, Mapping):
        data = read_data(name) if isinstance(name, str) and name in data_files() else {}
    titled = _MATERIAL.search(str(data.get("title", "")))
    return titled[1] if titled else data.get("target")
