"""Detectors by name: the classes, and every data file of the package as the class of its kind."""

from __future__ import annotations

from darkpair.gen.registry import Registry

__all__ = ["DETECTORS"]


def _entries():  # type: ignore[no-untyped-def]
    from darkpair.detectors.catalogue import entries

    return entries()


#: Every detector.
DETECTORS = Registry("detectors", _entries)
