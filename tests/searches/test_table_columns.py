"""A table of limits is the same however it is written down, and one that can be read in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkpair.gen.constants import C_MM_PER_NS
from darkpair.gen.errors import DarkpairError, UnknownNameError
from darkpair.gen.units import ENERGY
from darkpair.searches import load_search
from darkpair.searches.limit_table import LimitTable
from darkpair.searches.table_columns import columns_of, unit_of

Rows = list[tuple[float, float, float]]

#: Masses [MeV], lifetimes [ns] and limits [1e-9], no two of one mass and lifetime.
ROWS = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 9), st.integers(1, 999)),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:2],
)
TAU = {"ps": 1e3, "ns": 1.0, "mm": C_MM_PER_NS, "m": 1e-3 * C_MM_PER_NS}


def _csv(rows: Rows, units: tuple[str, str], end: str, more: str) -> bytes:
    lines = [f"#: a table{more}", f"m [{units[0]}],tau [{units[1]}],error,UL [1e-9]{more}"]
    lines += [f"{m!r},{tau!r},x,{limit!r}{more}" for m, tau, limit in rows]
    return end.join([*lines, ""]).encode()


def _yaml(rows: Rows, units: tuple[str, str]) -> bytes:
    heads = [f"{{name: m, units: {units[0]}}}", f"{{name: tau, units: {units[1]}}}"]
    columns = [
        f"- header: {head}\n  values:\n" + "".join(f"  - value: {row[i]!r}\n" for row in rows)
        for i, head in enumerate([*heads, "{name: UL, units: 1e-9}"])
    ]
    return f"independent_variables:\n{columns[0]}{columns[1]}dependent_variables:\n{columns[2]}".encode()


def _table(path: Path, **more: Any) -> LimitTable:
    columns: dict[str, Any] = {"mass": "m [MeV]", "lifetime": "tau [ns]", "limit": "UL [1e-9]"}
    said: dict[str, Any] = {"mass_unit": "MeV", "lifetime_unit": "ns", "limit_unit": 1e-9, "source": "a test"}
    return LimitTable(file=str(path), **(columns | said | more))


@settings(max_examples=40, deadline=None)
@given(ROWS, st.data())
def test_a_table_is_the_same_however_it_is_written(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, data: st.DataObject
) -> None:
    """Rows in any order, in any unit that is said, any ends of lines, with a mark of bytes and empty cells or without, CSV or YAML."""
    pytest.importorskip("yaml")
    folder = tmp_path_factory.mktemp("table")
    (folder / "plain.csv").write_bytes(_csv(rows, ("MeV", "ns"), "\n", ""))
    expected = _table(folder / "plain.csv").grid
    mass, tau = data.draw(st.sampled_from(sorted(ENERGY))), data.draw(st.sampled_from(sorted(TAU)))
    scale = ENERGY["MeV"] / ENERGY[mass]
    other = [(m * scale, ctau * TAU[tau], limit) for m, ctau, limit in data.draw(st.permutations(rows))]
    text = data.draw(
        st.sampled_from(
            [_csv(other, (mass, tau), end, more) for end in ["\n", "\r\n", "\r"] for more in ("", ",,")]
        )
        | st.just(_yaml(other, (mass, tau)))
    )
    path = folder / ("other.yaml" if text.startswith(b"independent") else "other.csv")
    path.write_bytes(data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text)
    units = {"mass_unit": mass, "lifetime_unit": tau}
    names = {"mass": f"m [{mass}]", "lifetime": f"tau [{tau}]"}
    for own, given_first in zip(_table(path, **units, **names).grid, expected, strict=True):
        np.testing.assert_allclose(own, given_first, rtol=1e-12)
    for key, unit, units_of in (("mass_unit", mass, ENERGY), ("lifetime_unit", tau, TAU)):
        wrong = data.draw(st.sampled_from([name for name in units_of if name != unit]))
        with pytest.raises(DarkpairError, match=f"give {key} = '{unit}'"):
            _ = _table(path, **(units | {key: wrong}), **names).grid


PLAIN = "m [MeV],UL\n100,1.5e-9\n110,2.5e-9\n"

#: What is done to a table, and what is said of it.
AMBIGUOUS: dict[str, tuple[Callable[[str], str], str]] = {
    "commas for points": (lambda text: re.sub(r"(\d)\.(\d)", r"\1,\2", text), "a row of 3 cells below 2 names, '100,1,5e-9'"),
    "quoted commas": (lambda text: re.sub(r"(\d)\.(\de-9)", r'"\1,\2"', text), "'1,5e-9' has a comma in it"),
    "a cell too few": (lambda text: text + "120\n", "a row of 1 cells below 2 names"),
    "a name twice": (lambda text: text.replace("m [", "UL,m [").replace("\n1", "\n7e-9,1"), "2 columns are called 'UL'"),
    "semicolons": (lambda text: text.replace(",", ";"), "separated by ';' there; write commas"),
    "tabs": (lambda text: text.replace(",", "\t"), "write commas"),
    "no rows": (lambda text: text.splitlines()[0], "no row below m [MeV], UL"),
    "an open quotation": (lambda text: text + '120,"1e-9\n130,1e-9\n', "no table that can be read"),
    "a wide cell": (lambda text: text + "120," + "1" * 200_000 + "\n", "no table that can be read"),
    "multiples": (lambda text: text.replace("e-9", ""), "every limit in 'UL' is above 1, the smallest 1.5"),
    "exchanged": (lambda text: "UL,m [MeV]\n" + text.partition("\n")[2], "is above 1, the smallest 100"),
}  # fmt: skip


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_can_be_read_in_two_ways_is_refused(tmp_path: Path, name: str) -> None:
    change, words = AMBIGUOUS[name]
    path = tmp_path / "t.csv"
    columns: dict[str, Any] = {"mass": "m [MeV]", "limit": "UL", "source": "a test"}
    path.write_text(PLAIN)
    assert LimitTable(file=str(path), **columns).smallest() == pytest.approx(1.5e-9)
    path.write_text(change(PLAIN))
    with pytest.raises(DarkpairError, match=re.escape(words)):
        _ = LimitTable(file=str(path), **columns).grid


@pytest.mark.parametrize("header", ["lim", "", "[1]", "{units: GeV}"])
def test_yaml_with_a_head_of_another_kind_is_refused(tmp_path: Path, header: str) -> None:
    pytest.importorskip("yaml")
    path = tmp_path / "t.yaml"
    path.write_text(f"independent_variables:\n- header: {header}\n  values: []\ndependent_variables: []\n")
    with pytest.raises(DarkpairError, match="no table of HEPData's"):
        columns_of(path, ["lim"])


def test_masses_beyond_the_decay_are_a_wrong_unit(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(PLAIN.replace(" [MeV]", ""))
    text = (
        'kind = "table"\nparent = "K+"\nmode = "pi+ X2"\n[table]\nfile = "t.csv"\nmass = "m"\nmass_unit = "MeV"\n'
        'limit = "UL"\nsource = "a test"\n'
    )
    (tmp_path / "s.toml").write_text(text)
    load_search(tmp_path / "s.toml")
    (tmp_path / "s.toml").write_text(text.replace("MeV", "GeV"))
    with pytest.raises(DarkpairError, match=r"the least mass is 100 GeV, and K\+ -> pi\+ leaves 0.3541 GeV"):
        load_search(tmp_path / "s.toml")


def test_units_of_names() -> None:
    names = ["m [MeV]", "$m_X$ (GeV/c^2)", "UL", "tau [ ps ]", "[GeV] m", "f(x) [%]"]
    assert list(map(unit_of, names)) == ["MeV", "GeV", None, "ps", None, "%"]


def test_a_name_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbf" + PLAIN.encode())
    with pytest.raises(UnknownNameError, match=re.escape("known: m [MeV], UL")):
        columns_of(tmp_path / "t.csv", ["lim"])
