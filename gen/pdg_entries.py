"""Entries of the PDG's table of `particle`, read one by one: all of it, 6000 nuclei too, takes .15 s for the few that a job names."""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import Any

from particle import Particle, data

__all__ = ["evtgen_names", "named_entry", "pdg_entry"]


class _Entry(Particle):
    """An entry beside the table that `particle` keeps, whose antiparticle is looked up here too."""

    @classmethod
    def from_pdgid(cls, value: Any) -> Any:
        """The entry with another id."""
        return pdg_entry(int(value))


def pdg_entry(pdgid: int) -> Particle:
    """Entry of a particle: of the table that is loaded, or its line of the one that would be.

    Parameters
    ----------
    pdgid : int
        Id of the particle.

    Raises
    ------
    particle.ParticleNotFound, particle.InvalidParticle
        If the table has no such id.
    """
    if Particle.table_loaded() or pdgid not in _lines()[1]:  # (nuclei, and what is not there)
        return Particle.from_pdgid(pdgid)
    return _read(pdgid)


def named_entry(name: str) -> Particle:
    """Entry of a particle by EvtGen's name for it.

    Raises
    ------
    ValueError, particle.ParticleNotFound
        For another word, and a name whose id the table does not have.
    """
    return _Entry.from_evtgen_name(name)


@cache
def evtgen_names() -> dict[int, str]:
    """EvtGen's names of all particles that have one, by their id."""
    text = data.basepath.joinpath("pdgid_to_evtgenname.csv").read_text(encoding="utf-8")
    rows = csv.reader(line for line in text.splitlines()[1:] if line)
    return {int(pdgid): name for pdgid, name in rows if pdgid != "PDGID"}


@cache
def _read(pdgid: int) -> Particle:
    head, lines = _lines()
    text = io.StringIO(head + lines[pdgid])
    text.name = "one line"  # (as an open file has)
    _Entry.load_table(text)
    return _Entry.all()[0]


@cache
def _lines() -> tuple[str, dict[int, str]]:
    """Head of the newest table of particles, and its lines by their id."""
    newest = max(path.name for path in data.basepath.iterdir() if _is_table(path.name))
    text = data.basepath.joinpath(newest).read_text(encoding="utf-8")
    head, *rest = (line for line in text.splitlines(keepends=True) if line[0] != "#")
    return head, {int(line.split(",", 1)[0]): line for line in rest}


def _is_table(name: str) -> bool:
    return name.startswith("particle") and name.endswith(".csv")
