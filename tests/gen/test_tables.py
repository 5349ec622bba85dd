"""Tables for people: aligned, folded, and never more than text."""

from __future__ import annotations

import re

import pytest

from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.tables import Table, folded

TABLE = Table(
    title="a <title>",
    columns=("name", "n", "what it is"),
    rows=[("one", "1", "a word " * 30), ("[red]two", "12,345", "<b>&\n  second line")],
    right=("n",),
    fold=("what it is",),
)


@pytest.mark.parametrize("width", [36, 60, 80, 200, None])
def test_columns_begin_and_end_together(width: int | None) -> None:
    title, head, rule, *lines = TABLE.text(width).splitlines()
    assert title == "a <title>"
    assert set(rule.strip()) == {"─"}
    start = head.index("what")
    for line in lines:
        assert line[start - 3 : start].strip() == ""
    assert next(line for line in lines if "12,345" in line)[: start - 3].endswith("12,345")
    if width is not None:
        assert max(map(len, (head, rule, *lines))) <= width


def test_columns_that_do_not_fit_stand_below() -> None:
    """The first one again before them, so that every row is named."""
    title, *blocks = re.split(r"\n(?=  name)", TABLE.text(30))
    assert title == "a <title>"
    assert [block.split("\n")[0].split() for block in blocks] == [
        ["name", "n"],
        ["name", "what", "it", "is"],
    ]
    assert all("[red]two" in block and "  one" in block for block in blocks)
    assert max(len(line) for block in blocks for line in block.splitlines()) <= 30
    assert blocks[1].count("word") == 30


def test_a_line_goes_on_beside_its_label() -> None:
    assert folded("short", 80) == ["short"]
    line = "made with              " + " ".join(f"package {i}.0" for i in range(9))
    lines = folded(line, 60)
    assert max(map(len, lines)) <= 60
    assert all(part.startswith(" " * 23) and part[23] != " " for part in lines[1:])
    assert " ".join(" ".join(lines).split()) == " ".join(line.split())
    path = f"  formulas   /a/{'b' * 90}: whole"
    assert folded(path, 60)[-1].strip() in ("whole", f"/a/{'b' * 90}: whole")
    assert f"/a/{'b' * 90}:" in " ".join(folded(path, 60)).split()


def test_no_word_is_lost() -> None:
    for width in (40, 80, None):
        words = re.findall(r"[^\s─]+", TABLE.text(width))
        cells = " ".join([TABLE.title, *TABLE.columns, *(c for row in TABLE.rows for c in row)])
        assert sorted(words) == sorted(cells.split())


def test_html_is_escaped() -> None:
    html = TABLE.html()
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;<br>" in html
    assert "<caption>a &lt;title&gt;</caption>" in html
    assert html.count("<tr>") == 3


def test_a_cut_flow_prints() -> None:
    flow = Cutflow((Stage("generated", 1000, 500.0, 250.0), Stage("<cut>", 10, 5.0, 2.5)))
    title, head, _, _, last = str(flow).splitlines()
    assert title == "Cut flow"
    assert head.split() == ["cut", "events", "sum", "of", "weights", "of", "all", "of", "previous"]
    assert last.split() == ["<cut>", "10", "5", "0.005000", "0.01000"]
    assert "&lt;cut&gt;" in flow._repr_html_()
    assert repr(flow).startswith("Cutflow(stages=")


def test_a_cut_flow_without_weight_prints() -> None:
    flow = Cutflow((Stage("generated", 0, 0.0, 0.0), Stage("cut", 0, 0.0, 0.0)))
    assert str(flow).splitlines()[-1].split() == ["cut", "0", "0", "-", "-"]
