"""Searches that are data files of the package: what they are worth, and that none from memory or of a plan excludes."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from darkpair.chains.models import Dipole, ZPrimeScalar
from darkpair.gen.errors import InputError
from darkpair.limits import Size, limit_rows
from darkpair.limits.choice import choose
from darkpair.searches import FILES, SEARCHES, load_search
from darkpair.searches.dump_search import DumpSearch

FOLDER = Path(str(files("darkpair.searches"))) / "data"


def shipped(name: str) -> DumpSearch:
    search = SEARCHES.factory(name)()
    assert isinstance(search, DumpSearch)
    return search


def test_every_file_has_a_name() -> None:
    assert {path.stem.removesuffix("-search") for path in FOLDER.glob("*.toml")} == set(FILES)
    assert set(FILES) <= set(SEARCHES.ours)


@pytest.mark.parametrize("name", FILES)
def test_what_it_is_worth(name: str) -> None:
    search = shipped(name)
    assert FILES[name].lower().startswith(search.status)
    assert search.kind == "line"  # none is a measurement of these pairs
    assert search.held_against
    assert search.limit > 0.0
    assert all(number.source and number.confidence != "memory" for number in search.measurements)
    assert search.applies(ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5))
    assert not search.applies(Dipole(m1=0.0, m2=0.3, mu=1e-6))
    assert len((FOLDER / f"{name}-search.toml").read_text("utf-8").splitlines()) <= 60
    with pytest.raises(InputError, match="needs samples"):
        search.value(ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5))


def test_an_estimate_of_counts_is_that_of_others() -> None:
    """One event on 0.6: 3.45 at 90 %, as ALPINIST has it (n_events_90CL of ALP_rescale/general/setup.py)."""
    assert shipped("bebc").limit == pytest.approx(3.45, abs=0.005)


def test_memory_never_excludes(tmp_path: Path) -> None:
    text = 'kind = "dump"\nexperiment = "nucal"\n[exposure]\nvalue = 1e18\nunit = "protons on target"\nsource = "a test"\n'
    kinds = {}
    for confidence in ("read", "memory"):
        (tmp_path / f"{confidence}.toml").write_text(f'{text}confidence = "{confidence}"\n')
        kinds[confidence] = load_search(tmp_path / f"{confidence}.toml").kind
    assert kinds == {"read": "excluded", "memory": "line"}
    assert shipped("faser2").from_memory == ("cuts.shower_energy_sum",)


def test_planned_ones_are_asked_for() -> None:
    plain, more = choose(), choose(planned=True, without=["ship"])
    assert not set(FILES) & set(plain.others)
    assert set(FILES) - {"ship"} == set(more.others)
    assert list(choose(only=["bebc"]).others) == ["bebc"]
    assert choose(only=["bebc"]).ours == ()


def test_a_search_without_the_papers_channel_has_rows(tmp_path: Path) -> None:
    """BEBC sees no pi0: its events are those of electrons alone, over its protons and efficiency."""
    size = Size(kaons=1, etas=8_000, spectra="central", cells=(10, 8, 6), throws=(4,))
    point = ZPrimeScalar(m1=0.0, m2=0.2, G_X=1e-5)
    (rows,) = limit_rows([point], only=["bebc"], size=size, folder=tmp_path, workers=1)
    assert [row.constraint for row in rows] == ["bebc", "bebc, production low", "bebc, production high"]
    assert list(rows[0].channels) == ["eta -> X1 X2, X2 -> X1 e+ e-"]
    assert rows[0].value == rows[0].channels["eta -> X1 X2, X2 -> X1 e+ e-"] > 0.0
    (twice,) = limit_rows(
        [point], files=[_doubled(tmp_path)], only=["twice"], size=size, folder=tmp_path, workers=1
    )
    assert twice[0].value == pytest.approx(rows[0].value, rel=1e-9)  # twice the protons, half the efficiency


def test_a_detector_needs_no_run(tmp_path: Path) -> None:
    """Protons and limit of the search alone: the same events as with the detector's own."""
    data = (FOLDER / "detectors" / "bebc.toml").read_text("utf-8")
    (tmp_path / "bare.toml").write_text(data[: data.index("[run]")])
    text = (FOLDER / "bebc-search.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(text.replace("detectors/bebc.toml", "bare.toml"))
    size = Size(kaons=1, etas=4_000, spectra="central", cells=(10, 8, 6), throws=(4,))
    point = ZPrimeScalar(m1=0.0, m2=0.2, G_X=1e-5)
    (rows,) = limit_rows(
        [point],
        files=[tmp_path / "mine.toml"],
        only=["mine", "bebc"],
        size=size,
        folder=tmp_path / "c",
        workers=1,
    )
    named = {row.constraint: row for row in rows}
    assert named["mine"].channels == pytest.approx(named["bebc"].channels, rel=1e-9)
    assert min(named["bebc"].channels.values()) > 0.0
    assert named["mine"].limit == named["bebc"].limit
    (tmp_path / "mine.toml").write_text('kind = "dump"\nexperiment = "bare.toml"\n')
    with pytest.raises(InputError, match=r"has no run\.pot"):
        load_search(tmp_path / "mine.toml")


def _doubled(folder: Path) -> Path:
    text = (FOLDER / "bebc-search.toml").read_text("utf-8")
    text = text.replace("detectors/bebc.toml", str(FOLDER / "detectors" / "bebc.toml")).replace(
        "2.72e", "5.44e"
    )
    half = '[efficiencies.half]\nvalue = 0.5\nunit = "1"\nsource = "a test"\nconfidence = "choice"\n'
    assert tomllib.loads(text)["exposure"]["value"] == 5.44e18
    (folder / "twice.toml").write_text(f"{text}\n{half}")
    return folder / "twice.toml"


def test_sbnd_sees_pairs_of_pi0_alone(tmp_path: Path) -> None:
    """Of one spectrum; its production error is that of the number of pi0, and what is made grows as it decays, with the fourth power."""
    size = Size(kaons=1, etas=4_000, cells=(10, 8, 6), throws=(4,))
    points = [ZPrimeScalar(m1=0.0, m2=0.1, G_X=G) for G in (1e-6, 1.1e-6)]
    first, second = limit_rows(points, only=["sbnd"], size=size, folder=tmp_path, workers=1)
    named = {row.constraint: row for row in first}
    assert set(named["sbnd"].channels) == {"pi0 -> X1 X2, X2 -> X1 e+ e-"}
    low, high = (named[f"sbnd, production {end}"].value for end in ("low", "high"))
    middle = named["sbnd"].value
    assert 0.0 < low < middle < high
    assert high / middle - 1.0 == pytest.approx(1.0 - low / middle)
    # long-lived: rate and width go with the square of the coupling each
    assert second[0].value / middle == pytest.approx(1.1**4, rel=0.01)
    assert all(row.kind == "line" for row in first)
