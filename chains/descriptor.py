"""Chains from text, ``"K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"``, and from decaylanguage's dictionaries.

Several modes of one particle are separated by ``|`` and may carry a branching ratio in brackets:
``"(pi0 -> gamma gamma [0.98823] | e+ e- gamma [0.01174])"``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeAlias

from darkpair.chains.chain import Chain
from darkpair.chains.given_elements import Given, decay_of, element_of, ordered
from darkpair.chains.settings import Quantities, read_settings, require_used
from darkpair.chains.standard_model import known_law
from darkpair.gen.decay import Daughter, Decay, Mode
from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.kinds import Number
from darkpair.gen.lifetime import Lifetime
from darkpair.gen.particles import Particle, particle

__all__ = ["Spelled", "build", "from_decaylanguage", "parse"]


@dataclass(frozen=True)
class Spelled:
    """A decay by names: the particle and, for each mode, its branching ratio and daughters."""

    name: str
    modes: tuple[tuple[float, tuple[str | Spelled, ...]], ...]


#: Most decays that may stand inside each other: Python has room for some 200, no chain has ten.
_DEEPEST: Final = 100

_DICTIONARY: Final = 'write for example {"pi0": [{"bf": 0.988, "fs": ["gamma", "gamma"]}]}'

#: Modes by (particle, names of daughters): settings that a text cannot carry.
ModeSettings: TypeAlias = Mapping[tuple[str, tuple[str, ...]], Mapping[str, Any]]


def parse(text: str) -> Spelled:
    """Decay that a descriptor spells.

    Raises
    ------
    InputError
        With the place of the mistake.
    """
    return _Parser(text).whole()


def build(
    spelled: Spelled | str,
    *,
    mass: Quantities | None = None,
    ctau: Quantities | None = None,
    width: Quantities | None = None,
    lifetimes: Mapping[str, Lifetime] | None = None,
    modes: ModeSettings | None = None,
    matrix_elements: Mapping[str, Given] | None = None,
    conserve: bool = True,
) -> Chain:
    """Chain of a descriptor.

    Parameters
    ----------
    spelled : Spelled or str
    mass : mapping of str to float or str [GeV]
        Of the dark states, and of any other that should differ from the PDG's; numbers, or texts as "430 MeV".
    ctau : mapping of str to float or str [mm]
        A decaying dark state is prompt unless given.
    width : mapping of str to float or str [GeV]
        Natural widths other than the PDG's of rho, omega, K*(892), phi; 0 is a line.
    lifetimes : mapping of str to Lifetime
        Laws other than the exponential, as in `Chain`.
    modes : mapping
        Keyword arguments of `Mode` (matrix_element, slope) by (particle, names of daughters).
    matrix_elements : mapping, optional
        Of decays to three, by their spelling, whose order of daughters is the element's: a function of q² and the
        cosine, a name of `darkpair.chains.elements_by_name.MATRIX_ELEMENTS`, or a mapping of ``name`` and its
        parameters (`darkpair.chains.given_elements`).
    conserve : bool
        Whether a decay that changes charge or fermion number, or has an odd number of half-integer spins, is refused
        (`darkpair.gen.conservation`).

    Raises
    ------
    UnknownNameError
        For a particle that nothing carries, and for a mass, c tau or mode setting of one that the chain lacks.
    InputError
        For a text that is no descriptor, a bad number, a decay that is not possible.
    """
    tree = parse(spelled) if isinstance(spelled, str) else spelled
    if not isinstance(tree, Spelled):
        raise InputError(
            f"the decay is {shown(spelled)}; allowed: a text as 'K_L0 -> gamma gamma', or Spelled"
        )
    settings = read_settings({"mass": mass, "ctau": ctau, "width": width})
    builder = _Builder(
        mass=settings["mass"],
        ctau=settings["ctau"],
        width=settings["width"],
        modes=_settings(modes or {}),
        elements={text: (*decay_of(text), given) for text, given in (matrix_elements or {}).items()},
        conserve=conserve,
    )
    decay = builder.decay(tree)
    require_used(settings, builder.used)
    for parent, names in builder.modes:
        if (parent, names) not in builder.built:
            spelt = sorted(_spelt(*mode) for mode in builder.built)
            raise UnknownNameError("mode of the chain", _spelt(parent, names), spelt)
    for text in builder.elements:
        if text not in builder.placed:
            spelt = sorted(_spelt(*mode) for mode in builder.built)
            raise UnknownNameError("mode of the chain", text, spelt, "matrix_elements")
    return Chain(decay=decay, lifetimes=lifetimes or {})


def from_decaylanguage(chain: Mapping[str, Any]) -> Spelled:
    """Decay that a decaylanguage dictionary spells (``DecayChain.to_dict()``, EvtGen names).

    Parameters
    ----------
    chain : mapping
        ``{mother: [{"bf": 0.98823, "fs": ["gamma", "gamma"]}, ...]}``, daughters nested likewise.

    Raises
    ------
    InputError
        If it has another shape.
    """
    return _spelled(chain, 1)


def _spelled(chain: Any, depth: int) -> Spelled:
    """Decay that stands inside of `depth` - 1 others."""
    _require_shallow(depth)
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


def _require_shallow(depth: int) -> None:
    if depth > _DEEPEST:
        raise InputError(f"more than {_DEEPEST} decays inside each other; allowed: {_DEEPEST}")


def _settings(modes: ModeSettings) -> ModeSettings:
    """Settings of modes that are tables of what a mode has."""
    if not isinstance(modes, Mapping):
        raise InputError(f"modes = {shown(modes)}; allowed: a table by (particle, names of daughters)")
    known = [entry.name for entry in fields(Mode) if entry.name not in ("daughters", "branching_ratio")]
    for mode, table in modes.items():
        if not isinstance(table, Mapping):
            raise InputError(f"modes[{shown(mode)}] = {shown(table)}; allowed: a table of {', '.join(known)}")
        for key, value in table.items():
            if key not in known:
                raise UnknownNameError("setting of a mode", key, known)
            if key == "slope":
                Number().read(value, f"modes[{shown(mode)}].slope", {})
    return modes


def _spelt(parent: str, names: tuple[str, ...]) -> str:
    return f"{parent} -> {' '.join(names)}"


@dataclass
class _Builder:
    mass: Mapping[str, float]
    ctau: Mapping[str, float]
    width: Mapping[str, float]
    modes: ModeSettings
    elements: Mapping[str, tuple[str, tuple[str, ...], Given]]
    conserve: bool
    used: set[str] = field(default_factory=set)
    built: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    placed: set[str] = field(default_factory=set)

    def decay(self, tree: Spelled, depth: int = 1) -> Decay:
        _require_shallow(depth)
        parent = self.particle(tree.name, decays=True)
        modes = []
        for branching_ratio, daughters in tree.modes:
            built = tuple(self.daughter(d, depth) for d in daughters)
            names = tuple(d.parent.name if isinstance(d, Decay) else d.name for d in built)
            self.built.add((parent.name, names))
            settings = dict(self.modes.get((parent.name, names), {}))
            particles = [d.parent if isinstance(d, Decay) else d for d in built]
            self._give(settings, parent, particles)
            law = known_law(parent, particles)
            if law is not None and "matrix_element" not in settings:
                settings["matrix_element"] = law.matrix_element(parent.mass, [p.mass for p in particles])
                settings["order"] = law.order
            modes.append(Mode(built, branching_ratio=branching_ratio, **settings))
        return Decay(parent, tuple(modes), conserve=self.conserve)

    def _give(self, settings: dict[str, Any], parent: Particle, particles: Sequence[Particle]) -> None:
        """Put the matrix element that a mode was given into its settings."""
        names = tuple(p.name for p in particles)
        mine = [
            (text, order, given)
            for text, (of, order, given) in self.elements.items()
            if of == parent.name and sorted(order) == sorted(names)
        ]
        self.placed |= {text for text, _, _ in mine}
        if len(mine) + ("matrix_element" in settings) > 1:
            raise InputError(
                f"{_spelt(parent.name, names)} has several matrix elements, those of {', '.join(repr(m[0]) for m in mine)}; "
                "allowed: one"
            )
        for text, wanted, given in mine:
            order = ordered(wanted, names)
            masses = [particles[i].mass for i in order]
            settings |= {"matrix_element": element_of(given, text, parent.mass, masses), "order": order}

    def daughter(self, spelled: str | Spelled, depth: int) -> Daughter:
        if isinstance(spelled, Spelled):
            return self.decay(spelled, depth + 1)
        return self.particle(spelled, decays=False)

    def particle(self, name: str, *, decays: bool) -> Particle:
        self.used.add(name)
        found = particle(name, mass=self.mass.get(name), ctau=self.ctau.get(name), width=self.width.get(name))
        # a dark state that decays in the chain is prompt unless somebody says how far it flies
        return (
            particle(name, mass=found.mass, ctau=0.0)
            if decays and found.dark and name not in self.ctau
            else found
        )


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
        _require_shallow(depth)
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
        found = shown(self.peek()) if self.peek() is not None else "the end"
        raise InputError(
            f"decay descriptor {shown(self.text)}: expected {wanted} after {shown(here)}, found {found}; "
            "write for example 'K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))'"
        )
