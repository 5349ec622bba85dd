"""Beam dumps: the edge of CHARM's and NuCal's exclusion of a dark photon, with every spectrum of the mesons."""

from __future__ import annotations

from functools import cache, partial
from typing import Final

from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.sources.meson_files import stored
from darkpair.studies.experiments.validation.dark_photon import DarkPhotonDump
from darkpair.studies.experiments.validation.row import Ours, Published, Row, Size

__all__ = ["EDGES", "ROWS"]

_THEME: Final = "beam dumps"
_EVENTS: Final = {
    False: 100_000,
    True: 40_000,
}  # of each meson, at full size and quick: the weights have tails

#: Largest excluded couplings by mass [MeV]: curves of arXiv:1908.07525 as SensCalc tabulates them, joined in the
#: logarithms; its table has eps².
EDGES: Final = {
    "charm": {20: "2.356e-5", 30: "1.523e-5", 60: "6.746e-6", 110: "2.778e-6", 200: "1.039e-6"},
    "nucal": {20: "4.229e-5", 40: "2.017e-5", 60: "1.290e-5", 80: "9.358e-6", 110: "6.339e-6"},
}  # fmt: skip

#: Selections: the one whose cuts the publication states, and the package's own where it is another.
_PUBLISHED: Final = {"charm": ("shower_energy_max",), "nucal": ()}
_OWN: Final = {"charm": (30, 110)}  # masses at which the package's own selection is compared too

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
def _edge(
    experiment: str, generator: str, without: tuple[str, ...], mass: int, size: Size
) -> tuple[float, float]:
    made = DarkPhotonDump(
        experiment=experiment,
        generator=generator,
        without=without,
        mass=1e-3 * mass,
        guess=float(EDGES[experiment][mass]),
        events=_EVENTS[size.quick],
        quick=size.quick,
    )
    return made.edge()


def _ours(size: Size, *, experiment: str, generator: str, without: tuple[str, ...], mass: int) -> Ours:
    """Edge with one generator, and half of the distance between the spectra's edges."""
    value, error = _edge(experiment, generator, without, mass, size)
    every = [_edge(experiment, name, without, mass, size)[0] for name in _spectra(experiment)]
    return Ours(value=value, statistical=error, spread=0.5 * (max(every) - min(every)))


def _row(experiment: str, generator: str, mass: int, without: tuple[str, ...]) -> Row:
    own = without != _PUBLISHED[experiment]
    return Row(
        key=f"{experiment}-dark-photon-{mass}-{generator}{'-own-cuts' if own else ''}",
        theme=_THEME,
        quantity=f"largest excluded eps of a dark photon of {mass} MeV at {_NAMES[experiment]}, {generator}"
        + (", the package's own cuts" if own else ""),
        published=Published(
            text=EDGES[experiment][mass],
            curve=True,
            source=f"arXiv:1908.07525, as tabulated in SensCalc (github.com/maksymovchynnikov/SensCalc, DP_{_NAMES[experiment]}_Tsai.txt)",
            place="upper edge of the closed curve, between the nearest points",
        ),
        ours=partial(_ours, experiment=experiment, generator=generator, without=without, mass=mass),
        why=_WHY_OWN if own else _WHY,
    )


_NAMES: Final = {"charm": "CHARM", "nucal": "NuCal"}

ROWS: Final = (
    *(
        _row(experiment, generator, mass, _PUBLISHED[experiment])
        for experiment, edges in EDGES.items()
        for mass in edges
        for generator in _spectra(experiment)
    ),
    *(
        _row(experiment, generator, mass, ())
        for experiment, masses in _OWN.items()
        for mass in masses
        for generator in ("bmpt", "pythia6")
    ),
)
