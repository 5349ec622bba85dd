"""Study ``inelastic``: its files, the order of its edges, how they go with events, and the published table.

The bounds are five and more statistical errors away from what is expected.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models.kinetic_mixing import KineticMixing
from darkpair.gen.lifetime import ScanInside
from darkpair.gen.particles import particle
from darkpair.gen.region import Box
from darkpair.studies import STUDIES
from darkpair.studies.experiments import inelastic_dump
from darkpair.studies.experiments import inelastic_edges as study
from darkpair.studies.experiments.inelastic_dump import Counted, InelasticDump, Sample, expanded_ctau


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("inelastic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inelastic_dump, "_PILOT", {True: ((16, 12, 8), (8,))})
        paths = STUDIES["inelastic"](folder=folder, quick=True, events=16_000)
    assert {path.name for path in paths} == {f"inelastic.{end}" for end in ("csv", "json", "png", "pdf")}
    made = json.loads(Path(folder / "inelastic.json").read_text("utf-8"))["rows"]
    assert {row["m1 [MeV]"] for row in made} == {51.6}
    return {row["counted"]: row for row in made}


def test_a_cut_on_electrons_costs_more_than_on_x2(rows: dict[str, dict[str, Any]]) -> None:
    """The published edge lies between the cut on both electrons and that on X2."""
    both, heavy = (rows[name]["ratio"] for name in ("both electrons", "X2"))
    assert heavy < 0.8
    assert both > 1.15
    assert rows["both electrons, its mesons"]["E that meets [GeV]"] == pytest.approx(1.6, abs=0.6)


def test_edges_go_with_the_fourth_root_of_the_events(rows: dict[str, dict[str, Any]]) -> None:
    """Far above the volume's distance in decay length; and with the square root of sqrt(eps) of the c tau."""
    plain, ten, wide = (rows[f"X2, its mesons{end}"] for end in ("", ", ten events", ", expanded width"))
    assert ten["eps"] / plain["eps"] == pytest.approx((10.0 / 2.3) ** 0.25, rel=2e-3)
    model = study.Point(mass=51.6).model
    longer = float(model.ctau("X2")) / expanded_ctau(model)
    assert plain["eps"] / wide["eps"] == pytest.approx(longer**0.25, rel=2e-3)
    assert plain["events"] == pytest.approx(2.3 / plain["ratio"] ** 4, rel=5e-3)


def test_expanded_length_is_the_models_where_it_is_to_be() -> None:
    """Small difference, light electrons."""
    model = KineticMixing(m1=90.0, m2=90.2, m_Aprime=900.0, eps=1e-3, alpha_D=0.1)
    assert expanded_ctau(model) == pytest.approx(float(model.ctau("X2")), rel=5e-3)


def test_published_edge_has_the_kinks_of_the_mesons() -> None:
    """It rises to where 3 m1 is the pi0's mass, and falls behind it: the masses are those of X1."""
    edge = {mass: study.published(mass) for mass in study.masses()}
    top = max((m for m in edge if 28.0 < m < 60.0), key=lambda m: edge[m])
    assert 3.0 * top == pytest.approx(1e3 * particle("pi0").mass, rel=0.03)


def test_a_sample_counts_what_its_cut_leaves() -> None:
    """Weights of the law times those of the events, over the mesons; the error by the squares."""
    law = ScanInside(region=Box(x_min=-1.0, x_max=1.0, y_min=-1.0, y_max=1.0, z_min=1e3, z_max=2e3))
    length = np.array([10.0, 20.0, 30.0])
    sample = Sample(
        law=law,
        length=length,
        weight=np.array([1.0, 2.0, 3.0]),
        energy={"X2": np.array([1.0, 4.0, 5.0])},
        generated=10,
    )
    value, error = sample.efficiency(15.0, "X2", 3.0)
    terms = np.array([2.0, 3.0]) * law.weight(length[1:], 15.0)
    assert value == pytest.approx(terms.sum() / 10.0)
    assert error == pytest.approx(math.sqrt((terms**2).sum()) / 10.0)


def test_without_enough_there_is_no_edge() -> None:
    """No coupling excludes what asks for more events than there are; no energy meets an edge that lies too low."""
    model = study.Point(mass=51.6).model
    dump = InelasticDump(experiment="charm", generator="bmpt", model=model, events=1, quick=True)
    for meson in dump.mesons:
        law = ScanInside(region=dump.detector.region)
        nothing = np.array([])
        dump._kept[meson] = Sample(
            law=law, length=nothing, weight=nothing, energy={"X2": nothing}, generated=10
        )
    assert dump.edge(Counted(cut="X2", least=3.0)) is None
    assert dump.needed(1e-5, Counted(cut="X2")) is None
