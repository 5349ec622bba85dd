"""Tables of limits against a mass: the table's own limit for X, an estimate for pairs, and none at all from a rate of neutrinos."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.chains.models import Inputs, ZPrimeScalar
from darkpair.chains.widths import three_body_width
from darkpair.cli import main
from darkpair.gen.constants import C_MM_PER_NS, HBAR_C
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.particles import particle
from darkpair.limits import limit_rows
from darkpair.searches import SEARCHES, load_search
from darkpair.searches.kaon_x import KPlusToPiX
from darkpair.searches.missing_energy import neutrinos_inside
from darkpair.searches.table_search import TableSearch
from tests.shared.one_x import OneX

ROOT = Path(__file__).parents[2]
REFERENCE = Path(os.environ["DARKPAIR_REFERENCE"])
NUMBER = 'source = "a test"\nconfidence = "read"\n'
HEAD = """#: table_doi: 10.17182/hepdata.160245.v1/t4
#: name: a table of the same form
#: keyword reactions: K+ --> PI+ X
"""
MASSES, LIMITS = (0, 40, 80, 110, 154, 190, 205), (4e-11, 3e-11, 2e-11, 5e-11, 9e-11, 1e-11, 1.2e-11)
ROWS = "".join(f"{m},{limit:g},{2 * limit:g}\n" for m, limit in zip(MASSES, LIMITS, strict=True))
TABLE = f'{HEAD}"$m_X$ [MeV]","Observed, at 90% CL","Expected"\n{ROWS}'
COLUMNS = f'file = "t.csv"\nmass = "$m_X$ [MeV]"\nlimit = "Observed, at 90% CL"\nstep = "40 MeV"\n{NUMBER}'
LONG = "".join(
    f"{m},{tau},{1e-10 * (1 + 1000 / tau) * (1 + m / 100):.12g}\n"
    for m in (100, 200)
    for tau in (100, 1000, 10_000)
)


def written(folder: Path, text: str, table: str = TABLE, name: str = "t.csv") -> TableSearch:
    (folder / name).write_text(table)
    (folder / "mine.toml").write_text(text)
    search = load_search(folder / "mine.toml")
    assert isinstance(search, TableSearch)
    return search


def of_x(
    folder: Path, more: str = "", columns: str = COLUMNS, table: str = TABLE, name: str = "t.csv"
) -> TableSearch:
    return written(
        folder, f'kind = "table"\nparent = "K+"\nmode = "pi+ X2"\n{more}[table]\n{columns}', table, name
    )


def test_the_tables_own_limit(tmp_path: Path) -> None:
    """A model at exactly a limit has a ratio of 1, and the row shows that limit."""
    of_x(tmp_path)
    for mass, limit in zip(MASSES[1:], LIMITS[1:], strict=True):
        model = OneX(m1=0.0, m2=mass * 1e-3, rate=limit)
        (rows,) = limit_rows([model], only=["mine"], files=[tmp_path / "mine.toml"])
        (row,) = rows
        assert row.limit == pytest.approx(limit, rel=1e-2)
        assert row.ratio == pytest.approx(1.0, rel=1e-2)
        assert (row.kind, row.confidence_level) == ("excluded", 0.90)
    # in the logarithm between two masses; unknown in the gap and beyond the end
    search = of_x(tmp_path)
    middle = OneX(m1=0.0, m2=0.06)
    assert float(search.at_point(middle).limit) == pytest.approx(math.sqrt(6e-22))
    ratios = search.ratio(OneX(m1=0.0, m2=np.array([0.110, 0.132, 0.154, 0.2051])))
    np.testing.assert_allclose(ratios, [2.0, np.nan, 1e-10 / 9e-11, np.nan], rtol=1e-9)


def test_along_a_coupling(tmp_path: Path) -> None:
    of_x(tmp_path)
    (rows,) = limit_rows([OneX(m1=0.0, m2=0.08)], only=["mine"], files=[tmp_path / "mine.toml"], along="rate")
    ((low, high),) = (span.ends for span in rows[0].ranges)
    assert low == pytest.approx(2e-11, rel=1e-3)
    assert high is None


def test_hepdatas_yaml_is_its_csv(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    cells = "\n".join(f"  - value: {m}" for m in MASSES)
    limits = "\n".join(f"  - {{errors: [{{symerror: 1e-12}}], value: {limit:.3e}}}" for limit in LIMITS)
    text = f"independent_variables:\n- header: {{name: $m_X$, units: MeV}}\n  values:\n{cells}\n"
    text += f"dependent_variables:\n- header: {{name: 'Observed, at 90% CL'}}\n  values:\n{limits}\n"
    search = of_x(tmp_path, columns=COLUMNS.replace("t.csv", "t.yaml"), table=text, name="t.yaml")
    model = OneX(m1=0.0, m2=np.linspace(0.03, 0.2, 9))
    expected = of_x(tmp_path).ratio(model)
    assert np.isfinite(expected).sum() == 7
    np.testing.assert_allclose(search.ratio(model), expected, rtol=1e-9)


def test_lifetimes(tmp_path: Path) -> None:
    """Long rows of mass, lifetime and limit; a longer life is seen no less, a shorter one is not known."""
    columns = (
        f'file = "t.csv"\nmass = "m [MeV]"\nlimit = "UL"\nlifetime = "tau [ps]"\nstep = "0.1 GeV"\n{NUMBER}'
    )
    search = of_x(tmp_path, columns=columns, table=f"m [MeV],tau [ps],UL\n{LONG}")
    width = HBAR_C / (1e-3 * C_MM_PER_NS * np.array([50.0, 100.0, 1000.0, 10_000.0, 1e7]))
    at = search.value(OneX(m1=0.0, m2=0.1, gamma=width)) / search.limit * 2e-10
    np.testing.assert_allclose(1e-10 / at * 2e-10, [np.nan, 2.2e-9, 4e-10, 2.2e-10, 2.2e-10], rtol=1e-6)
    between = search.at_point(OneX(m1=0.0, m2=0.15, gamma=HBAR_C / C_MM_PER_NS)).limit
    assert between == pytest.approx(math.sqrt(4e-10 * 6e-10))
    stable = search.at_point(OneX(m1=0.0, m2=0.1)).limit
    assert stable == pytest.approx(2.2e-10)


def test_an_x_that_flies_out(tmp_path: Path) -> None:
    """Without lifetimes: all of a stable one, none of one that is seen, a part by the flight."""
    flight = f'[escape]\nlength = "10 m"\nboost = 0.0\n{NUMBER}'
    plain, flying = of_x(tmp_path), of_x(tmp_path, columns=f"{COLUMNS}{flight}")
    model = OneX(m1=0.0, m2=0.1, gamma=HBAR_C / 1e4)
    kaon, pion = particle("K+").mass, particle("pi+").mass
    p = math.sqrt((kaon**2 - (pion + 0.1) ** 2) * (kaon**2 - (pion - 0.1) ** 2)) / (2.0 * kaon)
    assert float(plain.value(model)) == 0.0
    assert float(flying.at_point(model).value(model)) == pytest.approx(1e-10 * math.exp(-0.1 / p))


def pair(folder: Path, more: str = "") -> TableSearch:
    window = f'[resolution]\nvalue = 2e-3\nunit = "GeV^2"\n{NUMBER}'
    return written(
        folder, f'kind = "table"\nparent = "K+"\nmode = "pi+ X1 X2"\n{more}[table]\n{COLUMNS}{window}'
    )


def test_a_pair_is_an_estimate(tmp_path: Path) -> None:
    """The part of the pairs near each mass against that limit, by a fine sum; a line, and it says so."""
    search = pair(tmp_path)
    model = ZPrimeScalar(m1=0.02, m2=0.08, G_X=30.0 * Inputs()["G_F"], invisible_branching_ratio=0.5)
    kaon, pion = particle("K+").mass, particle("pi+").mass
    averaged = model.matrix_element("K+", "pi+ X1 X2").averaged
    whole = float(three_body_width(kaon, pion, 0.02, 0.08, averaged))
    edges = np.linspace(0.1**2, 0.3538**2, 20_001)
    q2 = 0.5 * (edges[1:] + edges[:-1])
    outer = (kaon**2 - (pion + np.sqrt(q2)) ** 2) * (kaon**2 - (pion - np.sqrt(q2)) ** 2)
    inner = (q2 - 0.1**2) * (q2 - 0.06**2)
    density = np.sqrt(np.maximum(outer * inner, 0.0)) / q2 * averaged(q2)
    density /= density.sum()
    parts = [
        density[np.abs(q2 - (1e-3 * m) ** 2) < 2e-3].sum() / limit
        for m, limit in zip(MASSES, LIMITS, strict=True)
    ]
    unseen = float(model.branching_ratio("X2", "invisible") + model.branching_ratio("X2", "X1 nu nubar"))
    expected = max(parts) * float(model.branching_ratio("K+", "pi+ X1 X2")) * unseen
    assert float(search.ratio(model)) == pytest.approx(expected, rel=2e-3)
    assert whole > 0.0
    assert max(parts) == parts[5]
    assert search.kind == "line"
    (rows,) = limit_rows([model], only=["mine"], files=[tmp_path / "mine.toml"])
    assert rows[0].ratio == pytest.approx(expected, rel=2e-3)
    assert "count as an X of that mass" in rows[0].note
    (rows,) = limit_rows(
        [ZPrimeScalar(m1=0.2, m2=0.3, G_X=1e-5)], only=["mine"], files=[tmp_path / "mine.toml"]
    )
    assert rows[0].value == 0.0  # (closed)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('mode = "pi+ X2"', 'mode = "pi+ pi0"', "allowed: a meson and one of"),
        ('mode = "pi+ X2"', 'mode = "pi+ X1 X2"', "needs a resolution"),
        ('mode = "pi+ X2"', 'status = "measurement"\nmode = "pi+ X1 X2"', "has limits on one X"),
        ("Observed, at", "Seen, at", "did you mean 'Observed, at 90% CL'"),
        ("t.csv", "none.csv", "cannot be read"),
        ("t.csv", "mine.toml", "is .csv, .yaml or .yml"),
        ('"Observed, at 90% CL"', '"$m_X$ [MeV]"', "have to be above 0"),
        ('limit = "', 'lifetime = "Expected"\nlimit = "', None),
        ('"read"', '"heard"', "confidence"),
    ],
)
def test_a_file_that_is_wrong(old: str, new: str, says: str | None, tmp_path: Path) -> None:
    of_x(tmp_path)
    text = (tmp_path / "mine.toml").read_text()
    assert old in text
    (tmp_path / "mine.toml").write_text(text.replace(old, new))
    if says is None:  # (a column of numbers is a lifetime)
        assert load_search(tmp_path / "mine.toml").kind == "excluded"
        return
    with pytest.raises(DarkpairError) as error:
        load_search(tmp_path / "mine.toml")
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "mine.toml"))


def test_two_limits_of_a_mass(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name its lifetime"):
        of_x(tmp_path, table=f"{TABLE}80,3e-11,1\n")


def test_a_model_without_the_decay(tmp_path: Path) -> None:
    of_x(tmp_path)
    words = ["limits", "zprime-scalar", "m1=0", "m2=100 MeV", "G_X=1 GF", "--only", "mine"]
    result = CliRunner().invoke(main, [*words, "--search", str(tmp_path / "mine.toml")])
    assert result.exit_code == 2
    assert "needs K+ -> pi+ X2, which ZPrimeScalar does not have" in " ".join(result.output.split())


def test_memory_is_a_line(tmp_path: Path) -> None:
    search = of_x(tmp_path, columns=COLUMNS.replace('"read"', '"memory"'))
    assert search.kind == "line"
    assert of_x(tmp_path, more='status = "estimate"\n').kind == "line"


@pytest.mark.parametrize("name", ["k-to-pi-x-na62", "k-to-pi-x-e949"])
def test_without_a_table(name: str) -> None:
    """All that the rate leaves beside neutrinos may be X: limit times their part in the regions; a line."""
    search = SEARCHES.factory(name)()
    base = name.rpartition("-")[2]
    model = OneX(m1=0.0, m2=np.array([0.05, 0.2, 0.12 if base == "na62" else 0.14, 0.3]))
    limit = search.limit * neutrinos_inside(base)
    np.testing.assert_allclose(search.ratio(model)[:2], 1e-10 / limit, rtol=1e-9)
    assert np.isnan(search.ratio(model)[2:]).all()
    assert search.kind == "line"
    assert 0.5 < neutrinos_inside(base) < 0.8
    (rows,) = limit_rows([OneX(m1=0.0, m2=0.05)])
    assert {row.constraint for row in rows} == {"k-to-pi-x-na62", "k-to-pi-x-e949"}


#: Masses [MeV] of the table of docs/howto/limit_tables.md.
PAGE_MASSES = (20, 50, 80, 170, 200, 230)


@pytest.mark.reference
def test_the_pages_ratios_to_others_arrays() -> None:
    """Estimate over limit for an X of 1e4 ps, the longest lifetime of the arrays."""
    lines = (ROOT / "docs" / "howto" / "limit_tables.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    page = {row[0]: row[1:] for row in cells if row[0] in {"NA62, to 2018", "E949"}}
    for name, experiment in (("NA62, to 2018", "na62-2018"), ("E949", "e949")):
        base = experiment.partition("-")[0]
        path = REFERENCE / "kaon" / f"{base}_kpiInv.npy"
        if not path.is_file():
            pytest.skip(f"no kaon/{base}_kpiInv.npy in the folder that DARKPAIR_REFERENCE names")
        array = np.load(path)
        mass, limit = array[-1, :-1], 10.0 ** array[-2, :-1]
        model = OneX(m1=0.0, m2=1e-3 * np.array(PAGE_MASSES), rate=1.0, gamma=HBAR_C / (10.0 * C_MM_PER_NS))
        search = KPlusToPiX(experiment=experiment)
        estimate = search.limit / search.value(model)
        ratios = [e / np.interp(m, mass, limit) for e, m in zip(estimate, model.m2, strict=True)]
        assert page[name] == [f"{ratio:.1f}" for ratio in ratios]


def page_files() -> list[str]:
    """Contents of the files that docs/howto/limit_tables.md shows."""
    text = (ROOT / "docs" / "howto" / "limit_tables.md").read_text("utf-8")
    return re.findall(r"^~~~toml\n(.*?)^~~~", text, flags=re.MULTILINE | re.DOTALL)


def test_the_pages_files(tmp_path: Path) -> None:
    """The table of the page, with lifetimes; and its window, for a pair."""
    file, window, _ = page_files()
    table = "$m_X$ [MeV],lifetime [ps],Observed upper limit\n" + LONG
    search = written(tmp_path, file, table, "HEPData-160245-table.csv")
    assert search.at_point(OneX(m1=0.0, m2=0.2)).limit == pytest.approx(3.3e-10)
    text = re.sub(r"^lifetime.*\n", "", file, flags=re.MULTILINE).replace("pi+ X2", "pi+ X1 X2")
    assert (
        written(
            tmp_path,
            text + window,
            TABLE.replace("Observed, at 90% CL", "Observed upper limit"),
            "HEPData-160245-table.csv",
        ).kind
        == "line"
    )
