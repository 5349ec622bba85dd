"""Mesons of protons on a target: numbers and mean energies, measured and of other groups, beside the tables'."""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Final

import numpy as np

from darkpair.gen.sources.meson_files import COLLIDER, stored
from darkpair.gen.sources.meson_multiplicity import generated, half_spread, measured, multiplicity
from darkpair.gen.sources.meson_table import MesonTable, meson_table
from darkpair.studies.experiments.mesons import energies_and_angles
from darkpair.studies.experiments.validation.row import Ours, Published, Row, Size, reference_folder

__all__ = ["DENSITIES", "ROWS", "forward_part"]

_THEME: Final = "mesons of a target"
_row = partial(Row, theme=_THEME)
_SAME: Final = "pythia8"  # the generator that the other group ran, too
_PLACE: Final = "codes/experiments.nb, multiplicities"
_SENSCALC: Final = "SensCalc, arXiv:2305.13383, PYTHIA 8 (github.com/maksymovchynnikov/SensCalc)"

#: Mesons of a collision of protons of any kind, elastic ones too, by beam energy [GeV]; a K_L for each K_S.
_PYTHIA8: Final = {
    400.0: {"pi0": "4.15", "eta": "0.47", "eta'": "0.051", "K_L0": "0.31"},
    120.0: {"pi0": "2.87", "eta": "0.32", "eta'": "0.034", "K_L0": "0.19"},
    70.0: {"pi0": "2.37", "eta": "0.26", "eta'": "0.027", "K_L0": "0.14"},
    6800.0: {
        "pi0": "32.0",
        "eta": "3.64",
        "K_L0": "3.1",
    },  # both halves of a collision of two beams, at 13 TeV
}
_TARGETS: Final = (400.0, 120.0, 70.0)


#: PYTHIA 8.317's cross sections, inelastic and of any collision [mb], and the pi0 of K_S and hyperons for each of these:
#: with SoftQCD:all its 40000 collisions at 400 GeV have 4.16 pi0, 0.480 eta, 0.052 eta' and 0.298 K_L, what the other group
#: prints.  The tables here are for inelastic collisions, whose K_S and hyperons have not decayed.
#: These pi0 have the statistical error behind them; at 13 TeV it has 32.1 pi0, 3.68 eta and 3.03 K_L.
_PYTHIA_ALL: Final = {
    400.0: (32.88, 39.86, 0.285, 0.004),
    120.0: (31.60, 38.45, 0.195, 0.01),
    70.0: (31.20, 38.35, 0.165, 0.01),
    6800.0: (78.0, 100.3, 2.62, 0.1),
}

#: Mean energies in the laboratory [GeV], averaged over the same group's tables.
_ENERGIES: Final = {
    400.0: {"pi0": "14.1", "eta": "24.5", "eta'": "31.8", "K_L0": "19.8"},
    120.0: {"pi0": "6.11", "eta": "10.55"},
    70.0: {"pi0": "4.27", "eta": "7.41", "eta'": "9.66"},
}

_NA27: Final = (("K+", "0.331", 0.016), ("K-", "0.224", 0.011))

#: Part of the mesons inside 10 mrad: files of the same group's densities.
DENSITIES: Final = (
    ("eta", 400.0, "spectra/DoubleDistr_SPS_Eta.txt", "0.184"),
    ("pi0", 400.0, "spectra/DoubleDistr_SPS_Pi0.txt", "0.132"),
    ("eta", 70.0, "spectra/DoubleDistr_Serpukhov_Eta.txt", "0.035"),
)
_FORWARD: Final = 0.010  # rad

_WHY_ETA: Final = "strings make more eta than are measured: the package takes the measured number and the spread as its error"
_WHY_PRIME: Final = "eta' has no measured number here: the mean of generators that differ by factors"

_WHY_VERSION: Final = "another version of the same generator, or another tune"
_WHY_OF: Final = {
    "eta": _WHY_ETA,
    "eta'": _WHY_PRIME,
    "K_L0": "the generators' mean is taken, and PYTHIA 8 is not at its middle",
    "pi0": "PYTHIA 8 makes more pi0 than are measured; the package takes the measured number",
}


def _tables(meson: str, beam_energy: float) -> list[MesonTable]:
    """Tables of every generator on protons."""
    return [
        meson_table(meson, beam_energy=beam_energy, generator=key.generator, target="p")
        for key in stored()
        if (key.beam_energy, key.target) == (beam_energy, "p")
        and key.generator in generated(meson, beam_energy, "p")
    ]


def _number(size: Size, *, meson: str, beam_energy: float, target: str = "p", halves: float = 1.0) -> Ours:  # noqa: ARG001
    """The multiplicity that is used: measured, or the generators' mean, with its stated uncertainty."""
    value, error = multiplicity(meson, beam_energy, target)
    lines = [line for line in measured() if line.meson == meson and target == "p"]
    part = lines[0].error / lines[0].value if lines else 0.0
    return Ours(value=halves * value, inputs=halves * value * part, spread=halves * error)


def _of_generator(size: Size, *, meson: str, generator: str) -> Ours:  # noqa: ARG001 (stored)
    """A generator's own multiplicity at 400 GeV, with the statistical error of its sample."""
    table = meson_table(meson, beam_energy=400.0, generator=generator)
    counted = table.about.get("mesons", {}).get(meson, {}).get("counted", 0)
    error = table.generator_multiplicity / np.sqrt(counted) if counted else 0.0
    return Ours(value=table.generator_multiplicity, inputs=float(error))


@cache
def _means(meson: str, beam_energy: float) -> dict[str, tuple[float, float]]:
    """Mean energy [GeV] and part inside 10 mrad of each generator's table."""
    out = {}
    for table in _tables(meson, beam_energy):
        energy, angle, weight = energies_and_angles(table)
        out[table.generator] = float(np.sum(energy * weight)), float(np.sum(weight[angle < _FORWARD]))
    return out


def _shape(size: Size, *, meson: str, beam_energy: float, column: int) -> Ours:  # noqa: ARG001 (integrals of tables)
    """PYTHIA 8's mean energy or forward part, and half of the distance between the generators."""
    means = {name: values[column] for name, values in _means(meson, beam_energy).items()}
    return Ours(value=means[_SAME], spread=half_spread(means.values()))


def _measured_rows() -> list[Row]:
    rows = []
    for line in measured():
        published = Published(
            text=f"{line.value:g}",
            error=line.error,
            source=line.source,
            place="mean multiplicities",
            confidence=line.confidence,
        )
        rows += [
            _row(
                key=f"multiplicity-{line.meson}-{generator}",
                quantity=f"{line.meson} of a collision at {line.beam_energy:g} GeV, {generator}",
                published=published,
                ours=partial(_of_generator, meson=line.meson, generator=generator),
                why=_WHY_ETA
                if line.meson == "eta"
                else "the generators make more pi0 than are measured; the package takes the measured number",
            )
            for generator in [*generated(line.meson, line.beam_energy, "p"), "bmpt"]
        ]
    rows += [
        _row(
            key=f"multiplicity-{meson}-used",
            quantity=f"{meson} of a collision at 400 GeV, as used",
            published=Published(
                text=text,
                error=error,
                source="LEBC-EHS (NA27), Z. Phys. C 50 (1991) 405",
                place="mean multiplicities",
                confidence="memory",
            ),
            ours=partial(_number, meson=meson, beam_energy=400.0),
            why="the package takes the generators' mean for kaons, which is too many",
        )
        for meson, text, error in _NA27
    ]
    return rows


def _of_inelastic(meson: str, beam_energy: float) -> Published:
    """The other group's number as one of an inelastic collision, without the pi0 of K_S and hyperons."""
    text = _PYTHIA8[beam_energy][meson]
    inelastic, every, weak, weak_error = _PYTHIA_ALL[beam_energy]
    lost, own = (weak, weak_error) if meson == "pi0" else (0.0, 0.0)
    printed = Published(text=text, source=_SENSCALC, place=_PLACE)
    part = inelastic / every
    without = f", without {lost:g} of K_S and hyperons" if lost else ""
    return Published(
        text=f"{(printed.value - lost) / part:.4g}",
        error=math.hypot(printed.sigma, own) / part,
        source=f"{_SENSCALC}: {text} of any collision{without}, over {part:.3f}, PYTHIA 8.317's inelastic part",
        place=_PLACE,
        confidence="derived",
    )


def _published_rows() -> list[Row]:
    rows = [
        _row(
            key=f"multiplicity-{meson}-{energy:g}-pythia8",
            quantity=f"{meson} of a collision at {energy:g} GeV, as used, against another group's PYTHIA 8",
            published=_of_inelastic(meson, energy),
            ours=partial(_number, meson=meson, beam_energy=energy),
            why=_WHY_OF[meson],
        )
        for energy in _TARGETS
        for meson in _PYTHIA8[energy]
    ]
    rows += [
        _row(
            key=f"multiplicity-{meson}-400-same-generator",
            quantity=f"{meson} of a collision at 400 GeV, PYTHIA 8's own, against another group's PYTHIA 8",
            published=_of_inelastic(meson, 400.0),
            ours=partial(_of_generator, meson=meson, generator=_SAME),
            why=_WHY_VERSION,
        )
        for meson in _PYTHIA8[400.0]
    ]
    rows += [
        _row(
            key=f"multiplicity-{meson}-lhc-pythia8",
            quantity=f"{meson} of a collision, 13.6 TeV as used against 13 TeV of another group's PYTHIA 8",
            published=_of_inelastic(meson, 6800.0),
            ours=partial(_number, meson=meson, beam_energy=6800.0, target=COLLIDER, halves=2.0),
            why="the mean of three generators, which differ by more than theirs from it",
        )
        for meson in _PYTHIA8[6800.0]
    ]
    rows += [
        _row(
            key=f"multiplicity-{meson}-{name}",
            quantity=f"{meson} of a proton, {words}",
            published=Published(text=text, source="DarkEFT, arXiv:2001.01490 (github.com/Luc-Darme/DarkEFT)", place="Production.py"),
            ours=partial(_number, meson=meson, beam_energy=energy),
            why=why,
        )
        for meson, name, words, energy, text, why in (
            ("pi0", "charm-darkeft", "CHARM", 400.0, "2.4", "the card of BdNMC, with BMPT's spectra; the package takes the number measured for each collision"),
            ("eta", "charm-darkeft", "CHARM", 400.0, "0.26", _WHY_ETA),
            ("pi0", "ship-darkeft", "SHiP with the cascade in its target", 400.0, "10", "the cascade in a thick target is not in the tables"),
            ("eta", "ship-darkeft", "SHiP with the cascade in its target", 400.0, "1.0", "the cascade in a thick target is not in the tables"),
            ("pi0", "seaquest-darkeft", "SeaQuest", 120.0, "3.5", "for protons on the experiment's target; ours is for a collision of two protons"),
            ("eta", "seaquest-darkeft", "SeaQuest", 120.0, "0.4", _WHY_ETA),
        )
    ]  # fmt: skip
    return rows


def _spectrum_rows() -> list[Row]:
    rows = [
        _row(
            key=f"mean-energy-{meson}-{energy:g}",
            quantity=f"mean energy of {meson} at {energy:g} GeV, PYTHIA 8",
            unit="GeV",
            published=Published(
                text=text,
                curve=True,
                source=_SENSCALC,
                place="simulated phase space, DoubleDistr: a table's mean",
                confidence="derived",
            ),
            ours=partial(_shape, meson=meson, beam_energy=energy, column=0),
            why="further off than the generators are from each other: another version, tune or set of processes",
        )
        for energy, numbers in _ENERGIES.items()
        for meson, text in numbers.items()
    ]
    rows += [
        _row(
            key=f"forward-{meson}-{energy:g}",
            quantity=f"{meson} inside 10 mrad at {energy:g} GeV, PYTHIA 8",
            published=Published(
                text=text,
                curve=True,
                source=_SENSCALC,
                place=f"{name}, integrated with trapezia",
                confidence="derived",
            ),
            ours=partial(_shape, meson=meson, beam_energy=energy, column=1),
            needs=(name,),
            why="further off than the generators are from each other: another version, tune or set of processes",
        )
        for meson, energy, name, text in DENSITIES
    ]
    return rows


def forward_part(name: str) -> float:
    """Part inside 10 mrad of a published density: a file of theta [rad], energy [GeV], d²N/(dtheta dE)."""
    theta, energy, value = np.loadtxt(reference_folder() / name).T
    angles, energies = np.unique(theta), np.unique(energy)
    marginal = np.trapezoid(value.reshape(len(angles), len(energies)), energies, axis=1)
    accumulated = np.append(0.0, np.cumsum(0.5 * (marginal[1:] + marginal[:-1]) * np.diff(angles)))
    return float(np.interp(_FORWARD, angles, accumulated) / accumulated[-1])


ROWS: Final = (*_measured_rows(), *_published_rows(), *_spectrum_rows())
