"""What each parameter is, in the words of the numpydoc section of whoever takes it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

__all__ = ["descriptions"]

#: "m1, m2 : float [GeV]", or "**parameters".
_HEAD = re.compile(r"\*{0,2}([A-Za-z_]\w*(?:\s*,\s*\*{0,2}[A-Za-z_]\w*)*)\s*(?::.*)?")


@lru_cache(maxsize=512)
def descriptions(factory: Callable[..., Any]) -> Mapping[str, str]:
    """First sentence about each parameter, by name, from the section "Parameters" of docstrings.

    Parameters
    ----------
    factory : callable
        A class or a function. A class is read with its bases, whose parameters it takes too; its own words go
        first.
    """
    inner: Any = factory
    while isinstance(inner, partial):
        inner = inner.func
    owners = inner.__mro__ if isinstance(inner, type) else (inner,)
    words: dict[str, str] = {}
    for owner in reversed(owners):
        words |= _section(getattr(owner, "__doc__", None) or "")
    return MappingProxyType(words)


def _section(doc: str) -> dict[str, str]:
    """Descriptions of one docstring."""
    lines = inspect.cleandoc(doc).splitlines()
    starts = [i for i, line in enumerate(lines[:-1]) if line == "Parameters" and set(lines[i + 1]) == {"-"}]
    words: dict[str, str] = {}
    names: list[str] = []
    for line in lines[starts[0] + 2 :] if starts else ():
        if line and set(line) == {"-"}:  # (the line before was the title of the next section)
            break
        match = _HEAD.fullmatch(line)
        if match:
            names = [name.strip(" *") for name in match.group(1).split(",")]
        elif line.startswith(" "):
            words |= {name: f"{words.get(name, '')} {line.strip()}".strip() for name in names}
        else:
            names = []
    return {name: _sentence(text) for name, text in words.items()}


def _sentence(text: str) -> str:
    """A text up to the end of its first sentence, without the marks of reStructuredText."""
    plain = text.replace("``", "").replace("`", "")
    end = re.search(r"(?<!e\.g)(?<!eq)(?<!eqs)(?<!Phys)(?<!Rev)[.;](?=\s)", plain)
    return (plain[: end.start()] if end else plain).rstrip(".")
