"""What every decay conserves: electric charge, an even number of half-integer spins, the fermion number of Dirac states.

Nothing else is asked of a decay here: angular momentum (a scalar X2 -> X1 gamma is a toy), flavour, and the lepton
number of Standard Model particles are the chain's own affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

from particle import PDGID
from particle.pdgid import functions as pdg

from darkpair.gen.errors import InputError
from darkpair.gen.particles import DARK_SPINS, DIRAC_SECTORS, Particle

__all__ = [
    "Vertex",
    "fermion_number",
    "half_integer",
    "majorana",
    "require_allowed",
    "require_fermion_number",
    "three_charge",
]

#: A decaying particle and its daughters.
Vertex: TypeAlias = "tuple[Particle, tuple[Particle, ...]]"

_LEPTONS = frozenset(range(11, 19))  # with their neutrinos
_QUARKS = frozenset(range(1, 9))
_SWITCH = "change the particles, or switch these laws off with conserve = false"


@cache
def three_charge(pdgid: int) -> int | None:
    """Three times the electric charge of a PDG id; None where the id tells none."""
    if abs(pdgid) in DARK_SPINS:
        return 0
    if not _numbered(pdgid):
        return None
    charge = PDGID(pdgid).three_charge
    return None if charge is None else int(charge)


@cache
def half_integer(pdgid: int) -> bool | None:
    """Whether the spin is an odd multiple of 1/2; None where the id tells none.

    The digit n_J = 2J + 1 of hadrons and the table of leptons, quarks and bosons (PDG Monte Carlo numbering scheme);
    of a nucleus the number of its nucleons is odd.
    """
    if abs(pdgid) in DARK_SPINS:
        return bool(round(2.0 * DARK_SPINS[abs(pdgid)]) % 2)
    if not _numbered(pdgid):
        return None
    if abs(pdgid) in _QUARKS | _LEPTONS:
        return True
    if pdg.is_nucleus(pdgid):
        nucleons = pdg.A(pdgid)
        return None if nucleons is None else bool(nucleons % 2)
    states = PDGID(pdgid).j_spin  # 2J + 1
    return None if not states else states % 2 == 0


@cache
def fermion_number(pdgid: int) -> int:
    """Fermions minus antifermions that a particle counts as: leptons, baryons, nuclei and the dark Dirac states."""
    kind, sign = abs(pdgid), 1 if pdgid > 0 else -1
    if any(kind in sector for sector in DIRAC_SECTORS) or kind in _LEPTONS:
        return sign
    if not _numbered(pdgid):
        return 0
    if pdg.is_nucleus(pdgid):
        return sign * (pdg.A(pdgid) or 0)
    return sign if pdg.is_baryon(pdgid) else 0


def require_allowed(parent: Particle, daughters: Sequence[Particle]) -> None:
    """Refuse a decay that changes the charge, or has an odd number of half-integer spins.

    A particle whose PDG id tells neither charge nor spin leaves that law unasked.

    Raises
    ------
    InputError
        With what is before and after.
    """
    what = _spell(parent, daughters)
    before, after = three_charge(parent.pdgid), [three_charge(d.pdgid) for d in daughters]
    charges = [charge for charge in after if charge is not None]
    if before is not None and len(charges) == len(after) and sum(charges) != before:
        raise InputError(
            f"{what} changes the charge from {_charge(before)} to {_charge(sum(charges))}; allowed: the same before and "
            f"after; {_SWITCH}"
        )
    spins = {p.name: half_integer(p.pdgid) for p in (parent, *daughters)}
    if None not in spins.values():
        halves = [p.name for p in (parent, *daughters) if spins[p.name]]
        if len(halves) % 2:
            raise InputError(
                f"{what} has {len(halves)} half-integer spin{'s' * (len(halves) > 1)} ({', '.join(halves)}), so that no "
                f"orbital angular momentum makes it; allowed: an even number; {_SWITCH}"
            )


def require_fermion_number(vertices: Iterable[Vertex]) -> None:
    """Refuse decays that do not conserve the fermion number of Dirac states.

    psi1 and psi2 are Dirac states where psi1~ or psi2~ occurs anywhere in the chain (and psiY where psiY~ does), and
    may be Majorana ones where none does: then nothing is asked.

    Parameters
    ----------
    vertices : iterable of Vertex
        Every decay of one chain.

    Raises
    ------
    InputError
        With the numbers before and after.
    """
    vertices = tuple(vertices)
    antiparticles = {-p.pdgid for v in vertices for p in (v[0], *v[1]) if p.pdgid < 0}
    dirac = {kind for sector in DIRAC_SECTORS if sector & antiparticles for kind in sector}
    for parent, daughters in vertices:
        dark = _dark_fermions(parent, daughters)
        before, after = fermion_number(parent.pdgid), _total(daughters)
        if dark and dark <= dirac and before != after:
            raise InputError(
                f"{_spell(parent, daughters)} changes the fermion number from {before} to {after}; allowed: the same "
                f"before and after, as an antiparticle (~) in the chain makes its psi Dirac states; {_SWITCH}"
            )


def majorana(vertices: Iterable[Vertex]) -> frozenset[int]:
    """PDG ids of the dark fermions of a chain that can only be Majorana states, their own antiparticles.

    Those without an antiparticle in the chain, in a sector whose fermion number a decay of the chain changes.
    """
    vertices = tuple(vertices)
    antiparticles = {-p.pdgid for v in vertices for p in (v[0], *v[1]) if p.pdgid < 0}
    changing = {
        kind
        for parent, daughters in vertices
        if fermion_number(parent.pdgid) != _total(daughters)
        for kind in _dark_fermions(parent, daughters)
    }
    own = [sector for sector in DIRAC_SECTORS if sector & changing and not sector & antiparticles]
    return frozenset(kind for sector in own for kind in sector)


def _numbered(pdgid: int) -> bool:
    """Whether the numbering scheme says what that id is: those of a generator's own use mean nothing to it."""
    kind = abs(pdgid)
    own = 51 <= kind <= 60 or 81 <= kind <= 100 or (kind < 4000 and 900 < kind % 1000 <= 930)
    return not own and bool(PDGID(pdgid).is_valid)


def _dark_fermions(parent: Particle, daughters: Sequence[Particle]) -> set[int]:
    kinds = {abs(p.pdgid) for p in (parent, *daughters)}
    return {kind for sector in DIRAC_SECTORS for kind in sector & kinds}


def _total(daughters: Sequence[Particle]) -> int:
    return sum(fermion_number(d.pdgid) for d in daughters)


def _spell(parent: Particle, daughters: Sequence[Particle]) -> str:
    return f"{parent.name} -> {' '.join(d.name for d in daughters)}"


def _charge(three: int) -> str:
    return f"{three // 3:d}" if three % 3 == 0 else f"{three}/3"
