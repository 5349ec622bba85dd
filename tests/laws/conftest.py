"""``--laws-table FOLDER``: what the laws found, as laws.json; works with several workers too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from darkpair.export.files import write_rows
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
