"""Cuts and numbers changed by name: in Python, in jobs and in studies, with units, said in the provenance and noticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair import InputError, Pipeline, Streams, UnknownNameError, build
from darkpair.cli import main
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.catalogue import from_file
from darkpair.detectors.data_file import data_files, read_data
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.detectors.selection import Cut, Line
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.data_files import altered
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.provenance import describe
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.run.standard_acceptance import standard_acceptance
from tests.shared.own_files import truth

MAKERS: dict[str, Any] = {
    **{
        f"{name} {selection}": lambda name=name, selection=selection, **more: from_file(name)(
            selection=selection, **more
        )
        for name in data_files()
        for selection in read_data(name)["selections"]
    },
    "koto_kaon": KotoKaon,
}
SMALLER = {"GeV": ("MeV", 1e3), "mm": ("cm", 0.1), "deg": ("mrad", 1e3 * np.pi / 180.0)}


def limits(made: Any) -> dict[str, tuple[Any, Any]]:
    return {cut.name: (cut.low, cut.high) for cut in made.cuts.cuts}


@pytest.mark.parametrize("name", MAKERS)
def test_every_limit_of_every_cut_can_be_changed(name: str) -> None:
    """To a number, a text with a unit, and a line; no other cut moves, and the provenance says it."""
    plain = MAKERS[name]()
    for cut in plain.cuts.cuts:
        for end, key in (("low", "min"), ("high", "max")):
            old = getattr(cut, end)
            if not isinstance(old, float):
                continue
            new = old - 1.0 if end == "low" else old + 1.0
            unit, size = SMALLER.get(cut.unit, ("", 1.0))
            for value in (new, f"{size * new:.17g} {unit}".strip()) if unit else (new,):
                made = MAKERS[name](cuts={cut.name: {key: value}})
                found = limits(made)
                got = found[cut.name][0 if end == "low" else 1]
                assert got == pytest.approx(new, rel=1e-15)
                found[cut.name] = limits(plain)[cut.name]
                assert found == limits(plain)
                changed = next(c for c in made.cuts.cuts if c.name == cut.name)
                assert changed.source.startswith(f"changed by the user from {cut.limits(whole=True)} to ")
                assert list(describe(made)["changed"]) == [f"cuts.{cut.name}"]
                assert made != plain
                assert replace(made, without=()) == made
                assert hash(made) is not None
            line = {"against": cut.variable, "points": [[old - 1.0, new], [old + 1.0, new]]}
            made = MAKERS[name](cuts={cut.name: {key: line}})
            assert isinstance(limits(made)[cut.name][0 if end == "low" else 1], Line)
            same = MAKERS[name](cuts={cut.name: {key: old}})
            assert "changed" not in describe(same)
            assert same == plain


def test_a_changed_cut_is_that_cut() -> None:
    """Against the cut applied by hand to the candidates that pass all others; and the same from a change in force."""
    events = truth("koto")
    free = Koto(without=["pt", "z_vtx"])
    reco = free.observe(events, Streams(1).rng("detector"))
    counts, values = reco.lists["Pi0"]
    event = np.repeat(np.arange(len(counts)), counts)
    passed = free.select(reco, events.weight).passed["Pi0"]
    wanted = passed & (values["z_vtx"] >= 3200.0) & (values["z_vtx"] <= 5100.0) & (values["pt"] <= 0.25)
    wanted &= values["pt"] >= np.interp(values["z_vtx"], [3000.0, 5000.0], [0.14, 0.16])
    mask = np.zeros(len(counts), dtype=bool)
    mask[event[wanted]] = True
    cuts: dict[str, dict[str, Any]] = {
        "pt": {"min": {"against": "z_vtx", "points": [["3 m", "140 MeV"], ["5 m", "0.16 GeV"]]}},
        "z_vtx": {"max": "5.1 m"},
    }
    assert 0 < mask.sum() < Koto().select(reco, events.weight).mask.sum()
    assert (Koto(cuts=cuts).select(reco, events.weight).mask == mask).all()
    keys = {f"cuts.{cut}.{end}": value for cut, ends in cuts.items() for end, value in ends.items()}
    with altered({"koto.toml": keys}):
        in_force = Koto()
        assert (Koto(selection="2021").select(reco, events.weight).mask == mask).all()
        assert Koto(selection="2015").cuts.cuts[-1].low == in_force.cuts.cuts[-1].low
    assert (in_force.select(reco, events.weight).mask == mask).all()
    assert in_force.cuts.cuts[-1].changed == ""


@pytest.mark.parametrize(
    ("name", "cuts", "said"),
    [
        ("koto 2015", {"ptt": {"min": 1.0}}, "'ptt' \\(did you mean 'pt'"),
        ("koto 2015", {"pt": {"mn": 1.0}}, "'mn' \\(did you mean 'min'"),
        ("koto 2015", {"pt": {"min": "5 cm"}}, "cuts.pt.min = '5 cm'"),
        ("koto 2015", {"pt": {"min": float("nan")}}, "cuts.pt.min = nan"),
        ("koto 2015", {"pt": {"min": True}}, "cuts.pt.min = True"),
        ("koto 2015", {"pt": {"min": [1.0]}}, "cuts.pt.min = \\[1.0\\]|cuts.pt.min = \\(1.0"),
        ("koto 2015", {"pt": {"min": "0.3 GeV"}}, "from 0.3 to 0.25"),
        ("koto 2015", {"pt": {}}, "cuts.pt = "),
        ("koto 2015", {"pt": 3.0}, "cuts.pt = 3"),
        ("koto 2015", {"pt": {"min": {"against": "z", "points": [[1, 2]]}}}, "variable of the line"),
        ("koto 2015", {"pt": {"min": {"against": "z_vtx", "points": [["3 GeV", 2]]}}}, "'3 GeV'"),
        ("belle2 hadronic", {"q2_rec": {"min": 1.0}}, "cut of the selection hadronic"),
        ("belle2 acceptance", {"q2_rec": {"min": "1 GeV"}}, "'1 GeV'"),
        ("charm muons", {"shower_energy": {"min": 1.0}}, "'shower_energy'"),
        ("koto_kaon", {"pt": {"max": "1 m"}}, "'1 m'"),
    ],
)  # fmt: skip
def test_a_wrong_change_is_one_line(name: str, cuts: Any, said: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=said) as refusal:
        MAKERS[name](cuts=cuts)
    assert "\n" not in str(refusal.value)


def test_numbers_by_key() -> None:
    made = Koto(numbers={"geometry.radius": "90 cm", "veto": {"z_max": "7 m"}})
    assert (made.region.radius, made.veto_volume.z_max) == (900.0, 7000.0)
    assert describe(made)["changed"]["geometry.radius"] == "changed by the user from 950.0 mm to 900.0 mm"
    assert Belle2(numbers={"tracker.pt_min": "200 MeV"}).tracker.pt_min == 0.2
    assert KotoKaon(numbers={"geometry.radius": "90 cm"}).region.radius == 900.0
    charm = from_file("charm")(numbers={"decay_volume.z_max": "500 m"})
    assert charm.region.z_max == 500e3
    for key, value, said in (
        ("geometry.radus", "1 m", "did you mean 'radius'|radius"),
        ("geometry.radius", "1 GeV", "'1 GeV'"),
        ("cuts.pt.min", "1 GeV", "cuts.NAME.min"),
    ):
        with pytest.raises((InputError, UnknownNameError), match=said):
            Koto(numbers={key: value})


@pytest.mark.parametrize(
    "selection", [name for name in read_data("belle2")["selections"] if name in read_data("belle2")["tags"]]
)
def test_a_published_efficiency_is_that_of_the_published_tracker(selection: Any) -> None:
    """A smaller tracker sees fewer of the kaons: it is not made up for by a better tag."""
    q2 = np.linspace(0.0, 22.0, 12)
    plain = Belle2(selection=selection)
    less = Belle2(selection=selection, numbers={"tracker.pt_min": "1 GeV", "tracker.theta_min": "40 deg"})
    assert (less.tag_efficiency(q2) == plain.tag_efficiency(q2)).all()
    events = truth("b_factory")
    kaons = [d.observe(events, Streams(1).rng("detector")).lists["Kaon"][1] for d in (plain, less)]
    tagged = [k["tag_efficiency"].sum() for k in kaons]
    assert tagged[1] < 0.9 * tagged[0]


def test_resolution_in_part() -> None:
    made = Koto(resolution={"position": "2 mm"})
    assert made.resolution == Calorimeter(constant=0.01, stochastic=0.02, position=2.0)
    for wrong, said in (
        ({"position": "2 GeV"}, "resolution.position = '2 GeV'"),
        ({"position": 1e300}, "1e\\+300"),
        ({"positon": 1.0}, "did you mean 'position'"),
        ("fine", "resolution = 'fine'"),
        (3, "resolution = 3"),
        ([1.0], "resolution = "),
    ):
        with pytest.raises((InputError, UnknownNameError), match=said) as refusal:
            Koto(resolution=wrong)
        assert "\n" not in str(refusal.value)


def test_in_a_job(tmp_path: Path) -> None:
    out = tmp_path / "out.root"
    (tmp_path / "job.toml").write_text(
        f'[run]\nn = 20000\n[source]\nname = "koto_kl"\n[chain]\ndecay = "K_L0 -> (pi0 -> gamma gamma) nu nubar"\n'
        f'[detector]\nname = "koto"\ncuts.pt.min = "140 MeV"\n[output]\npath = "{out}"\npicture = false\n'
    )
    line = '{against = "z_vtx", points = [["3 m", "130 MeV"], ["5 m", "150 MeV"]]}'
    run = ["run", str(tmp_path / "job.toml"), "--force"]
    for more, words in (
        ([], ">= 0.14 and <= 0.25 GeV"),
        (["--set", f"detector.cuts.pt.min={line}"], "(0.13 at 3000, 0.15 at 5000)"),
        (["--set", "detector.resolution.position=2 mm"], ">= 0.14 and"),
    ):
        result = CliRunner().invoke(main, [*run, *more])
        assert result.exit_code == 0, result.output
        assert "changed" in result.output
        assert words in " ".join(result.output.split())
    told = read_provenance(out)["detector"]
    assert told["cuts"] == {"pt": {"min": "140 MeV"}}
    assert told["resolution"]["position"] == 2.0
    shown = CliRunner().invoke(main, ["inspect", str(out)])
    assert "cuts.pt" in shown.output
    for wrong in (
        "detector.cuts.pt.min=5 cm",
        "detector.cuts.ptt.min=1 GeV",
        "detector.numbers.geometry.radius=3 GeV",
    ):
        result = CliRunner().invoke(main, [*run, "--set", wrong])
        assert result.exit_code == 2, wrong
        assert len(result.output.strip().splitlines()) == 1


def test_what_was_made_with_the_standard_cuts_notices() -> None:
    """The acceptance of the search's own mode is that of the published cuts; the box, the least energy and the range follow."""
    changed = Koto(cuts={"pt": {"min": "140 MeV"}, "total_energy": {"min": "1 GeV"}})
    assert standard_acceptance(changed, KotoKL()) == standard_acceptance(Koto(), KotoKL())
    assert changed.least_energy > Koto().least_energy + 0.3
    assert {pt for _, pt in changed.signal_box()} == {140.0, 250.0}
    odd = Koto(cuts={"z_vtx": {"min": {"against": "pt", "points": [[0.1, 3000.0], [0.2, 3500.0]]}}})
    assert odd.signal_box() == []
    assert odd.vertex_range == (3000.0, 5000.0)
    chain = build("K_L0 -> (pi0 -> gamma gamma) nu nubar")
    wide = Koto(cuts={"z_vtx": {"min": "1.5 m"}})
    with pytest.raises(InputError, match="z_min = 2000 mm.*give source.z_min = 1500 mm"):
        Pipeline(source=KotoKL(), chain=chain, detector=wide)
    Pipeline(source=KotoKL(z_min=1500.0), chain=chain, detector=wide)
    with pytest.raises(InputError, match="z_max = 4500 mm"):
        Pipeline(source=KotoKL(z_max=4500.0), chain=chain, detector=Koto())


def test_a_cut_says_its_limits_whole() -> None:
    cut = Cut(
        name="c",
        variable="x",
        unit="mm",
        source="s",
        confidence="read",
        low=Line("y", ((1.0, 2.0), (3.0, 4.0))),
    )
    assert cut.limits(whole=True) == "x >= a line against y (2 at 1, 4 at 3) mm"
    assert cut.limits() == "x >= a line against y mm"
