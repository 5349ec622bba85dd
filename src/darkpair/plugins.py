"""Everything that a job, a command or a script may name: each kind's registry, which its own room keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.elements_by_name import MATRIX_ELEMENTS
from darkpair.chains.models import MODELS
from darkpair.detectors import DETECTORS
from darkpair.gen.output import FORMATS
from darkpair.gen.registry import Registry
from darkpair.gen.sources import SOURCES
from darkpair.searches import SEARCHES
from darkpair.studies import STUDIES

__all__ = ["REGISTRIES", "make"]

#: Registries by kind.
REGISTRIES: dict[str, Registry] = {
    registry.kind: registry
    for registry in (CHAINS, SOURCES, DETECTORS, MODELS, MATRIX_ELEMENTS, SEARCHES, FORMATS, STUDIES)
}


def make(kind: str, name: str, parameters: Mapping[str, Any], *, where: str) -> Any:
    """Object of a plug-in, its parameters checked and converted by the annotations of what makes it.

    Parameters
    ----------
    kind : str
        Of `REGISTRIES`.
    name : str
    parameters : mapping
    where : str
        For messages: the table of the job file.

    Raises
    ------
    UnknownNameError
        For a plug-in or a parameter that does not exist.
    InputError
        For a value that it refuses.
    """
    return REGISTRIES[kind].make(name, parameters, where=where)
