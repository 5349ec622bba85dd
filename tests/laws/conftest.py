"""``--laws-table FOLDER``: what the laws found, as laws.json; works with several workers too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.export.files import write_rows
from darkpair.gen.compiled.columnwise import Columnwise
from tests.laws.figures import Law, rows, taken
from tests.laws.size import FULL

_PULLS = "pulls"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--laws-table", type=Path, metavar="FOLDER", help="leave what the laws found")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--laws-table", default=None)
    if path is not None and not hasattr(config, "workerinput"):  # the process that hears of every test
        config.pluginmanager.register(Table(path))


@pytest.fixture(autouse=True)
def comparisons(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hands what a test compared to its report."""
    taken()
    yield
    request.node.user_properties.append((_PULLS, taken()))


@pytest.fixture(autouse=True)
def rows_apart() -> Iterator[None]:
    """No formula is given rows that lie on each other or on its operands: a loop would read what it has just written."""
    into = Columnwise.into

    def apart(formula: Columnwise, out: Sequence[Any], *args: Any) -> None:
        columns = [arg for arg in args if isinstance(arg, np.ndarray)]
        for i, row in enumerate(out):
            assert not any(np.may_share_memory(row, other) for other in (*columns, *out[:i])), formula
        into(formula, out, *args)

    with pytest.MonkeyPatch.context() as patch:  # (of its own: a test's is undone before what it stands on)
        patch.setattr(Columnwise, "into", apart)
        yield


class Table:
    """Collects the reports of all tests, and writes the table in the end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.laws: defaultdict[str, Law] = defaultdict(Law)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        law = self.laws[report.nodeid.split("[", maxsplit=1)[0]]
        law.seconds += report.duration
        law.failed += report.failed
        if report.when == "teardown":
            law.cases += 1
            for name, value in report.user_properties:
                if name == _PULLS and isinstance(value, list):
                    law.pulls += value

    def pytest_sessionfinish(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        write_rows(self.path, "laws", rows(dict(sorted(self.laws.items()))), {"full size": FULL})
