"""What is asked of arrays that somebody else made: shape, kind of number, finite, on the mass shell; of sums of them, that they count parents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray
from particle import InvalidParticle, ParticleNotFound
from particle.exceptions import MatchingIDNotFound

from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, shown
from darkpair.gen.kinematics import Array
from darkpair.gen.pdg_entries import pdg_entry
from darkpair.gen.shared_parents import parents_of, uses_in_force

__all__ = [
    "SHELL",
    "refuse",
    "require_column",
    "require_events",
    "require_finite",
    "require_four",
    "require_mask",
    "require_parents",
    "require_shell",
    "require_weights",
]

#: Largest E² - p² - m² over E²: float64 has 1e-15 or so, and what was stored in float32 is put on its shell again.
SHELL: Final = 1e-9
#: Kinds of numbers that the files hold: truth values, whole numbers, float32 and float64.
_WRITTEN: Final = frozenset("?bBhHiIlLqQfd")


def refuse(who: str, did: str, allowed: str) -> NoReturn:
    """Say in one line who did what, and what is allowed."""
    raise InputError(f"{who} {did}; allowed: {allowed}")


def require_events(n: Any, most: int) -> None:
    """Refuse another thing than a whole number of events from 1 to the most that there may be."""
    try:
        whole = bool(1 <= n <= most and n == int(n))
    except (TypeError, ValueError):  # (a text, an array)
        whole = False
    if not whole:
        said = shown(n) if isinstance(n, str) else n
        raise InputError(f"n = {said} events; allowed: a whole number from 1 to {most}")


def require_four(who: str, what: str, vectors: Any, n: int, unit: str) -> None:
    """Refuse another thing than an array (4, n) of float64."""
    if not isinstance(vectors, np.ndarray):
        refuse(who, f"returned {what} as a {type(vectors).__name__}", f"an array (4, {n}) in {unit}")
    if vectors.shape != (4, n):
        if vectors.ndim == 2 and vectors.shape[0] == 4:
            refuse(who, f"was asked for {n} parents and returned {vectors.shape[1]} {what}", f"{n}")
        refuse(who, f"returned {what} of the shape {vectors.shape}", f"(4, {n})")
    if vectors.dtype != np.float64:
        refuse(who, f"returned {what} in {vectors.dtype}", "float64; compute energies in it as well")


def require_finite(who: str, what: str, values: Any, unit: str) -> None:
    """Refuse an array with a number that is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduce(values.reshape(-1))  # (sees what is not finite, or overflows)
    if not math.isfinite(total):
        bad = values[~np.isfinite(values)]
        if len(bad):
            refuse(who, f"returned {what} of {bad[0]}", f"finite numbers{unit and f' in {unit}'}")


def require_weights(who: str, weights: Any, n: int) -> None:
    """Refuse what is no mapping of names to finite factors (n,) of float64."""
    if not isinstance(weights, Mapping):
        refuse(who, f"returned weights as a {type(weights).__name__}", "a dict of arrays by name")
    for name, factor in weights.items():
        if not isinstance(factor, np.ndarray) or factor.shape != (n,):
            shape = getattr(factor, "shape", type(factor).__name__)
            refuse(who, f"returned the weight {name!r} of the shape {shape}", f"({n},)")
        if factor.dtype != np.float64:
            refuse(who, f"returned the weight {name!r} in {factor.dtype}", "float64")
        require_finite(who, f"a weight {name!r}", factor, "")


@cache
def _pdg(pdgid: int) -> tuple[str, float | None]:
    """Name of a PDG id, and the mass that the PDG gives [GeV]; None for what it does not have."""
    try:
        entry = pdg_entry(pdgid)
        return entry.evtgen_name, None if entry.mass is None else entry.mass / 1e3
    except (ParticleNotFound, InvalidParticle, MatchingIDNotFound):
        return f"PDG id {pdgid}", None


def require_shell(who: str, kind: int, momentum: Any, mass: float | None) -> None:
    """Refuse energies that are not positive, or not of that mass [GeV]: the PDG's where None, where it has one."""
    name, pdg = _pdg(kind)
    mass = pdg if mass is None else mass
    energy = momentum[3]
    square = np.einsum("in,in->n", momentum[:3], momentum[:3])  # a third of the time of three products
    if mass is None:  # nobody knows it: no tachyons
        off = np.minimum(energy * energy - square, 0.0)
    else:
        square += mass * mass
        off = energy * energy
        off -= square
    least = float(energy.min(initial=math.inf))
    # NaN fails too
    if least > 0.0 and max(off.max(initial=0.0), -off.min(initial=0.0)) <= SHELL * least * least:
        return
    wrong = np.flatnonzero(~((np.abs(off) <= SHELL * energy * energy) & (energy > 0.0) & (energy < math.inf)))
    if not len(wrong):
        return
    i = int(wrong[0])
    p, least = math.hypot(*momentum[:3, i]), math.sqrt(square[i]) if square[i] >= 0.0 else math.nan
    has, wanted = apart(energy[i], least)
    refuse(
        who,
        f"supplies {name} of momentum {p:.6g} GeV and energy {has} GeV",
        f"{wanted} GeV"
        + (" or more" if mass is None else f", as its mass is {mass:.6g} GeV")
        + f", within {SHELL:g}; compute energies in float64",
    )


def require_column(who: str, name: str, column: Any) -> None:
    """Refuse what is no column of numbers or truth values."""
    if not isinstance(column, np.ndarray) or column.ndim != 1:
        seen = f"the shape {column.shape}" if isinstance(column, np.ndarray) else f"a {type(column).__name__}"
        refuse(who, f"observed {name} as {seen}", "an array with one number an entry; lists for several")
    if column.dtype.char not in _WRITTEN:
        refuse(
            who,
            f"observed {name} in {column.dtype}",
            "bool, whole numbers, float32, float64: what files hold",
        )


def require_mask(who: str, what: str, mask: Any, n: int) -> None:
    """Refuse what is no array (n,) of truth values."""
    if not isinstance(mask, np.ndarray) or mask.shape != (n,) or mask.dtype != np.bool_:
        seen = f"{getattr(mask, 'shape', type(mask).__name__)} {getattr(mask, 'dtype', '')}".strip()
        refuse(who, f"gives {what} as {seen}", f"({n},) bool")


def require_parents(who: str, flow: Cutflow, kept: Array, rows: NDArray[np.int64]) -> None:
    """Refuse a cut flow that takes the uses of one parent for independent events."""
    uses = uses_in_force()
    if uses == 1:
        return
    last, own = flow.stages[-1], Stage.of("", kept, parents_of(rows, uses))
    if (flow.uses, last.parents) != (uses, own.parents) or not math.isclose(
        last.sum_w2, own.sum_w2, rel_tol=1e-9
    ):
        refuse(
            who,
            f"counts {own.n} accepted events of {own.parents} parents, each used {uses} times, as if they were independent",
            "Cutflow.of(weight, [(name, mask), ...]) in `select`, which counts parents",
        )
