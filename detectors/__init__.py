"""Detectors by name: classes, and one for each data file of a fixed-target experiment."""

from __future__ import annotations

from darkpair.gen.registry import Entry, Registry

__all__ = ["DETECTORS"]

_CLASSES = {
    "koto": Entry("darkpair.detectors.koto:Koto", "The KOTO detector with one of its selections."),
    "koto_kaon": Entry(
        "darkpair.detectors.koto_kaon:KotoKaon",
        "KOTO with candidates of K_L -> 2 pi0 or 3 pi0: as many photons, no more and none missed.",
    ),
    "belle2": Entry("darkpair.detectors.belle2:Belle2", "A B-factory detector with one of its selections."),
    "fixed_target": Entry(
        "darkpair.detectors.fixed_target:FixedTarget", "A fixed-target experiment with one of its selections."
    ),
}


def _all() -> dict[str, Entry]:
    from darkpair.detectors.fixed_target import experiments

    return _CLASSES | {name: Entry(made, str(made.__doc__)) for name, made in experiments().items()}


#: Every detector.
DETECTORS = Registry("detectors", _all)
