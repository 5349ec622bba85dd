"""How a command ends when a signal tells it to: soon, with nothing half done and one line that says what is kept.

The command line listens (`listen`) to what ends a program: Ctrl-C, SIGTERM, SIGHUP.  What has to be done first is what is in
force then (`before_leaving`, `UNFINISHED`), what is said is the sentence of whoever knows (`keeping`).  Nothing is raised: an
exception may come up within an import, a `__del__` or the cleaning itself, and get lost there.  Where nobody listens, in
a script or a notebook, Ctrl-C is Python's own KeyboardInterrupt, and the sentence a note of it.

A handler of Python waits for the function of C that runs.  A thread waits with it, and leaves in its place after
`_PATIENCE`, if that function lets other threads run.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "NOTHING",
    "UNFINISHED",
    "before_leaving",
    "give_up",
    "keeping",
    "listen",
    "listening",
    "remove_unfinished",
    "said_of",
    "undisturbed",
]

#: What ends a program, and what a user calls it.
_SIGNALS: Final = {"SIGINT": "Ctrl-C", "SIGTERM": "SIGTERM", "SIGHUP": "SIGHUP"}

#: Longest time that the main thread has to begin, and everything to be done [s].
_PATIENCE, _LONGEST = 0.8, 1.6

#: What is said where nobody knows more.
NOTHING: Final = "nothing unfinished is left behind"

#: Files of this process that have no name yet.
UNFINISHED: Final[set[Path]] = set()

#: What is in force, the last entered last: what to do, and what to say.
_CLEANING: Final[list[Callable[[], object]]] = []
_KEPT: Final[list[Callable[[], str]]] = []


@contextmanager
def before_leaving(clean: Callable[[], object]) -> Iterator[None]:
    """In force, a stop or an exception does that first; what was entered last comes first.

    Parameters
    ----------
    clean : callable
        Takes a tenth of a second at most, whatever state everything is in; nothing that it raises is heard of.
    """
    _CLEANING.append(clean)
    try:
        yield
    except BaseException:
        with suppress(Exception):
            clean()
        raise
    finally:
        _CLEANING.remove(clean)


@contextmanager
def keeping(text: Callable[[], str]) -> Iterator[None]:
    """In force, a stop says that; of several the last entered.

    Parameters
    ----------
    text : callable
        Is asked when everything has ended: what is kept, and how to go on, as half a sentence.
    """
    _KEPT.append(text)
    try:
        yield
    except KeyboardInterrupt as error:
        if not getattr(error, "__notes__", ()):
            error.add_note(text())
        raise
    finally:
        _KEPT.remove(text)


def said_of(error: BaseException | None) -> str:
    """What `keeping` noted of an interrupt, or of the one that it comes from."""
    while error is not None:
        for note in getattr(error, "__notes__", ()):
            return str(note)
        error = error.__cause__ or error.__context__
    return NOTHING


class _Listener:
    """What this process does about signals, while it listens."""

    def __init__(self) -> None:
        self.before: dict[int, Any] = {}
        self.speaks = False
        self.held: list[None] = []
        self.pending = 0
        self.leaver: int | None = None
        self.pipe: tuple[int, int] | None = None

    def begin(self) -> None:
        """Listen to the signals that nobody ignores, as nohup does, or handles."""
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) in (
                signal.SIG_DFL,
                signal.default_int_handler,
            ):
                self.before[number] = signal.signal(number, self.handle)
        if os.name == "posix" and signal.set_wakeup_fd(-1) == -1:
            self.pipe = os.pipe()
            os.set_blocking(self.pipe[1], False)
            signal.set_wakeup_fd(self.pipe[1], warn_on_full_buffer=False)
            threading.Thread(target=self.guard, args=(self.pipe[0],), daemon=True, name="stops").start()

    def end(self) -> None:
        """Leave the signals as they were."""
        for number, handler in self.before.items():
            signal.signal(number, handler)
        self.before.clear()
        if self.pipe is not None:
            signal.set_wakeup_fd(-1)
            os.close(self.pipe[1])  # (which ends the guard)
            self.pipe = None

    def handle(self, number: int, frame: object = None) -> None:
        """Leave, or remember to."""
        if self.held:
            self.pending = number
            return
        self.stop(number)

    def stop(self, number: int) -> None:
        """Leave because of a signal."""
        self.leave(128 + number, lambda: _line(number, _KEPT[-1]() if _KEPT else NOTHING))

    def guard(self, reader: int) -> None:
        """Wait for a signal, and see to it that everything ends in time."""
        # (open to the end: another signal would find nobody to read it)
        with open(reader, "rb", buffering=0) as signals:
            while number := signals.read(1):
                if signal.getsignal(number[0]) == self.handle:  # (and not somebody else's meanwhile)
                    self.see_to_it(number[0])
                    return

    def see_to_it(self, number: int) -> None:
        """Wait until everything has ended, or end it."""
        start = time.monotonic()
        while self.leaver is None and time.monotonic() < start + _PATIENCE:
            time.sleep(0.02)
        if self.leaver is None:
            threading.Thread(target=self.stop, args=(number,), daemon=True).start()
        time.sleep(max(0.0, start + _LONGEST - time.monotonic()))
        self.end_process(128 + number, _line(number, "what it left is removed at the next start"))

    def leave(self, status: int, line: Callable[[], str]) -> None:
        """Do what is to be done, say what is to be said, and end this process."""
        me = threading.get_ident()
        if self.leaver is not None:
            while self.leaver != me:  # (another thread does it, and ends this one too)
                time.sleep(1.0)
            return  # to what this second signal interrupted
        self.leaver = me
        for clean in reversed(_CLEANING):
            with suppress(Exception):
                clean()
        text = NOTHING
        with suppress(Exception):
            text = line()
        remove_unfinished()
        self.end_process(status, text)

    def end_process(self, status: int, text: str) -> None:
        """Say why, and end."""
        if self.speaks:
            self.speaks = False
            _say(f"darkpair: {text}\n")
        os._exit(status)

    def forget(self) -> None:
        """In a child that a fork makes: its signals are its own, and so are its files."""
        if self.before:
            UNFINISHED.clear()
            _CLEANING.clear()
            _KEPT.clear()
            self.end()


_LISTENER: Final = _Listener()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_LISTENER.forget)


def listen() -> None:
    """End at signals from now on, without a word until `listening`; for a program that does nothing else."""
    if not _LISTENER.before and threading.current_thread() is threading.main_thread():
        _LISTENER.begin()


@contextmanager
def listening() -> Iterator[None]:
    """End at signals, with a line."""
    mine = not _LISTENER.before
    listen()
    _LISTENER.speaks = True
    try:
        yield
    finally:
        if mine:
            _LISTENER.end()
            _LISTENER.speaks = False


def give_up(line: Callable[[], str]) -> None:
    """End the command line with exit status 2 and a line, whatever its main thread does; nothing happens elsewhere."""
    if _LISTENER.before:
        _LISTENER.leave(2, line)


def remove_unfinished() -> None:
    """Leave no file of this process that has no name yet; nothing can be written after that."""
    for path in tuple(UNFINISHED):
        with suppress(OSError):
            path.unlink()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let a signal wait for what would leave something that nobody knows of; milliseconds at most."""
    _LISTENER.held.append(None)
    try:
        yield
    finally:
        _LISTENER.held.pop()
        if _LISTENER.pending and not _LISTENER.held:
            _LISTENER.stop(_LISTENER.pending)


def _line(number: int, text: str) -> str:
    return f"stopped by {_SIGNALS[signal.Signals(number).name]}; {text}"


def _say(line: str) -> None:
    """Write a line to stderr, whatever state Python's own has; on a terminal in place of a bar that hid the cursor."""
    with suppress(Exception):
        if sys.stderr.isatty():
            line = f"\r\x1b[2K\x1b[?25h{line}"
        os.write(2, line.encode(errors="replace"))
