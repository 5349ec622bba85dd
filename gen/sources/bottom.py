"""B mesons of protons on a target: how many, of published cross-sections, and their spectrum, of PYTHIA 8.

Pairs of b quarks for each proton that interacts are ``sigma_bb / sigma_pp A^power``, because b quarks grow with the mass number A as A
and the inelastic cross-section as A^0.7; each published number has its own ``sigma_pp`` and power.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from darkpair.gen.data_files import forgotten_with_changes, load
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.sources.bmpt import TARGETS
from darkpair.gen.sources.meson_files import TableKey, about
from darkpair.gen.sources.meson_multiplicity import half_spread

__all__ = ["BOTTOM", "SPECTRUM", "Published", "bottom_multiplicity", "has_bottom", "pairs", "published"]

#: B mesons, of either charge or flavour: B+ and B- together, B0 and its antiparticle.
BOTTOM: Final = ("B+", "B0")

#: The table of their spectra; what a proton hits changes their number, and the spectrum is that of nucleons.
SPECTRUM: Final = TableKey("pythia8-bottom", 400.0, "p")

_MB_PER_NB: Final = 1e-6

#: Mass number of a single nucleon.
_NUCLEON: Final = {"p": 1.0}


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published cross-section of pairs of b quarks.

    Parameters
    ----------
    beam_energy : float [GeV]
        Energy of the protons, on nucleons at rest.
    sigma, error : float [nb]
        Cross-section for each nucleon, and one standard deviation; 0 where none is stated.
    per : float [mb]
        Cross-section of all that protons do on a nucleon, which its authors divide by.
    power : float
        Growth of the ratio with the mass number.
    source, confidence, place : str
        Where the numbers come from, how surely, and where in the source they were read.
    """

    beam_energy: float
    sigma: float
    per: float
    power: float
    source: str
    confidence: str
    place: str
    error: float = 0.0

    def pairs(self, nucleons: float) -> float:
        """Pairs of b quarks for each proton that interacts, on a nucleus of that mass number [1]."""
        return float(self.sigma * _MB_PER_NB / self.per * nucleons**self.power)


@forgotten_with_changes
def published() -> tuple[Published, ...]:
    """The cross-sections of ``gen/data/mesons/bottom.toml``."""
    return tuple(Published(**line) for line in load("darkpair.gen", "data/mesons/bottom.toml")["published"])


def pairs(beam_energy: float, target: str = "p") -> tuple[float, float]:
    """Pairs of b quarks for each proton that interacts, and the absolute uncertainty [1].

    The mean of what is published; the uncertainty is half the spread, relative, or the greatest that is stated where that is larger.
    Secondary interactions are left out.

    Parameters
    ----------
    beam_energy : float [GeV]
        Energy of the protons.
    target : str
        What they hit: ``"p"`` or an element of `darkpair.gen.sources.bmpt.TARGETS`.

    Raises
    ------
    UnknownNameError
        For another target.
    InputError
        For an energy of which nothing is published here.
    """
    elements = {**_NUCLEON, **TARGETS}
    if target not in elements:
        raise UnknownNameError("target of B mesons", target, elements)
    own = [number for number in published() if number.beam_energy == beam_energy]
    if not own:
        given, *have = apart(beam_energy, *sorted({number.beam_energy for number in published()}))
        raise InputError(
            f"no B mesons of a beam of {given} GeV; allowed: {', '.join(have)} GeV, or table_file (docs/mesons.md)"
        )
    values = [number.pairs(elements[target]) for number in own]
    mean = float(np.mean(values))
    stated = max(number.error / number.sigma for number in own)
    return mean, max(half_spread(values), stated * mean)


def bottom_multiplicity(meson: str, beam_energy: float, target: str = "p") -> tuple[float, float]:
    """B mesons of a kind, of both charges, for each proton that interacts, and the absolute uncertainty [1].

    Parameters
    ----------
    meson : str
        One of `BOTTOM`.
    beam_energy : float [GeV]
        Energy of the protons.
    target : str
        As of `pairs`.
    """
    value, error = pairs(beam_energy, target)
    each = float(about(SPECTRUM)["per_pair"][meson])
    return each * value, each * error


def has_bottom(meson: str, beam_energy: float, target: str | None) -> bool:
    """Whether there is a spectrum of that meson from that beam on that target.

    Parameters
    ----------
    meson : str
        Its name.
    beam_energy : float [GeV]
        Energy of the protons.
    target : str, optional
        What they hit; protons unless given.
    """
    there = beam_energy == SPECTRUM.beam_energy and (target or "p") in {**_NUCLEON, **TARGETS}
    return meson in BOTTOM and there
