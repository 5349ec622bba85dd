"""Masses, lifetimes and widths that somebody gives the particles of a chain: numbers, or texts with units."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, Final, TypeAlias

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinds import Number, Table
from darkpair.gen.particles import ALIASES, DARK_IDS
from darkpair.gen.units import Energy, Length

__all__ = ["SETTINGS", "IdleSettingError", "Quantities", "read_settings", "require_decaying", "require_used"]

#: Numbers, or texts with units, by particle.
Quantities: TypeAlias = Mapping[str, float | str]

#: What each table may hold, by particle.
SETTINGS: Final = {
    "mass": Table(Number(measures=Energy, least=0.0)),
    "ctau": Table(Number(measures=Length, least=0.0, infinite=True)),
    "width": Table(Number(measures=Energy, least=0.0)),
}


def read_settings(given: Mapping[str, Any], *, where: str = "") -> dict[str, dict[str, float]]:
    """Tables of settings as numbers in GeV and mm.

    Parameters
    ----------
    given : mapping
        Tables by their names, of `SETTINGS`; None is an empty one.
    where : str
        Name of the job's table that holds them, for messages.

    Raises
    ------
    InputError
        For what is no table, and for a value that is no such number, or negative.
    """
    before = f"{where}." if where else ""
    return {
        name: {} if table is None else SETTINGS[name].read(table, before + name, {})
        for name, table in given.items()
    }


def require_used(given: Mapping[str, Mapping[str, Any]], names: Collection[str]) -> None:
    """Refuse a setting of a particle that the chain lacks.

    Raises
    ------
    UnknownNameError
    """
    for key, table in given.items():
        for name in table:
            if name not in names:
                raise UnknownNameError("particle of the chain", name, sorted(names), f"{key}.{name}")


class IdleSettingError(InputError):
    """A setting that could change no event, as the c tau of what does not decay; `name` is the particle's."""

    name = ""

    @classmethod
    def of(cls, name: str, text: str) -> IdleSettingError:
        """The error for a particle."""
        made = cls(text)
        made.name = name
        return made


def require_decaying(ctau: Mapping[str, float], decaying: Collection[str], *, dark_too: bool = True) -> None:
    """Refuse a finite c tau [mm] of a particle that decays nowhere in the chain: no event could depend on it.

    A dark particle and its antiparticle have one lifetime: one of them has to decay.  In Python the c tau of a dark one may be
    given for who reads the file: LHE, HepMC3 and tables of particles say it.

    Raises
    ------
    IdleSettingError
    """
    kinds = {_kind(name) for name in decaying}
    for name, value in ctau.items():
        if not dark_too and name in DARK_IDS:
            continue
        if _kind(name) not in kinds and math.isfinite(value):
            raise IdleSettingError.of(
                name,
                f"ctau.{name} = {value:g} mm, and {name} does not decay in the chain: it would do nothing; allowed: c tau of "
                f"{', '.join(sorted(decaying))}; write the decay of {name} where it stands, or leave the c tau out",
            )


def _kind(name: str) -> str | int:
    return abs(DARK_IDS[name]) if name in DARK_IDS else ALIASES.get(name, name)
