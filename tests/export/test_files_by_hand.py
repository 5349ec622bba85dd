"""What a study leaves, to the letter: rows as CSV, JSON and Markdown, numbers as a page writes them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from darkpair.export.files import markdown, pyplot, save_picture, subplots, write_rows
from darkpair.export.numbers import written
from darkpair.gen.errors import InputError
from darkpair.gen.provenance import environment
from darkpair.report.pictures import Layout

ROWS = [
    {r"$m_2$ [MeV]": 430.0, "mode": r"$K_L \to \pi^0\nu\bar\nu$", "n": 3},
    {r"$m_2$ [MeV]": 0.5, "mode": "a, b", "n": None},
]


def test_rows_to_the_letter(tmp_path: Path) -> None:
    paths = write_rows(
        tmp_path,
        "fig",
        ROWS,
        {"seed": 7},
        note=[r"$\tau$", (r"at $m_{X}^{2}$ = {1}", 2.5)],
        κ={"$g_X$": True},
    )
    assert paths == [tmp_path / "fig.csv", tmp_path / "fig.json"]
    text = 'm2 [MeV],mode,n\n430.0,KL -> pi0 nu nubar,3\n0.5,"a, b",\n'
    assert paths[0].read_bytes().decode("utf-8") == text
    raw = paths[1].read_bytes().decode("utf-8")
    rows = [
        {"m2 [MeV]": 430.0, "mode": "KL -> pi0 nu nubar", "n": 3},
        {"m2 [MeV]": 0.5, "mode": "a, b", "n": None},
    ]
    expected: dict[str, Any] = {"study": "fig", "provenance": {**environment(), "seed": 7}, "rows": rows}
    expected |= {"note": ["tau", ["at mX2 = {1}", 2.5]], "κ": {"gX": True}}
    whole = json.loads(raw)
    assert list(whole) == ["study", "provenance", "rows", "note", "κ"]
    assert whole["provenance"].keys() == expected["provenance"].keys()
    assert whole | {"provenance": 0} == expected | {"provenance": 0}
    assert whole["provenance"]["seed"] == 7
    assert raw == json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"$\gamma\gamma$", "gamma gamma"),
        (r"$\pi^0 \gamma$ of $\nu$", "pi0 gamma of nu"),
        (r"c$\tau$ = 5 cm", "ctau = 5 cm"),
        ("a_b^c {d}", "a_b^c {d}"),
        (r"\to", r"\to"),
        (r"$a$ b_c $d_e$", "a b_c de"),
    ],
)
def test_tex_becomes_plain(tex: str, text: str, tmp_path: Path) -> None:
    write_rows(tmp_path, "x", [{"word": tex}], {})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["rows"] == [{"word": text}]


def test_markdown() -> None:
    rows: list[dict[str, Any]] = [{"a|b": 0.123456, "n": 12345, "w": "x|y"}, {"n": 1, "w": None, "a|b": 1e-9}]
    expected = "| a|b | n | w |\n|---|---|---|\n| 0.1235 | 12345 | x\\|y |\n| 1e-09 | 1 | None |\n"
    assert markdown(rows) == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("layout", ["constrained", None])
def test_pictures(layout: Layout | None, tmp_path: Path) -> None:
    """150 dots an inch in both files, the layout found once."""
    figure, axes = subplots(figsize=(2.0, 1.0), layout=layout)
    figure.set_dpi(80)
    axes.set_ylabel("a long label")
    before = axes.get_position().x0
    paths = save_picture(figure, tmp_path, "p")
    assert paths == [tmp_path / "p.png", tmp_path / "p.pdf"]
    assert all(path.stat().st_size > 1000 for path in paths)
    width, height = np.frombuffer(paths[0].read_bytes()[16:24], dtype=">u4")
    assert (width, height) == (300, 150)
    assert figure.get_layout_engine() is None
    assert (axes.get_position().x0 != before) == (layout is not None)


def test_a_picture_of_pyplot_is_closed(tmp_path: Path) -> None:
    """A plug-in may draw with pyplot, which keeps figures: that one is closed, another's is not."""
    figure, _ = plt.subplots(figsize=(2.0, 1.0))
    other = plt.figure()
    save_picture(figure, tmp_path, "p")
    assert figure.number not in plt.get_fignums()
    assert other.number in plt.get_fignums()
    plt.close(other)


@pytest.mark.parametrize(
    ("value", "spec", "error", "text"),
    [
        (None, "", None, ""),
        ("a|b", "", None, "a\\|b"),
        (True, "", None, "True"),
        (1234.56, "", None, "1235"),
        (-1234.56, ".1f", None, "−1234.6"),
        (1e-9, "", None, "1e-9"),
        (-2.5e10, ".1e", None, "−2.5e10"),
        (0.1234, ".1%", None, "12.3 %"),
        (-0.005, "+.2%", None, "−0.50 %"),
        (1234567.0, ",", None, "1 234 567"),
        (1234567, ",.3g", None, "1 230 000"),
        (999.6, ",", None, "1 000"),
        (1.2345, "", 0.023, "1.23(2)"),
        (1.2345, "2", 0.023, "1.234(23)"),
        (1.2345, "+1", 0.0097, "+1.23(1)"),
        (1.2345, "1", 0.0096, "1.23(1)"),
        (-12.345, "2", 1.23, "−12.3(1.2)"),
        (12345.0, "1", 230.0, "12300(200)"),
        (12345.0, "2", 230.0, "12340(230)"),
        (5.0, "1", 3.0, "5(3)"),
        (12.3, "2", 14.0, "12(14)"),
        (0.1234, "1%", 0.0023, "12.3(2) %"),
        (0.1234, "+2%", 0.0023, "+12.34(23) %"),
        (1.234e-7, "1e", 2.3e-9, "1.23(2)e-7"),
        (-1.234e7, "+2e", 2.3e5, "−1.234(23)e7"),
        (0.0, "1e", 0.2, "0.0(2)e0"),
        (0.0, "1", 0.0, "0"),
        (0.0, "1", 0.5, "0.0(5)"),
        (-2.5e-10, ".1e", None, "−2.5e-10"),
        (0.1234, "3%", 0.00237, "12.340(237) %"),
        (0.5, "10%", 0.00123, "50.0000000000(1230000000) %"),
        (5.0, "10e", 0.0123, "5.00000000000(1230000000)e0"),
        (5.0, "2", 1.0, "5.0(1.0)"),
    ],
)
def test_numbers_on_a_page(value: Any, spec: str, error: float | None, text: str) -> None:
    assert written(value, spec, error) == text


def test_formats_unless_given() -> None:
    assert written(1234.56) == "1235"
    assert written(1.5, error=0.1) == "1.5(1)"


@pytest.mark.parametrize(
    ("value", "spec", "error", "said"),
    [
        ([1.0], "", None, r"^\[1.0\] is not a number; a template shows single values; narrow its path$"),
        (1.5, ".3q", None, r"^'.3q' is no format of the number 1.5; allowed are .3f, .1%, ,.3g$"),
        (1.5, "x", 0.1, r"^'x' is no format of the number 1.5; allowed are .3f, .1%, ,.3g$"),
        (1.5, "1", 0.0, r"^the error 0 of 1.5 is not positive; write the value without it$"),
        (1.5, "1", -0.1, r"^the error -0.1 of 1.5 is not positive; write the value without it$"),
        (0.0, "1", math.nan, r"^the error nan of 0 is not positive; write the value without it$"),
    ],
)
def test_what_is_no_number_of_a_page(value: Any, spec: str, error: float | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        written(value, spec, error)


def test_pyplot_opens_no_window() -> None:
    assert pyplot().get_backend().lower() == "agg"
