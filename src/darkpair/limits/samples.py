"""What is simulated for limits: KOTO's efficiency and the dumps' acceptances at each pair of masses, for every coupling."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from darkpair.chains.descriptor import build
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto_ii import KOTO_II, koto_ii_digest
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.parameters import Ge, checked
from darkpair.gen.particles import particle
from darkpair.limits.dump_samples import CHAIN, EtaSample, dump_samples, generators
from darkpair.limits.koto_samples import PROMPT, EfficiencyAgainstCtau
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan, together

__all__ = [
    "BOX",
    "BOXES",
    "DUMPS",
    "SIZES",
    "Samples",
    "Size",
    "closed_line",
    "data_of",
    "efficiency_curves",
    "samples_at",
]

#: KOTO's selection that belongs to each run's limit: 2021 has the box of 2016-18, KOTO II a detector of its own.
BOX: Final = {"2015": "2015", "2016-18": "2016-18", "2021": "2016-18", "ii": KOTO_II}

#: Selections whose samples are made unless others are asked for.
BOXES: Final = ("2015", "2016-18")

#: Searches behind a target whose samples are made unless others are asked for.
DUMPS: Final = ("charm", "nucal")

#: Generator of the central eta spectrum; the others span the production uncertainty.
_CENTRAL: Final = "pythia6"


#: What a size may be, for messages.
SIZES: Final = "a darkpair.limits.Size, as Size.of(quick=True), or None"


@checked
@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is generated.

    Parameters
    ----------
    kaons : int
        K_L of each mass point that decay near KOTO, a quarter as many upstream; four times as many for the Standard
        Model.
    etas : int
        Of each mass point, experiment and generator, aimed.
    spectra : {"all", "central"}
        Generators of the eta spectrum: all that have it at the beam's energy, or PYTHIA 6 alone.
    cells, throws : tuple of int
        Of the pilot.
    """

    kaons: Annotated[int, Ge(1)] = 1_500_000
    etas: Annotated[int, Ge(1)] = 100_000
    spectra: Literal["all", "central"] = "all"
    cells: tuple[Annotated[int, Ge(1)], Annotated[int, Ge(1)], Annotated[int, Ge(1)]] = (40, 32, 24)
    throws: tuple[Annotated[int, Ge(1)], ...] = (8, 8)

    @classmethod
    def of(cls, *, quick: bool) -> Size:
        """The whole size, or a minute's."""
        if not quick:
            return cls()
        return cls(kaons=250_000, etas=60_000, spectra="central", cells=(32, 24, 16))

    def generators(self, experiment: str, meson: str = "eta") -> list[str]:
        """Generators of a meson's spectrum for an experiment, the central one first: PYTHIA 6 where it has that energy."""
        energy = FixedTarget(experiment=experiment, resolution="none").beam_energy
        able = generators(energy, meson)
        if not able:
            raise InputError(
                f"{experiment}: nothing here has {meson} from protons of {energy:.12g} GeV; allowed: energies of gen/data/mesons, and "
                "those above which the parametrisation holds"
            )
        central = _CENTRAL if _CENTRAL in able else able[0]
        return [central, *(name for name in able if name != central and self.spectra == "all")]


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What the samples of a pair of masses gave.

    Parameters
    ----------
    koto : mapping of str to Acceptance
        Efficiency over that of K_L -> pi0 nu nubar by KOTO's selection; empty where a decay is closed or none is wanted.
    dumps : mapping of str to tuple of EtaSample
        By experiment, one sample for each generator, the central one first; the same.
    daughters : float
        Branching ratio of what the dumps' samples have beyond eta and X2: pi0 -> gamma gamma.
    """

    koto: Mapping[str, Acceptance] = field(default_factory=dict)
    dumps: Mapping[str, tuple[EtaSample, ...]] = field(default_factory=dict)
    daughters: float = 1.0


def samples_at(
    masses: Sequence[tuple[float, float]],
    size: Size,
    folder: Path | None,
    *,
    workers: int = 2,
    koto: bool = True,
    dumps: Sequence[str] = DUMPS,
    boxes: Sequence[str] = BOXES,
) -> list[Samples]:
    """Samples at each pair of masses; nothing of a parent whose decay is closed.

    Parameters
    ----------
    masses : sequence of (float, float) [GeV]
        m1 and m2 of each point; equal ones are made once.
    size : Size
        Of the samples.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    koto : bool
        Whether KOTO's are wanted.
    dumps : sequence of str
        Experiments whose samples are wanted.
    boxes : sequence of str
        Selections of KOTO, and KOTO II, whose samples are wanted, of the values of `BOX`.
    """
    pairs = list(dict.fromkeys(masses))
    of_kaons = [pair for pair in pairs if koto and _open("K_L0", *pair)]
    of_etas = [pair for pair in pairs if _open("eta", *pair)]
    common: dict[str, Any] = {"folder": folder, "workers": workers}
    curves_of = partial(efficiency_curves, of_kaons, events=size.kaons, refuse=False, **common)
    how: dict[str, Any] = {"events": size.etas, "cells": size.cells, "throws": size.throws} | common
    own = {box: partial(curves_of, selection=box) for box in (boxes if of_kaons else ())}
    behind = {
        name: partial(dump_samples, name, of_etas, spectra=size.generators(name), **how) for name in dumps
    }
    makes: list[Callable[[], Any]] = [*own.values(), *behind.values()]
    every = iter(together(makes, workers=workers) if makes else ())
    curves, made = ({name: next(every) for name in of_kind} for of_kind in (own, behind))
    of_koto = {pair: {box: curve[i] for box, curve in curves.items()} for i, pair in enumerate(of_kaons)}
    of_dumps = {pair: {name: of_name[i] for name, of_name in made.items()} for i, pair in enumerate(of_etas)}
    daughters = build(CHAIN, mass={"X1": 0.0, "X2": 0.4}).generated_branching_ratio
    return [
        Samples(koto=of_koto.get(pair, {}), dumps=of_dumps.get(pair, {}), daughters=daughters)
        for pair in masses
    ]


def efficiency_curves(
    masses: Sequence[tuple[float, float]],
    *,
    events: int,
    selection: str = "2016-18",
    folder: Path | None = None,
    workers: int = 2,
    refuse: bool = True,
) -> list[Acceptance]:
    """Efficiency over that of K_L -> pi0 nu nubar at mass points, both per K_L at the beam exit, against c tau.

    Parameters
    ----------
    masses : sequence of (float, float) [GeV]
        m1 and m2 of each point.
    events : int
        Generated K_L of a point; the Standard Model gets four times as many.
    selection : str
        KOTO's selection.
    folder : Path, optional
        The cache of samples.
    workers : int
        Processes.
    refuse : bool
        Whether too few events at every c tau are an error, or an empty table.
    """
    own = EfficiencyAgainstCtau(events=events, selection=selection, refuse=refuse, data=data_of(selection))
    standard = replace(own, events=4 * events, seed=own.seed + 1, refuse=True)
    points = [{"m1": m1, "m2": m2} for m1, m2 in masses]
    (reference,), rows = together(
        [
            partial(scan, standard, [{}], folder=folder, workers=workers),
            partial(scan, own, points, folder=folder, workers=workers),
        ],
        workers=workers,
    )
    below, error = reference["efficiency"][0], reference["error"][0]
    return [Acceptance.of(row, prompt=PROMPT).over(below, error) for row in rows]


def data_of(box: str) -> str:
    """Digest of a box's detector and beam that stand in no file whose lines count, those of KOTO II; empty for KOTO's own."""
    return koto_ii_digest() if box == KOTO_II else ""


def _open(parent: str, m1: float, m2: float) -> bool:
    """Whether a parent gives the pair and X2 a pi0."""
    return m1 + m2 < particle(parent).mass and m1 + particle("pi0").mass < m2


def closed_line(m1: float, m2: float, asked: Collection[str] = ()) -> str | None:
    """Why KOTO, or the beam dumps, say nothing at a pair of masses [GeV]; None where they speak.

    Parameters
    ----------
    m1, m2 : float
        Masses of X1 and X2 [GeV].
    asked : collection of str
        Of "KOTO" and "beam dumps" those that have a row all the same, by another channel.
    """
    silent = [(who, parent) for who, parent in (("KOTO", "K_L0"), ("beam dumps", "eta")) if who not in asked]
    if silent and m1 + particle("pi0").mass >= m2:
        who = " and ".join(who for who, _ in silent)
        light, heavy, _ = apart(m1, m2, m1 + particle("pi0").mass)
        says = f"{who} {'says' if who == 'KOTO' else 'say'} nothing"
        return f"{says}: X2 -> X1 pi0 is closed at m1 = {light} GeV, m2 = {heavy} GeV"
    shut = [
        f"{who} {'says' if who == 'KOTO' else 'say'} nothing: {parent} -> X1 X2 is closed at "
        f"m1 + m2 = {total} GeV, beyond {most} GeV"
        for who, parent in silent
        if not _open(parent, m1, m2)
        for total, most in [_beyond(m1 + m2, particle(parent).mass)]
    ]
    return "; ".join(shut) or None


def _beyond(total: float, most: float) -> tuple[str, ...]:
    """Texts of a sum of masses and of the largest that there may be, which differ."""
    texts = f"{total:g}", f"{most:.4g}"
    return apart(total, most) if texts[1] in (texts[0], f"{total:.4g}") else texts
