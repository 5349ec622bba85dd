"""Excluded branching ratios of a chain by its descriptor: the same searches as a model's, in rows, files and words."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.models import ZPrimeScalar
from darkpair.chains.models.channels import Channel
from darkpair.chains.models.stated import stated_chain
from darkpair.cli import main
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.limits import limit_rows
from darkpair.limits.ratio_picture import ratio_picture
from darkpair.limits.ratio_tables import ratio_lines, ratio_table
from darkpair.limits.ratios import LENGTHS, _excluded, chains_of, excluded_ratios, length_text
from darkpair.limits.samples import Size
from darkpair.scan import Acceptance
from darkpair.searches.koto import KotoChannel, KotoLimit
from darkpair.searches.missing_energy import BToKNuNu, KPlusToPiNuNu

TINY = Size(kaons=60_000, etas=10_000, spectra="central", cells=(16, 12, 8), throws=(6, 6))
PAIR = "X1 (X2 -> X1 pi0)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that these tests share."""
    return tmp_path_factory.mktemp("samples")


@pytest.mark.parametrize(("parent", "name"), [("K_L0", "koto-2021"), ("eta", "nucal")])
def test_a_chain_is_limited_as_a_model_with_its_rates(parent: str, name: str, folder: Path) -> None:
    """The limit on the product that a model's row implies, of X2 -> X1 pi0 alone, from the same samples."""
    model = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1.5e-6)
    asked: dict[str, Any] = {"only": [name], "size": TINY, "folder": folder, "workers": 1}
    (row,) = (row for row in limit_rows([model], **asked)[0] if row.constraint == name)
    visible = float(model.branching_ratio("X2", "X1 pi0"))
    text = f"{parent} -> X1 (X2 -> X1 pi0 [{visible!r}])"
    (at_ctau,) = excluded_ratios([stated_chain(text, m2=0.43, ctau=float(model.ctau("X2")))], **asked)
    (own,) = (each for each in at_ctau if each.row.constraint == name)
    share = 1.0 if parent == "K_L0" else row.channels["eta -> X1 X2, X2 -> X1 pi0"] / row.value
    implied = float(model.branching_ratio(parent, "X1 X2")) * row.limit / (row.value * share)
    assert own.branching_ratio == pytest.approx(implied, rel=1e-9)
    assert own.row.value == pytest.approx(own.row.limit)
    assert 0.001 < own.error < 0.2


def test_nothing_but_the_limit_is_left_where_everything_is_seen() -> None:
    """X2 that leaves the detector: the published limit itself; half of it visible and prompt: twice the limit."""
    (rows,) = excluded_ratios([stated_chain("B+ -> K+ X1 X2", m1=0.1, m2=0.2)], only=["b-to-k-belle"])
    assert rows[0].branching_ratio == pytest.approx(BToKNuNu(search="belle").limit)
    assert rows[0].error == 0.0
    half = stated_chain("pi0 -> X1 (X2 -> X1 gamma [0.5])", m2=0.1, ctau="1 um")
    (rows,) = excluded_ratios([half], only=["pi0-invisible"])
    assert rows[0].branching_ratio == pytest.approx(8.8e-9)


def test_a_pair_of_the_shape_of_neutrinos_has_their_limit() -> None:
    """K+ -> pi+ X1 X2 by the vector current and without masses is K+ -> pi+ nu nubar to the searches; flat, it is not."""
    asked = {"only": ["k-to-pi-na62"]}
    text = "K+ -> pi+ X1 X2"
    shaped = stated_chain(text, m2=1e-6, matrix_elements={text: "vector_current"})
    (rows,), (flat,) = (excluded_ratios([chain], **asked) for chain in (shaped, stated_chain(text, m2=1e-6)))  # type: ignore[arg-type]
    limit = KPlusToPiNuNu(experiment="na62").limit
    assert rows[0].branching_ratio == pytest.approx(limit, rel=1e-4)
    assert abs(flat[0].branching_ratio / limit - 1.0) > 0.02


def test_what_is_not_known_is_looked_at_at_the_limit() -> None:
    """A channel of which nothing is known but a bound: harmless at a branching ratio of 1, a third of the events at the limit."""
    chain = stated_chain("K_L0 -> X1 (X2 -> X1 pi0 [0.9] | X1 gamma gamma [0.1])", m2=0.43, ctau="1 cm")
    flat = Acceptance(ctau=(1e-3, 1e9), value=(1.0, 1.0), error=(0.02, 0.02))
    empty = Acceptance(ctau=(), value=(), error=())
    photons = Channel(parent="K_L0", production="X1 X2", modes=("X1 gamma gamma",))
    for most, unknown in ((0.1, False), (3.0, True)):
        part = KotoChannel(channel=photons, ratio=empty, most=most)
        search = KotoLimit(
            efficiency_ratio=flat, decay="included", more=(part,), seen=("X1 pi0", "X1 gamma gamma")
        )
        row = _excluded("koto-2021", "excluded", search, chain)
        assert math.isnan(row.branching_ratio) is unknown
        assert not math.isnan(float(search.value(chain)))
        assert row.verdict == ("unknown" if unknown else "")
        if not unknown:
            assert row.branching_ratio == pytest.approx(2.2e-9 / 0.9)
            assert row.error == pytest.approx(0.02)


def test_more_than_one_is_no_limit() -> None:
    flat = Acceptance(ctau=(1e-3, 1e9), value=(1e-12, 1e-12), error=(1e-14, 1e-14))
    chain = stated_chain("K_L0 -> X1 (X2 -> X1 pi0)", m2=0.43, ctau="1 cm")
    search = KotoLimit(efficiency_ratio=flat, decay="included")
    weak = _excluded("koto-2021", "excluded", search, chain)
    assert weak.branching_ratio == pytest.approx(2200.0)
    assert weak.verdict == "none up to 1"
    assert ratio_lines([[weak]]) == ["no branching ratio up to 1 is excluded"]
    blind = _excluded("pi0", "excluded", replace(search, branching_ratio=0.0), chain)
    assert math.isinf(blind.branching_ratio)
    assert blind.verdict == "sees nothing"
    assert "-" in ratio_table([[blind]], [{}], "").text()


def test_several_masses_and_lengths() -> None:
    points = chains_of(
        "eta -> X1 (X2 -> X1 pi0)", {"mass.X1": "0, 20 MeV", "m2": "300 MeV", "ctau.X2": "1 cm, 1 m"}
    )
    assert [texts for texts, _ in points] == [
        {"m1": m1, "ctau": ctau} for m1 in ("0", "20 MeV") for ctau in ("1 cm", "1 m")
    ]
    assert len(chains_of("eta -> X1 (X2 -> X1 pi0)", {"m2": "300 MeV"})) == len(LENGTHS) == 29
    assert len(chains_of("B+ -> K+ X1 X2", {"m2": "300 MeV"})) == 1
    assert (LENGTHS[0], LENGTHS[12], LENGTHS[-1]) == ("1 mm", "1 m", "10 km")
    assert length_text(17.78) == "17.8 mm"
    with pytest.raises(InputError, match="needs m2"):
        chains_of("eta -> X1 X2", {})
    with pytest.raises(InputError, match=r"mass\.X2"):
        chains_of("eta -> X1 X2", {"m2": "1 MeV", "mass.X2": "1 MeV"})
    with pytest.raises(UnknownNameError, match="G_X"):
        chains_of("eta -> X1 X2", {"m2": "1 MeV", "G_X": "1 GF"})


def test_the_picture_has_a_line_for_each_search() -> None:
    points = chains_of("pi0 -> X1 (X2 -> X1 gamma [0.5])", {"m2": "100 MeV", "ctau": "1 cm, 1 m"})
    rows = excluded_ratios([chain for _, chain in points], only=["pi0-invisible"])
    figure = ratio_picture(rows, "a title")
    (axes,) = figure.axes
    (line,) = axes.lines
    assert np.asarray(line.get_ydata()) == pytest.approx(8.8e-9)
    assert np.asarray(line.get_xdata()) == pytest.approx([10.0, 1000.0])
    assert line.get_linestyle() == "-"
    assert ratio_picture(rows[:1], "") is None


def test_the_command(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Table, files, rows for machines; and one line for what does nothing."""
    monkeypatch.setattr(Size, "of", lambda **_: TINY)
    words = ["limits", f"eta -> {PAIR}", "m1=0", "m2=430 MeV", "ctau=1 cm, 1 m, 100 m"]
    words += ["--only", "nucal", "--cache", str(folder)]
    shown = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "rows")])
    assert shown.exit_code == 0, shown.output
    head, title, _, cells, _, last, ends, *_ = shown.output.splitlines()
    assert head == "eta -> X1 X2, X2 -> X1 pi0, m1 = 0 MeV, m2 = 430 MeV, data today"
    assert title.split() == ["constraint", "1", "cm", "1", "m", "100", "m", "kind"]
    assert cells.split()[1] == "?"
    assert last.startswith("excluded: BR(eta -> X1 X2) > ")
    assert last.endswith("at 90% by nucal, c tau = 1 m")
    assert "uncertainty of production" in ends
    assert {path.name for path in (tmp_path / "rows").iterdir()} == {
        f"limits.{e}" for e in ("csv", "json", "png", "pdf")
    }
    with (tmp_path / "rows" / "limits.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [float(row["c tau [mm]"]) for row in table if row["constraint"] == "nucal"] == pytest.approx(
        [10.0, 1e3, 1e5]
    )
    kept = json.loads((tmp_path / "rows" / "limits.json").read_text())
    assert kept["provenance"]["chain"] == words[1]
    plain = CliRunner().invoke(main, [*words, "--json", "--channels"])
    rows = [row for row in json.loads(plain.output) if row["constraint"] == "nucal"]
    parts = [row.pop("channels") for row in rows]
    assert sum(parts[1].values()) == pytest.approx(rows[1]["events at it"])
    assert rows == [row for row in kept["rows"] if row["constraint"] == "nucal"]
    assert rows[0]["excluded branching ratio"] is None
    for more in (["--along", "m2"], ["--inputs", "paper"], ["G_X=1"]):
        refused = CliRunner().invoke(main, [*words, *more])
        assert refused.exit_code == 2
        assert len(refused.output.strip().splitlines()) == 1
