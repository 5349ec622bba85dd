"""Submissions and workspaces to the letter: texts and tables written here, and which of them are refused."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeScalar
from darkpair.detectors.koto_results import run
from darkpair.export import workspace
from darkpair.export.hepdata import Table, write_submission
from darkpair.export.profile import profile_limit
from darkpair.export.workspace import counting_workspace, koto_counting, koto_workspace
from darkpair.gen.errors import InputError
from darkpair.searches import KotoLimit
from darkpair.statistics import Counting

ROWS = [
    {"m2 [MeV]": np.float64(430.0), "n": 3, "B": 1e-9, "e": 2e-10, "what []": "κ"},
    {"m2 [MeV]": 1.5e22, "n": np.int64(0), "B": math.nan, "e": None, "what []": None},
]


def table(**more: Any) -> Table:
    settings: dict[str, Any] = {
        "name": "A (b)",
        "description": "d",
        "rows": ROWS,
        "independent": ("m2 [MeV]",),
    }
    return Table(**settings | more)


TABLE = """\
{
 "independent_variables": [
  {
   "header": {
    "name": "m2",
    "units": "MeV"
   },
   "values": [
    {
     "value": 430.0
    },
    {
     "value": 1.5e+22
    }
   ]
  }
 ],
 "dependent_variables": [
  {
   "header": {
    "name": "n"
   },
   "qualifiers": [
    {
     "name": "level",
     "units": "%",
     "value": 90
    }
   ],
   "values": [
    {
     "value": 3
    },
    {
     "value": 0
    }
   ]
  },
  {
   "header": {
    "name": "B"
   },
   "qualifiers": [
    {
     "name": "level",
     "units": "%",
     "value": 90
    }
   ],
   "values": [
    {
     "value": 1.0e-09,
     "errors": [
      {
       "symerror": 2.0e-10,
       "label": "stat"
      }
     ]
    },
    {
     "value": "-"
    }
   ]
  },
  {
   "header": {
    "name": "what",
    "units": ""
   },
   "qualifiers": [
    {
     "name": "level",
     "units": "%",
     "value": 90
    }
   ],
   "values": [
    {
     "value": "κ"
    },
    {
     "value": "-"
    }
   ]
  }
 ]
}
"""

SUBMISSION = """\
---
{
 "comment": "All “of” it"
}
---
{
 "name": "A (b)",
 "description": "d",
 "keywords": [
  {
   "name": "reactions",
   "values": [
    "K0L --> X",
    "B+ --> X"
   ]
  }
 ],
 "data_file": "a_b.yaml"
}
---
{
 "name": "C",
 "description": "d",
 "keywords": [
 ],
 "data_file": "c.yaml"
}
"""


def test_a_submission_to_the_letter(tmp_path: Path) -> None:
    first = table(
        errors={"B": "e"}, qualifiers={"level [%]": 90}, keywords={"reactions": ("K0L --> X", "B+ --> X")}
    )
    paths = write_submission(tmp_path, "All “of” it", [first, table(name="C")])
    assert paths == [tmp_path / name for name in ("submission.yaml", "a_b.yaml", "c.yaml")]
    assert paths[0].read_bytes().decode("utf-8") == SUBMISSION
    assert paths[1].read_bytes().decode("utf-8") == TABLE
    headers = [entry["header"]["name"] for entry in table().data()["dependent_variables"]]
    assert headers == ["n", "B", "e", "what"]  # an error is a column of its own unless it belongs to one
    assert all("qualifiers" not in entry for entry in table().data()["dependent_variables"])
    alone = table(rows=ROWS[:1]).data()["dependent_variables"]
    assert [entry["values"][0]["value"] for entry in alone] == [3, 1e-9, 2e-10, "κ"]
    with pytest.raises(
        ValueError, match="JSON compliant|nan"
    ):  # in words of the table's own nothing stands for it
        write_submission(tmp_path, "c", [table(qualifiers={"level": math.nan})])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"rows": []}, "table 'A (b)' has no rows; allowed: one or more"),
        ({"name": ""}, "table name '' of 0 characters; allowed: 1 to 64"),
        ({"name": "x" * 65}, f"table name '{'x' * 65}' of 65 characters; allowed: 1 to 64"),
        ({"rows": [{"n": 1}, {"m": 1}]}, "table 'A (b)': columns ['m'] after ['n']; allowed: the same"),
        ({"independent": ("m",)}, "table 'A (b)' has no column 'm'; its columns: m2 [MeV], n, B, e, what []"),
        ({"errors": {"m": "e"}}, "table 'A (b)' has no column 'm'; its columns: m2 [MeV], n, B, e, what []"),
        ({"errors": {"B": "m"}}, "table 'A (b)' has no column 'm'; its columns: m2 [MeV], n, B, e, what []"),
        (
            {"errors": {"B": "n"}},
            "table 'A (b)': error 0 of B = nan; allowed: above 0, or None where there is none: state a limit in a column of its own",
        ),
    ],
)
def test_tables_that_hepdata_would_not_take(more: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as refusal:
        table(**more)
    assert str(refusal.value) == said


def test_what_a_table_may_be_to_the_last(tmp_path: Path) -> None:
    for name in ("x", "x" * 64):
        assert table(name=name).name == name
    small = [{"x": 1.0, "e": error} for error in (0.5, None, 1e-300)]
    assert table(rows=small, independent=(), errors={"x": "e"}).errors == {"x": "e"}
    with pytest.raises(
        InputError, match=r"^two tables would be written to the same file: a_b.yaml, a_b.yaml; rename one$"
    ):
        write_submission(tmp_path, "c", [table(), table(name="a B")])


START = {"name": "mu", "bounds": [[0.0, 1e6]], "inits": [1.0]}
MU = {"name": "mu", "type": "normfactor", "data": None}


def whole(name: str, observed: float, start: dict[str, Any], *samples: dict[str, Any]) -> dict[str, Any]:
    return {
        "channels": [{"name": name, "samples": list(samples)}],
        "observations": [{"name": name, "data": [observed]}],
        "measurements": [{"name": "strength", "config": {"poi": "mu", "parameters": [start]}}],
        "version": "1.0.0",
    }


def test_workspaces_to_the_letter() -> None:
    """HistFactory's words; the background's absolute error, the efficiency's factor up and one over it down."""
    bare = whole("counting", 3.0, START, {"name": "signal", "data": [1.0], "modifiers": [MU]})
    assert counting_workspace(Counting(observed=3)) == bare
    assert type(counting_workspace(Counting(observed=3))["observations"][0]["data"][0]) is float
    background = {"name": "background", "data": [0.5], "modifiers": []}
    known = whole("k", 0.0, {**START, "bounds": [[0.0, 2.0]]}, {"name": "signal", "data": [4.0], "modifiers": [MU]}, background)  # fmt: skip
    assert (
        counting_workspace(Counting(observed=0, background=0.5), signal=4.0, name="k", largest=2.0) == known
    )
    factor = {"name": "efficiency", "type": "normsys", "data": {"hi": 1.25, "lo": 0.8}}
    signal = {"name": "signal", "data": [1.0], "modifiers": [MU, factor]}
    error = {"name": "background", "type": "shapesys", "data": [0.125]}
    uncertain = Counting(observed=1, background=0.5, background_error=0.125, efficiency_error=0.25)
    assert counting_workspace(uncertain) == whole(
        "counting", 1.0, START, signal, {**background, "modifiers": [error]}
    )


def test_runs_of_koto(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("2015", "2016-18", "2021"):
        of = run(name)
        numbers = [int(of.candidates.value), of.background.value, of.background.error]
        counting = koto_counting(name)
        assert [counting.observed, counting.background, counting.background_error] == numbers
        assert type(counting.observed) is int
        sensitivity = of.single_event_sensitivity
        assert counting.efficiency_error == pytest.approx(sensitivity.error / sensitivity.value)  # type: ignore[operator]
        without = koto_counting(name, subtract=False)
        assert without == Counting(observed=counting.observed, efficiency_error=counting.efficiency_error)
    exact = SimpleNamespace(value=2.0, error=None)
    bare = SimpleNamespace(candidates=exact, background=exact, single_event_sensitivity=exact)
    monkeypatch.setattr(workspace, "run_of_koto", lambda name: {"mine": bare}[name])
    assert koto_counting("mine") == Counting(observed=2, background=2.0)


def test_a_model_point_in_a_run() -> None:
    koto = KotoLimit(run="2015", efficiency_ratio=0.9)
    model = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1.2e-5)
    events = float(koto.events(koto.value(model)))
    assert koto_workspace(koto, model) == counting_workspace(
        koto_counting("2015"), signal=events, name="koto-2015"
    )
    with pytest.raises(InputError, match=r"^2 model points; a workspace is one point's; give one$"):
        koto_workspace(koto, ZPrimeScalar(m1=0.0, m2=np.array([0.3, 0.43]), G_X=1.2e-5))
    said = r"^the model gives 0 events in KOTO's run 2015 at m1 = 0.2, m2 = 0.43 GeV: there is no signal to write; choose an open decay$"
    with pytest.raises(InputError, match=said):
        koto_workspace(koto, ZPrimeScalar(m1=0.2, m2=0.43, G_X=1.2e-5))
    faint = koto_workspace(koto, ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-9))
    assert 0.0 < faint["channels"][0]["samples"][0]["data"][0] < 1.0


@pytest.mark.parametrize("level", [0.68, 0.90, 0.9999])
@pytest.mark.parametrize(
    "experiment", [Counting(observed=0), Counting(observed=3, background=1.2, efficiency_error=0.1)]
)
def test_a_profile_limit_is_where_cls_crosses(
    level: float, experiment: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With exp(-events) in place of pyhf's CLs: -ln(1 - level) events, in a workspace whose strength holds it."""
    asked = []

    def cls(strength: float, data: Any, model: Any, test_stat: str = "qtilde") -> Any:
        written = model["channels"][0]["samples"][0]["data"][0]
        asked.append(strength)
        assert (data, test_stat) == ("data", "qtilde")
        assert model == counting_workspace(experiment, signal=written, largest=2.0)
        assert strength * written < 2.0 * written
        return np.exp(-strength * written)

    def opened(specification: dict[str, Any]) -> Any:
        return SimpleNamespace(
            model=lambda: specification, data=lambda of: "data" if of is specification else None
        )

    stub = SimpleNamespace(Workspace=opened, infer=SimpleNamespace(hypotest=cls))
    monkeypatch.setitem(sys.modules, "pyhf", stub)
    expected = -math.log(1.0 - level)
    assert profile_limit(experiment, level) == pytest.approx(expected, rel=1e-5)
    if level == 0.90:
        assert profile_limit(experiment) == profile_limit(experiment, 0.90)
    assert max(asked) == 1.0  # three times the exact limit
    assert min(asked) == 1e-3


def test_without_pyhf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhf", None)
    with pytest.raises(InputError, match=r"^profile_limit needs pyhf; install 'darkpair\[limits\]'$"):
        profile_limit(Counting(observed=0))
