"""How each mode of a decay is made, in words, by its spelling: of a decay with masses, or of its names alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from darkpair.chains.standard_model import known_law
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.particles import DARK_IDS, Particle, particle
from darkpair.gen.recipe import recipe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from darkpair.chains.descriptor import Spelled

__all__ = ["recipes", "spelled_recipes"]


def recipes(decay: Decay) -> dict[str, str]:
    """How each mode is made, here and below: see `darkpair.gen.recipe`.  One spelling may have two ways."""
    out: dict[str, str] = {}
    for parent, mode in _modes(decay):
        name = _spelling(parent.name, (p.name for p in mode.particles))
        known = out.setdefault(name, mode.recipe)
        if mode.recipe not in known:
            out[name] = f"{known}; or {mode.recipe}"
    return out


def spelled_recipes(spelled: Spelled) -> dict[str, str]:
    """The same of a decay by names, before anybody has said the masses."""
    out: dict[str, str] = {}
    parent = _massless(spelled.name)
    for _, words in spelled.modes:
        daughters = [_massless(word if isinstance(word, str) else word.name) for word in words]
        law = known_law(parent, daughters)
        name = _spelling(parent.name, (p.name for p in daughters))
        out[name] = recipe(len(daughters), summary=law.summary if law else None)
        for word in words:
            if not isinstance(word, str):
                out |= spelled_recipes(word)
    return out


def _modes(decay: Decay) -> Iterator[tuple[Particle, Mode]]:
    for mode in decay.modes:
        yield decay.parent, mode
        for daughter in mode.daughters:
            if isinstance(daughter, Decay):
                yield from _modes(daughter)


def _spelling(parent: str, names: Iterable[str]) -> str:
    return f"{parent} -> {' '.join(names)}"


def _massless(name: str) -> Particle:
    return particle(name, mass=0.0) if name in DARK_IDS else particle(name)
