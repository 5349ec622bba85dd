"""Real files are scikit-hep-testdata's: from the cache, fetched once and whole, or one quick skip for all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import skhep_testdata

from tests.shared import real_files

NAMES = sorted(skhep_testdata.known_files)[:3]
Fetch = Callable[..., str]


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Fetch], Path]]:
    """A home without a cache, and a network that does what it is told."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(real_files, "PATIENCE", 0.2)
    real_files._network.cache_clear()
    own = skhep_testdata.data_path

    def make(fetch: Fetch) -> Path:
        def data_path(name: str, cache_dir: str | None = None) -> str:
            known = tmp_path / ".local" / "skhepdata" / name
            return own(name) if known.is_file() else fetch(name, cache_dir)

        monkeypatch.setattr(skhep_testdata, "data_path", data_path)
        return tmp_path / ".local" / "skhepdata"

    yield make
    real_files._network.cache_clear()


def test_a_file_is_fetched_once_into_the_cache(fresh: Callable[[Fetch], Path]) -> None:
    asked = []

    def fetch(name: str, folder: str) -> str:
        asked.append(name)
        (Path(folder) / name).write_text(name)
        return str(Path(folder) / name)

    cache = fresh(fetch)
    for _ in range(2):
        assert real_files.real_file(NAMES[0]) == cache / NAMES[0]
    assert asked == NAMES[:1]
    assert [path.name for path in cache.iterdir()] == NAMES[:1]


def refused(name: str, _folder: str) -> str:
    raise ConnectionError(name)


def hangs(name: str, _folder: str) -> str:
    time.sleep(1.0)
    raise ConnectionError(name)


@pytest.mark.parametrize("fetch", [refused, hangs])
def test_without_cache_and_network_all_skip_quickly_for_one_reason(
    fresh: Callable[[Fetch], Path], fetch: Fetch
) -> None:
    cache = fresh(fetch)
    start, reasons = time.monotonic(), set()
    for name in NAMES:
        with pytest.raises(pytest.skip.Exception) as skipped:
            real_files.real_file(name)
        reasons.add(str(skipped.value))
    assert time.monotonic() - start < 0.9
    assert reasons == {real_files.REASON}
    assert not any(path.is_file() for path in cache.iterdir())


def test_the_cache_needs_no_network(fresh: Callable[[Fetch], Path]) -> None:
    cache = fresh(refused)
    cache.mkdir(parents=True)
    (cache / NAMES[1]).write_text("")
    with pytest.raises(pytest.skip.Exception):
        real_files.real_file(NAMES[0])
    assert real_files.real_file(NAMES[1]) == cache / NAMES[1]


def test_without_a_home_they_skip(fresh: Callable[[Fetch], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file = fresh(refused).parent.parent / "file"
    file.write_text("")
    monkeypatch.setattr(Path, "home", lambda: file)
    with pytest.raises(pytest.skip.Exception, match=re.escape(real_files.REASON)):
        real_files.real_file(NAMES[0])


def test_an_unknown_name_is_a_mistake() -> None:
    with pytest.raises(FileNotFoundError):
        real_files.real_file("no such file.root")
