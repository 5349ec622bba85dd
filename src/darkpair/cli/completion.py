"""What the shell may complete: names, without importing what they name, and keys; whatever fails completes nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

__all__ = [
    "kinds",
    "model_keys",
    "model_names",
    "named",
    "new_kinds",
    "of_kind",
    "search_names",
    "settings",
    "words",
]

_Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def _quietly(offer: Callable[[click.Context, str], Iterable[str]]) -> _Complete:
    """Completion by what is offered, less what does not begin as what is typed."""

    @functools.wraps(offer)
    def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
        try:
            return [word for word in offer(ctx, incomplete) if word.startswith(incomplete)]
        except Exception:  # noqa: BLE001 (a line that is being typed gets no messages)
            return []

    return complete


def words(*every: str) -> _Complete:
    """Completion by fixed words."""
    return _quietly(lambda _ctx, _incomplete: every)


def named(kind: str) -> _Complete:
    """Completion by the names of a kind."""
    return _quietly(lambda _ctx, _incomplete: _names(kind))


def _names(kind: str) -> list[str]:
    from darkpair.plugins.registries import REGISTRIES

    return REGISTRIES[kind].names()


@_quietly
def kinds(_ctx: click.Context, _incomplete: str) -> list[str]:
    """Kinds of `darkpair list`."""
    from darkpair.plugins.registries import REGISTRIES

    return [*REGISTRIES, "keys", "data"]


@_quietly
def of_kind(ctx: click.Context, _incomplete: str) -> list[str]:
    """Names of the kind that stands before."""
    kind = _first(ctx, "kind")
    if kind == "data":
        from darkpair.gen.data_files import data_files

        return [path.rpartition("/")[2].removesuffix(".toml") for path in data_files()]
    return _names(str(kind))


@_quietly
def new_kinds(_ctx: click.Context, _incomplete: str) -> list[str]:
    """Kinds of `darkpair new`."""
    from darkpair.plugins.starting import STARTS

    return list(STARTS)


@_quietly
def model_names(_ctx: click.Context, incomplete: str) -> list[str]:
    """Names of models, behind a plus sign of one more."""
    before, plus, _ = incomplete.rpartition("+")
    return [f"{before}{plus}{name}" for name in _names("models") if name not in before.split("+")]


search_names = named("searches")


@_quietly
def model_keys(ctx: click.Context, incomplete: str) -> list[str]:
    """Parameters of the model that stands before, those that are not given yet; after "=" the words that one may be."""
    return _model_keys(str(_first(ctx, "model")), ctx.params.get("settings") or (), incomplete)


def _model_keys(name: str, given: Iterable[str], incomplete: str, before: str = "") -> list[str]:
    """Keys of a model, or of each of several with plus signs between them."""
    from darkpair.plugins.registries import REGISTRIES

    factories = [REGISTRIES["models"].factory(part.strip()) for part in name.split("+")]
    given = list(given)
    return list(dict.fromkeys(key for made in factories for key in _keys(made, given, incomplete, before)))


def _keys(factory: Any, given: Iterable[str], incomplete: str, before: str = "") -> list[str]:
    """Parameters of a plug-in as key=, or key=word."""
    from darkpair.gen.parameters import parameters

    takes = parameters(factory)
    key, sign, _ = incomplete.removeprefix(before).partition("=")
    if sign and key in takes:
        allowed = takes[key].kind.schema
        options = allowed.get("enum") or [
            w for part in allowed.get("anyOf", ()) for w in part.get("enum", ())
        ]
        return [f"{before}{key}={word}" for word in options]
    there = {setting.partition("=")[0] for setting in given}
    return [f"{before}{name}=" for name in takes if f"{before}{name}" not in there and name != "inputs"]


@_quietly
def settings(ctx: click.Context, incomplete: str) -> list[str]:
    """Keys of a job as section.key=, those of its own source, detector and model too; after "=" names and words."""
    from darkpair.plugins.registries import REGISTRIES

    job = _job(_first(ctx, "job"))
    section, dot, _ = incomplete.partition(".")
    plugins = {"source": "sources", "detector": "detectors"}
    if not dot:
        return [f"{name}." for name in ("run", "source", "chain", "detector", "normalisation", "output")]
    if section in plugins:
        registry, before = REGISTRIES[plugins[section]], f"{section}."
        if incomplete.startswith(f"{before}name="):
            return [f"{before}name={name}" for name in registry]
        name = _set(ctx, f"{before}name") or (job.get(section) or {}).get("name")
        own = [f"{before}name=", *([f"{before}aim="] if section == "source" else [])]
        return own + (_keys(registry.factory(name), (), incomplete, before) if name else [])
    if incomplete.startswith("chain.parameters."):
        model = _set(ctx, "chain.model") or (job.get("chain") or {}).get("model")
        return _model_keys(str(model), (), incomplete, "chain.parameters.")
    for key, kind in (("name", "chains"), ("model", "models")):
        if incomplete.startswith(f"chain.{key}="):
            return [f"chain.{key}={name}" for name in REGISTRIES[kind]]
    return _of_table(section, incomplete)


def _of_table(section: str, incomplete: str) -> list[str]:
    """Keys of a table that is no plug-in, a dot behind one that is a table itself, and the words of one that has some."""
    from darkpair.plugins.schema import TABLES

    properties = TABLES[section].model_json_schema()["properties"]
    key, sign, _ = incomplete.partition(".")[2].partition("=")
    if sign:
        return [f"{section}.{key}={word}" for word in properties.get(key, {}).get("enum", ())]
    return [
        f"{section}.{name}{'.' if entry.get('type') == 'object' else '='}"
        for name, entry in properties.items()
    ]


def _first(ctx: click.Context, name: str) -> Any:
    """First argument of a command, which click has not read yet where an option that waits for its value follows it."""
    return ctx.params.get(name) or next(iter(ctx.args), None)


def _set(ctx: click.Context, key: str) -> str | None:
    """Value of a key that is set on the line already."""
    given = dict(setting.partition("=")[::2] for setting in ctx.params.get("settings") or ())
    return given.get(key)


def _job(path: str | Path | None) -> Mapping[str, Any]:
    """A job file's tables, if there is one."""
    import tomllib

    if path is None or not Path(path).is_file():
        return {}
    return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
