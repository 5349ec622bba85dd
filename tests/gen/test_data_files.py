"""Entries of data files changed by name: every loader gives the new value, and nothing is left of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest

from darkpair.chains.models.inputs import Inputs
from darkpair.chains.standard_model import known_law
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.data_file import data_files, read_data
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.detectors.koto_results import factors, run
from darkpair.gen.data_files import altered, changed, changes_in_force, entries, load
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.provenance import environment
from darkpair.gen.sources.meson_multiplicity import multiplicity
from darkpair.scan import cache_key
from darkpair.searches.measurements import measurement, regions
from darkpair.workers import worker_pool


def _cut(detector: Any, name: str, end: str) -> float:
    return float(getattr(next(cut for cut in detector.cuts.cuts if cut.name == name), end))


def _eta_slope() -> float:
    law = known_law(particle("eta"), [particle("pi0")] * 3)
    assert law is not None
    return law.numbers["alpha"]


#: Of each loader: file, key, new value, and what reads it.
DOORS: dict[str, tuple[str, str, Any, Callable[[], Any]]] = {
    "run of koto": ("koto.toml", "runs.2021.pot", 1e19, lambda: run("2021").pot.value),
    "factor of koto": ("koto.toml", "factors.veto_survival", 0.2, lambda: factors("veto_survival")["veto_survival"].value),
    "koto's geometry": ("koto.toml", "geometry.radius", 900.0, lambda: Koto().region.radius),
    "koto's veto": ("koto.toml", "veto.radius", 1500.0, lambda: Koto().veto_volume.radius),
    "koto's resolution": ("koto.toml", "resolution.position", 6.0, lambda: Koto().resolution.position),
    "cut of koto": ("koto.toml", "cuts.photon_energy.min", 0.15, lambda: _cut(Koto(), "photon_energy", "low")),
    "selection of koto": (
        "koto.toml", "selections.2016-18.z_vtx.min", 3300.0, lambda: _cut(Koto(selection="2021"), "z_vtx", "low"),
    ),
    "cut of kaons": ("koto.toml", "kaon.cuts.pt.max", 0.02, lambda: _cut(KotoKaon(), "pt", "high")),
    "tracker": ("belle2.toml", "tracker.radius", 1000.0, lambda: Belle2().tracker.radius),
    "crystals": ("belle.toml", "calorimeter.depth", 200.0, lambda: Belle2(experiment="belle").crystals.depth),
    "terms": (
        "belle.toml",
        "calorimeter_resolution.coefficients",
        [0.1, 0.2, 0.3],
        lambda: list(Belle2(experiment="belle").crystals.coefficients),
    ),
    "run of a dump": ("charm.toml", "run.pot", 1e18, lambda: FixedTarget(experiment="charm").run["pot"].value),
    "cut of a dump": (
        "nucal.toml", "cuts.shower_energy.min", 12.0, lambda: _cut(FixedTarget(experiment="nucal"), "shower_energy", "low"),
    ),
    "decay": ("decays.toml", "eta_3neutral.alpha", -0.5, _eta_slope),
    "input": ("inputs.toml", "pdg.G_F", 1.2e-5, lambda: Inputs()["G_F"]),
    "input of a preset that extends": ("inputs.toml", "pdg.m_t", 170.0, lambda: Inputs("paper-10tev")["m_t"]),
    "measurement": (
        "measurements.toml", "koto.sensitivity", 7e-10, lambda: measurement("koto", "sensitivity").value,
    ),
    "region": (
        "measurements.toml", "k_to_pi_nunu.regions.na62.0.high", 0.02, lambda: regions("k_to_pi_nunu", "na62")[0][1],
    ),
    "multiplicity": ("multiplicities.toml", "measured.eta", 0.6, lambda: multiplicity("eta", 400.0)[0]),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_every_loader_gives_the_new_value_and_forgets_it(door: str) -> None:
    name, key, value, read = DOORS[door]
    before = read()
    assert before != value
    with altered({name: {key: value}}):
        assert read() == value
        assert read() == value  # from what is kept while the change holds
    assert read() == before
    with altered({name: {key: value}}):
        assert read() == value


@pytest.mark.parametrize("name", data_files())
def test_every_data_file_has_a_door(name: str) -> None:
    assert any(file == f"{name}.toml" for file, *_ in DOORS.values()) or (
        read_data(name)["kind"] == "fixed_target"  # (one class reads them all)
    )


def test_what_is_made_keeps_its_data() -> None:
    with altered({"koto.toml": {"geometry.radius": 900.0}, "charm.toml": {"calorimeter.z": 516e3}}):
        koto, charm = Koto(), FixedTarget(experiment="charm")
    assert (koto.region.radius, charm.z_face) == (900.0, 516e3)
    assert Koto().region.radius != 900.0
    assert FixedTarget(experiment="charm").z_face != 516e3


def test_changes_within_changes() -> None:
    with altered({"inputs.toml": {"pdg.G_F": 1.0, "pdg.alpha": 2.0}}):
        with altered({"inputs.toml": {"pdg.G_F": 3.0}, "koto.toml": {"veto.radius": 1.0}}):
            assert (Inputs()["G_F"], Inputs()["alpha"], read_data("koto")["veto"]["radius"]["value"]) == (
                3.0,
                2.0,
                1.0,
            )
        assert (Inputs()["G_F"], Inputs()["alpha"]) == (1.0, 2.0)
    assert changes_in_force() == {}


def test_a_change_goes_with_an_error() -> None:
    with pytest.raises(ZeroDivisionError), altered({"inputs.toml": {"pdg.G_F": 1.0}}):
        _ = 1 / 0
    assert Inputs()["G_F"] != 1.0


def _G_F() -> float:
    return Inputs()["G_F"]


def _scanned(point: Any) -> dict[str, float]:
    return {"G_F": _G_F(), **point}


def test_workers_are_under_the_changes_too() -> None:
    with altered({"inputs.toml": {"pdg.G_F": 2.0}}), worker_pool(2) as executor:
        assert isinstance(executor, Executor)
        assert executor.submit(_G_F).result() == 2.0


def test_a_kept_scan_knows_the_changes() -> None:
    plain = cache_key(_scanned, {})
    with altered({"inputs.toml": {"pdg.G_F": 2.0}}):
        assert cache_key(_scanned, {}) != plain


def test_the_provenance_says_it() -> None:
    assert "changes" not in environment()
    with altered({"inputs.toml": {"pdg.G_F": 2.0}}):
        assert environment()["changes"] == {"inputs.toml": {"pdg.G_F": 2.0}}


def test_a_copy_leaves_the_original() -> None:
    data = read_data("koto")
    other = changed(data, {"veto.radius": 1.0})
    assert other["veto"]["radius"]["value"] == 1.0
    assert data["veto"]["radius"]["value"] != 1.0
    assert other["geometry"] is data["geometry"]


@pytest.mark.parametrize(
    ("key", "value", "error", "words"),
    [
        ("runs.2022.pot", 1.0, UnknownNameError, "2021"),
        ("runs.2021.pots", 1.0, UnknownNameError, "pot"),
        ("cuts.p_t.max", 1.0, UnknownNameError, "pt"),
        ("runs.2021.pot.value.x", 1.0, UnknownNameError, "runs.2021.pot.value.x"),
        ("runs.2021.pot", "many", InputError, "a number"),
        ("runs.2021", 1.0, InputError, "a table"),
        ("candidate_positions.2016-18.pt", [1.0], InputError, "a list of 0"),
    ],
)
def test_what_is_not_there_is_refused(key: str, value: Any, error: type[Exception], words: str) -> None:
    with altered({"koto.toml": {key: value}}), pytest.raises(error, match=words):
        read_data("koto")


def test_an_unknown_file_is_refused() -> None:
    """A change of a file that nobody reads would change nothing, in silence."""
    with pytest.raises(UnknownNameError, match="koto.toml"), altered({"kotto.toml": {"veto.radius": 1.0}}):
        raise AssertionError
    assert changes_in_force() == {}


def test_threads_have_the_changes_of_the_context_that_they_are_given() -> None:
    plain = _G_F()
    with altered({"inputs.toml": {"pdg.G_F": 2.0}}), ThreadPoolExecutor(1) as threads:
        assert threads.submit(_G_F).result() == plain
        assert threads.submit(copy_context().run, _G_F).result() == 2.0
        assert threads.submit(_G_F).result() == plain  # (nothing stays in the thread)


def test_every_entry_can_be_changed() -> None:
    """Of every file: an entry's key leads to it, and to no other one."""
    for package, path in (
        *(("darkpair.detectors", f"data/{name}.toml") for name in data_files()),
        ("darkpair.chains", "data/decays.toml"),
        ("darkpair.chains.models", "data/inputs.toml"),
        ("darkpair.gen", "data/mesons/multiplicities.toml"),
        ("darkpair.searches", "measurements.toml"),
    ):
        data = load(package, path)
        found = list(entries(data))
        assert len({key for key, _ in found}) == len(found)
        for key, entry in found:
            other = changed(data, {f"{key}.confidence": "changed"})
            differ = [k for (k, a), (_, b) in zip(found, entries(other), strict=True) if a != b]
            assert differ == [k for k, e in found if k == key]
            assert entry["confidence"] != "changed"


def test_a_file_of_ones_own_is_untouched(tmp_path: Path) -> None:
    path = tmp_path / "koto.toml"
    path.write_text("a = 1\n", encoding="utf-8")
    with altered({"koto.toml": {"veto.radius": 1.0}}):
        assert read_data(str(path)) == {"a": 1}
