"""How commands are found and how they end: read when they are named, and a mistake is one line and exit status 2."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn

import click

from darkpair.cli.terminal import forget_held, hold, open_streams, say_held
from darkpair.gen.errors import DarkpairError, DarkpairWarning, EarlyWarning, nearest
from darkpair.gen.stops import listening, said_of

__all__ = ["CommandGroup"]

#: What is no name, number or path that anybody typed.
_LONG = re.compile(r"\S{300,}")


class CommandGroup(click.Group):
    """Commands by name, each the ``command`` of the module ``darkpair.cli.NAME``.

    Parameters
    ----------
    names : sequence of str
        Names of the commands, in the order of the help.
    """

    def __init__(self, *args: Any, names: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = tuple(names)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the help."""
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Command of that name, whose module is imported now; None if there is none."""
        if cmd_name not in self.names:
            return None
        command: click.Command = import_module(f"darkpair.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of some words; a name that is none is told with the nearest one."""
        name = args[0] if args else ""
        if name and name not in self.names and not name.startswith("-"):
            near = nearest(name, get_close_matches(name, self.names, n=1, cutoff=0.6))
            ctx.fail(f"No such command {name!r}{near}.")
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *more: Any, **kwargs: Any) -> Any:
        """Run; as click's, with our way to stop, and the help where nothing is asked."""
        open_streams()
        kwargs |= {"standalone_mode": False, "prog_name": "darkpair"}
        words = sys.argv[1:] if args is None else list(args)
        try:
            # the words of this process: it is ours to end
            with _warnings_as_lines(), listening() if args is None else nullcontext():
                return super().main(words or ["--help"], *more, **kwargs)
        except DarkpairError as error:
            _stop(str(error))
        except click.exceptions.NoSuchOption as error:
            path = "darkpair" if error.ctx is None else error.ctx.command_path
            bare = {
                option.lstrip("-"): option for option in error.possibilities or ()
            }  # (dashes are in all of them)
            near = get_close_matches(error.option_name.lstrip("-"), bare, n=1, cutoff=0.6)
            owners = "" if near else self._owners(error.option_name)
            hint = f" (did you mean {bare[near[0]]!r}?)" if near else f"{owners} See {path} --help."
            _stop(
                f"No such option {error.option_name!r}.{hint}"
            )  # (each version of click spells it otherwise)
        except click.UsageError as error:
            path = "darkpair" if error.ctx is None else error.ctx.command_path
            _stop(f"{error.format_message()} See {path} --help.")
        except (click.Abort, KeyboardInterrupt) as error:
            click.echo(f"darkpair: stopped; {said_of(error)}", err=True)
            sys.exit(130)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (a stranger's plug-in may fail in any way; ours is raised again)
            _stop_of(error)

    def _owners(self, option: str) -> str:
        """Which commands have an option; empty where none has."""
        ctx = click.Context(self)
        commands = {name: self.get_command(ctx, name) for name in self.names}
        names = [
            name
            for name, made in commands.items()
            if made and any(option in p.opts and not getattr(p, "hidden", False) for p in made.params)
        ]
        return f" It is an option of {', '.join(f'darkpair {name}' for name in names)}." if names else ""


@contextmanager
def _warnings_as_lines() -> Iterator[None]:
    """Keep our own warnings as one line each, and print them unless the command is refused; those of libraries stay as they are."""
    forget_held()
    with warnings.catch_warnings():
        plain = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
            if issubclass(category, DarkpairWarning):
                hold(f"darkpair: {message}")
                if issubclass(category, EarlyWarning):
                    say_held()
            else:
                plain(message, category, *rest, **more)

        warnings.simplefilter("always", DarkpairWarning)
        warnings.showwarning = show
        yield
    say_held()


def _stop_of(error: BaseException) -> NoReturn:
    """End with the line of a stranger's mistake or of the machine's; what is ours to mend stays the traceback that it is."""
    from darkpair.cli.machine import machine_line
    from darkpair.plugins.blame import blame, wants_traceback

    stranger = blame(error)
    if wants_traceback():
        raise error
    if (line := machine_line(error, strangers=stranger is not None)) is not None:
        _stop(line)
    if stranger is not None:
        _stop(str(stranger))
    raise error


def _stop(message: str) -> NoReturn:
    line = _LONG.sub(lambda word: f"{word[0][:36]} ... {word[0][-36:]}", " ".join(message.split()))
    click.echo(f"darkpair: {line}", err=True)
    sys.exit(2)
