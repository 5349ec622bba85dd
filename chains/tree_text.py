"""A decay as a tree of lines, for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from darkpair.chains.decay_tree import particles_of, spell
from darkpair.chains.spelling import Spelled, parse

if TYPE_CHECKING:
    from darkpair.gen.decay import Decay
    from darkpair.gen.lifetime import Lifetime

__all__ = ["chain_text", "tree_lines"]


def tree_lines(spelled: Spelled, notes: Mapping[str, str] | None = None) -> list[str]:
    r"""Lines of a decay, a particle a line; where it has several modes, each begins with its branching ratio.

    Parameters
    ----------
    spelled : Spelled
        Decay by the names of its particles.
    notes : mapping of str to str, optional
        Words beside a particle's line, by its name.

    Examples
    --------
    >>> from darkpair.chains.spelling import parse
    >>> print("\n".join(tree_lines(parse("K_L0 -> X1 (X2 -> X1 gamma)"))))
    K_L0
    ├── X1
    └── X2
        ├── X1
        └── gamma
    """
    said = notes or {}
    width = max(len(line) for line, _ in _lines(spelled, "", ""))
    return [
        f"{line:<{width}}  {said[name]}" if name in said else line for line, name in _lines(spelled, "", "")
    ]


def _lines(node: Spelled | str, first: str, rest: str) -> Iterator[tuple[str, str]]:
    """Line and particle of a node and of everything below it, behind what stands before its line and the others."""
    if isinstance(node, str):
        yield first + node, node
        return
    yield first + node.name, node.name
    several = len(node.modes) > 1
    for i, (share, daughters) in enumerate(node.modes):
        beneath = rest
        if several or share != 1.0:
            last = i == len(node.modes) - 1
            yield f"{rest}{'└' if last else '├'}── [{share:.4g}]", ""
            beneath = rest + ("    " if last else "│   ")
        for j, daughter in enumerate(daughters):
            end = j == len(daughters) - 1
            yield from _lines(
                daughter, beneath + ("└── " if end else "├── "), beneath + ("    " if end else "│   ")
            )


def chain_text(decay: Decay, lifetimes: Mapping[str, Lifetime]) -> str:
    """Tree of a chain, with the masses and the lifetimes of its dark particles."""
    notes = {}
    for particle in particles_of(decay):
        if not particle.dark:
            continue
        words = [f"{particle.mass:.6g} GeV"]
        if particle.name in decay.decaying and math.isfinite(particle.ctau):
            words.append(f"c tau {particle.ctau:.6g} mm" if particle.ctau else "prompt")
        if particle.name in lifetimes:
            words.append(type(lifetimes[particle.name]).__name__.lower())
        notes[particle.name] = ", ".join(words)
    return "\n".join(tree_lines(parse(spell(decay)), notes))
