"""Chains from descriptors, ``"K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"``; `darkpair.chains.spelling` has their grammar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from darkpair.chains.chain import Chain
from darkpair.chains.given_elements import Given, decay_of, element_of, ordered
from darkpair.chains.recipes import law_of
from darkpair.chains.settings import Quantities, read_settings, require_decaying, require_used
from darkpair.chains.spelling import Spelled, from_decaylanguage, parse, require_shallow
from darkpair.gen.decay import Daughter, Decay, Mode
from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.kinds import Number
from darkpair.gen.lifetime import Lifetime
from darkpair.gen.particles import Particle, particle

__all__ = ["Spelled", "build", "from_decaylanguage", "parse"]


#: Modes by (particle, names of daughters): settings that a text cannot carry.
ModeSettings: TypeAlias = Mapping[tuple[str, tuple[str, ...]], Mapping[str, Any]]


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
    decaying: Collection[str] = (),
) -> Chain:
    """Chain of a descriptor.

    Parameters
    ----------
    spelled : Spelled or str
        Descriptor, or what `parse` makes of it.
    mass : mapping of str to float or str [GeV]
        Masses of the dark states, and of any other particle that should differ from the PDG's; numbers, or texts as
        "430 MeV".
    ctau : mapping of str to float or str [mm]
        Mean proper decay lengths of dark states; one that decays is prompt unless given.
    width : mapping of str to float or str [GeV]
        Natural widths other than the PDG's of rho, omega, K*(892), phi; 0 is a line.
    lifetimes : mapping of str to Lifetime
        Laws other than the exponential, as in `Chain`.
    modes : mapping
        Keyword arguments of `Mode` (matrix_element, slope) by (particle, names of daughters).
    matrix_elements : mapping, optional
        Squared matrix elements of decays to three, by the decay's spelling, whose order of daughters is the
        element's: a function of q² and the cosine, a name of `darkpair.chains.elements_by_name.MATRIX_ELEMENTS`, or a
        mapping of ``name`` and its parameters (`darkpair.chains.given_elements`).
    conserve : bool
        Whether a decay that changes charge or fermion number, or has an odd number of half-integer spins, is refused
        (`darkpair.gen.conservation`).
    decaying : collection of str
        Particles that decay in other chains of the same settings: they may have a c tau though they are whole in this one.

    Raises
    ------
    UnknownNameError
        For a particle that nothing carries, and for a mass, c tau or mode setting of one that the chain lacks.
    InputError
        For a text that is no descriptor, a bad number, a decay that is not possible, a c tau of what does not decay.
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
    require_decaying(settings["ctau"], {*decay.decaying, *decaying}, dark_too=False)
    for parent, names in builder.modes:
        if (parent, names) not in builder.built:
            spelt = sorted(_spelt(*mode) for mode in builder.built)
            raise UnknownNameError("mode of the chain", _spelt(parent, names), spelt)
    for text in builder.elements:
        if text not in builder.placed:
            spelt = sorted(_spelt(*mode) for mode in builder.built)
            raise UnknownNameError("mode of the chain", text, spelt, "matrix_elements")
    return Chain(decay=decay, lifetimes=lifetimes or {})


def _settings(modes: ModeSettings) -> ModeSettings:
    """Settings of modes that are tables of what a mode has."""
    if not isinstance(modes, Mapping):
        raise InputError(f"modes = {shown(modes)}; allowed: a table by (particle, names of daughters)")
    names = [entry.name for entry in fields(Mode) if entry.name not in ("daughters", "branching_ratio")]
    for mode, table in modes.items():
        if not isinstance(table, Mapping):
            raise InputError(f"modes[{shown(mode)}] = {shown(table)}; allowed: a table of {', '.join(names)}")
        for key, value in table.items():
            if key not in names:
                raise UnknownNameError("setting of a mode", key, names)
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
        require_shallow(depth)
        parent = self.particle(tree.name, decays=True)
        modes = []
        for branching_ratio, daughters in tree.modes:
            built = tuple(self.daughter(d, depth) for d in daughters)
            names = tuple(d.parent.name if isinstance(d, Decay) else d.name for d in built)
            self.built.add((parent.name, names))
            settings = dict(self.modes.get((parent.name, names), {}))
            particles = [d.parent if isinstance(d, Decay) else d for d in built]
            self._give(settings, parent, particles)
            law = law_of(parent, particles)
            if law is not None and "matrix_element" not in settings:
                settings["matrix_element"] = law.matrix_element(parent.mass, [p.mass for p in particles])
                settings["order"] = law.order
            try:
                modes.append(Mode(built, branching_ratio=branching_ratio, **settings))
            except InputError as error:
                if not str(error).startswith("branching ratio"):
                    raise
                raise InputError(f"{parent.name} -> {' '.join(names)}: {error}") from None
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
        state = particle(name, mass=self.mass.get(name), ctau=self.ctau.get(name), width=self.width.get(name))
        # a dark state that decays in the chain is prompt unless somebody says how far it flies
        return (
            particle(name, mass=state.mass, ctau=0.0)
            if decays and state.dark and name not in self.ctau
            else state
        )
