"""Options that take one value are given once: a second value would take the place of the first in silence."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["given_once"]


@cache
def given_once(command: click.Command) -> click.Command:
    """The command, which refuses an option with one value that is given twice.

    Parameters
    ----------
    command : click.Command
        One of ours.
    """
    make = command.make_parser

    def make_parser(ctx: click.Context) -> Any:
        parser: Any = make(ctx)
        parse = parser.parse_args

        def parse_args(args: list[str]) -> Any:
            parsed = parse(args)
            if not ctx.resilient_parsing:  # (of a line that is being typed)
                _require_once(parsed[2], ctx)
            return parsed

        parser.parse_args = parse_args
        return parser

    command.make_parser = make_parser  # type: ignore[method-assign]
    return command


def _require_once(given: Sequence[click.Parameter], ctx: click.Context) -> None:
    """Refuse an option that is twice among those that were given."""
    counts = Counter(id(option) for option in given)
    for option in given:
        single = isinstance(option, click.Option) and not (option.is_flag or option.multiple or option.count)
        if single and counts[id(option)] > 1:
            names = " or ".join(option.opts)
            raise click.UsageError(f"{names} is given {_times(counts[id(option)])}; give it once.", ctx)


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{number} times"
