"""How a program ends at a signal: what is done first, what is said, and who does it; nothing here ends the tests."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from darkpair.gen import stops


def fails() -> str:
    raise ValueError("of a stranger")


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Exit statuses and lines of ends, none of which takes place."""
    seen: list[Any] = []
    monkeypatch.setattr("os._exit", seen.append)
    monkeypatch.setattr(stops, "_say", seen.append)
    return seen


def test_what_was_entered_last_is_done_first(ended: list[Any], tmp_path: Path) -> None:
    done: list[str] = []
    listener, partial = stops._Listener(), tmp_path / "half"
    listener.speaks = True
    partial.touch()
    stops.UNFINISHED.add(partial)
    with (
        stops.before_leaving(lambda: done.append("outer")),
        stops.before_leaving(fails),
        stops.before_leaving(lambda: done.append("inner")),
        stops.keeping(lambda: "ten points are kept"),
    ):
        listener.handle(signal.SIGTERM)
    stops.UNFINISHED.discard(partial)
    assert (done, partial.exists()) == (["inner", "outer"], False)
    assert ended == ["darkpair: stopped by SIGTERM; ten points are kept\n", 143]


def test_a_sentence_that_fails_is_none(ended: list[Any]) -> None:
    listener = stops._Listener()
    listener.speaks = True
    with stops.keeping(fails):
        listener.stop(signal.SIGINT)
    assert ended == [f"darkpair: {stops.NOTHING}\n", 130]


def test_a_stop_waits_for_what_may_not_be_disturbed(
    ended: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = stops._Listener()
    monkeypatch.setattr(stops, "_LISTENER", listener)
    with stops.undisturbed():
        listener.handle(signal.SIGINT)
        assert ended == []
    assert ended == [130]
    stops.give_up(lambda: "unheard")  # (nobody listens)
    assert ended == [130]


def test_a_guard_leaves_where_the_main_thread_does_not(
    ended: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stops, "_PATIENCE", 0.05)
    monkeypatch.setattr(stops, "_LONGEST", 0.3)
    listener = stops._Listener()
    listener.speaks = True
    monkeypatch.setattr("signal.getsignal", lambda _: listener.handle)
    reader, writer = os.pipe()
    guard = threading.Thread(target=listener.guard, args=(reader,))
    guard.start()
    os.write(writer, bytes([signal.SIGTERM]))
    guard.join(5.0)
    os.close(writer)
    assert not guard.is_alive()
    assert ended == [
        f"darkpair: stopped by SIGTERM; {stops.NOTHING}\n",
        143,
        143,
    ]  # the thread, then the guard itself


@pytest.mark.parametrize("sent", [b"", bytes([signal.SIGTERM])])
def test_a_guard_ends_with_the_listening(ended: list[Any], sent: bytes) -> None:
    """And takes nobody else's signals for its own."""
    listener = stops._Listener()
    reader, writer = os.pipe()
    guard = threading.Thread(target=listener.guard, args=(reader,))
    guard.start()
    os.write(writer, sent)
    os.close(writer)
    guard.join(5.0)
    assert (guard.is_alive(), ended) == (False, [])


def test_a_fork_s_child_forgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listener = stops._Listener()
    files: set[Path] = {tmp_path}
    monkeypatch.setattr(stops, "UNFINISHED", files)
    listener.forget()
    assert files  # (it did not listen)
    listener.before = {signal.SIGUSR1: signal.getsignal(signal.SIGUSR1)}
    listener.pipe = os.pipe()
    listener.forget()
    assert not files
    assert not (listener.before)
    assert not (listener.pipe)


def test_an_interrupt_in_a_script_carries_the_sentence() -> None:
    def stopped() -> None:
        with stops.keeping(lambda: "half of it"), stops.keeping(lambda: "most of it"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as plain:
        stopped()
    assert stops.said_of(plain.value) == "most of it"
    assert stops.said_of(ValueError()) == stops.NOTHING
    wrapped = ValueError()
    wrapped.__cause__ = plain.value
    assert stops.said_of(wrapped) == "most of it"


@pytest.mark.parametrize("terminal", [False, True])
def test_a_line_takes_the_place_of_a_bar(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    with monkeypatch.context() as patch:
        patch.setattr("os.write", lambda _, text: written.append(text))
        patch.setattr("sys.stderr", type("", (), {"isatty": lambda _: terminal})())
        stops._say("darkpair: stopped\n")
    assert written == [(b"\r\x1b[2K\x1b[?25h" if terminal else b"") + b"darkpair: stopped\n"]
