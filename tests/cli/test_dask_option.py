"""``--dask``: an address is checked, and the client's executor does the work; dask itself is not needed here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pytest

from darkpair.cli.dask import on_dask
from darkpair.gen.errors import InputError
from darkpair.workers import worker_pool

PLACES: list[dict[str, Any]] = []


class Client:
    """As much of dask's as is used."""

    def __init__(self, **place: Any) -> None:
        if "nobody" in str(place):
            raise OSError("timed out")
        PLACES.append(place)
        self.pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()

    def get_executor(self) -> Executor:
        return self.pool


@pytest.fixture
def distributed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module = ModuleType("distributed")
    module.Client = Client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "distributed", module)
    PLACES.clear()
    yield
    PLACES.clear()


@pytest.mark.usefixtures("distributed")
def test_the_work_is_the_clients(tmp_path: Path) -> None:
    file = tmp_path / "scheduler.json"
    file.write_text("{}")
    for address in ("tcp://host:8786", "host:8786", str(file)):
        with on_dask(address), worker_pool(1) as executor:
            assert executor is not None
            assert executor.submit(abs, -3).result() == 3
    assert [place.get("address") or place["scheduler_file"] for place in PLACES] == [
        "tcp://host:8786",
        "host:8786",
        str(file),
    ]
    with on_dask(None), worker_pool(1) as executor:
        assert executor is None


@pytest.mark.usefixtures("distributed")
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("here", "allowed: an address, as tcp://host:8786"),
        ("none.json", "allowed: an address"),
        ("nobody:1", "no scheduler of dask answers"),
    ],
)
def test_a_wrong_address_is_one_line(address: str, words: str) -> None:
    with pytest.raises(InputError, match=words), on_dask(address):
        pass


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'darkpair\[dask\]'"), on_dask("host:1"):
        pass
