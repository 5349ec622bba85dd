"""What a descriptor says of branching ratios: those of the first decay, and those of the decays below.

A decay below the first one with a single mode and no branching ratio is forced: every generated event has it. Of a Standard
Model particle the true one is then still missing in a number of events; of a dark state it is the model's, and one here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from darkpair.chains.descriptor import Spelled, parse
from darkpair.chains.models.decays import K_SHORT_DECAY, PI0_DECAY
from darkpair.gen.errors import DarkpairError
from darkpair.gen.frozen import freeze
from darkpair.gen.particles import DARK_IDS, particle

__all__ = ["DaughterRatios", "daughter_ratios", "pi0_to_photons"]


@dataclass(frozen=True, kw_only=True)
class DaughterRatios:
    """Branching ratios of a descriptor.

    Parameters
    ----------
    first : float
        Sum of the listed branching ratios of the first decay: 1 where it lists none.
    below : float
        Probability that the decays below are the listed ones, with the measured branching ratio of a forced Standard
        Model decay.
    measured : mapping of str to float
        Measured branching ratios that are in `below`, by decay.
    unknown : tuple of str
        Forced decays whose measured branching ratio stands in no table here: taken as 1.
    """

    first: float
    below: float
    measured: Mapping[str, float] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self)


def daughter_ratios(text: str) -> DaughterRatios:
    """Branching ratios of a descriptor, as ``chain.decay`` of a file's provenance spells it.

    A measured one is only counted where all listed final states have it: elsewhere the mix of modes in the sample would be
    another, and the decay is among the unknown.
    """
    spelled = parse(text)
    first = math.fsum(ratio for ratio, _ in spelled.modes)
    options = [
        (share * ratio, taken, unknown)
        for ratio, daughters in spelled.modes
        for share, taken, unknown in _combined(daughters)
    ]
    total = math.fsum(share for share, _, _ in options)
    unknown = {name for _, _, names in options for name in names}
    taken = options[0][1]
    if any(other != taken for _, other, _ in options):
        unknown |= {name for _, names, _ in options for name in names}
        taken = ()
    ratios = _measured()
    return DaughterRatios(
        first=first,
        below=total / first * math.prod(ratios[name] for name in taken),
        measured={name: ratios[name] for name in taken},
        unknown=tuple(sorted(unknown)),
    )


def pi0_to_photons() -> float:
    """Branching ratio of pi0 -> gamma gamma."""
    return parse(PI0_DECAY).modes[0][0]


_Option = tuple[float, tuple[str, ...], frozenset[str]]


def _combined(daughters: tuple[str | Spelled, ...]) -> list[_Option]:
    """Probability, measured and unknown forced decays of every combination of the daughters' modes, equal ones once."""
    shares: dict[tuple[tuple[str, ...], frozenset[str]], float] = {}
    for choice in product(*(_below(d) for d in daughters if isinstance(d, Spelled))):
        taken = tuple(sorted(name for _, names, _ in choice for name in names))
        unknown = frozenset().union(*(names for _, _, names in choice))
        share = math.prod(part for part, _, _ in choice)
        shares[taken, unknown] = shares.get((taken, unknown), 0.0) + share
    return [(share, *key) for key, share in shares.items()]


def _below(spelled: Spelled) -> list[_Option]:
    forced = len(spelled.modes) == 1 and spelled.modes[0][0] == 1.0 and spelled.name not in DARK_IDS
    out = []
    for ratio, daughters in spelled.modes:
        name = _name(spelled.name, daughters)
        measured = forced and name in _measured()
        for share, taken, unknown in _combined(daughters):
            out.append(
                (
                    ratio * share,
                    tuple(sorted((*taken, name))) if measured else taken,
                    unknown | {name} if forced and not measured else unknown,
                )
            )
    return out


@cache
def _measured() -> dict[str, float]:
    """Measured branching ratios that a model's chains write, by decay."""
    return {
        _name(spelled.name, daughters): ratio
        for spelled in (parse(PI0_DECAY), parse(K_SHORT_DECAY))
        for ratio, daughters in spelled.modes
    }


def _name(parent: str, daughters: tuple[str | Spelled, ...]) -> str:
    words = sorted(d if isinstance(d, str) else d.name for d in daughters)
    return f"{_canonical(parent)} -> {' '.join(_canonical(word) for word in words)}"


def _canonical(name: str) -> str:
    try:
        return particle(name).name
    except DarkpairError:
        return name
