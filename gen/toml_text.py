"""TOML of a user, a file or a word of the command line: read in one place, refused in one line where it is malformed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import InputError, shown
from darkpair.gen.paths import looked_for
from darkpair.gen.units import exactly

__all__ = ["parse_toml", "read_toml", "require_plain", "toml_of"]

#: Most tables and lists inside each other: no file of ours has ten, and Python has room for some 300.
_DEEPEST: Final = 50
#: Bits of the largest whole number: the floating-point numbers end there.
_BITS: Final = 1024


def read_toml(path: str | Path, *, word: str, example: str) -> dict[str, Any]:
    """Contents of a TOML file.

    Parameters
    ----------
    path : str or Path
        The file.
    word : str
        What the file is, for messages: "job file".
    example : str
        A file of ours of that kind.

    Raises
    ------
    InputError
        If it cannot be read, is not TOML, or holds what nothing takes.
    """
    name = str(path) if len(str(path)) < 300 else shown(str(path))
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{name}: cannot be read ({error.strerror}); give an existing {word}{looked_for(path)}"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not a TOML file ({error}); see {example} for one") from error
    except ValueError as error:  # a path with a null byte
        raise InputError(f"{shown(name)}: no path ({error}); give an existing {word}") from error
    try:
        return parse_toml(text, name)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: not a TOML file ({error}); see {example} for one") from error


def parse_toml(text: str, what: str, *, plain: bool = True) -> dict[str, Any]:
    """Contents of a text in TOML.

    Parameters
    ----------
    text : str
        The text.
    what : str
        Where the text comes from, for messages.
    plain : bool
        Whether `require_plain` is asked; False for who does it later, when keys are known.

    Raises
    ------
    tomllib.TOMLDecodeError
        For what is not TOML.
    InputError
        For numbers beyond the computer's arithmetic, and for tables or lists too deep inside each other.
    """
    try:
        data = tomllib.loads(text, parse_float=exactly)
    except tomllib.TOMLDecodeError:
        raise
    except InputError as error:
        raise InputError(f"{what}: {error}") from error
    except RecursionError:
        raise InputError(_too_deep(what)) from None
    except ValueError as error:  # Python reads no whole number of more than 4300 digits
        raise InputError(f"{what}: a whole number of thousands of digits; allowed: up to 1e308") from error
    if plain:
        require_plain(data, what)
    return data


def require_plain(data: Any, what: str) -> None:
    """Refuse whole numbers beyond the computer's arithmetic, and tables or lists too deep inside each other.

    Parameters
    ----------
    data : object
        What a file or a command line gave.
    what : str
        Where the data come from, for messages; may be empty.

    Raises
    ------
    InputError
        With the key and the number, or the depth.
    """
    before = f"{what}: " if what else ""
    level = [("", data)]
    for _ in range(_DEEPEST):
        if not level:
            return
        inside = []
        for key, value in level:
            if isinstance(value, int) and value.bit_length() > _BITS:
                raise InputError(f"{before}{key} = {shown(value)}; allowed: numbers up to 1e308")
            if isinstance(value, Mapping):
                inside += [(f"{key}.{name}" if key else name, x) for name, x in value.items()]
            elif isinstance(value, list | tuple):
                inside += [(f"{key}[{i}]", x) for i, x in enumerate(value)]
        level = inside
    where = re.split(r"[.\[]", level[0][0])  # (a job's key is two words long)
    raise InputError(_too_deep(what or ".".join(where[:2]).rstrip(".")))


def toml_of(data: Mapping[str, Any]) -> str:
    """Tables of plain values as TOML; what is None is left out, as a job leaves it.

    Parameters
    ----------
    data : mapping
        Tables by name, each a mapping of keys to plain values.
    """
    lines = []
    for name, table in data.items():
        rows = table.items() if isinstance(table, Mapping) else ()
        lines += [f"[{_key(name)}]"] + [
            f"{_key(key)} = {_value(value)}" for key, value in rows if value is not None
        ]
        lines.append("")
    return "\n".join(lines)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: Any) -> str:
    match value:
        case bool() | int():
            return str(value).lower()
        case float():
            return repr(value)
        case Mapping():
            inside = (f"{_key(key)} = {_value(entry)}" for key, entry in value.items() if entry is not None)
            return f"{{ {', '.join(inside)} }}" if value else "{}"
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", r"\u007f")


def _too_deep(what: str) -> str:
    return f"{f'{what}: ' if what else ''}more than {_DEEPEST} tables or lists inside each other; allowed: {_DEEPEST}"
