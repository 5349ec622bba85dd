"""Searches as data files: against those that have a class, by hand, and in one line where a file is wrong."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from click.testing import CliRunner

import darkpair.detectors.koto
from darkpair.chains.models import Dipole, Inputs, VirtualMeson, ZPrimeMajorana, ZPrimeScalar
from darkpair.cli import main
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.limits.rows import limit_rows
from darkpair.limits.samples import Size
from darkpair.searches import KPlusToPiNuNu, PionToInvisible, load_search
from darkpair.searches.measurements import measurement
from darkpair.searches.rate import RateSearch
from darkpair.statistics import Counting, upper_limit

G_F = Inputs()["G_F"]
NUMBER = 'source = "a test"\nconfidence = "choice"\n'
LIMIT = f'[upper_limit]\nvalue = 3e-9\nunit = "1"\n{NUMBER}'
KAON = 'kind = "rate"\nparent = "K_L0"\nmode = "X1 X2"\n'


def load(folder: Path, text: str, name: str = "mine.toml") -> RateSearch:
    (folder / name).write_text(text)
    found = load_search(folder / name)
    assert isinstance(found, RateSearch)
    return found


def test_pion_to_nothing_is_that_of_the_class(tmp_path: Path) -> None:
    limit = measurement("pi0_to_invisible", "na62").value
    text = f'kind = "rate"\nparent = "pi0"\nmode = "X1 X2"\nthen = "invisible"\n[upper_limit]\nvalue = {limit}\nunit = "1"\n'
    found, ours = load(tmp_path, text + NUMBER), PionToInvisible()
    model = VirtualMeson(m1=0.01, m2=0.05, m_eff=1e-6, a_211=1e-6, invisible_branching_ratio=0.5)
    assert found.limit == ours.limit
    assert float(found.value(model)) == pytest.approx(float(ours.value(model)), rel=1e-12)
    assert found.measurements[0].confidence_level == 0.90


def test_escape_is_that_of_the_class(tmp_path: Path) -> None:
    length, boost = (measurement("k_to_pi_nunu", f"{word}_na62").value for word in ("escape", "boost"))
    text = 'kind = "rate"\nparent = "K+"\nmode = "pi+ X1 X2"\nthen = "invisible"\n' + LIMIT
    text += f'[escape]\nlength = "{length / 1e3} m"\nboost = {boost}\n{NUMBER}'
    found = load(tmp_path, text)
    model = ZPrimeMajorana(m1=0.02, m2=0.2, G_X=G_F * np.geomspace(0.1, 30.0, 4))
    ours = KPlusToPiNuNu(shape=False).value(model)
    assert np.all(ours > 0.0)
    np.testing.assert_allclose(found.value(model), ours, rtol=1e-12)


def test_counts_and_a_table_of_efficiencies(tmp_path: Path) -> None:
    counted = "".join(
        f"[counts.{name}]\nvalue = {value}\nunit = '{unit}'\n{NUMBER}"
        for name, value, unit in (
            ("parents", 1e12, "1"),
            ("observed", 2, "events"),
            ("background", 1.5, "events"),
        )
    )
    table = (
        'm2 = ["300 MeV", 0.4]\nctau = ["1 mm", "1 cm", "1 m"]\nvalues = [[0.1, 0.2, 0.4], [0.2, 0.3, 0.0]]\n'
    )
    found = load(
        tmp_path,
        f'{KAON}then = "X1 pi0"\nconfidence_level = 0.95\n[efficiency]\n{table}{NUMBER}{counted}error = 0.5\n',
    )
    seen = Counting(observed=2, background=1.5, background_error=0.5)
    assert (found.unit, found.limit) == ("events", upper_limit(seen, 0.95))
    for m2, ctau, expected in (
        (0.3, 1.0, 0.1),
        (0.3, 10.0, 0.2),
        (0.35, math.sqrt(10.0), 0.2),  # in the middle of a cell, in the logarithm of c tau
        (0.4, 100.0, 0.15),
        (0.4, 0.99, math.nan),
        (0.4, 1001.0, math.nan),
        (0.41, 10.0, math.nan),
    ):
        model = ZPrimeScalar(m1=0.0, m2=m2, G_X=1e-5)
        model = replace(model, G_X=1e-5 * math.sqrt(float(model.ctau("X2")) / ctau))
        assert float(model.ctau("X2")) == pytest.approx(ctau, rel=1e-9)
        if ctau in (1.0, 1000.0):
            model = replace(model, G_X=model.G_X * (1.0 - 1e-12))
        rate = model.branching_ratio("K_L0", "X1 X2") * model.branching_ratio("X2", "X1 pi0")
        assert float(found.value(model)) == pytest.approx(
            1e12 * float(rate) * expected, rel=1e-8, nan_ok=True
        )
        assert found.events(found.value(model)) == pytest.approx(found.value(model), nan_ok=True)
    many = ZPrimeScalar(m1=0.0, m2=0.35, G_X=np.geomspace(1e-5, 1e-4, 5))
    assert np.shape(found.value(many)) == (5,)
    assert hash(found) == hash(load(tmp_path, (tmp_path / "mine.toml").read_text(), "two.toml"))


def test_a_dump_of_a_detector_file_is_that_of_the_package(tmp_path: Path) -> None:
    tiny = replace(Size.of(quick=True), etas=20_000)
    data = Path(darkpair.detectors.koto.__file__).parent / "data" / "charm.toml"
    copyfile(data, tmp_path / "detector.toml")
    (tmp_path / "own.toml").write_text('kind = "dump"\nexperiment = "detector.toml"\n')
    stated = {"exposure": (4.8e18, "protons on target"), "signal_limit": (4.6, "events")}
    more = "".join(f'[{key}]\nvalue = {v}\nunit = "{unit}"\n{NUMBER}' for key, (v, unit) in stated.items())
    (tmp_path / "twice.toml").write_text(f'kind = "dump"\nexperiment = "charm"\n{more}')
    point = ZPrimeScalar(m1=0.0, m2=0.3, G_X=G_F)
    files = [tmp_path / "own.toml", tmp_path / "twice.toml"]
    only = ["charm", "own", "twice"]
    (rows,) = limit_rows([point], files=files, only=only, size=tiny, folder=tmp_path / "c", workers=1)
    named = {row.constraint: row for row in rows}
    assert len(rows) == 9  # each with both ends of the production uncertainty
    for end in ("", ", production low", ", production high"):
        charm, own, twice = (named[f"{name}{end}"] for name in ("charm", "own", "twice"))
        assert charm.value > 0.0
        assert (own.value, own.limit, own.kind) == (charm.value, charm.limit, charm.kind)
        assert twice.value == pytest.approx(2.0 * charm.value)
        assert twice.limit == 4.6
    # the samples that are kept go with the content of the file
    (tmp_path / "detector.toml").write_text(data.read_text().replace("[run]", "[run] # another", 1))
    before = len(list((tmp_path / "c").rglob("*.json")))
    limit_rows([point], files=files[:1], only=["own"], size=tiny, folder=tmp_path / "c", workers=1)
    assert len(list((tmp_path / "c").rglob("*.json"))) > before


def test_the_command(tmp_path: Path) -> None:
    text = 'kind = "rate"\nparent = "B+"\nmode = "K+ X1 X2"\n' + LIMIT.replace("3e-9", "1e-5")
    load(tmp_path, text)
    words = [
        "limits",
        "zprime-majorana",
        "m1=0",
        "m2=600 MeV",
        "G_X=3 GF",
        "--quick",
        "--without",
        "charm",
        "--cache",
        str(tmp_path),
    ]
    words += ["--search", str(tmp_path / "mine.toml"), "-o", str(tmp_path / "o")]
    result = CliRunner().invoke(main, [*words, "--along", "G_X", "--json"])
    assert result.exit_code == 0, result.output
    (row,) = [row for row in json.loads(result.output) if row["constraint"] == "mine"]
    assert row["limit"] == 1e-5
    assert (
        json.loads((tmp_path / "o" / "limits.json").read_text())["provenance"]["files"][0]["mode"]
        == "K+ X1 X2"
    )
    result = CliRunner().invoke(
        main, [*words[:2], "m1=0", "m2=600 MeV", f"G_X={row['G_X low']}", *words[5:-2], "--json"]
    )
    (row,) = [row for row in json.loads(result.output) if row["constraint"] == "mine"]
    assert row["ratio"] == pytest.approx(1.0, rel=1e-3)


def test_what_a_model_does_not_have_is_said(tmp_path: Path) -> None:
    load(tmp_path, KAON + LIMIT)
    with pytest.raises(InputError, match="'mine' needs K_L0 -> X1 X2, which Dipole does not have"):
        limit_rows([Dipole(m1=0.0, m2=0.2, mu=1e-7)], files=[tmp_path / "mine.toml"])


BAD = {
    "": "kind",
    "kind = 3": "kind",
    'kind = "rat"': "did you mean 'rate'",
    'kind = "rate"': "needs parent, mode",
    KAON: "upper_limit or counts",
    KAON.replace("K_L0", "K_L1") + LIMIT: "K_L",
    KAON.replace("X1 X2", "X1 X4") + LIMIT: "X4",
    KAON.replace('"X1 X2"', "3e400") + LIMIT: "3e400",
    KAON + LIMIT.replace("3e-9", '"3e-9 GeV"'): "upper_limit.value",
    KAON + LIMIT.replace("3e-9", "nan"): "upper_limit.value",
    KAON + LIMIT.replace("3e-9", "inf"): "upper_limit.value",
    KAON + LIMIT.replace("3e-9", "-1"): "upper_limit.value",
    KAON + LIMIT.replace("3e-9", "0"): "above 0",
    KAON + LIMIT.replace("3e-9", "[1]"): "upper_limit.value",
    KAON + LIMIT.replace("3e-9", "true"): "upper_limit.value",
    KAON + LIMIT.replace('"1"', '"GeV"'): "upper_limit.unit = 'GeV'",
    KAON + LIMIT.replace("source", "sourse"): "sourse",
    KAON + LIMIT.replace('"a test"', '""'): "source",
    KAON + LIMIT.replace("choice", "sure"): "confidence",
    KAON + "upper_limit = 3e-9": "upper_limit",
    KAON + "confidence_level = 1.0\n" + LIMIT: "confidence_level",
    KAON + 'data = ["2021"]\n' + LIMIT: "2021",
    KAON + 'then = "X1 pi0"\n'.replace("then", "than") + LIMIT: "did you mean 'then'",
    KAON.replace("X1 X2", "X2 X2") + 'then = "X1 pi0"\n' + LIMIT: "one X2",
    KAON + LIMIT + f'[escape]\nlength = "1 m"\nboost = 1\n{NUMBER}': "escape",
    KAON + LIMIT + f"[efficiency]\n{NUMBER}": "efficiency needs a value",
    KAON + LIMIT + f"[efficiency]\nvalue = 0.1\nm2 = [0.1, 0.2]\n{NUMBER}": "efficiency.value with m2",
    KAON + LIMIT + f"[efficiency]\nm2 = [0.2, 0.1]\nvalues = [1, 1]\n{NUMBER}": "efficiency.m2",
    KAON + LIMIT + f"[efficiency]\nm2 = [0.1, 0.2]\nvalues = [1, 1, 1]\n{NUMBER}": "2 along m2",
    KAON + LIMIT + f"[efficiency]\nm2 = [0.1, 0.2]\nvalues = [1, 'x']\n{NUMBER}": "2 along m2",
    KAON + LIMIT + f"[efficiency]\nm2 = [0.1, 0.2]\nvalues = [[1, 2], [3]]\n{NUMBER}": "2 along m2",
    KAON + LIMIT + f"[efficiency]\nm2 = [0.1, 0.2]\nvalues = [1, nan]\n{NUMBER}": "not finite",
    KAON + LIMIT + f"[efficiency]\nvalues = [1, 1]\n{NUMBER}": "along m1, m2 or ctau",
    KAON + LIMIT + f'[efficiency]\nctau = ["1 MeV", "2 m"]\nvalues = [1, 1]\n{NUMBER}': "efficiency.ctau",
    KAON + f"counts = {'{' * 400}{'}' * 400}": "TOML",
    KAON + "x = " + "[" * 5000: "TOML",
    'kind = "dump"': "experiment",
    'kind = "dump"\nexperiment = "charmm"': "did you mean 'charm'",
    'kind = "dump"\nexperiment = "none.toml"': "none.toml",
    'kind = "dump"\nexperiment = "koto"': "koto",
    f'kind = "dump"\nexperiment = "ship"\n[exposure]\nvalue = 1e18\nunit = "kg"\n{NUMBER}': "exposure.unit",
    'kind = "dump"\nexperiment = "ship"\nstatus = "plan"': "status",
    'kind = "dump"\nexperiment = "ship"\nparents = ["K_L0"]': "parents",
    'kind = "dump"\nexperiment = "ship"\n[selections]\nshower = ["X1 pi0"]': "did you mean 'showers'",
    'kind = "dump"\nexperiment = "ship"\n[selections]\nshowers = []': "each mode of X2 once",
    f'kind = "dump"\nexperiment = "ship"\n[observed]\nvalue = 1\nunit = "events"\n{NUMBER}': "observed and background",
    f'kind = "dump"\nexperiment = "ship"\n[efficiencies.own]\nvalue = 2\nunit = "1"\n{NUMBER}': "efficiencies.own = 2",
    f'kind = "dump"\nexperiment = "ship"\n[exposure]\nvalue = 0\nunit = "protons on target"\n{NUMBER}': "above 0",
}


@pytest.mark.parametrize(("text", "words"), BAD.items(), ids=range(len(BAD)))
def test_a_wrong_file_is_one_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(DarkpairError) as caught:
        load_search(tmp_path / "mine.toml")
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "mine.toml"))
    assert words in message
    assert "\n" not in message


def test_no_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("none.toml", "bytes.toml", "."):
        with pytest.raises(InputError, match="cannot be read|not a TOML file"):
            load_search(tmp_path / name)
    with pytest.raises(InputError, match="not a TOML file"):
        load_search("a\0b.toml")
    for name in ("koto-2021.toml", "mine.toml"):
        load(tmp_path, KAON + LIMIT, name)
    files = [tmp_path / "koto-2021.toml"], [tmp_path / "mine.toml"] * 2
    for several in files:
        with pytest.raises(InputError, match="already"):
            limit_rows([ZPrimeScalar(m1=0.0, m2=0.3, G_X=1e-5)], files=several)
