"""Decays by the names of their particles: from text, ``"K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"``, or a dictionary.

Several modes of one particle are separated by ``|`` and may carry a branching ratio in brackets:
``"(pi0 -> gamma gamma [0.98823] | e+ e- gamma [0.01174])"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from darkpair.gen.errors import InputError, shown
from darkpair.gen.kinds import Number

__all__ = ["Spelled", "from_decaylanguage", "parse", "require_shallow"]


@dataclass(frozen=True)
class Spelled:
    """A decay by names: the particle and, for each mode, its branching ratio and daughters."""

    name: str
    modes: tuple[tuple[float, tuple[str | Spelled, ...]], ...]


#: Most decays that may stand inside each other: Python has room for some 200, no chain has ten.
_DEEPEST: Final = 100

_DICTIONARY: Final = 'write for example {"pi0": [{"bf": 0.988, "fs": ["gamma", "gamma"]}]}'


def parse(text: str) -> Spelled:
    """Decay that a descriptor spells.

    Raises
    ------
    InputError
        With the place of the mistake.
    """
    return _Parser(text).whole()


def from_decaylanguage(chain: Mapping[str, Any]) -> Spelled:
    """Decay that a decaylanguage dictionary spells (``DecayChain.to_dict()``, EvtGen names).

    Parameters
    ----------
    chain : mapping
        Dictionary ``{mother: [{"bf": 0.98823, "fs": ["gamma", "gamma"]}, ...]}``, daughters nested likewise.

    Raises
    ------
    InputError
        If it has another shape.
    """
    return _spelled(chain, 1)


def _spelled(chain: Any, depth: int) -> Spelled:
    """Decay that stands inside of `depth` - 1 others."""
    require_shallow(depth)
    if not isinstance(chain, Mapping):
        raise InputError(f"a decay-chain dictionary has one mother; this is {shown(chain)}; {_DICTIONARY}")
    if len(chain) != 1:
        raise InputError(
            f"a decay-chain dictionary has one mother; this one has {len(chain)}: {', '.join(map(str, chain))}"
        )
    ((name, listed),) = chain.items()
    modes: list[tuple[float, tuple[str | Spelled, ...]]] = []
    for mode in listed if isinstance(listed, list | tuple) else [listed]:
        if not isinstance(mode, Mapping):
            raise InputError(f"a mode of {name} is {shown(mode)}; {_DICTIONARY}")
        if not {"bf", "fs"} <= set(mode):
            raise InputError(f"a mode of {name} lacks 'bf' or 'fs'; it has {', '.join(map(str, mode))}")
        share = Number().read(mode["bf"], f"bf of a mode of {name}", {})
        if not isinstance(mode["fs"], list | tuple):
            raise InputError(f"fs of a mode of {name} = {shown(mode['fs'])}; allowed: a list of daughters")
        daughters = tuple(d if isinstance(d, str) else _spelled(d, depth + 1) for d in mode["fs"])
        modes.append((share, daughters))
    return Spelled(str(name), tuple(modes))


def require_shallow(depth: int) -> None:
    """Refuse a decay that stands inside of more others than Python has room for."""
    if depth > _DEEPEST:
        raise InputError(f"more than {_DEEPEST} decays inside each other; allowed: {_DEEPEST}")


class _Parser:
    """Recursive descent over words; a parenthesis belongs to a word where it is balanced in it, as in Upsilon(4S)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        for spaced in text.replace("[", " [ ").replace("]", " ] ").replace("|", " | ").split():
            word = spaced.lstrip("(")
            self.tokens.extend("(" * (len(spaced) - len(word)))
            closing = max(word.count(")") - word.count("("), 0)
            if word[: len(word) - closing]:
                self.tokens.append(word[: len(word) - closing])
            self.tokens.extend(")" * closing)
        self.at = 0

    def whole(self) -> Spelled:
        tree = self.decay()
        if self.at < len(self.tokens):
            self.fail("the end")
        return tree

    def decay(self, depth: int = 1) -> Spelled:
        require_shallow(depth)
        name = self.name("a particle")
        if self.peek() != "->":
            self.fail("'->'")
        self.at += 1
        modes = [self.mode(depth)]
        while self.peek() == "|":
            self.at += 1
            modes.append(self.mode(depth))
        return Spelled(name, tuple(modes))

    def mode(self, depth: int) -> tuple[float, tuple[str | Spelled, ...]]:
        daughters: list[str | Spelled] = []
        while self.peek() not in (None, ")", "|", "[", "]", "->"):
            if self.peek() == "(":
                self.at += 1
                daughters.append(self.decay(depth + 1))
                if self.peek() != ")":
                    self.fail("')'")
                self.at += 1
            else:
                daughters.append(self.name("a daughter"))
        if len(daughters) < 2:
            self.fail("two or more daughters")
        if self.peek() != "[":
            return 1.0, tuple(daughters)
        try:
            share = float(self.tokens[self.at + 1])
            closed = self.tokens[self.at + 2] == "]"
        except (ValueError, IndexError):
            closed = False
        if not closed:
            self.fail("a branching ratio in brackets, as in [0.988]")
        self.at += 3
        return share, tuple(daughters)

    def name(self, what: str) -> str:
        token = self.peek()
        if token is None or token in ("(", ")", "->", "|", "[", "]"):
            self.fail(what)
        self.at += 1
        return str(token)

    def peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def fail(self, wanted: str) -> None:
        here = " ".join(self.tokens[: self.at])
        word = shown(self.peek()) if self.peek() is not None else "the end"
        raise InputError(
            f"decay descriptor {shown(self.text)}: expected {wanted} after {shown(here)}, found {word}; "
            "write for example 'K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))'"
        )
