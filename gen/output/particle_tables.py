"""Tables of dark states as other programs read them, so that these neither drop our ids nor take them for particles of their own.

Each is written from what its reader says or does:

pythia8
    ``id:new = name antiName spinType chargeType colType m0 mWidth mMin mMax tau0`` and flags; `Pythia::readFile` takes lines that
    begin with ``!`` as remarks (PYTHIA 8.317, share/Pythia8/xmldoc/ParticleDataScheme.xml, ProgramFlow.xml).
root
    `TDatabasePDG::ReadPDGTable`, root-project/root, montecarlo/eg/src/TDatabasePDG.cxx: an antiparticle's line ends with the number
    of its particle; what is there first stays, and pdg_table.txt has techni-pions as 51 and 52, of which 52 is charged, and Z'0 as 32.
geant4, geant4_pybind
    The constructor of `G4ParticleDefinition`, Geant4/geant4, source/particles/management/include/G4ParticleDefinition.hh: spin in units
    of 1/2, particles are made before the run manager is initialised, the decay products are primaries of their own.
evtgen
    ``add p Particle name id mass width maxwidth 3*charge 2*spin ctau lundkc``, as `EvtPDL::readPDT` asks for them up to a line ``end``
    (EvtGenBase/EvtPDL.cpp); a name may stand there once, and of an id the first line counts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from darkpair.gen.dark_states import DarkState
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError

__all__ = ["PROGRAMS", "Row", "particle_table", "rows_of"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A kind of particle with its antiparticle.

    Parameters
    ----------
    name : str
        Name of the particle.
    anti : str
        Name of the antiparticle; empty where it is its own.
    pdgid : int
        PDG id of the particle.
    mass : float [GeV]
        Mass.
    ctau : float or None [mm]
        Mean proper decay length, infinite for a stable one; None where it is not one number.
    twice_spin : int
        Spin in units of 1/2.
    """

    name: str
    anti: str
    pdgid: int
    mass: float
    ctau: float | None
    twice_spin: int

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """Name and id of the particle, and of its antiparticle where there is one."""
        return [(self.name, self.pdgid)] + [(self.anti, -self.pdgid)] * bool(self.anti)

    @property
    def finite_ctau(self) -> float:
        """Mean proper decay length [mm] where that is a finite number, else 0, which the programs write for stable ones."""
        return self.ctau if self.ctau is not None and math.isfinite(self.ctau) else 0.0


def rows_of(states: Iterable[DarkState]) -> list[Row]:
    """Particles with their antiparticles, in the order of their ids.

    Raises
    ------
    InputError
        For a state without a mass, and for two that have one id and differ.
    """
    ids: dict[int, DarkState] = {}
    for state in states:
        if state.mass is None:
            raise InputError(
                "no chain is in the provenance, so that masses of dark states are not there; give a file of a chain, or its job"
            )
        before = ids.setdefault(abs(state.pdgid), state)
        if (before.mass, before.ctau, before.law) != (state.mass, state.ctau, state.law):
            masses = apart(before.mass or 0.0, state.mass)
            raise InputError(
                f"{before.name} and {state.name} have id {abs(state.pdgid)}, and other masses or lifetimes "
                f"({masses[0]} and {masses[1]} GeV); a table holds one of an id: run the chains apart"
            )
        if state.pdgid < 0:
            ids[-state.pdgid] = state
    return [_row(ids[pdgid]) for pdgid in sorted(ids)]


def _row(state: DarkState) -> Row:
    """The row of a state; one whose antiparticle is made has both."""
    name = state.name.removesuffix("~")
    return Row(
        name=name,
        anti=f"{name}~" if state.pdgid < 0 else "",
        pdgid=abs(state.pdgid),
        mass=float(state.mass or 0.0),
        ctau=state.ctau,
        twice_spin=round(2.0 * state.spin),
    )


def _pythia8(rows: list[Row], about: str) -> Iterable[str]:
    """Lines of settings."""
    yield f"! {about}"
    yield "! They are decayed already and stay as they are (mayDecay = off): places and times are the file's."
    for row in rows:
        spin, mass, tau = row.twice_spin + 1, f"{row.mass!r}", f"{row.finite_ctau!r}"
        yield f"{row.pdgid}:new = {row.name} {row.anti or 'void'} {spin} 0 0 {mass} 0 0 0 {tau}"
        # (above 20 GeV it would be a resonance; of a width of 0 no lifetime follows)
        for flag in ("isResonance", "mayDecay", "tauCalc", "isVisible"):
            yield f"{row.pdgid}:{flag} = off"


def _root(rows: list[Row], about: str) -> Iterable[str]:
    """Lines of a table; charges, isospins and flavours as pdg_table.txt has them for what has none."""
    yield f"# {about}"
    yield "# Read it before ROOT's own: db.ReadPDGTable(this file), then db.ReadPDGTable(). What comes first stays."
    number = 0
    for row in rows:
        number += 1
        # (stable for ROOT, as no decay channel is given)
        numbers = f"{row.mass!r} 0 -100 -1 {row.twice_spin + 1} -1 -1 0"
        yield f"{number} {row.name} {row.pdgid} {int(bool(row.anti))} 100 Dark 0 {numbers}"
        if row.anti:
            yield f"{number + 1} {row.anti} {-row.pdgid} {number} 0"
            number += 1


def _definitions(rows: list[Row], words: Mapping[str, str]) -> Iterable[str]:
    """Arguments of each particle's definition, and of each antiparticle's."""
    for row in rows:
        for name, pdgid in row.kinds:
            anti = -pdgid if row.anti else pdgid
            yield (
                f"G4ParticleDefinition({json.dumps(name)}, {row.mass!r}*GeV, 0.0, 0.0, {row.twice_spin}, 0, 0, 0, 0, 0, "
                f'"dark", 0, 0, {pdgid}, {words["true"]}, -1.0, {words["null"]}, {words["false"]}, "", {anti})'
            )


def _geant4(rows: list[Row], about: str) -> Iterable[str]:
    """A function in C++."""
    yield f"// {about}"
    yield "// Call it in ConstructParticle() of the physics list. They are stable: what they decay to are primaries of their own."
    yield '#include "G4ParticleDefinition.hh"'
    yield '#include "G4SystemOfUnits.hh"'
    yield ""
    yield "void ConstructDarkParticles()"
    yield "{"
    words = {"true": "true", "false": "false", "null": "nullptr"}
    yield from (f"  new {text};" for text in _definitions(rows, words))
    yield "}"


def _geant4_pybind(rows: list[Row], about: str) -> Iterable[str]:
    """The same in Python."""
    yield f"# {about}"
    yield "# Call it in ConstructParticle() and keep what it returns. They are stable: what they decay to are primaries of their own."
    yield "from geant4_pybind import G4ParticleDefinition, GeV"
    yield ""
    yield ""
    yield "def construct_dark_particles():"
    yield "    return ["
    words = {"true": "True", "false": "False", "null": "None"}
    yield from (f"        {text}," for text in _definitions(rows, words))
    yield "    ]"


def _evtgen(rows: list[Row], about: str) -> Iterable[str]:
    """Lines of evt.pdl; widths of 0, as all of them are lines here."""
    yield f"* {about}"
    yield "* For evt.pdl, before its first line of particles: of an id the first line counts."
    for row in rows:
        for name, pdgid in row.kinds:
            numbers = f"{row.mass!r} 0 0 0 {row.twice_spin} {row.finite_ctau!r} 0"
            yield f"add  p Particle  {name}  {pdgid}  {numbers}"


#: Writers of tables by the program that reads them.
PROGRAMS: Final[Mapping[str, Callable[[list[Row], str], Iterable[str]]]] = {
    "pythia8": _pythia8,
    "root": _root,
    "geant4": _geant4,
    "geant4_pybind": _geant4_pybind,
    "evtgen": _evtgen,
}


def particle_table(states: Iterable[DarkState], program: str, name: str) -> str:
    """Text of the table for a program.

    Parameters
    ----------
    states : iterable of DarkState
        Dark states of a sample, as `darkpair.gen.dark_states.dark_states` gives them.
    program : str
        One of `PROGRAMS`.
    name : str
        Name of the file or job, for the remark at the top.

    Raises
    ------
    InputError
        For another program, and as `rows_of`.
    """
    if program not in PROGRAMS:
        raise InputError(f"particles for {program!r}; allowed: {', '.join(PROGRAMS)}")
    rows = rows_of(states)
    clean = "".join(letter if letter.isprintable() else "?" for letter in name)
    about = f"Dark states of {clean}" if rows else f"{clean} has no dark states; nothing to add"
    return "".join(f"{line}\n" for line in PROGRAMS[program](rows, about))
