"""A decay chain with masses, a lifetime and branching ratios of one's own, as a model without couplings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.chains.given_elements import element_of
from darkpair.chains.matrix_elements import PowerAmplitude
from darkpair.chains.models.decays import PI0_DECAY
from darkpair.chains.models.model import Model, ModelMode
from darkpair.chains.settings import read_settings
from darkpair.chains.spelling import Spelled, parse
from darkpair.chains.widths import three_body_width
from darkpair.gen.constants import HBAR_C
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.frozen import FrozenMapping
from darkpair.gen.kinds import Number
from darkpair.gen.parameters import Dimensionless, Energy, Ge, Gt
from darkpair.gen.particles import ALIASES, DARK_IDS, particle
from darkpair.gen.units import Length

if TYPE_CHECKING:
    from darkpair.chains.given_elements import Given, GivenElement
    from darkpair.chains.matrix_elements import ThreeBodyAmplitude
    from darkpair.gen.kinematics import Array, Real

__all__ = ["StatedChain", "has_lifetime", "stated_chain"]

#: Where its rates are from.
_STATED: Final = "as stated"

#: Daughters of a decay with a matrix element.
_BODIES: Final = 3

#: Nodes of an average over the cosine on (-1, 1).
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(32)

#: Names of models for what particles are called otherwise.
_SPELT: Final = {ALIASES[name]: name for name in ("nu", "nubar")}

#: A c tau before it is looked at: what decays has one rule for 0, infinity and what is below 0.
_LENGTH: Final = Number(measures=Length, infinite=True)

#: What the command that asks for limits has no option for.
_SWITCH: Final = ", or switch these laws off with conserve = false"

#: Sums of branching ratios that differ from 1 by less are 1.
_ROUNDING: Final = 1e-12


@dataclass(frozen=True)
class _Sized:
    """A matrix element of somebody else's of a strength."""

    strength: float
    element: GivenElement

    @property
    def summary(self) -> str:
        """What it is and where it comes from, in a line."""
        return self.element.summary

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2] and cos_theta [1]."""
        q2, cos_theta = np.broadcast_arrays(q2, cos_theta)
        return np.asarray(self.strength * self.element(q2, cos_theta))

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2], averaged over cos_theta [1]."""
        terms = (0.5 * weight * self(q2, node) for node, weight in zip(_NODE, _WEIGHT, strict=True))
        return np.asarray(sum(terms))


@dataclass(frozen=True, kw_only=True, eq=False)
class StatedChain(Model):
    """A chain with masses, a lifetime and branching ratios of one's own; X1 and X2 are scalars, decays are isotropic.

    `stated_chain` makes it of a descriptor.

    Parameters
    ----------
    parent : str
        Name of the meson.
    productions : mapping of str to float
        What it decays to, "X1 X2", and the share of each of `ratio`; their sum is 1.
    decays : mapping of str to float
        What X2 decays to, "X1 pi0", and the branching ratio of each; what is left is invisible.
    total : float or ndarray [GeV]
        Width of X2.
    ratio : float or ndarray
        Branching ratio of all productions together.
    elements : mapping of str to GivenElement
        Squared matrix elements of decays to three, "K+ -> pi+ X1 X2"; flat phase space unless given.
    """

    parent: str
    productions: Mapping[str, float]
    decays: Mapping[str, float] = field(default_factory=FrozenMapping)
    total: Annotated[Real, Energy, Ge(0.0)] = 0.0
    ratio: Annotated[Real, Dimensionless, Gt(0.0)] = 1.0
    elements: Mapping[str, Any] = field(default_factory=FrozenMapping)

    def at(self, ratio: Real) -> StatedChain:
        """The same with another branching ratio of the parent."""
        return replace(self, ratio=ratio)

    @property
    def production(self) -> str:
        """The parent and what it decays to."""
        return f"{self.parent} -> {' | '.join(self.productions)}"

    def __str__(self) -> str:
        whole = sum(self.decays.values())
        later = [f"{mode} [{part:g}]" if part < 1.0 else mode for mode, part in self.decays.items()]
        rest = [f"invisible [{1.0 - whole:.3g}]"] if self.decays and whole < 1.0 else []
        then = f", X2 -> {' | '.join([*later, *rest])}" if later else ""
        made = [f"{mode} [{part:g}]" if part < 1.0 else mode for mode, part in self.productions.items()]
        return f"{self.parent} -> {' | '.join(made)}{then}"

    @cached_property
    def _modes(self) -> dict[tuple[str, str], ModelMode]:
        keys = [*((self.parent, mode) for mode in self.productions), *(("X2", mode) for mode in self.decays)]
        return {
            key: ModelMode(
                partial(_width, key=key),
                _STATED,
                partial(_amplitude, key=key) if len(key[1].split()) == _BODIES else None,
            )
            for key in keys
        }

    def _table(self) -> Mapping[tuple[str, str], ModelMode]:
        return self._modes


def _width(model: StatedChain, key: tuple[str, str]) -> Array:
    """Partial width of a mode [GeV]."""
    parent, mode = key
    if parent == "X2":
        return np.asarray(model.total) * model.decays[mode]
    return np.asarray(model.ratio) * model.productions[mode] * model.width(parent)


def _amplitude(model: StatedChain, key: tuple[str, str]) -> ThreeBodyAmplitude:
    """Squared amplitude of a decay to three that gives its width."""
    parent, mode = key
    element = model.elements.get(" -> ".join(key))
    unit: Any = PowerAmplitude(strength=1.0) if element is None else _Sized(1.0, element)
    own = {"X1": model.m1, "X2": model.m2}
    spectator, first, last = (own[name] if name in own else particle(name).mass for name in mode.split())
    mass = model.m2 if parent == "X2" else particle(parent).mass
    whole = three_body_width(mass, spectator, first, last, unit.averaged)
    strength = float(model.partial_width(parent, mode) / np.where(whole > 0.0, whole, 1.0))
    made: ThreeBodyAmplitude = replace(unit, strength=strength)
    return made


def stated_chain(
    descriptor: str,
    *,
    m2: float | str,
    m1: float | str = 0.0,
    ctau: float | str | None = None,
    matrix_elements: Mapping[str, Given] | None = None,
) -> StatedChain:
    """Model of a chain by its descriptor, with a branching ratio of the parent of 1.

    Parameters
    ----------
    descriptor : str
        A meson that gives X2, with what X2 decays to: "K_L0 -> X1 (X2 -> X1 pi0)", "B+ -> K+ X1 X2".  Of several modes of X2
        each has its branching ratio in brackets, and what they leave is invisible; those of several productions are
        shares of the parent's branching ratio.  A pi0 decays to two photons as often as the PDG has it.
    m2, m1 : float or str [GeV]
        Masses of X2 and X1.
    ctau : float or str [mm]
        Mean proper length of X2 where it decays.
    matrix_elements : mapping, optional
        Squared matrix elements of decays to three, as `darkpair.build` takes them; the decay is spelled with its mesons before
        X1 and X2, or of X2 with X1 first. Flat phase space unless given.

    Raises
    ------
    InputError, UnknownNameError
        For a text that is no descriptor, one that the searches cannot be asked about, a decay that is closed, a number
        that makes no sense.
    """
    tree = parse(descriptor)
    parent, decays = ALIASES.get(tree.name, tree.name), _decays(tree)
    productions = {_mode([_name(part) for part in daughters]): share for share, daughters in tree.modes}
    given = read_settings({"mass": {"X1": m1, "X2": m2}})
    length = None if ctau is None else _LENGTH.read(ctau, "ctau.X2", {})
    _require_length(ctau, length, decays)
    _require_possible(parent, productions, given["mass"])
    if decays:
        _require_possible("X2", decays, given["mass"])
    whole, visible = sum(productions.values()), sum(decays.values())
    made = StatedChain(
        m1=given["mass"]["X1"],
        m2=given["mass"]["X2"],
        parent=parent,
        productions=FrozenMapping({mode: share / whole for mode, share in productions.items()}),
        decays=FrozenMapping(decays),
        total=0.0 if length is None else HBAR_C / length,
        invisible_branching_ratio=1.0 - visible if decays and visible < 1.0 - _ROUNDING else 0.0,
    )
    return replace(made, elements=FrozenMapping(_elements(made, matrix_elements or {})))


def has_lifetime(descriptor: str) -> bool:
    """Whether X2 decays in a chain, which then needs a c tau.

    Parameters
    ----------
    descriptor : str
        As of `stated_chain`.
    """
    return bool(_decays(parse(descriptor)))


def _name(part: str | Spelled) -> str:
    """Name of a daughter as models spell it."""
    name = part.name if isinstance(part, Spelled) else part
    if name in DARK_IDS and name not in ("X1", "X2"):
        raise InputError(f"{name} in a chain for limits; call the dark particles X1 and X2, the heavier")
    if isinstance(part, Spelled) and name != "X2":
        photons = parse(PI0_DECAY).modes
        same = name == "pi0" and [d for _, d in part.modes] == [d for _, d in photons]
        if not same or part.modes[0][0] not in (1.0, photons[0][0]):
            raise InputError(
                f"the decay of {name} in a chain for limits; allowed: X2's, and {PI0_DECAY}, which is meant where pi0 stands alone"
            )
    return _SPELT.get(name, ALIASES.get(name, name) if name not in _SPELT.values() else name)


def _mode(names: list[str], *, dark_first: bool = False) -> str:
    """A mode in the order of models: mesons before X1 and X2, of X2 what is dark first."""
    dark = sorted(name for name in names if name in DARK_IDS)
    seen = sorted(name for name in names if name not in DARK_IDS)
    return " ".join([*dark, *seen] if dark_first else [*seen, *dark])


def _decays(tree: Spelled) -> dict[str, float]:
    """Modes of X2 and their branching ratios; the same wherever it stands."""
    heavy = [part for _, daughters in tree.modes for part in daughters if _name(part) == "X2"]
    tables = []
    for part in heavy:
        modes = part.modes if isinstance(part, Spelled) else ()
        tables.append({_mode(list(map(_name, names)), dark_first=True): share for share, names in modes})
    if not tables:
        raise InputError(f"{tree.name} gives no X2; write for example 'K_L0 -> X1 (X2 -> X1 pi0)'")
    if any(table != tables[0] for table in tables):
        raise InputError(
            "X2 decays in two ways in a chain for limits; write the same modes wherever it stands"
        )
    if any("X2" in mode.split() for mode in tables[0]):
        raise InputError("X2 decays to X2; write X1 for the lighter of both")
    return tables[0]


def _require_length(ctau: float | str | None, length: float | None, decays: Mapping[str, float]) -> None:
    """Refuse a c tau of what is stable, and an X2 that decays without one."""
    if not decays and ctau is not None:
        raise InputError(
            f"ctau = {ctau}, and X2 does not decay in the chain; leave it out, or write what it decays to"
        )
    if decays and not (length is not None and 0.0 < length < np.inf):
        raise InputError(
            f"ctau = {ctau} of X2, which decays in the chain; allowed: a length above 0, as in ctau='10 cm' (1 um is prompt)"
        )


def _require_possible(parent: str, modes: Mapping[str, float], masses: Mapping[str, float]) -> None:
    """Refuse particles that nothing carries, closed decays and branching ratios above 1."""
    spelled = " | ".join(f"{mode} [{share!r}]" for mode, share in modes.items())
    names = {parent, *(name for mode in modes for name in mode.split())}
    ctau = {"X2": 1.0} if parent == "X2" else {}
    try:
        build(
            f"{parent} -> {spelled}", mass={name: masses[name] for name in masses if name in names}, ctau=ctau
        )
    except InputError as error:
        if _SWITCH not in str(error):
            raise
        raise InputError(str(error).replace(_SWITCH, "")) from None


def _elements(model: StatedChain, given: Mapping[str, Given]) -> dict[str, GivenElement]:
    """Matrix elements by the decays that the model has."""
    able = [f"{parent} -> {mode}" for parent, mode in model.modes() if len(mode.split()) == _BODIES]
    own: dict[str, Real] = {"X1": model.m1, "X2": model.m2}
    elements = {}
    for text, what in given.items():
        if text not in able:
            raise UnknownNameError("decay to three of the chain", text, able, "matrix_elements")
        parent, mode = text.split(" -> ")
        mass, *masses = (
            float(np.asarray(own.get(name, 0.0))) if name in own else particle(name).mass
            for name in (parent, *mode.split())
        )
        elements[text] = element_of(what, text, mass, masses)
    return elements
