"""What a job names in its tables: sources, chains and detectors, each in the registry that its own room keeps."""

from __future__ import annotations

from typing import Final

from darkpair.chains.catalogue import CHAINS
from darkpair.detectors import DETECTORS
from darkpair.gen.registry import Registry
from darkpair.gen.sources import SOURCES

__all__ = ["PLUGINS"]

#: Registries by kind.
PLUGINS: Final[dict[str, Registry]] = {registry.kind: registry for registry in (CHAINS, SOURCES, DETECTORS)}
