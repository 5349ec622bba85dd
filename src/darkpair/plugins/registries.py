"""Everything that a job, a command or a script may name: each kind's registry, which its own room keeps."""

from __future__ import annotations

from typing import Final

from darkpair.chains.elements_by_name import MATRIX_ELEMENTS
from darkpair.chains.models import MODELS
from darkpair.gen.output import FORMATS
from darkpair.gen.registry import Registry
from darkpair.job.plugins import PLUGINS
from darkpair.searches import SEARCHES
from darkpair.studies import STUDIES

__all__ = ["REGISTRIES"]

#: Registries by kind, in the order in which they are listed.
REGISTRIES: Final[dict[str, Registry]] = {
    registry.kind: registry
    for registry in (
        PLUGINS["chains"],
        PLUGINS["sources"],
        PLUGINS["detectors"],
        MODELS,
        MATRIX_ELEMENTS,
        SEARCHES,
        FORMATS,
        STUDIES,
    )
}
