"""What is set over a job file: the last choice wins, and what belonged to another one is dropped and said."""

from __future__ import annotations

import copy
import re
import tomllib
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from darkpair.chains.settings import IdleSettingError
from darkpair.gen.errors import DarkpairError, DarkpairWarning, InputError, UnknownNameError, shown
from darkpair.gen.parameters import arguments
from darkpair.gen.particles import spoken
from darkpair.gen.toml_text import parse_toml
from darkpair.job.plugins import PLUGINS

__all__ = ["BESIDE", "as_written", "key_parts", "put_settings", "without_leftovers"]

#: Keys of [chain] of which a job has one.
_CHOICES: Final = ("decay", "name", "model")
#: What stands between the points of a key.
_PARTS: Final = re.compile(r"""(?:^|(?<=\.))("[^"]*"|'[^']*'|[^.]*)(?=\.|$)""")
#: Keys of [chain] that mean nothing beside a model, and beside a descriptor or a name.
BESIDE: Final = {
    "model": ("mass", "ctau", "width", "conserve", "matrix_elements"),
    "decay": ("parameters", "inputs", "parent", "production", "modes"),
    "name": ("parameters", "inputs", "parent", "production", "modes"),
}


def put_settings(
    data: dict[str, Any], settings: Sequence[str], overrides: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Put settings into a job's data, which change in place, and give them back by their keys, in order.

    Parameters
    ----------
    data : dict
        Tables of a job file, which are changed in place.
    settings : sequence of str
        Settings ``section.key=value``, the value in TOML's notation or a bare word.
    overrides : mapping of str to object, optional
        Settings by their keys ``section.key``, already parsed; None leaves the file's value.

    Raises
    ------
    InputError
        For a setting without a key, or inside of what is no table.
    """
    given = {}
    for setting in settings:
        key, sign, value = setting.partition("=")
        if not sign or not key.strip():
            raise InputError(
                f"--set {shown(setting)}; allowed: section.key=value, as in chain.mass.X2='400 MeV'"
            )
        given[key.strip()] = as_written(value.strip(), key.strip())
    given |= {key: value for key, value in (overrides or {}).items() if value is not None}
    for key, value in given.items():
        _put(data, key, value)
    return given


def without_leftovers(
    file: Mapping[str, Any],
    data: dict[str, Any],
    given: Mapping[str, Any],
    chains: Callable[[Mapping[str, Any]], Sequence[Any]],
) -> dict[str, Any]:
    """A job's data without what belonged to the file's chain, source or detector, where another one was set; each is warned of.

    Parameters
    ----------
    file, data : dict
        Tables of the job before and after the settings.
    given : mapping of str to object
        The settings by their keys; nothing of them is dropped.
    chains : callable
        Gives the chains of a job's tables, or raises a DarkpairError.

    Returns
    -------
    dict
    """
    data = copy.deepcopy(data)
    _keep_one_chain(file, data, given, chains)
    for section in ("source", "detector"):
        _keep_parameters(section, file, data, given)
    return data


def _keep_one_chain(
    file: Mapping[str, Any],
    data: dict[str, Any],
    given: Mapping[str, Any],
    chains: Callable[[Mapping[str, Any]], Sequence[Any]],
) -> None:
    """Drop what the last chain that was set does not have."""
    table, before = data.get("chain"), file.get("chain")
    choices = [word for key in given for word in _CHOICES if key == f"chain.{word}"]
    if not (choices and isinstance(table, dict) and isinstance(before, dict)):
        return
    choice = choices[-1]
    if before.get(choice) == table[choice] and set(choices) == {choice}:
        return
    replaced = [word for word in _CHOICES if word != choice and table.pop(word, None) is not None]
    dropped = _pop(table, [(key,) for key in BESIDE[choice] if key in table], given)
    if not _is_given("normalisation.branching_ratio", given):
        normalisation = data.get("normalisation")
        if isinstance(normalisation, dict) and normalisation.pop("branching_ratio", None) is not None:
            dropped.append("normalisation.branching_ratio")
    dropped += _not_in_the_chain(data, table, given, chains)
    old = [f"chain.{word}{', set before,' if word in choices else ' of the file'}" for word in replaced]
    said = [f"{_list(old)} {'is' if len(old) == 1 else 'are'} replaced by chain.{choice}"] if old else []
    _warn(said, dropped)


def _not_in_the_chain(
    data: dict[str, Any],
    table: dict[str, Any],
    given: Mapping[str, Any],
    chains: Callable[[Mapping[str, Any]], Sequence[Any]],
) -> list[str]:
    """Drop the file's entries of names that the chain does not know, as its factory says; their keys."""
    dropped: list[str] = []
    while True:
        try:
            made = chains(data)
        except UnknownNameError as error:
            unknown = [path for path, name in _named(table) if name == error.name]
            lost = _pop(table, unknown, given)
            if not lost:
                return dropped  # one that was set: the job says so
            dropped += lost
        except IdleSettingError as error:
            speaking = [word for word in table["ctau"] if error.name in spoken({word: ""}, [error.name])]
            lost = _pop(table, [("ctau", word) for word in speaking], given)
            if not lost:
                return dropped
            dropped += lost
        except DarkpairError:
            return dropped
        else:
            break
    laws = table.get("lifetime")
    if isinstance(laws, dict):
        decaying = {name for chain in made for name in chain.decay.decaying}
        foreign = [("lifetime", word) for word in laws if not set(spoken({word: ""}, decaying)) <= decaying]
        dropped += _pop(table, foreign, given)
    return dropped


def _named(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Entries of [chain] that name something of the chain: where they stand, and the name."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from (((key, name), name) for name in value)
        elif isinstance(value, list):
            yield from (((key,), str(word)) for word in value)
        elif key not in _CHOICES:
            yield (key,), str(value)


def _keep_parameters(
    section: str, file: Mapping[str, Any], data: dict[str, Any], given: Mapping[str, Any]
) -> None:
    """Drop the file's parameters that another source or detector does not take."""
    table, before = data.get(section), file.get(section)
    if not (f"{section}.name" in given and isinstance(table, dict) and isinstance(before, dict)):
        return
    name, kind = table["name"], f"{section}s"
    if before.get("name") == name:
        return
    own = {"name", "aim"} if section == "source" else {"name"}
    left = {key: value for key, value in table.items() if key not in own}
    said = {key: value for key, value in left.items() if _is_given(f"{section}.{key}", given)}
    try:
        factory = PLUGINS[kind].factory(name)
    except (DarkpairError, TypeError):
        return  # the job says what is wrong with the name
    foreign = [key for key in left if not _takes(factory, key, left[key])]
    if _makes(kind, name, said):  # else the job says what is wrong with the settings
        others = [key for key in left if key not in said and key not in foreign]
        foreign += [key for key in others if not _makes(kind, name, said | {key: left[key]})]
    _warn([], _pop(table, [(key,) for key in foreign], given, section))


def _takes(factory: Callable[..., Any], key: str, value: Any) -> bool:
    """Whether a plug-in has a parameter of that name."""
    try:
        arguments(factory, {key: value})
    except UnknownNameError as error:
        return error.name != key
    except DarkpairError:
        return True
    return True


def _makes(kind: str, name: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a plug-in takes those parameters."""
    try:
        PLUGINS[kind].make(name, parameters, where=kind[:-1])
    except DarkpairError:
        return False
    return True


def _pop(
    table: dict[str, Any],
    paths: Sequence[tuple[str, ...]],
    given: Mapping[str, Any],
    section: str = "chain",
) -> list[str]:
    """Take entries out of a table, those left alone that were set; the keys of what is gone."""
    gone = []
    for path in dict.fromkeys(paths):
        key, inside = ".".join((section, *path)), table
        for part in path[:-1]:
            inside = inside[part]
        value = inside.get(path[-1])
        if _is_given(key, given):
            continue
        if isinstance(value, dict) and any(_is_given(f"{key}.{name}", given) for name in value):
            gone += _pop(table, [(*path, name) for name in value], given, section)
            continue
        gone += [f"{key}.{name}" for name in value] if isinstance(value, dict) and len(path) == 1 else [key]
        del inside[path[-1]]
    return gone


def _is_given(key: str, given: Collection[str]) -> bool:
    """Whether a key, or a table around it, was set."""
    return any(key == word or key.startswith(f"{word}.") for word in given)


def _warn(said: Sequence[str], dropped: Sequence[str]) -> None:
    if dropped:
        verb = "no longer applies and is dropped" if len(dropped) == 1 else "no longer apply and are dropped"
        said = [*said, f"{_list(dropped)} {'' if said else 'of the file '}{verb}"]
    if said:
        warnings.warn("; ".join(said), DarkpairWarning, stacklevel=6)


def _list(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    *sections, last = key_parts(key)
    for section in sections:
        data = data.setdefault(section, {})
        if not isinstance(data, dict):
            raise InputError(
                f"{shown(key)}: {shown(section)} is a value, not a section; allowed: section.key=value"
            )
    data[last] = value


def key_parts(key: str) -> list[str]:
    """Sections and the key in them; in quotes where it has a point, a space or a star in it, as TOML has it."""
    parts = [_bare(part) for part in _PARTS.findall(key)]
    return parts if '"' in key or "'" in key else key.split(".")


def _bare(part: str) -> str:
    return part[1:-1] if len(part) > 1 and part[0] == part[-1] and part[0] in "\"'" else part


def as_written(text: str, key: str = "a value") -> Any:
    """Value of a text in the notation of TOML, or the text itself: a bare word."""
    try:
        return parse_toml(f"x = {text}", shown(key), plain=False)["x"]
    except tomllib.TOMLDecodeError:
        return text
