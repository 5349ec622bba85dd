"""Pages bound to outputs: what is written, what is found wrong, each with one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from darkpair.export.numbers import written
from darkpair.gen.errors import DarkpairError
from darkpair.pages import Outputs, problems, rewrite
from darkpair.pages.outputs import evaluate
from darkpair.pages.runs import Run, differences

ROWS = [
    {"m [MeV]": 100, "run": "2015", "ratio": 1.2345, "ratio error": 0.0123, "pull": -0.5, "limit": None},
    {"m [MeV]": 200, "run": "2015", "ratio": 0.5, "ratio error": 0.2, "pull": 1.25, "limit": 1.5e-9},
    {"m [MeV]": 100, "run": "2021", "ratio": 1.3, "ratio error": 0.1, "pull": 0.0, "limit": 2e-9},
]

PAGE = """# Page

The ratio is 1.23(1) at 100 MeV, 150 %
more than at 200, and the limit 1.5e-9.

## First

| m | ratio |
|---|---|
| 100 | 1.23(1) |
| 200 | 0.5(2) |

## Second

| run | 100 | 200 |
|---|---|---|
| 2015 | −0.50 | +1.25 |
| 2021 | +0.00 | |

## Third

| run | ratio |
|---|---|
| 2021 | 1.3 |

Published: 2.5e-3 and 4 %; `3.5` is code, a factor of 12 is not.
"""

BINDINGS = """
[[says]]
text = "The ratio is {a +- e:1} at 100 MeV, {a / b - 1:.0%} more than"
a = "out | run = 2015 | m [MeV] = 100 | ratio"
e = "out | run = 2015 | m [MeV] = 100 | ratio error"
b = "out | m [MeV] = 200 | ratio"
[[says]]
text = "the limit {x:.1e}."
x = "out | m [MeV] > 150 | limit"
[[table]]
under = "First"
rows = "out | run = 2015"
cells = ["{m [MeV]}", "{ratio +- ratio error:1}"]
[[table]]
under = "Second"
rows = "out"
cells = ["{run}"]
across = "m [MeV]"
value = "{pull:+.2f}"
[[table]]
under = "Third"
rows = "out | run = 2021"
columns = ["run", "ratio"]
[given]
"published: arXiv:0000.00000" = ["2.5e-3 and 4 %", "a factor of 12"]
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    rewritten = PAGE.replace("150 %", "147 %")
    (tmp_path / "page.md").write_text(rewritten, encoding="utf-8")
    (tmp_path / "page.toml").write_text(BINDINGS, encoding="utf-8")
    (tmp_path / "out.json").write_text(json.dumps({"rows": ROWS, "provenance": {}}), encoding="utf-8")
    return tmp_path


def found(tree: Path) -> list[str]:
    return problems([tree / "page.md"], tree)


def change(tree: Path, old: str, new: str, name: str = "page.md") -> None:
    text = (tree / name).read_text("utf-8")
    assert old in text
    (tree / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_page_that_agrees(tree: Path) -> None:
    assert found(tree) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("1.23(1) at", "1.24(1) at", "page.md:3: '1.24(1)' should be '1.23(1)'"),
        ("147 %", "146 %", "page.md:3: '146 %' should be '147 %'"),
        (
            "| 200 | 0.5(2) |",
            "| 200 | 0.6(2) |",
            "page.md:8: a table has '| 200 | 0.6(2) |' for '| 200 | 0.5(2) |'",
        ),
        ("+1.25", "+1.26", "page.md:15: a table has"),
        ("2021 | 1.3", "2021 | 1.4", "page.md:22: a table has"),
    ],
)
def test_a_number_that_is_another_is_found_and_written(tree: Path, old: str, new: str, line: str) -> None:
    before = (tree / "page.md").read_text("utf-8")
    change(tree, old, new)
    (problem,) = found(tree)
    assert problem.startswith(line)
    (told,) = rewrite(tree / "page.md", Outputs(folder=tree))
    assert "out" in told
    assert (tree / "page.md").read_text("utf-8") == before
    assert rewrite(tree / "page.md", Outputs(folder=tree)) == []


def test_a_new_run_changes_the_page(tree: Path) -> None:
    rows: list[dict[str, Any]] = [
        *ROWS,
        {"m [MeV]": 300, "run": "2015", "ratio": 0.25, "ratio error": 0.03, "pull": 9.0},
    ]
    (tree / "out.json").write_text(json.dumps({"rows": rows}), encoding="utf-8")
    with pytest.raises(DarkpairError, match="gives 4 columns; the page's table has 3"):
        rewrite(tree / "page.md", Outputs(folder=tree))
    change(tree, "| run | 100 | 200 |\n|---|---|---|", "| run | 100 | 200 | 300 |\n|---|---|---|---|")
    change(tree, '"out | m [MeV] > 150 | limit"', '"out | m [MeV] = 200 | limit"', "page.toml")
    rewrite(tree / "page.md", Outputs(folder=tree))
    assert "| 300 | 0.25(3) |" in (tree / "page.md").read_text("utf-8")
    assert "| 2015 | −0.50 | +1.25 | +9.00 |" in (tree / "page.md").read_text("utf-8")
    assert found(tree) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("a factor of 12 is", "a factor of 12, or of 13 times, is", "page.md:26: '13' is bound to no run"),
        ("Published:", "Published: .25,", "page.md:26: '.25' is bound to no run"),
        ("Published:", "It is 7 % more. Published:", "page.md:26: '7 %' is bound to no run"),
        (
            "Published:",
            "| a | b |\n|---|---|\n| x | 17 |\n\nPublished:",
            "page.md:28: '17' is bound to no run",
        ),
        (
            "2.5e-3 and 4 %",
            "2.5e-3 and 5 %",
            "page.md: '2.5e-3 and 4 %' (published: arXiv:0000.00000) is not on",
        ),
        ("the limit 1.5e-9", "no limit", "page.md: 'the limit {x:.1e}.' is nowhere on the page"),
        (
            "`3.5`",
            "the limit 1.5e-9. `3.5`",
            "page.md: 'the limit {x:.1e}.' is on the page 2 times (page.md:4, page.md:26)",
        ),
        ("## First", "## 1", "page.md: no heading 'First'"),
    ],
)
def test_what_is_wrong_with_a_page(tree: Path, old: str, new: str, line: str) -> None:
    change(tree, old, new)
    assert found(tree)[0].startswith(line)  # (numbers that lose their binding with it follow)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"out | m [MeV] = 200 | ratio"', '"aut | m [MeV] = 200 | ratio"', "unknown output of a run 'aut'"),
        ("200 | ratio", "250 | ratio", "no row has 'm [MeV] = 250'"),
        ("200 | ratio", "200 | ration", "ration"),
        ("200 | ratio", "100 | ratio", "a template shows single values"),
        ("{x:.1e}", "{x:.1q}", "'.1q' is no format"),
        ("{x:.1e}", "{y:.1e}", "y"),
        ("published:", "somewhere:", "says no reason"),
        ("[[says]]", "[[say]]", "unknown key 'say'"),
        ('text = "the limit {x:.1e}."', 'text = "the limit"', "has no field"),
        (
            "[given]",
            '[[says]]\ntext = "limit {x:.1e}."\nx = "out | m [MeV] > 150 | limit"\n[given]',
            "bound twice",
        ),
    ],
)
def test_what_is_wrong_with_a_binding(tree: Path, old: str, new: str, line: str) -> None:
    change(tree, old, new, "page.toml")
    problem = found(tree)[0]
    assert line.lower() in problem.lower()
    assert "\n" not in problem


def test_outputs_and_bindings_that_nobody_uses(tree: Path) -> None:
    (tree / "other.json").write_text("{}", encoding="utf-8")
    (tree / "gone.toml").write_text("", encoding="utf-8")
    assert [line.split(" ")[0] for line in found(tree)] == ["other.json", "gone.toml"]
    lines = problems([tree / "page.md"], tree, with_command=["out", "third"])
    assert any("other.json has no command" in line for line in lines)
    assert any("third has a command in runs.toml and no output" in line for line in lines)


@pytest.mark.parametrize(
    ("value", "spec", "error", "text"),
    [
        (0.02345, ".1%", None, "2.3 %"),
        (-0.02345, "+.1%", None, "−2.3 %"),
        (2.07e-9, ".2e", None, "2.07e-9"),
        (1.7e13, ".1e", None, "1.7e13"),
        (528620.3, ",", None, "528 620"),
        (6443.0, ",.3g", None, "6 440"),
        (7.6709e-5, "2e", 0.0010e-5, "7.6709(10)e-5"),
        (0.0424, "1", 0.0003, "0.0424(3)"),
        (7.9, "2", 1.2, "7.9(1.2)"),
        (-0.117, "+1%", 0.0029, "−11.7(3) %"),
        (0.2, "+1%", 0.0961, "+20(10) %"),
        (1.0, "1", 0.0996, "1.0(1)"),
        (5060.0, "2", 71.2, "5060(71)"),
        (1.5, "", None, "1.5"),
        ("a|b", "", None, "a\\|b"),
        (None, ".3f", None, ""),
    ],
)
def test_written(value: Any, spec: str, error: float | None, text: str) -> None:
    assert written(value, spec, error) == text


def test_expressions() -> None:
    names = {"a": [1.0, None, 4.0], "row": {"b c": 2.0}}
    assert evaluate('max(a) - min(a) + row["b c"] ** 2', names) == 7.0
    assert evaluate("median(a)", names) == 2.5
    for bad in ("__import__('os')", "a.real", "[1 for x in a]", "a + "):
        with pytest.raises(DarkpairError):
            evaluate(bad, names)


def test_differences_of_two_runs() -> None:
    run = Run(command="darkpair", outputs=["out"], minutes=0.0, keys=["run", "m [MeV]"])
    fresh = [{**row, "ratio": row["ratio"] + 0.3} for row in ROWS]  # type: ignore[operator]
    found = dict(differences({"rows": ROWS}, {"rows": fresh}, run))
    assert len(found) == len(ROWS)  # pulls and limits have no error
    assert max(found.values()) == pytest.approx(0.3 / (0.0123 * 2**0.5))
    exact = Run(command="darkpair", outputs=["out"], minutes=0.0, keys=["run", "m [MeV]"], exact=True)
    assert max(dict(differences({"rows": ROWS}, {"rows": ROWS}, exact)).values()) == 0.0


def test_pictures_of_a_run_go_with_its_output(tmp_path: Path) -> None:
    """Those that the pages show, under the output's name; no new ones."""
    (tmp_path / "make.py").write_text(
        "import sys, json, pathlib\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "(folder / 'fig.json').write_text(json.dumps({'rows': [{'x': 1}]}))\n"
        "for name in ('fig', 'beside', 'unused'):\n"
        "    (folder / f'{name}.png').write_text(f'new {name}')\n"
    )
    shown = tmp_path / "docs"
    shown.mkdir()
    for name in ("fig-today", "beside"):
        (shown / f"{name}.png").write_text("old")
    run = Run(command="python make.py {folder}", outputs=["fig-today"], files=["fig"], minutes=0.1)
    assert run.made(tmp_path)["fig-today"]["rows"] == [{"x": 1}]
    assert (shown / "beside.png").read_text() == "old"
    run.made(tmp_path, pictures=shown)
    assert {path.name: path.read_text() for path in shown.iterdir()} == {
        "fig-today.png": "new fig",
        "beside.png": "new beside",
    }
