"""Names of files and folders on the command line: an empty one is no place, though a path of it is the folder where one stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

__all__ = ["Place"]


class Place(click.Path):
    """A path that has a name, as a `Path`: "" is what an unset variable of a shell leaves.

    Parameters
    ----------
    **kwargs
        As of `click.Path`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(path_type=Path, **kwargs)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; a usage error for an empty name."""
        if value in ("", b""):
            self.fail("it is empty; give a name.", param, ctx)
        return super().convert(value, param, ctx)
