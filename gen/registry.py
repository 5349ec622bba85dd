"""Named things: ours from a table that is known without importing what it names, strangers' from entry points."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeAlias

from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError

__all__ = ["Entry", "Plugin", "Registry"]

_OURS = "darkpair"

_Recipes: TypeAlias = "Mapping[str, str] | Callable[[], Mapping[str, str]]"


@dataclass(frozen=True)
class Entry:
    """One of ours.

    Parameters
    ----------
    target : str or callable
        What makes the object: "module:attribute", imported when it is asked for, or the thing itself.
    summary : str
        First line of its docstring, so that `darkpair list` needs no import.
    recipes : mapping of str to str, or callable
        How each mode of a chain is made; a callable finds out when asked.
    fixed : mapping of str to str, optional
        Parameters that the entry gives itself, where several are of one class; it has a summary of its own then, too.
    """

    target: str | Callable[..., Any]
    summary: str
    recipes: _Recipes = field(default_factory=dict)
    fixed: Mapping[str, str] | None = None

    def load(self) -> Callable[..., Any]:
        """What makes the object."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        made: Any = getattr(import_module(module), attribute)
        if self.fixed is not None:
            made = partial(made, **self.fixed)
            made.summary = self.summary  # (that of the class is another)
        return made  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Plugin:
    """A line of ``darkpair list``.

    Parameters
    ----------
    name : str
        Name by which it is asked for.
    summary : str
        First line of its docstring, or why it cannot be used.
    origin : str
        ``darkpair``, or the distribution that registered it.
    broken : bool
        Whether it cannot be used.
    made : mapping of str to str, or callable
        How each mode of a chain is made, where it says so before it has masses; a callable finds out when asked.
    """

    name: str
    summary: str
    origin: str
    broken: bool = False
    made: _Recipes = field(default_factory=dict, repr=False)

    @property
    def recipes(self) -> dict[str, str]:
        """How each mode of a chain is made."""
        return dict(self.made() if callable(self.made) else self.made)


@dataclass(frozen=True, eq=False)
class Registry(Mapping[str, Any]):
    """Things of one kind by name; every look-up of that kind goes through it.

    It is a mapping from every name to what makes the object; iteration and ``in`` import nothing.

    Parameters
    ----------
    kind : str
        What the things are, ``chains``, ``sources``, ``models``, ``detectors``...: also the entry-point group
        ``darkpair.KIND``.
    builtin : mapping of str to Entry, or callable
        Our own things by name; a callable is asked once, when a name is wanted.
    word : str
        What a single thing of the kind is called, for messages.
    adapt : callable, optional
        Function of what an entry point names that gives what makes the object, where that is not the thing itself;
        raises InputError for what it cannot use.
    """

    kind: str
    builtin: Mapping[str, Entry] | Callable[[], Mapping[str, Entry]] = field(repr=False)
    word: str = ""
    adapt: Callable[[Any], Callable[..., Any]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.word:
            object.__setattr__(self, "word", self.kind.removesuffix("s").replace("_", " "))

    @cached_property
    def ours(self) -> Mapping[str, Entry]:
        """The built-in ones."""
        return self.builtin() if callable(self.builtin) else self.builtin

    @cached_property
    def _theirs(self) -> dict[str, list[EntryPoint]]:
        """Strangers' entry points by name."""
        table: dict[str, list[EntryPoint]] = {}
        for point in sorted(entry_points(group=f"darkpair.{self.kind}"), key=_origin):
            table.setdefault(point.name, []).append(point)
        return table

    def names(self) -> list[str]:
        """Every name, ours first; nothing is imported."""
        return [*self.ours, *(name for name in self._theirs if name not in self.ours)]

    def __contains__(self, name: object) -> bool:
        return name in self.ours or name in self._theirs

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())

    def __getitem__(self, name: str) -> Any:
        return self.factory(name)

    def factory(self, name: str, key: str = "") -> Any:
        """What makes the object of that name.

        Parameters
        ----------
        name : str
            Name of the thing.
        key : str
            Key of a job that gives the name, for the message.

        Raises
        ------
        UnknownNameError
            If nothing carries the name.
        InputError
            If the plug-in that does cannot be used.
        """
        if name in self.ours:
            return self.ours[name].load()
        if name not in self._theirs:
            raise UnknownNameError(self.word, name, self.names(), key)
        points = self._theirs[name]
        if len(points) > 1:
            raise InputError(f"the {self.word} {name!r} {_doubled(points)}")
        made, problem = self._loaded(points[0])
        if made is None:
            raise InputError(f"the {self.word} {name!r} of {_origin(points[0])} cannot be loaded: {problem}")
        return made

    def package(self, name: str) -> dict[str, str]:
        """Package, version and module of a stranger's thing of that name; nothing of ours, or of a name that is none or is two's."""
        points = [] if name in self.ours else self._theirs.get(name, [])
        if len(points) != 1:
            return {}
        dist = points[0].dist
        said = {} if dist is None else {"package": str(dist.name), "version": str(dist.version)}
        return {**said, "module": points[0].module}

    def make(self, name: str, given: Mapping[str, Any] | None = None, *, where: str = "") -> Any:
        """Object of that name, from parameters that are checked by its annotations.

        Parameters
        ----------
        name : str
            Name of the thing.
        given : mapping
            Values as a job or a command line writes them, by parameter.
        where : str
            Table of the job, for messages.

        Raises
        ------
        UnknownNameError, InputError
            For a name that nothing carries, and as `darkpair.gen.parameters.arguments`.
        """
        from darkpair.gen.parameters import arguments  # names are known without it

        factory = self.factory(name, f"{where}.name" if where else "")
        values = arguments(factory, given or {}, where=where, called=name)
        try:
            return factory(**values)
        except UnknownNameError as error:
            key = error.key or _holder(values, error.name)
            if not key or (error.key and not (where and key in values)):
                raise
            raise error.at(f"{where}.{key}" if where else key) from None
        except DarkpairError as error:
            if type(error) is InputError and where and (key := _spoken(values, str(error), where)):
                place = f"{where}." if re.match(rf"{re.escape(key)}[. ]", str(error)) else f"{where}.{key}: "
                raise InputError(f"{place}{error}") from None
            raise
        except Exception as error:
            if name in self.ours and not isinstance(error, TypeError):
                raise
            what = str(error) if isinstance(error, TypeError) else f"{type(error).__name__}: {error}"
            raise InputError(f"{f'[{where}] ' if where else ''}{name}: {what}") from error

    @property
    def plugins(self) -> list[Plugin]:
        """A line for everything registered; strangers' are loaded to see whether they can be."""
        lines = [Plugin(name, entry.summary, _OURS, made=entry.recipes) for name, entry in self.ours.items()]
        for name, points in self._theirs.items():
            for point in points:
                if name in self.ours:
                    problem = f"darkpair has a {self.word} of this name, which is used; rename one"
                    lines.append(Plugin(name, problem, _origin(point), broken=True))
                elif len(points) > 1:
                    lines.append(Plugin(name, _doubled(points), _origin(point), broken=True))
                else:
                    lines.append(self._line(point))
        return lines

    def _line(self, point: EntryPoint) -> Plugin:
        made, problem = self._loaded(point)
        if made is None:
            return Plugin(point.name, problem, _origin(point), broken=True)
        recipes = getattr(made, "recipes", None)
        return Plugin(
            point.name,
            summary_of(made),
            _origin(point),
            made=recipes if isinstance(recipes, Mapping) else {},
        )

    def _loaded(self, point: EntryPoint) -> tuple[Callable[..., Any] | None, str]:
        """What an entry point names, or None and why it cannot be used."""
        try:
            with redirect_stdout(sys.stderr):  # (what is printed is no part of a table or of JSON)
                made = point.load()
            if self.adapt is not None:
                made = self.adapt(made)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 (a stranger's module may fail in any way, exit too; it becomes a line)
            return None, " ".join(f"{type(error).__name__}: {error}".split())
        if not callable(made):
            return (
                None,
                f"{point.value} is a {type(made).__name__}, which makes nothing; name a class or a function",
            )
        return made, ""


def _spoken(values: Mapping[str, Any], text: str, where: str) -> str:
    """The first parameter whose value a line repeats; empty where it says a key of that table itself."""
    places = {
        key: at.start()
        for key in values
        if (at := re.search(rf"(?<![\w.]){re.escape(key)}(\.[\w.]+)? = ", text))
    }
    return "" if f"{where}." in text or not places else min(places, key=lambda key: places[key])


def _holder(values: Mapping[str, Any], name: object) -> str:
    """Key of the value that is a name, or has it among others; empty where none does."""
    for key, value in values.items():
        if value == name or (
            isinstance(value, Mapping | Sequence) and not isinstance(value, str) and name in value
        ):
            return key
    return ""


def summary_of(made: Callable[..., Any]) -> str:
    """First line of what a plug-in says of itself."""
    doc = getattr(made, "summary", None) or getattr(made, "__doc__", None) or ""
    return str(doc).strip().split("\n", 1)[0]


def _origin(point: EntryPoint) -> str:
    return "unknown" if point.dist is None else str(point.dist.name)


def _doubled(points: Sequence[EntryPoint]) -> str:
    count = Counter(map(_origin, points))
    return f"is registered {len(points)} times, by {' and '.join(sorted(count))}; uninstall or rename one"
