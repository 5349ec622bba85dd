"""The border: what a stranger's source, chain or detector has and returns is looked at where it comes in.

Each check raises one line that names the class and what it did.  They stand in the loop over blocks and cost less than a
hundredth of it.  To look at every number of parents and events would take 2.5 % of a KOTO job: what our own classes
guarantee, and the conformance kit asks of them, is asked of strangers' only (`_ours`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError, shown
from darkpair.gen.events import Batch, Parents
from darkpair.gen.histogram_sums import ADDITIVE, MOST_BINS, storage_name
from darkpair.gen.observed import Observed
from darkpair.gen.required import (
    refuse,
    require_column,
    require_finite,
    require_four,
    require_mask,
    require_parents,
    require_shell,
    require_weights,
)
from darkpair.gen.selected import Selected
from darkpair.gen.topology import Columns

__all__ = ["check_batch", "check_observed", "check_parents", "check_selected", "observed", "require_members"]

#: Largest difference of sums of weights, over the sum of their sizes.
_ROUNDING: Final = 1e-9
_CLOSURE: Final = 1e-6  # of energy, over that of the parent: lines and matrix elements that a stranger wrote
_PROBED: Final = 64  # one event in so many is added up in all four components


#: What each kind has to have, and what a stranger may mean to give it.
_MEMBERS: Final = {
    "source": (("pdgid", "sample"), "sample(n, rng) -> Parents, and pdgid"),
    "chain": (("batch",), "batch(parents, streams) -> Batch; darkpair.build makes one"),
    "detector": (
        ("observe", "select"),
        "observe(truth, rng) -> Observed and select(reco, weight) -> Selected",
    ),
}


def require_members(kind: str, thing: Any) -> None:
    """Refuse an object that lacks what every source, chain or detector has, or says of itself what makes no sense.

    Parameters
    ----------
    kind : {"source", "chain", "detector"}
        What the object is meant to be.
    thing : object
        The object, of whoever made it.

    Raises
    ------
    InputError
        With what it lacks.
    """
    names, wanted = _MEMBERS[kind]
    who = f"the {kind} {_name(thing)}"
    if isinstance(thing, type):
        raise InputError(f"{who} is a class; give an object of it, {_name(thing)}(...)")
    lacking = [
        name
        for name in names
        if not hasattr(thing, name) or not (name == "pdgid" or callable(getattr(thing, name)))
    ]
    if lacking:
        raise InputError(f"{who} has no {' and no '.join(lacking)}; a {kind} has to have {wanted}")
    if kind == "source":
        _require_source(who, thing)
    if kind == "detector":
        _require_factors(who, getattr(thing, "flat_factors", {}))


def check_parents(
    source: Any, parents: Any, n: int, masses: Mapping[int, float], *, every: bool = False
) -> None:
    """Refuse parents that are not what a source promises.

    Parameters
    ----------
    source : EventSource
        The source that made them.
    parents : Parents
        What the source returned.
    n : int
        How many parents it was asked for.
    masses : mapping of int to float [GeV]
        Mass of each kind by PDG id, where somebody says it; the PDG's otherwise.
    every : bool
        Whether every number of our own sources is looked at too, which takes time.

    Raises
    ------
    InputError
        With the class of the source and what it did.
    """
    who = f"the source {_name(source)}"
    if not isinstance(parents, Parents):
        refuse(who, f"returned a {type(parents).__name__}", "Parents")
    require_four(who, "momenta", parents.momentum, n, "GeV")
    require_four(who, "vertices", parents.vertex, n, "mm")
    if parents.decay_vertex is not None:
        require_four(who, "decay vertices", parents.decay_vertex, n, "mm")
    if parents.pdgid != source.pdgid:
        refuse(who, f"made PDG id {shown(parents.pdgid)}", f"{source.pdgid}, as its pdgid says")
    require_weights(who, parents.weights, n)
    if _ours(source) and not every:
        return
    require_finite(who, "a vertex", parents.vertex, "mm")
    if parents.decay_vertex is not None:
        require_finite(who, "a decay vertex", parents.decay_vertex, "mm")
    for kind, rows in _kinds(who, source, parents, n):
        momentum = parents.momentum if rows is None else parents.momentum[:, rows]
        require_shell(who, kind, momentum, masses.get(kind))


def check_batch(chain: Any, batch: Any, n: int, *, every: bool = False) -> None:
    """Refuse events that are not those of n parents, or not finite, or do not keep energy and momentum.

    Parameters
    ----------
    chain : EventChain
        The chain that made them.
    batch : Batch
        What the chain returned.
    n : int
        How many parents it was given.
    every : bool
        Whether every number of our own chains is looked at too, which takes time.

    Raises
    ------
    InputError
        With the class of the chain and what it did.
    """
    who = f"the chain {_name(chain)}"
    if not isinstance(batch, Batch) or not all(isinstance(part, Columns) for part in batch.parts):
        refuse(who, f"returned a {type(batch).__name__}", "a Batch of Columns")
    for part in batch.parts:
        _require_columns(who, part, ours=_ours(chain) and not every)
    if len(batch) != n:
        refuse(who, f"made {len(batch)} events of {n} parents", "one of each")
    if len(batch.parts) > 1 and not _each_once([part.rows for part in batch.parts], n):
        refuse(who, "put two events into one row", f"each of the rows 0 to {n - 1} once")


def observed(detector: Any, truth: Batch, rng: np.random.Generator) -> Any:
    """What a detector observes of events that it can read and not change.

    Parameters
    ----------
    detector : EventDetector
        The detector that looks at them.
    truth : Batch
        The events; their momenta and vertices are closed for good.
    rng : numpy.random.Generator
        Generator of the detector's smearing.

    Raises
    ------
    InputError
        For a detector that writes into them.
    """
    for part in truth.parts:
        part.momentum.flags.writeable = False
        part.vertices.flags.writeable = False
    try:
        return detector.observe(truth, rng)
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise InputError(
            f"the detector {_name(detector)} writes into the truth ({error}); allowed: a copy, truth.parts[0].momentum.copy()"
        ) from error


def check_observed(detector: Any, observed: Any, n: int) -> None:
    """Refuse an observation of other events, or columns that no file can hold.

    Parameters
    ----------
    detector : EventDetector
        The detector that made it.
    observed : Observed
        What the detector returned.
    n : int
        Number of events that it was shown.

    Raises
    ------
    InputError
        With the class of the detector and what it did.
    """
    who = f"the detector {_name(detector)}"
    if not isinstance(observed, Observed):
        refuse(who, f"observed a {type(observed).__name__}", "Observed")
    if observed.n != n:
        refuse(who, f"was shown {n} events and observed {shown(observed.n)}", f"n = {n}")
    if _ours(detector):
        return
    for name, column in observed.flat.items():
        require_column(who, name, column)
    for name, (counts, columns) in observed.lists.items():
        if counts.dtype.kind not in "iu" or (len(counts) and int(counts.min()) < 0):
            refuse(who, f"counts {name} in {counts.dtype}", "whole numbers, 0 or more")
        for key, column in columns.items():
            require_column(who, f"{name}.{key}", column)


def check_selected(detector: Any, selected: Any, observed: Observed, weight: Any) -> None:
    """Refuse a verdict on other events, or one whose cut flow does not agree with its mask.

    Parameters
    ----------
    detector : EventDetector
        The detector that made it.
    selected : Selected
        What the detector's `select` returned.
    observed : Observed
        What it was given, with the weights.
    weight : ndarray, (n,)
        Weight of each event.

    Raises
    ------
    InputError
        With the class of the detector and what it did.
    """
    who, n = f"the detector {_name(detector)}", observed.n
    if not isinstance(selected, Selected):
        refuse(who, f"selected a {type(selected).__name__}", "Selected")
    mask: Any = selected.mask  # (annotations are promises, which are looked at here)
    flow: Any = selected.cutflow
    require_mask(who, "the mask", mask, n)
    if not isinstance(flow, Cutflow) or not flow.stages:
        refuse(who, f"has the cut flow {shown(flow)}", "Cutflow.of(weight, [(name, mask), ...])")
    if flow.generated != n:
        refuse(who, f"begins its cut flow with {flow.generated} of {n} events", "every event")
    pictures: Any = selected.histograms
    if not isinstance(pictures, Mapping) or any(
        not isinstance(name, str) or getattr(h, "ndim", 0) not in (1, 2, 3) or not hasattr(h, "axes")
        for name, h in pictures.items()
    ):
        refuse(who, f"has the histograms {shown(pictures)}", "hist.Hist of one to three axes by name")
    if not _ours(detector):
        _require_sums(who, pictures)
    kept = weight[np.flatnonzero(mask)]
    last = flow.stages[-1]
    if last.n != len(kept):
        refuse(who, f"ends its cut flow with {last.n} events and accepts {len(kept)}", "the same")
    total = float(np.add.reduce(kept))
    off = abs(last.sum_w - total)
    if not off <= _ROUNDING * abs(total) and not off <= _ROUNDING * float(np.abs(kept).sum()):
        wrong = f"ends its cut flow with the sum of weights {last.sum_w:.9g} and accepts {total:.9g}"
        refuse(who, wrong, "the same")
    require_parents(who, flow, kept, np.flatnonzero(mask))
    for name, passed in selected.passed.items():
        if name not in observed.lists:
            lists = ", ".join(observed.lists) or "none"
            refuse(who, f"chose entries of {name!r}", f"lists that it observed: {lists}")
        require_mask(who, f"passed[{name!r}]", passed, int(observed.lists[name][0].sum()))


def _require_sums(who: str, pictures: Mapping[str, Any]) -> None:
    """Refuse histograms that do not add exactly, or are larger than a file may say."""
    for name, histogram in pictures.items():
        if (storage := storage_name(histogram)) not in ADDITIVE:
            wrong = f"has the histogram {name!r} with {storage} bins, which do not add exactly"
            refuse(who, wrong, f"{', '.join(ADDITIVE)}: of a mean the sums of w and of w times the value")
    bins = sum(histogram.size for histogram in pictures.values())
    if bins > MOST_BINS:
        refuse(who, f"has histograms of {bins} bins", f"{MOST_BINS} together")


def _name(thing: Any) -> str:
    """Class of a thing, with the one that it holds where it stands before another."""
    own = (thing if isinstance(thing, type) else type(thing)).__name__
    inner = None if isinstance(thing, type) else getattr(thing, "source", None)
    return own if inner is None or isinstance(inner, str | type) else f"{own} of {type(inner).__name__}"


def _ours(thing: Any) -> bool:
    """Whether a thing, and the source that it may hold, are of a class of this package."""
    inner = getattr(thing, "source", None)
    return type(thing).__module__.startswith("darkpair.") and (
        inner is None or isinstance(inner, str) or _ours(inner)
    )


def _require_source(who: str, source: Any) -> None:
    pdgid, masses = source.pdgid, getattr(source, "masses", None)
    if not isinstance(pdgid, int | np.integer):
        refuse(who, f"has the pdgid {shown(pdgid)}", "a whole number, the PDG id of its parents")
    if masses is None:
        return
    if not isinstance(masses, Mapping) or not all(
        isinstance(kind, int | np.integer)
        and isinstance(mass, float | int | np.number)
        and 0.0 <= mass < math.inf
        for kind, mass in masses.items()
    ):
        refuse(
            who, f"has the masses {shown(masses)}", "a mapping of PDG id to mass in GeV, finite, 0 or more"
        )


def _require_factors(who: str, factors: Any) -> None:
    if not isinstance(factors, Mapping) or not all(
        isinstance(name, str) and isinstance(value, float | int | np.number) and math.isfinite(value)
        for name, value in factors.items()
    ):
        refuse(who, f"has the flat_factors {shown(factors)}", "a mapping of name to finite number")


def _kinds(who: str, source: Any, parents: Parents, n: int) -> list[tuple[int, Any]]:
    """PDG ids of parents, and which they are; None for all."""
    ids: Any = parents.pdgids
    if ids is None:
        if parents.pdgid == 0:
            refuse(who, "made PDG id 0 without pdgids", "one PDG id, or that of each parent in pdgids")
        return [(int(parents.pdgid), None)]
    if not isinstance(ids, np.ndarray) or ids.shape != (n,) or ids.dtype.kind not in "iu":
        refuse(who, f"returned pdgids {shown(ids)}", f"an array ({n},) of whole numbers")
    kinds = np.unique(ids).tolist()
    masses = getattr(source, "masses", None) or ({} if parents.pdgid == 0 else {parents.pdgid: 0.0})
    for kind in kinds:
        if masses and kind not in masses:
            refuse(who, f"made PDG id {kind}", f"{', '.join(map(str, masses))}, as it says itself")
    return [(kind, None if len(kinds) == 1 else ids == kind) for kind in kinds]


def _require_columns(who: str, part: Columns, *, ours: bool) -> None:
    """Refuse events of one topology of another shape, or with numbers that are not finite or do not add up."""
    topology, n = part.topology, len(part.rows)
    shapes: dict[str, tuple[Any, tuple[int, ...]]] = {
        "momentum": (part.momentum, (4, len(topology), n)),
        "vertices": (part.vertices, (4, 1 + max(topology.vertex, default=0), n)),
    }
    for what, (array, shape) in shapes.items():
        if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != np.float64:
            seen = f"{getattr(array, 'shape', type(array).__name__)} {getattr(array, 'dtype', '')}".strip()
            refuse(who, f"made {what} of {topology.names[0]} as {seen}", f"{shape} in float64")
    require_weights(who, part.weights, n)
    require_finite(who, "a vertex at the time", part.vertices[3], "mm")
    if ours:  # every daughter is thrown and boosted by us; lengths and weights may be of a stranger's law
        return
    leaves = [i for i in range(len(topology)) if i not in topology.mother]
    _require_sum(who, part, leaves, slice(3, 4), slice(None))
    _require_sum(who, part, leaves, slice(0, 4), slice(None, None, _PROBED))


def _require_sum(who: str, part: Columns, leaves: list[int], rows: slice, events: slice) -> None:
    """Refuse final particles that do not add up to the first one, in some rows of the four-momenta of some events."""
    momentum = part.momentum[rows, :, events]
    off = momentum[:, leaves[0]] - momentum[:, 0]
    for leaf in leaves[1:]:
        off += momentum[:, leaf]
    most = max(off.max(initial=0.0), -off.min(initial=0.0))
    least = part.momentum[3, 0, events].min(initial=math.inf)
    if most <= _CLOSURE * least:
        return
    energy = part.momentum[3, 0, events]
    worst = float(np.max(np.abs(off) / energy, initial=0.0))
    if not worst <= _CLOSURE:
        name = part.topology.names[0]
        refuse(
            who,
            f"makes daughters of {name} whose four-momenta miss the parent's by {worst:.3g} of its energy",
            f"finite four-momenta that add up to the parent's within {_CLOSURE:g}",
        )


def _each_once(rows: list[Any], n: int) -> bool:
    """Whether each of 0 to n - 1 is in the lists."""
    seen = np.zeros(n, dtype=bool)
    for part in rows:
        if len(part) and not 0 <= part.min() <= part.max() < n:
            return False
        seen[part] = True
    return bool(seen.all())
