"""Files that other experiments wrote, as scikit-hep-testdata keeps them: from its cache, or fetched once into it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
import skhep_testdata
from skhep_testdata.data import cache_path

#: Seconds that a fetch may take; the package alone waits half a minute for a connection, name servers not counted.
PATIENCE = 10.0

REASON = "scikit-hep-testdata's files are neither in its cache nor can they be fetched"


def real_file(name: str) -> Path:
    """Path of a file of scikit-hep-testdata; the test is skipped where there is neither a cache nor a network."""
    if name not in skhep_testdata.known_files:
        raise FileNotFoundError(name)
    try:
        there = (cache_path() / name).is_file() or _fetched(name)
    except OSError:  # there is no home to keep them in
        there = False
    if not there:
        pytest.skip(REASON)
    return Path(skhep_testdata.data_path(name))


@cache
def _network() -> dict[str, bool]:
    """Whether a fetch has failed in this session: then no other is tried."""
    return {"works": True}


def _fetched(name: str) -> bool:
    """Fetch a file into the cache, where it appears when it is whole: other processes may look for it too."""
    if not _network()["works"]:
        return False

    def fetch() -> None:
        try:
            with TemporaryDirectory(dir=cache_path()) as folder:
                Path(skhep_testdata.data_path(name, cache_dir=folder)).replace(cache_path() / name)
        except OSError:  # what requests raises is one
            pass

    thread = Thread(target=fetch, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    _network()["works"] = (cache_path() / name).is_file()
    return _network()["works"]
