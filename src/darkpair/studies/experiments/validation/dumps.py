"""Beam dumps: the edge of CHARM's and NuCal's exclusion of a dark photon, with every spectrum of the mesons."""

from __future__ import annotations

from functools import cache, partial
from typing import Final

from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.sources.meson_files import stored
from darkpair.studies.experiments.validation.dark_photon import DarkPhotonDump, publication
from darkpair.studies.experiments.validation.row import Ours, Published, Row, Size

__all__ = ["AUTHORS", "EDGES", "ROWS"]

_THEME: Final = "beam dumps"
_EVENTS: Final = {
    False: 100_000,
    True: 40_000,
}  # of each meson, at full size and quick: the weights have tails

#: Largest excluded couplings by mass [MeV]: arXiv:1908.07525 as its authors gave it to DarkCast, joined in the logarithms between its
#: masses.
AUTHORS: Final = {
    "charm": {20: "2.5658e-5", 30: "1.6505e-5", 60: "7.1930e-6", 110: "2.990e-6", 200: "1.1369e-6"},
    "nucal": {20: "4.6066e-5", 40: "2.1618e-5", 60: "1.3671e-5", 80: "9.8760e-6", 110: "6.650e-6"},
}  # fmt: skip

#: The same in SensCalc's copy, whose masses are off (docs/dark_photon.md): compared with until then, and read nowhere but in tests.
EDGES: Final = {
    "charm": {20: "2.356e-5", 30: "1.523e-5", 60: "6.746e-6", 110: "2.778e-6", 200: "1.039e-6"},
    "nucal": {20: "4.229e-5", 40: "2.017e-5", 60: "1.290e-5", 80: "9.358e-6", 110: "6.339e-6"},
}  # fmt: skip

#: Masses at which the package's own selection is compared beside the publication's.
_OWN: Final = {"charm": (30, 110)}

_WHY_OWN: Final = (
    "the package's selection has an upper limit on the energy of a shower, from another recast of the same search; the "
    "publication's has none, and the fastest dark photons decide"
)
_WHY: Final = "the fastest mesons decide: their spectrum towards the detector is the generator's; the publication's is BMPT's"


def _spectra(experiment: str) -> tuple[str, ...]:
    """Generators that have both mesons at the experiment's beam, and the parametrisation."""
    energy = FixedTarget(experiment=experiment).beam_energy
    names = [key.generator for key in stored() if (key.beam_energy, key.target) == (energy, "p")]
    return (
        "bmpt",
        *(name for name in names if name != "urqmd34"),
    )  # whose few thousand mesons leave 10 % errors


@cache
def _edge(experiment: str, generator: str, own: bool, mass: int, size: Size) -> tuple[float, float]:
    made = DarkPhotonDump(
        experiment=experiment if own else str(publication(experiment)),
        generator=generator,
        mass=1e-3 * mass,
        guess=float(AUTHORS[experiment][mass]),
        events=_EVENTS[size.quick],
        quick=size.quick,
    )
    return made.edge()


def _ours(size: Size, *, experiment: str, generator: str, own: bool, mass: int) -> Ours:
    """Edge with one generator, and half of the distance between the spectra's edges."""
    value, error = _edge(experiment, generator, own, mass, size)
    every = [_edge(experiment, name, own, mass, size)[0] for name in _spectra(experiment)]
    return Ours(value=value, statistical=error, spread=0.5 * (max(every) - min(every)))


def _row(experiment: str, generator: str, mass: int, own: bool) -> Row:
    return Row(
        key=f"{experiment}-dark-photon-{mass}-{generator}{'-own-cuts' if own else ''}",
        theme=_THEME,
        quantity=f"largest excluded eps of a dark photon of {mass} MeV at {_NAMES[experiment]}, {generator}"
        + (", the package's own cuts" if own else ""),
        published=Published(
            text=AUTHORS[experiment][mass],
            curve=True,
            source=f"arXiv:1908.07525, as its authors gave it to DarkCast ({_TABLES[experiment]}_Tsai2019mtm.lmt)",
            place="upper edge, between the nearest masses",
        ),
        ours=partial(_ours, experiment=experiment, generator=generator, own=own, mass=mass),
        why=_WHY_OWN if own else _WHY,
    )


_NAMES: Final = {"charm": "CHARM", "nucal": "NuCal"}
_TABLES: Final = {"charm": "CHARM", "nucal": "NuCAL"}

ROWS: Final = (
    *(
        _row(experiment, generator, mass, own=False)
        for experiment, edges in AUTHORS.items()
        for mass in edges
        for generator in _spectra(experiment)
    ),
    *(
        _row(experiment, generator, mass, own=True)
        for experiment, masses in _OWN.items()
        for mass in masses
        for generator in ("bmpt", "pythia6")
    ),
)
