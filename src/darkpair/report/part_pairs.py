"""Whether a chain of two dark states leaves out events that show: those in which one takes a listed mode, and the other none."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping
from typing import Any, Final

from darkpair.chains.spelling import Spelled, parse
from darkpair.gen.errors import InputError
from darkpair.gen.particles import DARK_IDS

__all__ = ["part_pair_lines"]

_DARK: Final = frozenset(map(abs, DARK_IDS.values()))

#: Part of what is generated below which nobody misses what is left out [1].
_NOTHING: Final = 1e-3


def part_pair_lines(chain: Mapping[str, Any]) -> Iterator[str]:
    """A line where more events have a listed mode of one dark state of several than of all, which alone are generated.

    Parameters
    ----------
    chain : mapping
        As a file's provenance describes it.
    """
    try:
        tree = parse(str(chain.get("decay", "")))
    except InputError:  # (a stranger's chain says it in words of its own)
        return
    dark = {name for name, p in chain.get("particles", {}).items() if abs(int(p["pdgid"])) in _DARK}
    left = _left(tree, dark)
    if left > _NOTHING * _listed(tree):
        yield (
            f"one of a pair          {left:.5g} more of the decays of {tree.name} have a listed mode of one dark state and none of another: these are "
            "not generated, and not in the expected events; list the other modes too (darkpair limits counts every channel)"
        )


def _listed(tree: Spelled) -> float:
    """Probability that everything takes a listed mode [1]."""
    return math.fsum(share * math.prod(map(_listed, _decaying(below))) for share, below in tree.modes)


def _left(tree: Spelled, dark: Container[str]) -> float:
    """Probability that some of the dark daughters take a listed mode and others do not, and everything else does [1]."""
    out = []
    for share, below in tree.modes:
        decaying = _decaying(below)
        heavy = [_listed(d) for d in decaying if d.name in dark]
        others = math.prod(_listed(d) for d in decaying if d.name not in dark)
        none = math.prod(1.0 - ratio for ratio in heavy)
        out.append(share * others * max(1.0 - none - math.prod(heavy), 0.0) if len(heavy) > 1 else 0.0)
    return math.fsum(out)


def _decaying(below: tuple[str | Spelled, ...]) -> list[Spelled]:
    return [daughter for daughter in below if isinstance(daughter, Spelled)]
