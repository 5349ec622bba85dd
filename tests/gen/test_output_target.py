"""The door through which files are written: complete under their names or absent, whatever the system says."""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.output import unfinished
from darkpair.gen.output.target import clean_unfinished, put, replacing
from darkpair.gen.output.unwritten import UnwrittenError, is_of_machine, unwritten

#: Names that file systems allow and shells, addresses and formats give a meaning to.
NAMES = (
    "a b.root",
    "x::y#z?q=%20.root",
    "*[ab]{c}.root",
    "line\nbreak.root",
    "-o.root",
    ".hidden",
    "Zürich π⁰.root",
    os.fsdecode(b"latin\xe9.root"),
    "n" * 240,
    "n" * 241,
    "n" * 255,
    "π" * 127,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / name
    with replacing(path) as partial:
        partial.write_bytes(b"one")
        assert len(os.fsencode(partial.name)) <= 255
        assert partial.parent == tmp_path
        assert not path.exists()
    with replacing(path) as partial:
        partial.write_bytes(b"two")
        assert path.read_bytes() == b"one"
    assert path.read_bytes() == b"two"
    with pytest.raises(ZeroDivisionError), replacing(path) as partial:
        _ = partial.write_bytes(b"three") / 0
    assert put({path: "four\n"}) == [path]
    assert (names(tmp_path), path.read_bytes()) == ([name], b"four\n")
    lines = [record.getMessage() for record in caplog.records]
    assert lines
    assert all(line.encode().isascii() or line.isprintable() for line in lines)
    assert not any("\n" in line for line in lines)


def _said(number: int) -> Callable[[Path], None]:
    def fail(partial: Path) -> None:
        partial.write_bytes(bytes(1500))
        raise OSError(number, os.strerror(number))

    return fail


def _gone(partial: Path) -> None:
    partial.unlink()
    partial.parent.rmdir()


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (_said(errno.ENOSPC), "the disk is full after 1.5 kB"),
        (_said(errno.EDQUOT), "your quota of the disk is used up after 1.5 kB"),
        (_said(errno.EFBIG), "may not grow beyond a limit"),
        (_said(errno.EROFS), "read-only"),
        (_said(errno.EIO), "fails"),
        (_gone, "its folder is not there"),
    ],
)
def test_what_the_system_says_is_a_line(tmp_path: Path, happens: Callable[[Path], None], words: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(UnwrittenError, match=words) as caught, replacing(folder / "a.root") as partial:
        happens(partial)
    assert str(caught.value).startswith(f"{folder}/a.root cannot be written: ")
    assert "nothing is left of it" in str(caught.value)
    assert isinstance(caught.value, InputError)
    assert caught.value.errno == caught.value.__cause__.errno  # type: ignore[union-attr]
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.errno, is_of_machine(again)) == (
        str(caught.value),
        caught.value.errno,
        is_of_machine(caught.value),
    )
    if folder.is_dir():
        assert not names(folder)
        (folder / "a.root").write_text("before")
        with pytest.raises(UnwrittenError, match="is as it was"), replacing(folder / "a.root") as partial:
            happens(partial)
        assert (folder / "a.root").read_text() == "before"
        assert names(folder) == ["a.root"]


def test_errors_of_others_stay_what_they_are(tmp_path: Path) -> None:
    """An error with another file's name, or without a part in writing, is not told of this one."""
    others: list[BaseException] = [
        OSError(errno.ENOSPC, "No space left on device", "/elsewhere"),
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
        MemoryError(),
        KeyboardInterrupt(),
    ]

    def fail(partial: Path, error: BaseException) -> None:
        partial.write_text("half")
        raise error

    for error in others:
        with pytest.raises(type(error)) as caught, replacing(tmp_path / "a") as partial:
            fail(partial, error)
        assert caught.value is error
    assert not names(tmp_path)


def test_what_stands_there_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    for path, words in (
        (tmp_path / "folder", "a folder has that name"),
        (tmp_path / "pipe", "may not write"),
        (tmp_path / "none" / "a", "its folder is not there"),
        (tmp_path / "file" / "a", "is none"),
        (tmp_path / ("n" * 256), "too long"),
    ):
        with pytest.raises(UnwrittenError, match=words), replacing(path):
            pytest.fail("the block was entered")
    assert names(tmp_path) == ["file", "folder", "pipe"]


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "to" / "a")
    put({tmp_path / "link": "text"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "to" / "a").read_text() == "text"


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written last takes back what was written first, and folders that were made."""
    (tmp_path / "b").mkdir()
    (tmp_path / "a").write_text("before")
    with pytest.raises(UnwrittenError, match="b cannot be written"):
        put({tmp_path / "a": "new", tmp_path / "new" / "er" / "c": b"new", tmp_path / "b": "new"})
    assert names(tmp_path) == ["a", "b"]
    assert (tmp_path / "a").read_text() == "before"
    with pytest.raises(UnwrittenError, match="is none"):
        put({tmp_path / "b" / "c": "new", tmp_path / "a" / "d": "new"})
    assert not names(tmp_path / "b")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnwrittenError, match=r"a/d cannot be written: what should be its folder is none"):
        put({Path("b/c"): "new", Path("a/d"): "new"})
    assert not names(tmp_path / "b")
    paths = [tmp_path / "a", tmp_path / "new" / "er" / "c"]
    assert put(dict.fromkeys(paths, "new")) == paths
    assert [path.read_text() for path in paths] == ["new", "new"]


#: Begins a file of that path, says so, and waits to be told to end.
_WRITER = """
import sys
from darkpair.gen.output.target import replacing
with replacing(sys.argv[1]) as partial:
    partial.write_text(sys.argv[2])
    print(partial.name, flush=True)
    sys.stdin.read()
"""


def _writer(path: Path, text: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), text],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().rstrip("\n")


@pytest.mark.parametrize("name", ["a.root", "n" * 255])
def test_what_dead_runs_left_is_removed_and_what_live_ones_write_is_not(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    strangers = (".a.root.part", ".a.root.0123.part", ".b.root.01234567.part", "a.root.01234567.part")
    for stranger in strangers:
        (tmp_path / stranger).touch()
    alive, of_alive = _writer(path, "alive")
    dead, of_dead = _writer(path, "dead")
    dead.kill()
    dead.communicate()
    assert {of_alive, of_dead} <= set(names(tmp_path))
    assert clean_unfinished(tmp_path, "c.root") == []
    assert [left.name for left in clean_unfinished(tmp_path, name)] == [of_dead]
    assert names(tmp_path) == sorted((of_alive, *strangers))
    put({path: "another"})  # two at the same time: the last that is complete wins, and there is no mixture
    assert alive.communicate("end", timeout=20.0)[0] == ""
    assert path.read_text() == "alive"
    assert [left.name for left in clean_unfinished(tmp_path)] == [".b.root.01234567.part"]
    (tmp_path / of_dead).touch()
    put({path: "cleans"})  # whoever writes a file anew removes what is left of it
    assert of_dead not in names(tmp_path)


def test_a_cleaner_between_making_and_holding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever cleans up in that moment takes a name, and never the file that is written."""
    held = unfinished._held
    seen: list[Path] = []

    def cleaned_before(lock: int) -> bool:
        if len(seen) < 3:
            monkeypatch.setattr(unfinished, "_held", held)
            seen.extend(clean_unfinished(tmp_path))
            monkeypatch.setattr(unfinished, "_held", cleaned_before)
        return held(lock)

    monkeypatch.setattr(unfinished, "_held", cleaned_before)
    put({tmp_path / "a": "text"})
    assert len(seen) == 3
    assert (names(tmp_path), (tmp_path / "a").read_text()) == (["a"], "text")


def test_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's files are removed where it cannot be told whose they are."""
    (tmp_path / ".a.01234567.part").touch()
    monkeypatch.setattr(unfinished, "fcntl", None)
    put({tmp_path / "a": "text", tmp_path / "b": "text"})
    assert clean_unfinished(tmp_path) == []
    assert names(tmp_path) == [".a.01234567.part", "a", "b"]


def test_an_error_without_a_meaning_says_what_the_system_says() -> None:
    error = OSError(errno.ETXTBSY, "Text file busy")
    assert "Text file busy; nothing is left of it: give another place" in str(unwritten("/none/a", error))
