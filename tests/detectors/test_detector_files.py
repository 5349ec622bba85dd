"""A user's data file for every class: it is the built-in one where it says the same, and one line where it is wrong."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair import InputError, Streams, UnknownNameError
from darkpair.cli import main
from darkpair.detectors import DETECTORS, file_detector
from darkpair.detectors.catalogue import CLASSES as BY_KIND
from darkpair.detectors.catalogue import data_files, from_file
from darkpair.detectors.data_file import read_data
from darkpair.detectors.data_structure import KINDS, checked
from darkpair.detectors.koto import Koto
from darkpair.detectors.selection import Line
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.provenance import describe
from darkpair.run.normalisation import normalisations
from tests.shared.own_files import CLASSES, based, copied, truth

SELECTION = {"koto": "2015", "koto_kaon": None, "b_factory": "inclusive", "fixed_target": "showers"}


def detector(kind: str, experiment: str, **settings: Any) -> Any:
    made, _ = CLASSES[kind]
    if SELECTION[kind] is not None:
        settings = {"selection": SELECTION[kind], **settings}
    return made(experiment=experiment, **settings)


def verdict(made: Any, kind: str) -> Any:
    events = truth(kind)
    return made.select(made.observe(events, Streams(1).rng("detector")), events.weight)


@pytest.mark.parametrize("name", data_files())
def test_every_built_in_file_is_what_its_kind_asks(name: str) -> None:
    data = read_data(name)
    assert checked(data, name) == data
    assert set(KINDS) == set(BY_KIND)
    assert name in DETECTORS
    assert data["title"] == DETECTORS.ours[name].summary
    assert from_file(name)().experiment == name


@pytest.mark.parametrize("kind", CLASSES)
def test_a_copy_of_a_built_in_file_is_the_same_detector(kind: str, tmp_path: Path) -> None:
    name = CLASSES[kind][1]
    built_in = verdict(detector(kind, name), kind)
    assert built_in.mask.any()
    for path in (copied(tmp_path, name), based(tmp_path, name, file="on.toml")):
        own = detector(kind, path)
        assert pickle.loads(pickle.dumps(own)) == own
        found = verdict(own, kind)
        assert (found.mask == built_in.mask).all()
        assert found.cutflow == built_in.cutflow


@pytest.mark.parametrize("kind", CLASSES)
def test_the_provenance_holds_a_user_s_file(kind: str, tmp_path: Path) -> None:
    name = CLASSES[kind][1]
    one, other = (
        describe(detector(kind, path))
        for path in (based(tmp_path, name), based(tmp_path, name, 'title = "x"\n', file="other.toml"))
    )
    assert one["data"]["source"] == read_data(name)["source"]
    assert one["digest"] != other["digest"]
    assert "data" not in describe(detector(kind, name))


def _wrong(unit: str) -> Iterator[tuple[str, str]]:
    """Wrong entries for a number of that unit, and what the message says of each."""
    whole = 'source = "s", confidence = "read"'
    foreign = "GeV" if unit != "GeV" else "mm"
    yield f'{{ value = 1.0, unit = "{foreign}", {whole} }}', foreign
    yield f'{{ value = "much", unit = "{unit}", {whole} }}', "much"
    yield f'{{ value = true, unit = "{unit}", {whole} }}', "True"
    yield f'{{ value = [1.0], unit = "{unit}", {whole} }}', "[1.0]"
    yield f'{{ value = 1.0, unit = "{unit}", source = "s", confidence = "sure" }}', "sure"
    yield f'{{ valu = 1.0, unit = "{unit}", {whole} }}', "valu"
    yield f'{{ value = 1.0, unit = "{unit}", {whole}, errr = 2 }}', "errr"
    yield '"1 parsec"', "parsec"
    if unit:
        yield "1.0", "missing or bare"


NUMBERS = [
    (kind, table.removesuffix("?"), name.removesuffix("?"), unit)
    for kind, asked in KINDS.items()
    for table, units in asked.numbers.items()
    for name, unit in units.items()
    if not name.endswith("*")
]


@pytest.mark.parametrize(("kind", "table", "name", "unit"), NUMBERS, ids=lambda x: x or "1")
def test_a_wrong_number_is_one_line(kind: str, table: str, name: str, unit: str, tmp_path: Path) -> None:
    for entry, said in _wrong(unit):
        path = based(tmp_path, CLASSES[kind][1], f'kind = "{kind}"\n[{table}]\n{name} = {entry}\n')
        with pytest.raises((InputError, UnknownNameError)) as refusal:
            CLASSES[kind][0](experiment=path)
        message = str(refusal.value)
        assert "\n" not in message
        assert "mine.toml" in message
        assert name[:6] in message
        assert said in message
        assert "allowed" in message or "known" in message or "write" in message


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("koto", "[geometri]\nradius = '1 m'", "unknown key of .*'geometri' \\(did you mean 'geometry'"),
        ("koto", "kind = 'kotto'", "kind = 'kotto' \\(did you mean 'koto'"),
        ("koto", "[geometry]\nradus = '1 m'", "'radus' \\(did you mean 'radius'"),
        ("koto", "source = 'koto_k'", "source of .*'koto_k' \\(did you mean 'koto_kl'"),
        ("koto", "parents = ['K_long']", "parents: unknown particle"),
        ("koto", "parents = 'K_L0'", "parents = 'K_L0'; allowed: a list"),
        ("koto", "box = ['p']", "cut of the box"),
        ("koto", "[[cuts]]\nname='pt'\nvariable='ptt'\nunit='GeV'\nsource='s'\nconfidence='read'", "'ptt' \\(did you mean 'pt'"),
        ("koto", "[[cuts]]\nname='pt'\nunit='mm'", "cut 'pt' is in mm; allowed: GeV"),
        ("koto", "[[cuts]]\nname='new'", "cut 'new' lacks variable, unit, source, confidence"),
        ("koto", "[[cuts]]\nname='total_energy'\nmin='5 cm'", "total_energy: min = '5 cm' is a length"),
        ("koto", "[[cuts]]\nname='total_energy'\nmin=2.0\nmax=1.0", "from 2 to 1"),
        ("koto", "[[cuts]]\nname='total_energy'\nmin={against='z_vtx', points=[[2.0, 1.0],[1.0,2.0]]}", "growing order"),
        ("koto", "[[cuts]]\nname='total_energy'\nmin={against='zvtx', points=[[2.0, 1.0]]}", "'zvtx' \\(did you mean 'z_vtx'"),
        ("koto", "[[cuts]]\nname='total_energy'\nmin={points=[[2.0, 1.0]]}", "a line is"),
        ("koto", "[selections.a.ptt]\nmin=1.0", "'ptt' \\(did you mean 'pt'"),
        ("koto", "[selections.a.pt]\nmin='1 GeV'\nmax='2 GeV'\nof=true", "'of' \\(did you mean 'off'"),
        ("koto", "[selections.a]\nbased_on='b'", "based_on of the selection a"),
        ("koto", "[selections.a]\nfactors=['shape']", "factor of .*'shape'"),
        ("koto", "[selections]\na=3", "a = 3; allowed: a table"),
        ("koto", "selection='2014'", "selection of .*'2014'"),
        ("koto_kaon", "[kaon]\nshared=['x']", "shared cut of .*'x'"),
        ("koto_kaon", "[kaon]\nshard=['x']", "key of .*'shard' \\(did you mean 'shared'"),
        ("koto_kaon", "[[kaon.cuts]]\nname='k'\nvariable='pt'\nunit='GeV'\nsource='s'\nconfidence='read'", "cut 'k' has no limit; give min, max or both"),
        ("koto", "cuts = [3]", "a list; allowed: a list of tables"),
        ("koto", "selections = 3", "a int; allowed: tables, \\[selections.NAME\\]"),
        ("koto", "[[cuts]]\nname='pt'\nminimum=1.0", "key of the cut 'pt' .*'minimum'"),
        ("koto", "[[cuts]]\nname='pt'\nsource=3", "source of the cut 'pt' = 3; allowed: a text"),
        ("koto", "[[cuts]]\nname='pt'\n[[cuts]]\nname='pt'", "two cuts are named 'pt'; give each its own name"),
        ("koto", "[selections.a]\npt=3.0", "pt = 3.0; allowed: pt.min, pt.max, pt.off = true"),
        ("koto", "[selections.a.pt]\noff='yes'", "off = 'yes'; allowed: true, false"),
        ("koto", "[selections.a]\nbased_on='b'\n[selections.b]\nbased_on='a'", "is based on .*allowed: no circle"),
        ("koto", "[veto]\nz_min='7 m'\nz_max='6 m'", "z_min = 7000 and z_max = 6000 mm; allowed: growing order"),
        ("koto", "[geometry]\nradius='0 m'", "radius = 0 mm; allowed: above 0"),
        ("koto", "[factors.veto_survival]\nvalue=1.2\nunit=''\nsource='s'\nconfidence='read'", "veto_survival.value = 1.2; allowed: an efficiency, 0 to 1"),
        ("koto", "[factors]\nveto=0.5", "veto = 0.5; allowed: an entry with"),
        ("koto", "[factors.veto]\nvalue=0.5\nunit=''", "veto has no source, confidence; allowed: entries with"),
        ("koto", "[factors.veto]\nvalue=0.5\nerror='x'\nunit=''\nsource='s'\nconfidence='read'", "veto.error = 'x'; allowed: a finite number"),
        ("koto", "[factors.veto]\nvalue=0.5\nunit=3\nsource='s'\nconfidence='read'", "unit = 3; allowed: a text"),
        ("fixed_target", "[run.pot]\nvalue=0.0\nunit=''\nsource='s'\nconfidence='read'", "pot.value = 0; allowed: above 0"),
        ("fixed_target", "[run.background]\nvalue=-1.0\nunit=''\nsource='s'\nconfidence='read'", "background.value = -1; allowed: 0 or more"),
        ("fixed_target", "[decay_volume]\nshape='polygon'\nz_min='1 m'\nz_max='2 m'\npoints={value=[[0,0]]}", "points has not all of .*give them, or a list of pairs"),
        ("fixed_target", "[decay_volume]\nshape='polygon'\nz_min='1 m'\nz_max='2 m'\npoints=[['0 m']]", "allowed: a list of corners"),
        ("b_factory", "machine='lep'", "'lep'"),
        ("b_factory", "machine=3", "machine = 3; allowed: a text"),
        ("fixed_target", "tracks=['e']", "track of .*'e'"),
        ("fixed_target", "[calorimeter]\nshape='hexagon'\nz='515 m'", "'hexagon'"),
        ("fixed_target", "[decay_volume]\nshape='polygon'\nz_min='1 m'\nz_max='2 m'\npoints=[['0 m','0 m'],['1 m','0 m']]", "three or more corners"),
        ("fixed_target", "[decay_volume]\nshape='polygon'\nz_min='1 m'\nz_max='2 m'\npoints=[['0 m','0 m'],['4 m','0 m'],['1 m','1 m'],['0 m','4 m']]", "not convex"),
        ("fixed_target", "[decay_volume]\nshape='polygon'\nz_min='1 m'\nz_max='2 m'\npoints=[['0 m','0 m'],['2 m','1 m'],['1 m','0 m'],['0 m','1 m']]", "cross"),
        ("fixed_target", "[decay_volume]\nshape='polygon'\nz_min='1 m'\nz_max='2 m'\npoints=[[0, 0],[1, 0],[0, 1]]", "without a unit"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_line(kind: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises((InputError, UnknownNameError), match=said) as refusal:
        CLASSES[kind][0](experiment=based(tmp_path, CLASSES[kind][1], text + "\n"))
    assert "\n" not in str(refusal.value)
    assert "mine.toml" in str(refusal.value)


def test_a_file_of_another_kind_is_refused() -> None:
    for kind, (made, _) in CLASSES.items():
        for other, (_, name) in CLASSES.items():
            if name != CLASSES[kind][1]:
                with pytest.raises(
                    InputError, match=f'is of kind = "{other.replace("_kaon", "")}".*allowed: '
                ):
                    made(experiment=name)


def test_files_on_one_another(tmp_path: Path) -> None:
    based(tmp_path, "koto", "[geometry]\nradius = '1 m'\n", file="first.toml")
    second = based(tmp_path, "first.toml", "[geometry]\nz_calorimeter = '7 m'\n", file="second.toml")
    region = Koto(experiment=second).region
    assert (region.radius, region.z_max) == (1000.0, 7000.0)
    with pytest.raises(InputError, match="comes back to itself"):
        Koto(experiment=based(tmp_path, "mine.toml"))
    with pytest.raises(UnknownNameError, match="did you mean 'koto'"):
        Koto(experiment=based(tmp_path, "kotto"))
    with pytest.raises(InputError, match="cannot be read"):
        Koto(experiment=based(tmp_path, "none.toml"))


def test_what_a_file_takes_from_its_base(tmp_path: Path) -> None:
    """Cuts stay, selections those that it names, and of what was counted nothing."""
    text = "[[cuts]]\nname='mine'\nvariable='pz'\nmin='1 GeV'\nunit='GeV'\nsource='s'\nconfidence='choice'\n[selections.a.pt]\nmin='100 MeV'\nmax='0.2 GeV'\n[selections.a.z_vtx]\nmin='3 m'\nmax='4 m'\n"
    made = Koto(experiment=based(tmp_path, "koto", text))
    assert made.selection == "a"
    cuts = {cut.name: cut for cut in made.cuts.cuts}
    assert list(cuts)[-3:] == ["mine", "z_vtx", "pt"]
    assert (cuts["pt"].low, cuts["pt"].high, cuts["z_vtx"].low) == (0.1, 0.2, 3000.0)
    assert "runs" not in describe(made)["data"]
    with pytest.raises(UnknownNameError, match="known: a"):
        Koto(experiment=based(tmp_path, "koto", text), selection="2015")


@pytest.mark.parametrize("name", data_files())
def test_a_limit_in_a_file_s_cuts_holds_in_every_selection_it_takes(name: str, tmp_path: Path) -> None:
    """As the same change by name does: no selection of the base keeps its own limit over the file's."""
    for selection in read_data(name)["selections"]:
        plain = from_file(name)(selection=selection)
        for cut in plain.cuts.cuts:
            for key, old in (("min", cut.low), ("max", cut.high)):
                if old is None:
                    continue
                if isinstance(old, Line):
                    new = cut.high if key == "min" and isinstance(cut.high, float) else 0.5
                else:
                    new = old + (1.0 if key == "max" else -1.0)
                text = f"[[cuts]]\nname = '{cut.name}'\n{key} = {new!r}\n"
                made = CLASSES[read_data(name)["kind"]][0](
                    experiment=based(tmp_path, name, text), selection=selection
                )
                want = from_file(name)(selection=selection, cuts={cut.name: {key: new}})
                assert [(c.low, c.high) for c in made.cuts.cuts] == [(c.low, c.high) for c in want.cuts.cuts]
                source = next(c.source for c in made.cuts.cuts if c.name == cut.name)
                assert "changed by the file" in source


def test_a_user_s_file_is_normalised_by_its_own_runs(tmp_path: Path) -> None:
    job = """[run]\nn = 20000\n[source]\nname = "koto_kl"\n[chain]\ndecay = "K_L0 -> (pi0 -> gamma gamma) nu nubar"
[detector]\nname = "koto"\nexperiment = {experiment}\nselection = "2015"\n[output]\npath = "{out}"\npicture = false\n"""
    entry = '{{ value = {}, unit = "", source = "s", confidence = "choice" }}'
    run = f'[runs."2015"]\nkl = {entry.format(1e10)}\n'
    whole = (
        run + f"single_event_sensitivity = {entry.format(1e-9)}\nstandard_acceptance = {entry.format(1e-3)}\n"
    )
    ways = {}
    for name, text in (("none", ""), ("kl", run), ("whole", whole)):
        path = based(tmp_path, "koto", text)
        (tmp_path / "job.toml").write_text(job.format(experiment=json.dumps(path), out=tmp_path / "out.root"))
        result = CliRunner().invoke(main, ["run", str(tmp_path / "job.toml"), "--force"])
        assert result.exit_code == 0, result.output
        ways[name] = normalisations(read_provenance(tmp_path / "out.root"))
    assert {name: list(found) for name, found in ways.items()} == {
        "none": ["kaons"], "kl": ["kaons"], "whole": ["sensitivity", "kaons"],
    }  # fmt: skip
    decays = ways["kl"]["kaons"].parents / 1e10
    assert ways["none"]["kaons"].parents == pytest.approx(decays)
    assert ways["whole"]["sensitivity"].exposure == pytest.approx(1e9)


def test_koto_ii_is_two_files() -> None:
    """P(decay), and two photons on the calorimeter, about as published: 9.9 % from 3 to 15 m, 24 % of them."""
    from darkpair import build
    from darkpair.gen.sources.koto_kl import KotoKL

    folder = Path(__file__).parents[2] / "examples"
    if not folder.is_dir():
        pytest.skip("no examples")
    beam = KotoKL(
        spectrum=str(folder / "koto2_kl.csv"),
        z_max=14000.0,
        profile="square",
        solid_angle=4.8,
        z_target=-45e3,
    )
    assert beam.decay_probability == pytest.approx(0.099, rel=0.05)
    made = Koto(experiment=str(folder / "koto2.toml"))
    events = build("K_L0 -> (pi0 -> gamma gamma) nu nubar").batch(
        beam.sample(8192, Streams(1).rng("source")), Streams(1)
    )
    assert np.abs(events.parts[0].vertices[:2, 1]).max() < 0.5 * np.sqrt(4.8e-6) * 60e3
    reco = made.observe(events, Streams(1).rng("detector"))
    assert (reco.lists["Cluster"][0] == 2).mean() == pytest.approx(0.24, rel=0.1)
    assert made.select(reco, events.weight).mask.any()
    assert made.vertex_range == (2000.0, 14000.0)
    assert made.flat_factors == {"cluster_shape": 0.73}


STRANGE: list[Any] = [
    "x", "5 cm", "-1 mm", float("nan"), float("inf"), -1.0, 0, 1e300, 10**400, True, [1.0], [], {}, {"a": 1}, "", [[1, 2]],
    {"value": 1.0}, {"value": "a", "unit": "mm", "source": "s", "confidence": "read"}, {"against": "z_vtx", "points": []}, 3,
]  # fmt: skip


def _places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield (*at, key)
        yield from _places(value, (*at, key))


@pytest.mark.parametrize(
    ("kind", "name"), [(k, n) for k, (_, n) in CLASSES.items()] + [("fixed_target", "ship")]
)
def test_anything_strange_anywhere_is_one_line_or_fine(
    kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any part of a file replaced by any of those, left out, or with one of them beside it."""
    rng = np.random.default_rng(7)
    places = list(_places(read_data(name)))
    refused = []
    for _ in range(60):
        data = deepcopy(read_data(name))
        *way, last = places[rng.integers(len(places))]
        inside: Any = data
        for key in way:
            inside = inside[key]
        lot = rng.integers(len(STRANGE) + 4)
        if lot >= len(STRANGE):
            del inside[last]
        elif lot % 6 == 0 and isinstance(inside, dict):
            inside["strange"] = STRANGE[lot]
        else:
            inside[last] = STRANGE[lot]
        monkeypatch.setattr(file_detector, "detector_data", lambda _, data=data: checked(data, "mine.toml"))
        try:
            CLASSES[kind][0](experiment="mine.toml").provenance()
        except (InputError, UnknownNameError) as refusal:
            refused.append(str(refusal))
    assert len(refused) > 20
    assert all("\n" not in message and "mine.toml" in message for message in refused)
