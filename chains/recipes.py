"""How each mode of a decay is made, in words, by its spelling: of a decay with masses, or of its names alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from darkpair.gen.alignment import Alignment, alignment
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.particles import DARK_IDS, Particle, particle
from darkpair.gen.recipe import recipe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from darkpair.chains.spelling import Spelled
    from darkpair.chains.standard_model import Law

__all__ = ["law_of", "recipes", "spelled_recipes"]


def recipes(decay: Decay) -> dict[str, str]:
    """How each mode is made, here and below: see `darkpair.gen.recipe`.  One spelling may have two ways."""
    out: dict[str, str] = {}
    for parent, mode, law in _modes(decay):
        made = recipe(2, alignment=law.summary) if law and not mode.slope else mode.recipe
        _add(out, _spelling(parent.name, mode.particles), made)
    return out


def spelled_recipes(spelled: Spelled) -> dict[str, str]:
    """The same of a decay by names, before anybody has said the masses."""
    out: dict[str, str] = {}
    _spell(spelled, None, (), out)
    return out


def _spell(
    spelled: Spelled, mother: Particle | None, sisters: Sequence[Particle], out: dict[str, str]
) -> None:
    parent = _massless(spelled.name)
    for _, words in spelled.modes:
        daughters = [_massless(word if isinstance(word, str) else word.name) for word in words]
        law = law_of(parent, daughters)
        along = alignment(mother, parent, sisters, daughters) if mother else None
        made = recipe(
            len(daughters), summary=law.summary if law else None, alignment=along.summary if along else None
        )
        _add(out, _spelling(parent.name, daughters), made)
        for word in words:
            if not isinstance(word, str):
                _spell(word, parent, daughters, out)


def law_of(parent: Particle, daughters: Sequence[Particle]) -> Law | None:
    """How a mode is made that has a matrix element of its own, `darkpair.chains.standard_model.known_law`: none of two daughters has."""
    if len(daughters) < 3:
        return None
    from darkpair.chains.standard_model import known_law  # (with the form factors of all of them)

    return known_law(parent, daughters)


def _add(out: dict[str, str], name: str, made: str) -> None:
    ways = out.setdefault(name, made)
    if made not in ways.split("; or "):
        out[name] = f"{ways}; or {made}"


def _modes(
    decay: Decay, mother: Particle | None = None, sisters: Sequence[Particle] = ()
) -> Iterator[tuple[Particle, Mode, Alignment | None]]:
    """Every decaying particle with each of its modes, and the law by which its mother aligns it."""
    for mode in decay.modes:
        law = alignment(mother, decay.parent, sisters, mode.particles) if mother else None
        yield decay.parent, mode, law
        for daughter in mode.daughters:
            if isinstance(daughter, Decay):
                yield from _modes(daughter, decay.parent, mode.particles)


def _spelling(parent: str, daughters: Iterable[Particle]) -> str:
    return f"{parent} -> {' '.join(p.name for p in daughters)}"


def _massless(name: str) -> Particle:
    return particle(name, mass=0.0) if name in DARK_IDS else particle(name)
