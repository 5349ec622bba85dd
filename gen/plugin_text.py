"""The text of a stranger's module: what it does to events, beside its numbers, as a digest.

A name says nothing of what stands behind it today: who edits a matrix element and runs again makes another sample.  Text and not
code counts, since each version of Python makes other code of it.  All modules of a package count, or of a large one that which
is asked for; what this package itself requires, Python's own library and what has no text do not.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

__all__ = ["text_digest"]

#: Modules of a package, above which the one that is asked for stands for itself.
_MOST: Final = 100

_OURS: Final = __name__.partition(".")[0]

#: Of each class or function, as it was when it was first asked for: a file that is edited later is not what runs.
_seen: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def text_digest(thing: Any) -> str:
    """Digest of the text that a class or a function comes from, 64 hexadecimal digits; empty where it is nobody's plug-in.

    Parameters
    ----------
    thing : class or function
        Of any module.
    """
    name = str(getattr(thing, "__module__", ""))
    try:
        if (before := _seen.get(thing)) is None:
            before = _seen[thing] = _digest(name)
    except TypeError:  # (of a kind that cannot be remembered)
        return _digest(name)
    return before


def _digest(name: str) -> str:
    top = name.partition(".")[0]
    if not top or top == _OURS or top in sys.stdlib_module_names or top in _libraries():
        return ""
    own, whole = (getattr(sys.modules.get(module), "__file__", None) for module in (name, top))
    if own is None or not own.endswith(".py"):
        return ""
    files = {Path(own).name: Path(own)}
    if whole is not None and Path(whole).name == "__init__.py":
        folder = Path(whole).parent
        inside = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
        files = inside if len(inside) <= _MOST else files
    digest = sha256()
    try:
        for place in sorted(files):
            digest.update(place.encode("utf-8", "surrogatepass"))
            digest.update(b"\n".join(files[place].read_bytes().splitlines()))
    except OSError:  # (gone since it was imported)
        return ""
    return digest.hexdigest()


@cache
def _libraries() -> frozenset[str]:
    """Names of what this package requires, as Python imports them."""
    try:
        asked = requires(_OURS) or []
    except PackageNotFoundError:  # (a tree that is not installed)
        asked = []
    names = (re.match(r"[\w.-]+", line) for line in asked)
    return frozenset({"numpy", "scipy", *(name[0].lower().replace("-", "_") for name in names if name)})
