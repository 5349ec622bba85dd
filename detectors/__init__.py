"""Detectors by name: the classes, and every data file of the package as the class of its kind."""

from __future__ import annotations

from darkpair.gen.registry import Entry, Registry

__all__ = ["DETECTORS"]


def _entries() -> dict[str, Entry]:
    from darkpair.detectors.catalogue import entries

    return entries()


#: Every detector.
DETECTORS = Registry("detectors", _entries)
