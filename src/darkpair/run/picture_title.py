"""What stands above a picture of a run: the decay, the masses of its dark particles, and how long they live."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from darkpair.gen.dark_states import chains_of
from darkpair.gen.particles import DARK_IDS
from darkpair.report.decay_symbols import decay_symbols, symbol

__all__ = ["drawn_title", "picture_title"]

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
    return _title(provenance, _folded, _states)


def drawn_title(provenance: Mapping[str, Any]) -> str:
    """The same as it is drawn, in matplotlib's mathtext: each decay alone, K_L -> X1 X2, X2 -> X1 pi0, with its symbols.

    Parameters
    ----------
    provenance : mapping
        What the run's file says of it.
    """
    return _title(
        provenance,
        lambda decay: _packed(decay_symbols(decay)),
        lambda chain: _states(chain, lambda name: f"${symbol(name)}$", r"$c\tau$"),
    )


def _title(
    provenance: Mapping[str, Any],
    lines_of: Callable[[str], list[str]],
    states_of: Callable[[Mapping[str, Any]], Iterator[str]],
) -> str:
    """Lines of each chain's decay, and one of all states, each once."""
    chains = list(chains_of(provenance))
    lines = [line for chain in chains for line in lines_of(str(chain.get("decay", "")))]
    states: dict[str, None] = {}
    for chain in chains:
        states |= dict.fromkeys(states_of(chain))
    return "\n".join([*lines, *([", ".join(states)] if states else [])])


def _packed(decays: Sequence[str]) -> list[str]:
    """Decays in lines that fit, by the letters that are seen; what does not fit is left out, and said to be."""
    lines: list[str] = []
    for decay in decays:
        if lines and _seen(f"{lines[-1]}, {decay}") <= _WIDE:
            lines[-1] += f", {decay}"
        elif len(lines) < _LINES and (not lines or _seen(decay) <= _WIDE):
            lines.append(decay)
        else:
            lines[-1] += ", ..."
            break
    return lines


def _seen(text: str) -> int:
    """Letters of a text in mathtext, about."""
    return len(re.sub(r"[{}$^_]|\\[,;]", "", re.sub(r"\\[A-Za-z]+", "x", text)))


def _folded(decay: str) -> list[str]:
    """A descriptor in lines that fit."""
    return textwrap.wrap(decay, _WIDE, max_lines=_LINES, placeholder=" ...", break_long_words=False)


def _states(
    chain: Mapping[str, Any], spell: Callable[[str], str] = str, length: str = "c tau"
) -> Iterator[str]:
    """Each dark particle with its mass, and the c tau of one that decays; antiparticles have the same."""
    laws = chain.get("lifetimes") or {}
    for name, entry in (chain.get("particles") or {}).items():
        if abs(DARK_IDS.get(name, 0)) == 0 or name.endswith("~"):
            continue
        text = f"{spell(name)} {1e3 * float(entry['mass']):.6g} MeV"
        ctau, law = float(entry.get("ctau", math.inf)), laws.get(name) or {}
        if f"({name} ->" in str(chain.get("decay")) and math.isfinite(ctau):
            every = law.get("type") == "Scan" and law.get("ctau") == 0.0
            text += (
                f" of every {length}"
                if every
                else f" with {length} {_length(ctau)}"
                if ctau
                else " that decays at once"
            )
        yield text


def _length(ctau: float) -> str:
    """A length [mm] in words."""
    unit, size = next(((unit, size) for unit, size in _LENGTHS if ctau >= size), ("mm", 1.0))
    return f"{ctau / size:.4g} {unit}"
