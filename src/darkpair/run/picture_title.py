"""What stands above a picture of a run: the decay, the masses of its dark particles, and how long they live."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

from darkpair.gen.dark_states import chains_of
from darkpair.gen.particles import DARK_IDS

__all__ = ["picture_title"]

#: Letters of a line, and lines of one chain, that a picture has room for.
_WIDE: Final = 92
_LINES: Final = 2
#: Lengths of a c tau [mm], the longest first.
_LENGTHS: Final = (("km", 1e6), ("m", 1e3), ("mm", 1.0), ("um", 1e-3))


def picture_title(provenance: Mapping[str, Any]) -> str:
    """Decays of a run's chains, a line or two each, and one with masses and c tau of its dark particles, if it has some.

    Parameters
    ----------
    provenance : mapping
        What the run's file says of it.
    """
    chains = list(chains_of(provenance))
    lines = [line for chain in chains for line in _folded(str(chain.get("decay", "")))]
    states: dict[str, None] = {}
    for chain in chains:
        states |= dict.fromkeys(_states(chain))
    return "\n".join([*lines, *([", ".join(states)] if states else [])])


def _folded(decay: str) -> list[str]:
    """A descriptor in lines that fit."""
    return textwrap.wrap(decay, _WIDE, max_lines=_LINES, placeholder=" ...", break_long_words=False)


def _states(chain: Mapping[str, Any]) -> Iterator[str]:
    """Each dark particle with its mass, and the c tau of one that decays; antiparticles have the same."""
    laws = chain.get("lifetimes") or {}
    for name, entry in (chain.get("particles") or {}).items():
        if abs(DARK_IDS.get(name, 0)) == 0 or name.endswith("~"):
            continue
        text = f"{name} {1e3 * float(entry['mass']):.6g} MeV"
        ctau, law = float(entry.get("ctau", math.inf)), laws.get(name) or {}
        if f"({name} ->" in str(chain.get("decay")) and math.isfinite(ctau):
            every = law.get("type") == "Scan" and law.get("ctau") == 0.0
            text += (
                " of every c tau"
                if every
                else f" with c tau {_length(ctau)}"
                if ctau
                else " that decays at once"
            )
        yield text


def _length(ctau: float) -> str:
    """A length [mm] in words."""
    unit, size = next(((unit, size) for unit, size in _LENGTHS if ctau >= size), ("mm", 1.0))
    return f"{ctau / size:.4g} {unit}"
