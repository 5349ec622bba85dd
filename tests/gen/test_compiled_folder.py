"""The folder of compiled loops: whose files are run, who waits how long, and what a broken end leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from darkpair.gen.compiled import loops, mode, store

pytestmark = pytest.mark.skipif(not loops.at_hand(), reason="numba is not installed")

_CODE = ("symbol", b"code")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DARKPAIR_CACHE", str(tmp_path))
    store.folder.cache_clear()
    yield
    store.folder.cache_clear()


def _place() -> Path:
    folder = store.folder()
    assert folder is not None
    return folder


def _kept() -> Path:
    store.keep("darkpair_a", lambda: _CODE)
    assert store.kept("darkpair_a") == _CODE
    return _place() / "darkpair_a"


def test_a_file_of_another_loop_is_not_run() -> None:
    _kept().rename(_place() / "darkpair_b")
    assert store.kept("darkpair_b") is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners of files here")
class TestOwners:
    """What is in a file is run: nobody else may have written it."""

    @pytest.mark.parametrize("bits", [0o620, 0o602, 0o666])
    def test_others_may_not_write_it(self, bits: int) -> None:
        _kept().chmod(bits)
        assert store.kept("darkpair_a") is None

    def test_it_is_of_this_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = _kept().stat()
        monkeypatch.setattr(os, "fstat", lambda _: os.stat_result((*real[:4], real.st_uid + 7, *real[5:10])))
        assert store.kept("darkpair_a") is None
        assert store.keep("darkpair_a", lambda: ("symbol", b"own")) == ("symbol", b"own")


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_write_that_is_broken_off_leaves_nothing(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> NoReturn:
        raise error

    monkeypatch.setattr(Path, "replace", broken)
    if error is OSError:
        assert store.keep("darkpair_a", lambda: _CODE) == _CODE
    else:
        with pytest.raises(KeyboardInterrupt):
            store.keep("darkpair_a", lambda: _CODE)
    assert list(_place().iterdir()) == []


def test_a_compiler_that_is_interrupted_leaves_the_lock() -> None:
    def interrupted() -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.keep("darkpair_a", interrupted)
    assert store.keep("darkpair_a", lambda: _CODE) == _CODE


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped here")
def test_a_process_that_was_stopped_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (
        "import time\nfrom darkpair.gen.compiled import store\n"
        "def make():\n    print('made', flush=True); time.sleep(60); return 'symbol', b'other'\n"
        "store.keep('darkpair_b', make)"
    )
    monkeypatch.setattr(store, "_PATIENCE", 0.1)
    with subprocess.Popen([sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout is not None
            assert run.stdout.readline() == "made\n"
            run.send_signal(signal.SIGSTOP)
            start = time.monotonic()
            assert store.keep("darkpair_a", lambda: _CODE) == _CODE
            assert 0.09 < time.monotonic() - start < 5.0
        finally:
            run.kill()


def test_a_file_system_without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: Any) -> NoReturn:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert store.keep("darkpair_a", lambda: _CODE) == _CODE


class TestNoFolder:
    """Where nothing can be kept."""

    def test_somebody_without_a_home(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """One library of folders says so, another one gives a folder "~" here."""
        platformdirs = pytest.importorskip("platformdirs")
        monkeypatch.delenv("DARKPAIR_CACHE")
        monkeypatch.chdir(tmp_path)

        def no_home(*_: Any) -> NoReturn:
            raise RuntimeError("could not determine the home directory")

        for answer in (no_home, lambda *_: Path("~/.cache/darkpair")):
            monkeypatch.setattr(platformdirs, "user_cache_path", answer)
            store.folder.cache_clear()
            assert store.folder() is None
            assert store.keep("darkpair_a", lambda: _CODE) == _CODE
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_beside_stays_where_it_is(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("DARKPAIR_CACHE", "loops_of_mine")
        monkeypatch.chdir(tmp_path)
        store.folder.cache_clear()
        _kept()
        (tmp_path / "other").mkdir()
        monkeypatch.chdir(tmp_path / "other")
        assert store.kept("darkpair_a") == _CODE

    def test_one_that_may_be_read_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _kept()

        def closed(*_: Any, **__: Any) -> NoReturn:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "write_bytes", closed)
        assert store.keep("darkpair_a", lambda: pytest.fail("compiled again")) == _CODE
        assert store.keep("darkpair_c", lambda: _CODE) == _CODE
        assert store.kept("darkpair_c") is None


def test_a_processor_whose_features_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    llvm = pytest.importorskip("llvmlite.binding")

    def unknown() -> NoReturn:
        raise RuntimeError("failed to get host cpu features")

    monkeypatch.setattr(llvm, "get_host_cpu_features", unknown)
    store.folder.cache_clear()
    _kept()


def test_what_was_said_outside_holds_inside() -> None:
    for said in (True, False):
        with mode.wanted(said), mode.wanted(None, 1 if said else 10**9):
            assert mode.off() != said
            with mode.wanted(not said):
                assert mode.off() == said
            assert mode.off() != said
