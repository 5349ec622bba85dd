"""Study ``mesons``: what it writes, and the eta spectrum of each generator beside another group's PYTHIA 8."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.sources.meson_files import MESONS, TableKey, about, stored
from darkpair.gen.sources.meson_table import MesonTable, meson_table
from darkpair.studies import STUDIES
from darkpair.studies.experiments.mesons import energies_and_angles
from darkpair.studies.line_styles import GENERATOR_STYLES

REFERENCE = Path(os.environ["DARKPAIR_REFERENCE"])


def generators() -> list[MesonTable]:
    here = [key for key in stored() if key.beam_energy == 400.0]
    tables = [
        meson_table("eta", beam_energy=400.0, generator=key.generator, target=key.target) for key in here
    ]
    return [*tables, meson_table("eta", beam_energy=400.0, generator="bmpt")]


def test_it_writes_its_table_and_its_picture(tmp_path: Path) -> None:
    paths = STUDIES["mesons"](folder=tmp_path, quick=True)
    assert {path.suffix for path in paths} == {".csv", ".json", ".md", ".png", ".pdf"}
    told = json.loads((tmp_path / "mesons.json").read_text())
    rows = {(r["meson"], r["beam [GeV]"], r["target"], r["generator"]): r for r in told["rows"]}
    for key in stored():
        for meson in MESONS:
            has = bool(about(key)["multiplicity"].get(meson))
            assert ((meson, key.beam_energy, key.target, key.generator) in rows) == has
    # the table's spectrum is that of the mesons it was made of; 2 %, far above the errors of 5e5 mesons
    row, own = rows["eta", 400.0, "p", "sibyll23d"], about(TableKey("sibyll23d", 400.0, "p"))["mesons"]["eta"]
    assert row["mean energy [GeV]"] == pytest.approx(own["mean_energy"], rel=0.02)
    assert row["inside 10 mrad"] == pytest.approx(own["inside_10_mrad"], rel=0.02)


def test_pieces_carry_the_whole_probability() -> None:
    for table in generators():
        energy, angle, weight = energies_and_angles(table)
        assert weight.sum() == pytest.approx(1.0, abs=1e-12)
        assert energy.min() > 0.547
        assert 0.0 <= angle.min() < angle.max() <= np.pi


@pytest.mark.reference
def test_eta_of_400_gev_beside_pythia_8() -> None:
    """Mean energy and part inside 10 mrad within a quarter: the generators differ by that much among themselves.

    The other table: SensCalc (arXiv:2305.13383), PYTHIA 8, d²N/(dtheta dE) on a grid.
    """
    path = REFERENCE / "spectra" / "DoubleDistr_SPS_Eta.txt"
    if not path.is_file():
        pytest.skip("no spectra/DoubleDistr_SPS_Eta.txt in the folder that DARKPAIR_REFERENCE names")
    theta, energy, value = np.loadtxt(path).T
    angles, energies = np.unique(theta), np.unique(energy)
    grid = value.reshape(len(angles), len(energies))
    assert np.array_equal(theta.reshape(grid.shape)[:, 0], angles)
    total = np.trapezoid(np.trapezoid(grid, energies, axis=1), angles)
    mean = np.trapezoid(np.trapezoid(grid * energies, energies, axis=1), angles) / total
    marginal = np.trapezoid(grid, energies, axis=1)
    accumulated = np.append(0.0, np.cumsum(0.5 * (marginal[1:] + marginal[:-1]) * np.diff(angles)))
    inside = float(np.interp(0.010, angles, accumulated) / total)
    print(f"\n  PYTHIA 8 (other group): mean energy {mean:.2f} GeV, inside 10 mrad {inside:.3f}")
    for table in generators():
        ours, angle, weight = energies_and_angles(table)
        ours_mean, ours_inside = float(np.sum(ours * weight)), float(weight[angle < 0.010].sum())
        print(f"  {table.generator} on {table.target}: {ours_mean:.2f} GeV, {ours_inside:.3f}")
        if table.target in ("p", "Be"):
            assert ours_mean == pytest.approx(mean, rel=0.25)
            assert ours_inside == pytest.approx(inside, rel=0.25)


def test_every_generator_has_a_look_of_its_own() -> None:
    """No two share both line and marker: colour alone is not what tells them apart."""
    assert set(GENERATOR_STYLES) == {key.generator for key in stored()} | {"bmpt"}
    assert len({(marker, str(line)) for _, marker, line in GENERATOR_STYLES.values()}) == len(
        GENERATOR_STYLES
    )
