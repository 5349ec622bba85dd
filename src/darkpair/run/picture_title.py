"""What stands above a picture of a run: the decay, the masses of its dark particles, and how long they live."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    chains = list(chains_of(provenance))
    lines = [line for chain in chains for line in _folded(str(chain.get("decay", "")))]
    return _title(lines, (state for chain in chains for state in _states(chain)))


def drawn_title(provenance: Mapping[str, Any]) -> str:
    """The same as it is drawn, in matplotlib's mathtext: each decay of all chains once, with its symbols.

    Parameters
    ----------
    provenance : mapping
        What the run's file says of it.
    """
    chains = list(chains_of(provenance))
    firsts, later = [], []
    for chain in chains:
        first, *others = decay_symbols(str(chain.get("decay", "")))
        firsts.append(first)
        later += others
    states = (
        state for chain in chains for state in _states(chain, lambda name: f"${symbol(name)}$", r"$c\tau$")
    )
    return _title(_packed(list(dict.fromkeys([*firsts, *later]))), states)


def _title(lines: Sequence[str], states: Iterable[str]) -> str:
    """Lines of decays, and one of all states, each once."""
    every = ", ".join(dict.fromkeys(states))
    return "\n".join([*lines, *([every] if every else [])])


def _packed(decays: Sequence[str]) -> list[str]:
    """Decays in lines that fit, by the letters that are seen; what does not fit is left out, and said to be."""
    lines: list[str] = []
    for decay in map(_shortened, decays):
        if lines and _seen(f"{lines[-1]}, {decay}") <= _WIDE:
            lines[-1] += f", {decay}"
        elif len(lines) < _LINES and (not lines or _seen(decay) <= _WIDE):
            lines.append(decay)
        else:
            lines[-1] += ", ..."
            break
    return lines


def _shortened(decay: str) -> str:
    """A decay with as many of its modes as fit into a line."""
    modes = decay.split(" or ")
    kept = len(modes)
    while kept > 1 and _seen(" or ".join(modes[:kept])) > _WIDE - len(" or ..."):
        kept -= 1
    return " or ".join([*modes[:kept], *(["..."] if kept < len(modes) else [])])


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
