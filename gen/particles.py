"""The particles that a chain may name: PDG values from `particle`, and the dark states with their ids."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, TypeVar

from particle import InvalidParticle, ParticleNotFound

from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.parameters import Energy, Ge, Infinite, Length, settle
from darkpair.gen.particle_words import meant
from darkpair.gen.pdg_entries import named_entry, pdg_entry
from darkpair.gen.ranges import ENERGIES, LENGTHS, require_within
from darkpair.gen.resonance_channels import RESONANCES

__all__ = [
    "ALIASES",
    "DARK_IDS",
    "DARK_SPINS",
    "DIRAC_SECTORS",
    "Particle",
    "conjugate",
    "particle",
    "published",
    "spoken",
]

T = TypeVar("T")

_PHOTON = 22

#: The dark states, decided once and written into every file.  X1 scalar 51 and fermion 52 are the PDG's
#: dark-matter ids, 32 is the PDG's Z'; 901-930 is the PDG's range for a generator's own use
#: (PDG Monte Carlo numbering scheme, items 11 and 12).  A trailing ~ is the antiparticle of a Dirac state.
DARK_IDS: dict[str, int] = {
    "X1": 51,  # lighter dark scalar
    "S1": 51,
    "psi1": 52,  # lighter dark fermion
    "psi1~": -52,
    "X2": 901,  # heavier dark scalar
    "S2": 901,
    "psi2": 902,  # heavier dark fermion
    "psi2~": -902,
    "S": 903,  # invisible scalar of K_L -> pi0 S
    "S3": 904,  # scalar mediator
    "Y": 905,  # invisible scalar of K_L -> pi0 Y Y
    "psiY": 906,  # invisible fermion of K_L -> pi0 psiY psiY~
    "psiY~": -906,
    "Zprime": 32,
    "A'": 32,
}

#: Spins of the dark states, by the id without its sign.
DARK_SPINS: dict[int, float] = {
    51: 0.0,
    52: 0.5,
    901: 0.0,
    902: 0.5,
    903: 0.0,
    904: 0.0,
    905: 0.0,
    906: 0.5,
    32: 1.0,
}

#: Ids of the dark fermions that share a fermion number, where they are Dirac states.
DIRAC_SECTORS: tuple[frozenset[int], ...] = (frozenset({52, 902}), frozenset({906}))

#: Other words for particles of the PDG, as EvtGen spells them.
ALIASES: dict[str, str] = {
    "K_L": "K_L0",
    "KL": "K_L0",
    "K_S": "K_S0",
    "KS": "K_S0",
    "nu": "nu_e",
    "nubar": "anti-nu_e",
    "Upsilon4S": "Upsilon(4S)",
}


@dataclass(frozen=True, kw_only=True)
class Particle:
    """A kind of particle.

    Parameters
    ----------
    name : str
        Name as chains spell it.
    pdgid : int
        PDG id; one of `DARK_IDS` for the dark states.
    mass : float [GeV]
        Mass, 0 to 1e20.
    ctau : float [mm]
        Mean proper decay length; 0 is prompt, infinity is stable, otherwise 1e-50 to 1e50.
    width : float [GeV]
        Natural width of what has a line shape (`darkpair.gen.resonances`); 0 is a line.

    Raises
    ------
    InputError
        For a mass, width or c tau that is negative, NaN or beyond these limits, an infinite mass, or a photon with one.
    """

    name: str
    pdgid: int
    mass: Annotated[float, Energy, Ge(0.0)]
    ctau: Annotated[float, Length, Ge(0.0), Infinite] = math.inf
    width: Annotated[float, Energy, Ge(0.0)] = 0.0

    def __post_init__(self) -> None:
        settle(self, self.name)
        require_within(self.mass, (0.0, ENERGIES[1]), f"mass of {self.name}", "GeV")
        if self.pdgid == _PHOTON and self.mass > 0.0:
            raise InputError(
                f"mass of {self.name} = {self.mass:g} GeV; allowed: 0, a photon has none; a massive one is the dark photon A'"
            )
        if self.ctau < math.inf:
            require_within(self.ctau, LENGTHS, f"ctau of {self.name}", "mm")

    @property
    def dark(self) -> bool:
        """Whether it is one of the dark states."""
        return abs(self.pdgid) in _DARK_PDGIDS


_DARK_PDGIDS = frozenset(DARK_SPINS)


def particle(
    name: str,
    *,
    mass: float | str | None = None,
    ctau: float | str | None = None,
    width: float | str | None = None,
    key: str = "",
) -> Particle:
    """Particle of that name: mass, lifetime and, where it has a line shape, width of the PDG unless given.

    Parameters
    ----------
    name : str
        A dark state of `DARK_IDS`, an EvtGen name (``K_L0``, ``pi0``, ``B+``), or one of `ALIASES`.
    mass, ctau, width : float or str, optional [GeV], [mm], [GeV]
        Mass, mean proper length and width instead of the PDG's: numbers, or texts with a unit. A dark state needs a
        mass here and is stable unless told otherwise. Widths are those of
        `darkpair.gen.resonance_channels.RESONANCES`; 0 makes such a particle a line.
    key : str
        The parameter that names it, for messages.

    Raises
    ------
    UnknownNameError
        If nothing carries the name.
    InputError
        If a dark state comes without a mass, or a width is given to what has no line shape.
    """
    if not isinstance(name, str):
        raise InputError(f"{key or 'particle'} = {shown(name)}; allowed: a name, as 'K_L0'")
    if name in DARK_IDS:
        if mass is None:
            raise InputError(f"the mass of {name} is not given; say mass = {{{name} = ... GeV}}")
        dark = Particle(name=name, pdgid=DARK_IDS[name], mass=mass)  # type: ignore[arg-type]
        return _changed(dark, {"ctau": ctau, "width": width})
    try:
        entry = _pdg(ALIASES.get(name, name))
    except UnknownNameError as error:
        if not key:
            raise
        raise error.at(key) from None
    return _changed(entry, {"mass": mass, "ctau": ctau, "width": width})


def _changed(entry: Particle, given: Mapping[str, Any]) -> Particle:
    """The particle with what is given, where anything is."""
    changes = {key: value for key, value in given.items() if value is not None}
    changed = replace(entry, **changes) if changes else entry
    _check_width(changed.name, changed.pdgid, changed.width)
    return changed


def published(name: str) -> Particle | None:
    """The particle of that name with mass, lifetime and width of the PDG; None for a dark state and a stranger's particle."""
    if name in DARK_IDS:
        return None
    try:
        return particle(name)
    except UnknownNameError:
        return None


def spoken(table: Mapping[str, T], names: Collection[str]) -> dict[str, T]:
    """Settings by the names of a chain's particles, of a table that may speak of dark states by another name.

    X1 and X2 are the lighter and the heavier dark state whatever they are, S2 and X2 are one scalar, psi2 stands for
    psi2~ too: a particle and its antiparticle have one mass and one lifetime.  A name's own entry goes first.

    Parameters
    ----------
    table : mapping
        Settings by the name of a particle.
    names : collection of str
        Names of the chain's particles.

    Raises
    ------
    InputError
        For two entries that give a particle different settings.
    """
    out: dict[str, T] = {}
    words: dict[str, str] = {}
    for word, value in table.items():
        ids = {abs(DARK_IDS[word])} if word in DARK_IDS else set()
        if word in ("X1", "X2"):
            ids.add(DARK_IDS[f"psi{word[1]}"])
        same = [name for name in names if abs(DARK_IDS.get(name, 0)) in ids]
        own = [word] if word in names or not same else []
        general = word in ("X1", "X2")  # (for all that are not named)
        if not own and not general and all(name in table and table[name] != value for name in same):
            raise InputError(
                f"{word} = {value!r} speaks of {', '.join(same)}, which the table names itself; leave one of them out"
            )
        for name in [*own, *(name for name in same if name not in table)]:
            if out.setdefault(name, value) != value:
                raise InputError(
                    f"{words[name]} = {out[name]!r} and {word} = {value!r} both speak of {name}; give {name} its own"
                )
            words.setdefault(name, word)
    return out


def conjugate(particle: Particle) -> Particle:
    """Antiparticle, with the same mass, lifetime and width; the particle itself where it is its own."""
    return replace(particle, **_conjugate(particle.name, particle.pdgid))


@cache
def _conjugate(name: str, pdgid: int) -> dict[str, Any]:
    if name in DARK_IDS:
        partner = name.removesuffix("~") if name.endswith("~") else f"{name}~"
        return {"name": partner, "pdgid": DARK_IDS[partner]} if partner in DARK_IDS else {}
    try:
        entry = pdg_entry(pdgid).invert()
    except (ParticleNotFound, InvalidParticle):  # a stranger's particle
        return {}
    partner_id = int(entry.pdgid)
    return {} if partner_id == pdgid else {"name": entry.evtgen_name, "pdgid": partner_id}


@cache
def _pdg(name: str) -> Particle:
    try:
        entry = named_entry(name)
    except (ParticleNotFound, InvalidParticle, KeyError, ValueError) as error:
        ours = _suggestions()
        near = meant(name, ALIASES, ours)  # (itself where the word has an id that the table lacks)
        raise UnknownNameError("particle", name, ours, near="" if near == name else near) from error
    mass = 0.0 if entry.mass is None else entry.mass / 1e3  # neutrinos have no mass there; MeV to GeV
    ctau = math.inf if entry.ctau is None else float(entry.ctau)
    width = (entry.width or 0.0) / 1e3 if abs(int(entry.pdgid)) in RESONANCES else 0.0
    return Particle(name=name, pdgid=int(entry.pdgid), mass=mass, ctau=ctau, width=width)


def _check_width(name: str, pdgid: int, width: float | None) -> None:
    if width and abs(pdgid) not in RESONANCES:
        raise InputError(
            f"width of {name} = {width} GeV, which is always a line; allowed: 0, or a width of rho, omega, K*(892), phi"
        )


def _suggestions() -> tuple[str, ...]:
    """Names that chains of this project use, for the error message."""
    ours = ("K_L0", "K_S0", "K+", "K-", "K0", "pi0", "pi+", "pi-", "eta", "eta'", "B+", "B-", "B0", "anti-B0")
    return (*DARK_IDS, *ours, "gamma", "e+", "e-", "mu+", "mu-", "nu_e", "anti-nu_e", *ALIASES)
