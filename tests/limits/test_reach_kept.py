"""A map that is made again: what its searches hold is kept whole, says the same bits, and a word comes before many samples."""

from __future__ import annotations

import subprocess
import sys
import warnings
from functools import partial
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import darkpair
import darkpair.limits
from darkpair.chains.models import ZPrimeScalar
from darkpair.gen.errors import EarlyWarning
from darkpair.limits import reach_samples
from darkpair.limits.choice import choose, searches_of
from darkpair.limits.reach import ReachMap, reach_map
from darkpair.limits.reach_foresight import foresee, lacking
from darkpair.limits.reach_kept import Kept, packed, unpacked
from darkpair.scan.points import scan, write_result
from tests.limits import test_nothing_is_silent as stand_in

SEARCHES = ("charm", "koto-2021", "higgs-z-zprime")
MANY = (
    "charm", "nucal", "koto-2015", "koto-2016-18", "koto-2021", "higgs-z-zprime", "pi0-invisible", "k-to-pi-na62",
    "b-to-k-belle",
)  # fmt: skip
MODEL = ZPrimeScalar(m1=0.02, m2=0.3, G_X=1e-5, m_Zprime=10.0)
PAIR = (MODEL, ZPrimeScalar(m1=0.02, m2=0.3, G_X=np.array([1e-6, 1e-5]), m_Zprime=10.0))


@pytest.fixture
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("channels", "dump_samples", "koto_beside", "koto_channels", "samples"):
        monkeypatch.setattr(getattr(darkpair.limits, name), "scan", stand_in.flat)


def a_map(folder: Path | None) -> ReachMap:
    return reach_map(
        "zprime-scalar",
        x="m2: 330 MeV .. 430 MeV, 4",
        y="G_X: 0.02 .. 5 GF, 5 log",
        settings={"m1": "0.1*m2", "m_Zprime": "10 GeV"},
        size=stand_in.SIZE,
        masses=3,
        folder=folder,
        workers=1,
        only=SEARCHES,
    )


@pytest.mark.usefixtures("samples")
def test_a_map_made_again_asks_for_no_sample_and_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = a_map(tmp_path)
    assert len(list(tmp_path.rglob("*.map"))) == len(first.sampled)

    def ask(*_: object, **__: object) -> None:
        raise AssertionError("samples were asked for")

    monkeypatch.setattr(reach_samples, "searches_of", ask)
    with pytest.raises(AssertionError):
        a_map(None)  # (nothing is kept without a folder)
    again = a_map(tmp_path)
    assert again.names == first.names
    for name in first.names:
        for column in ("ratio", "error", "interpolation"):
            assert np.array_equal(getattr(again, column)(name), getattr(first, column)(name), equal_nan=True)
    assert [region.branches for region in again.regions] == [region.branches for region in first.regions]


@pytest.mark.usefixtures("samples")
def test_every_search_is_what_it_was() -> None:
    """Those of a plan too, Belle II's displaced decays alone left out, whose chains take seconds."""
    choice = choose(planned=True, without=("belle2-displaced",))
    (made,) = searches_of(choice, [PAIR], stand_in.SIZE, None, workers=1)
    result = packed(made)
    again = unpacked(result)
    assert again == made
    assert packed(again) == result
    one, other = again["koto-2021"][1], again["koto-2016-18"][1]
    assert one.efficiency_ratio is other.efficiency_ratio  # type: ignore[attr-defined]  # (as in the samples: mixed once)


@pytest.mark.usefixtures("samples")
def test_what_decides_has_a_file_of_its_own(tmp_path: Path) -> None:
    kept = Kept(choice=choose(only=SEARCHES), size=stand_in.SIZE, folder=tmp_path)
    (made,) = searches_of(kept.choice, [PAIR], kept.size, None, workers=1)
    kept.write(PAIR, made)
    assert kept.read(PAIR) == made
    nearly = ZPrimeScalar(m1=0.02, m2=np.nextafter(0.3, 1.0), G_X=1e-5, m_Zprime=10.0)
    others = [
        (kept, (nearly, PAIR[1])),
        (kept, (MODEL, MODEL)),
        (Kept(choice=choose(only=SEARCHES[:2]), size=kept.size, folder=tmp_path), PAIR),
        (Kept(choice=kept.choice, size=darkpair.limits.Size(), folder=tmp_path), PAIR),
    ]
    for own, pair in others:
        assert own.read(pair) is None
    path = kept.path(PAIR)
    assert path is not None
    path.write_text(path.read_text().replace("0.1", "0.2"))
    assert kept.read(PAIR) is None  # (somebody changed it)


@pytest.mark.usefixtures("samples")
@pytest.mark.parametrize(
    "content", [{"efficiency": [1.0]}, {"parts": [["tuple", 7]], "searches": {}}, {"parts": 7}]
)
def test_something_else_that_is_kept_is_made_again(content: dict[str, Any], tmp_path: Path) -> None:
    """A sample's file, as one that was moved there has its seal too."""
    kept = Kept(choice=choose(only=SEARCHES), size=stand_in.SIZE, folder=tmp_path)
    path = kept.path(PAIR)
    assert path is not None
    write_result({**content, "map": path.stem}, path)
    assert kept.read(PAIR) is None


@pytest.mark.usefixtures("samples")
def test_a_file_of_other_masses_under_this_name_is_not_believed(tmp_path: Path) -> None:
    kept = Kept(choice=choose(only=SEARCHES), size=stand_in.SIZE, folder=tmp_path)
    (made,) = searches_of(kept.choice, [PAIR], kept.size, None, workers=1)
    kept.write((MODEL, MODEL), made)
    own, other = kept.path(PAIR), kept.path((MODEL, MODEL))
    assert own is not None
    assert other is not None
    own.parent.mkdir(exist_ok=True)
    other.rename(own)
    assert kept.read(PAIR) is None


@pytest.mark.usefixtures("samples")
def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    kept = Kept(choice=choose(only=SEARCHES), size=stand_in.SIZE, folder=tmp_path / "cache")
    (made,) = searches_of(kept.choice, [PAIR], kept.size, None, workers=1)
    (tmp_path / "cache").write_text("a file")
    kept.write(PAIR, made)
    assert kept.read(PAIR) is None
    assert (tmp_path / "cache").read_text() == "a file"


def test_a_detectors_file_that_is_edited_has_another_map(tmp_path: Path) -> None:
    """What it holds counts, and where it is does not stand for it; a comment is nothing else."""
    text = files("darkpair.detectors").joinpath("data/charm.toml").read_text("utf-8")
    assert "value = 515000.0" in text  # (where its volume ends)
    (tmp_path / "near.toml").write_text(text, "utf-8")
    (tmp_path / "mine.toml").write_text('kind = "dump"\nexperiment = "near.toml"\n')

    def path() -> Path | None:
        choice = choose(files=[tmp_path / "mine.toml"], only=["mine"])
        return Kept(choice=choice, size=stand_in.SIZE, folder=tmp_path).path(PAIR)

    before = path()
    (tmp_path / "near.toml").write_text(f"# seen again\n{text}", "utf-8")
    assert path() == before
    (tmp_path / "near.toml").write_text(text.replace("value = 515000.0", "value = 515001.0"), "utf-8")
    assert path() != before


def test_a_file_is_found_by_another_process() -> None:
    """Whatever the order of a set there: of nine names two orders are the same once in 300 000 pairs of seeds, and these are fixed."""
    program = (
        "from pathlib import Path\nfrom darkpair.chains.models import ZPrimeScalar\nfrom darkpair.limits import Size\n"
        "from darkpair.limits.choice import choose\nfrom darkpair.limits.reach_kept import Kept\n"
        f"model = ZPrimeScalar(m1=0.02, m2=0.3, G_X=1e-5)\nchoice = choose(only={MANY!r})\n"
        "print(Kept(choice=choice, size=Size(), folder=Path('kept')).path((model, model)))"
    )
    source = str(Path(darkpair.__file__).parent.parent)
    paths = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": source, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    (path,) = paths
    assert path.startswith("kept")


def test_what_is_a_strangers_is_not_kept(tmp_path: Path) -> None:
    kept = Kept(choice=choose(only=SEARCHES), size=stand_in.SIZE, folder=tmp_path)
    stranger: Any = test_what_is_a_strangers_is_not_kept
    kept.write(PAIR, {"a function": ("line", stranger)})
    assert list(tmp_path.rglob("*.map")) == []


def squared(point: Any) -> dict[str, float]:
    return {"y": float(point["x"]) ** 2}


def test_samples_are_counted_and_none_is_made(tmp_path: Path) -> None:
    points = [{"x": 1.0}, {"x": 2.0}, {"x": 3.0}]
    scan(squared, points[:1], folder=tmp_path, workers=1)
    ask = partial(scan, squared, points, folder=tmp_path, workers=1)
    assert lacking(ask) == 2
    assert len(list(tmp_path.rglob("*.json"))) == 1
    ask()
    assert lacking(ask) == 0


@pytest.mark.parametrize(("seconds", "lines"), [(40.0, 1), (10.0, 0)])
def test_a_word_comes_before_minutes_of_work(
    seconds: float, lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two samples at each of four masses: the middle one is made first, and takes a clock's step."""
    times = iter([0.0, seconds])
    clock = SimpleNamespace(monotonic=lambda: next(times))
    monkeypatch.setattr("darkpair.limits.reach_foresight.time", clock)
    asked: list[list[int]] = []

    def make(numbers: Any, _: int) -> None:
        asked.append(list(numbers))
        scan(squared, [{"x": 2.0 * n + i} for n in numbers for i in (0, 1)], folder=tmp_path, workers=1)

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        foresee(make, [3, 5, 6, 9], 2)
        foresee(make, [3, 5, 6, 9], 2)  # (none is missing there any more)
    assert asked == [[6], [6], [6]]
    words = [str(each.message) for each in said if each.category is EarlyWarning]
    assert len(words) == lines
    if lines:
        assert "6 samples" in words[0]
        assert "2 minutes with 2 processes" in words[0]


def test_few_masses_are_made_without_a_word() -> None:
    def make(_: object, __: int) -> None:
        raise AssertionError("made")

    foresee(make, [1, 2], 2)
