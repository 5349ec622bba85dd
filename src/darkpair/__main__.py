"""``python -m darkpair`` and the command ``darkpair``, which a signal ends at once while it still imports."""

import _signal as signals  # type: ignore[import-not-found]  # `signal`, without what it imports

from darkpair.gen.lazy import lazily

__all__ = ["main", "start"]  # noqa: F822 (the command itself is imported when it is asked for)

__getattr__ = lazily(__name__, {"main": "darkpair.cli"})


def start() -> None:
    """Run the command line of this process."""
    if signals.getsignal(signals.SIGINT) is signals.default_int_handler:
        signals.signal(signals.SIGINT, signals.SIG_DFL)
    from darkpair.gen.collecting import collect_seldom
    from darkpair.gen.stops import listen

    collect_seldom()
    listen()
    from darkpair.cli import main

    main()


if __name__ == "__main__":
    start()
