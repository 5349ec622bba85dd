"""A start for who adds something: a package of one file with its entry point, its test and a job, which work as they are."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.output.target import put

__all__ = ["STARTS", "Start", "write_start"]


@dataclass(frozen=True, kw_only=True)
class Start:
    """What is written for a kind.

    Parameters
    ----------
    group : str
        Group of entry points, without "darkpair."; empty for a job, which is no package.
    target : str
        What the entry point names: "@name@" for a function, "@Class@" for a class.
    what : str
        What it is called in descriptions.
    use : str
        A command that uses it.
    """

    group: str = ""
    target: str = "@name@"
    what: str
    use: str = "darkpair run job.toml"


#: By the word of ``darkpair new``.
STARTS: Final = {
    "job": Start(what="A job"),
    "event-file": Start(what="A job of an event file"),
    "chain": Start(group="chains", what="A decay chain"),
    "source": Start(group="sources", target="@Class@", what="A source of parents"),
    "model": Start(
        group="models",
        target="@Class@",
        what="A model",
        use="darkpair rates @name@ m1=0 m2='430 MeV' g='1e-3 eV' h='1 keV'",
    ),
    "detector": Start(group="detectors", target="@Class@", what="A detector"),
    "search": Start(
        group="searches",
        target="@Class@",
        what="A search",
        use="darkpair limits zprime-scalar m1=0 m2='430 MeV' G_X='1 GF' --quick --only @name@",
    ),
    "format": Start(group="formats", target="@Class@", what="A format of files"),
    "matrix-element": Start(group="matrix_elements", target="@Class@", what="A squared matrix element"),
    "study": Start(group="studies", what="A study", use="darkpair study @name@ --quick"),
}

#: Names that are a module's and a distribution's.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")

#: Letters beyond which a file's name becomes a matter of the file system.
_LONGEST: Final = 60


def write_start(kind: str, name: str, where: Path | None = None) -> list[Path]:
    """Files of a start in a new folder of that name; of a failure nothing is left.

    Parameters
    ----------
    kind : str
        Kind of the beginning, a key of `STARTS`.
    name : str
        Name of the folder, the module and what it registers.
    where : Path, optional
        Folder in which it is made; the current one unless given.

    Raises
    ------
    UnknownNameError
        For a kind that has no start.
    InputError
        For a name that cannot be one, or that something has already; for a folder that is there or cannot be made.
    """
    if kind not in STARTS:
        raise UnknownNameError("kind of start", kind, STARTS)
    start = STARTS[kind]
    _require_name(name, start)
    folder = Path(name) if where is None else where / name
    if folder.exists() or folder.is_symlink():
        raise InputError(f"{str(folder)!r} is there already, and nothing is overwritten; give another name")
    words = {
        "@name@": name,
        "@Class@": "".join(part[:1].upper() + part[1:] for part in name.split("_")),
        "@ending@": name.lower(),
    }
    try:
        folder.mkdir()
    except OSError as error:
        raise InputError(
            f"{str(folder)!r} cannot be made ({error.strerror}); go to a folder that you may write to"
        ) from error
    try:
        return put({folder / to: _text(source, start, words) for to, source in _files(kind, name).items()})
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise


def _files(kind: str, name: str) -> dict[str, str]:
    """Files of a start, each with the one of this package that it is made of."""
    own = {"job.toml": f"{kind}_job.toml.in"}
    if STARTS[kind].group:
        own |= {
            "pyproject.toml": "pyproject.toml.in",
            "README.md": "README.md.in",
            f"{name}.py": f"{kind}.py.in",
            f"test_{name}.py": f"{kind}_test.py.in",
        }
    if kind == "event-file":
        own["events.lhe"] = "event-file_events.lhe.in"
    there = {path.name for path in (files("darkpair.plugins") / "starts").iterdir()}
    return {to: source for to, source in own.items() if source in there}


def _text(source: str, start: Start, words: dict[str, str]) -> str:
    """Text of a file of a start."""
    text = (files("darkpair.plugins") / "starts" / source).read_text(encoding="utf-8")
    for word, value in {
        "@group@": start.group,
        "@target@": start.target,
        "@what@": start.what,
        "@use@": start.use,
        **words,
    }.items():
        text = text.replace(word, value)
    return text


def _require_name(name: str, start: Start) -> None:
    """Refuse a name that no module can have, or that another one has."""
    import keyword

    from darkpair.plugins.registries import REGISTRIES

    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > _LONGEST:
        raise InputError(
            f"{shown(name)} is no name of a module; allowed: a letter, then letters, digits and single _ between them, "
            f"at most {_LONGEST} and no word of Python's, as my_{REGISTRIES[start.group].word.replace(' ', '_') if start.group else 'job'}"
        )
    if not start.group:
        return
    if name in REGISTRIES[start.group]:
        raise InputError(
            f"there is a {REGISTRIES[start.group].word} {name!r} already, see darkpair list {start.group}; give another name"
        )
    if find_spec(name) is not None:
        raise InputError(
            f"{name!r} is the name of an installed module, which it would hide; give another name"
        )
