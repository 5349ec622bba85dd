"""The shipped tables of meson production: which there are, what they say of themselves, and their grids."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.bmpt import TARGETS

__all__ = [
    "COLLIDER",
    "MADE_BY",
    "MESONS",
    "SAME_AS",
    "TableKey",
    "about",
    "bottom",
    "counts",
    "find",
    "grid",
    "slow",
    "stored",
]

#: Target of the tables of two equal, opposite beams: y and pT in the centre of mass, only the half y > 0.
COLLIDER: Final = "collider"

#: What to cite of each generator (`darkpair.gen.references`); all but PYTHIA 8 were run through chromo.
MADE_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "sanford-wang": ("arXiv:0806.1449",),
    "pythia6": ("arXiv:hep-ph/0603175", "arXiv:2507.21856"),
    "pythia8": ("arXiv:2203.11601",),
    "pythia8-bottom": ("arXiv:2203.11601",),
    "sibyll23d": ("inspire:1768983", "arXiv:2507.21856"),
    "urqmd34": ("inspire:468266", "inspire:507334", "arXiv:2507.21856"),
}

#: Mesons of the tables, as `particle` spells them.
MESONS: Final = ("pi0", "eta", "eta'", "K_L0", "K+", "K-")

#: Mesons with another one's table: strong interactions make K0 and anti-K0, of which half are K_S and half K_L.
SAME_AS: Final[Mapping[str, str]] = MappingProxyType({"K_S0": "K_L0"})


@dataclass(frozen=True, order=True)
class TableKey:
    """What a file is of.

    Parameters
    ----------
    generator : str
        Name of the generator.
    beam_energy : float [GeV]
        Energy of the proton, or of each beam of a collider.
    target : str
        What the protons hit: ``"p"``, an element, or ``"collider"``.
    """

    generator: str
    beam_energy: float
    target: str

    @property
    def filename(self) -> str:
        """Name of its file."""
        return f"{self.generator}_{self.beam_energy:g}_{self.target}.npz"

    @classmethod
    def of(cls, filename: str) -> TableKey:
        """Key of a file's name."""
        generator, energy, target = filename.removesuffix(".npz").rsplit("_", 2)
        return cls(generator, float(energy), target)


@cache
def stored() -> tuple[TableKey, ...]:
    """Every table that the package ships, but for those of `slow` and of `bottom`."""
    return _tables(_folder())


@cache
def slow() -> tuple[TableKey, ...]:
    """Tables of slow beams, where generators differ by factors: they are asked by name, and span no uncertainty."""
    return _tables(_folder() / "slow")


@cache
def bottom() -> tuple[TableKey, ...]:
    """Tables of B mesons, which the others' generators do not have: `darkpair.gen.sources.bottom`."""
    return _tables(_folder() / "bottom")


def _tables(folder: Any) -> tuple[TableKey, ...]:
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".npz")]
    return tuple(sorted(TableKey.of(name) for name in names))


def find(generator: str, beam_energy: float, target: str | None) -> TableKey:
    """Key of the table of that generator, energy [GeV] and target.

    Without a target: protons, or whatever else is the only one at that energy.

    Raises
    ------
    UnknownNameError
        For a generator or a target that no table has.
    InputError
        For an energy that none has.
    """
    generators = sorted({key.generator for key in stored()})
    if generator not in generators:
        raise UnknownNameError("generator of mesons", generator, [*generators, "bmpt", "sanford-wang"])
    mine = [key for key in stored() if key.generator == generator]
    asked = [key for key in slow() if key.generator == generator]
    here = [key for key in (*mine, *asked) if key.beam_energy == beam_energy]
    if not here:
        given, *have = apart(beam_energy, *sorted({key.beam_energy for key in mine}))
        raise InputError(
            f"beam_energy = {given} GeV: no table of mesons of {generator} for a beam of {given} GeV; there are "
            f"{', '.join(have)} GeV; allowed: one of them, or table_file"
        )
    targets = [key.target for key in here]
    wanted = target or ("p" if "p" in targets or len(targets) > 1 else targets[0])
    if wanted not in targets:
        raise UnknownNameError(
            f"target of {generator} at {beam_energy:g} GeV",
            wanted,
            targets,
            more=_elsewhere(generator, beam_energy),
        )
    return here[targets.index(wanted)]


def _elsewhere(generator: str, beam_energy: float) -> str:
    """Where other targets are, for somebody who misses one."""
    others = [key for key in stored() if key.beam_energy == beam_energy and key.generator != generator]
    heavier = [f"{key.generator} has {key.target}" for key in others if key.target not in ("p", COLLIDER)]
    fitted = f"bmpt, a fit to beryllium, is scaled to {', '.join(TARGETS)}"
    return (
        f"by generator: {'; '.join([*heavier, fitted])}; a table of one's own is table_file (docs/mesons.md)"
    )


@cache
def about(key: TableKey) -> Mapping[str, Any]:
    """What a table says of itself: version, seed, events, cross-section, multiplicities."""
    with _place(key).open("rb") as file, np.load(file) as data:
        return MappingProxyType(json.loads(str(data["about"])))


def grid(key: TableKey, meson: str) -> tuple[Array, Array, Array]:
    """Nodes in y and pT [GeV] and the density there, for one meson of a table.

    A file of a symmetric collision holds one half, from the centre of mass upwards; a collider's stays so.
    """
    with _place(key).open("rb") as file, np.load(file) as data:
        y, pt, values = (data[f"{meson}.{name}"].astype(float) for name in ("y", "pt", "density"))
    summary = about(key)
    if summary["symmetric"] and key.target != COLLIDER:
        y, values = np.concatenate([-y[:0:-1], y]), np.concatenate([values[:0:-1], values])
    return y + summary["centre"], pt, values


def counts(key: TableKey, meson: str) -> Array:
    """Mesons that were counted in each cell of `grid`; of a symmetric collision a cell and its mirror image have the same, both halves'."""
    with _place(key).open("rb") as file, np.load(file) as data:
        counted: Array = data[f"{meson}.counts"].astype(float)
    if about(key)["symmetric"] and key.target != COLLIDER:
        counted = np.concatenate([counted[::-1], counted])
    return counted


def _place(key: TableKey) -> Any:
    rare = {"slow": slow, "bottom": bottom}
    folder = next((_folder() / name for name, tables in rare.items() if key in tables()), _folder())
    return folder / key.filename


def _folder() -> Any:
    return files("darkpair.gen") / "data" / "mesons"
