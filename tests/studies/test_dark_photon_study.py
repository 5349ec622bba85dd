"""Study ``dark-photon``: widths by a second way, edges at reduced statistics, and the published table against its copy.

The edges' statistical errors are below 1 % and the bounds more than 5 % away from what is expected: other seeds would not fail once in
1e6 times.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.constants import fine_structure
from scipy.integrate import quad

from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.constants import HBAR_C
from darkpair.gen.particles import particle
from darkpair.studies.experiments import dark_photon_edges as study
from darkpair.studies.experiments.validation import row
from darkpair.studies.experiments.validation.dark_photon import (
    dark_photon_branching_ratio,
    dark_photon_ctau,
)
from darkpair.studies.outputs import Run

ELECTRON = particle("e-").mass
TWO_PHOTONS = 0.98823


def run(tmp_path: Path) -> Run:
    return Run(quick=True, seed=8301, events=15_000, cache=tmp_path)


def edge(tmp_path: Path, experiment: str, selection: str, **more: str) -> float:
    """An edge at 60 MeV over the published one."""
    words = {"spectrum": "bmpt, nucleus", "end": "upper"} | more
    made = study.Edge(experiment=experiment, selection=selection, mass=60, **words)  # type: ignore[arg-type]
    return float(made.row(run(tmp_path))["ratio"])


def test_production_times_decay_is_the_dalitz_decay() -> None:
    """An A' of every mass, with a photon's propagator, is pi0 -> gamma e+ e-: 4 alpha / 3 pi (ln M/m_e - 7/4) of two photons.

    Kroll and Wada, Phys. Rev. 98 (1955) 1355, but for (m_e/M)².
    """
    pion = particle("pi0").mass

    def rate(log: float) -> float:
        mass = math.exp(log)
        width = HBAR_C / dark_photon_ctau(mass, 1.0)
        made = dark_photon_branching_ratio("pi0", mass, 1.0) / TWO_PHOTONS
        return 2.0 * made * width / (math.pi * mass)  # d(m²)/m⁴ m Gamma / pi, in d ln m

    whole = quad(rate, math.log(2.0 * ELECTRON * (1.0 + 1e-12)), math.log(pion), epsrel=1e-8)[0]
    closed = 4.0 * fine_structure / (3.0 * math.pi) * (math.log(pion / ELECTRON) - 1.75)
    assert whole == pytest.approx(closed, rel=1e-4)


@pytest.mark.parametrize("experiment", ["charm", "nucal"])
def test_both_ends_are_the_publications(experiment: str, tmp_path: Path) -> None:
    """With its selection and its spectrum."""
    for end in ("upper", "lower"):
        assert abs(edge(tmp_path, experiment, "publication", end=end) - 1.0) < study.TOLERANCE


def test_the_own_selection_of_charm_ends_below(tmp_path: Path) -> None:
    """Its upper limit on the energy of a shower is the greater part of what it lacks."""
    own, free = (edge(tmp_path, "charm", name) for name in ("own", "own, any energy"))
    published = edge(tmp_path, "charm", "publication")
    assert own < 0.9 * free < free < 0.97 * published


def test_the_publications_files_are_the_searches_but_for_what_they_say() -> None:
    """Protons, limit and cross-section of the volume as the searches' own; CHARM's stands half its length nearer."""
    for name in study.SELECTIONS:
        theirs = FixedTarget(experiment=str(study.publication(name)), resolution="none")
        own = FixedTarget(experiment=name, resolution="none")
        assert theirs.beam_energy == own.beam_energy
        assert not theirs.flat_factors
        for key in ("pot", "n_90"):
            assert theirs.run[key].value == own.run[key].value
        nearer = own.region.z_min - theirs.region.z_min
        assert nearer == own.region.z_max - theirs.region.z_max == (17500.0 if name == "charm" else 0.0)


@pytest.mark.parametrize("experiment", study.PLANS)
def test_plans_end_where_their_publications_do(experiment: str, tmp_path: Path) -> None:
    """The first spectrum at the heaviest mass."""
    (made,) = (plan for plan in study.plans(quick=True) if plan.experiment == experiment)
    assert abs(made.row(run(tmp_path))["ratio"] - 1.0) < study.TOLERANCE


def test_quick_rows_are_rows_of_the_whole() -> None:
    every = study.edges(quick=False)
    assert len(set(every)) == len(every)
    assert set(study.edges(quick=True)) < set(every)
    assert set(study.plans(quick=True)) < set(study.plans(quick=False))
    assert {edge.mass for edge in every} == {20, 30, 40, 60, 80, 100}
    for name in study.SELECTIONS:
        rows = [study.published(name, mass) for mass in study.masses(name)]
        assert all(one["lower"] < one["copy"] < one["upper"] for one in rows)


@pytest.mark.reference
def test_the_copy_has_the_authors_numbers_at_other_masses() -> None:
    """SensCalc's curve of CHARM: eps² to the digit, masses by a power law, so that an axis was read off wrongly."""
    path = row.reference_folder() / "contours" / "DP_CHARM_Tsai.txt"
    if not path.is_file():
        pytest.skip(f"no {path.name} in the folder that DARKPAIR_REFERENCE names")
    mass, square = np.loadtxt(path).T
    for m in study.masses("charm"):
        at = np.argmin(np.abs(np.log(square / study.published("charm", m)["upper"] ** 2)))
        assert square[at] == pytest.approx(study.published("charm", m)["upper"] ** 2, rel=1e-4)
        assert math.log(mass[at]) == pytest.approx(1.0251 * math.log(1e-3 * m) + 0.0179, abs=2e-4)
