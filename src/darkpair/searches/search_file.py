"""Searches that are data files: `load_search`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.parameters import arguments
from darkpair.gen.units import exactly
from darkpair.searches.dump_search import DumpSearch
from darkpair.searches.likelihood_search import LikelihoodSearch
from darkpair.searches.rate import RateSearch
from darkpair.searches.table_search import TableSearch
from darkpair.searches.unseen import UnseenSearch

if TYPE_CHECKING:
    import os

__all__ = ["KINDS", "OF_DECAYS", "DumpSearch", "FileSearch", "load_search", "shipped"]


#: A search of a file.
FileSearch: TypeAlias = RateSearch | DumpSearch | UnseenSearch | TableSearch | LikelihoodSearch

#: Those that name the decays that they need.
OF_DECAYS: Final = (RateSearch, UnseenSearch, TableSearch, LikelihoodSearch)

#: What a file may be, by its ``kind``.
KINDS: Final[Mapping[str, Callable[..., FileSearch]]] = {
    "rate": RateSearch,
    "dump": DumpSearch,
    "unseen": UnseenSearch,
    "table": TableSearch,
    "likelihood": LikelihoodSearch,
}


def load_search(path: str | os.PathLike[str]) -> FileSearch:
    """Search of a TOML file: its ``kind``, and the parameters of that kind's class as keys.

    "rate" is a `RateSearch`, "dump" a `DumpSearch`, "unseen" an `UnseenSearch`, "table" a `TableSearch`, "likelihood" a
    `LikelihoodSearch`.

    Parameters
    ----------
    path : str or path
        The file, in TOML.

    Raises
    ------
    InputError
        In one line, with the file and the key.

    Examples
    --------
    The contents of a file:

    .. code:: toml

       kind = "rate"
       parent = "K_L0"
       mode = "X1 X2"
       then = "X1 pi0"
       [upper_limit]
       value = 2.2e-9
       unit = "1"
       source = "KOTO, arXiv:2411.11237"
       confidence = "read"
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text("utf-8-sig"), parse_float=exactly)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); give the file of a search") from error
    except DarkpairError as error:
        raise InputError(f"{file}: {error}") from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # not TOML, not UTF-8, nested too deep, a null character in the name
        raise InputError(f"{file}: not a TOML file ({error}); docs/limits.md has one of a search") from error
    kind = table.pop("kind", None)
    try:
        if not isinstance(kind, str):
            raise InputError(f"needs kind = one of {', '.join(map(repr, KINDS))}")
        if kind not in KINDS:
            raise UnknownNameError("kind of search", kind, KINDS)
        return KINDS[kind](**arguments(KINDS[kind], _placed(table, file)))
    except DarkpairError as error:
        raise InputError(f"{file}: {error}") from error


def _placed(table: dict[str, Any], file: Path) -> dict[str, Any]:
    """The table with the paths of other files counted from the folder of this one."""
    placed = {key: _placed_in(key, value, file) for key, value in table.items()}
    other = table.get("experiment")
    if not isinstance(other, str) or not other.endswith(".toml"):
        return placed
    return placed | {"experiment": str(file.parent / other)}


def _placed_in(key: str, value: Any, file: Path) -> Any:
    """A value with the paths under it, keys ``file`` and ``workspace``, counted from the folder of a file."""
    if isinstance(value, dict):
        return {name: _placed_in(name, part, file) for name, part in value.items()}
    if isinstance(value, list):
        return [_placed_in("", part, file) for part in value]
    return str(file.parent / value) if key in {"file", "workspace"} and isinstance(value, str) else value


@cache
def shipped(file: str, folder: str = "data") -> FileSearch:
    """Search of a data file of the package.

    Parameters
    ----------
    file : str
        Name of the search, whose file is ``searches/data/NAME-search.toml``.
    folder : str
        Another folder of `darkpair.searches`.
    """
    return load_search(Path(str(files("darkpair.searches"))) / folder / f"{file}-search.toml")
