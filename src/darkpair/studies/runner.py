"""A study by name, with the options that it has: those of the command line and its own."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from os import PathLike
from pathlib import Path
from typing import Any, Final

from darkpair.chains.models.inputs import Inputs
from darkpair.gen.data_files import Changes, altered
from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.kinds import Nothing
from darkpair.gen.parameters import Parameter, arguments, parameters
from darkpair.studies import STUDIES
from darkpair.studies.study import OPTIONS, Study
from darkpair.workers import on_executor

__all__ = ["changes_of", "options_for", "run_study", "study_lines"]


def run_study(
    name: str,
    folder: Path,
    options: Mapping[str, Any],
    changes: Changes | None = None,
    *,
    executor: Executor | None = None,
) -> list[Path]:
    """Paths of what a study wrote.

    Parameters
    ----------
    name : str
        Of `darkpair.studies.STUDIES`.
    folder : Path
    options : mapping
        Of `options_for`.
    changes : mapping, optional
        Of `changes_of`; what the study writes says so.
    executor : concurrent.futures.Executor, optional
        What works instead of processes, see `darkpair.workers.on_executor`.

    Raises
    ------
    InputError
        For a study that gives no paths.
    """
    with altered(changes or {}), on_executor(executor):
        written = STUDIES[name](folder=folder, **options)
    if isinstance(written, str) or not isinstance(written, list | tuple):
        raise InputError(
            f"the study {name!r} gave a {type(written).__name__}; a study has to give a list of the paths that it wrote"
        )
    for path in written:
        if not isinstance(path, str | PathLike):
            raise InputError(
                f"the study {name!r} gave {shown(path)} among its paths; allowed: paths, or texts"
            )
    return [Path(path) for path in written]


def options_for(
    name: str, given: Mapping[str, Any], settings: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Arguments of a study, checked by its annotations; everything but its folder.

    Parameters
    ----------
    name : str
    given : mapping
        Options of the command line: ``inputs`` (pdg, paper or paper-10tev), ``quick``, ``data``, ``convention``, ``cache``;
        None or False where one is not given.
    settings : mapping, optional
        Options that only this study has.

    Raises
    ------
    UnknownNameError
        For a study, a table of inputs or a setting that does not exist.
    InputError
        For an option that the study would do nothing with, or a value that it cannot have.
    """
    takes = {key: p for key, p in parameters(STUDIES[name]).items() if key != "folder"}
    able = {key: p for key, p in takes.items() if not isinstance(p.kind, Nothing)}
    said = {key: value for key, value in given.items() if value is not None and value is not False}
    words = {key: f"--{key}" if value is True else f"--{key} {shown(value)}" for key, value in said.items()}
    words |= {"events": "--set events"} if "events" in (settings or {}) else {}  # (of some of ours)
    for key, word in words.items():
        if key not in able:
            raise InputError(
                f"{word} would change nothing in study {name}, which takes {_listed(able)}; leave it out"
            )
    for key in settings or {}:
        if key in given:
            raise InputError(f"--set {key}: a study has this as an option; write --{key}")
        if key not in able:
            own = [other for other in able if other not in given]
            raise UnknownNameError(f"option of study {name}", key, own)
    if "inputs" in said:
        said["inputs"] = Inputs.of(said["inputs"])
    unsaid = {key: _UNSAID[key] for key, p in takes.items() if p.required and key in _UNSAID}
    options = arguments(STUDIES[name], {"folder": Path(), **unsaid, **said, **(settings or {})})
    del options["folder"]
    return options


#: What a study gets that asks for an option without a default, which the command line leaves out.
_UNSAID: Final[Mapping[str, Any]] = {"inputs": None, "quick": False}


def study_lines(name: str) -> list[tuple[str, str]]:
    """What a study shows and uses, as words and their meaning; of a stranger's its title and its options.

    Parameters
    ----------
    name : str
        Of `darkpair.studies.STUDIES`.
    """
    study = STUDIES.ours.get(name)
    if not isinstance(study, Study):
        return [
            (key, p.kind.words if p.required else f"{p.kind.words}; {p.default} unless given")
            for key, p in parameters(STUDIES[name]).items()
            if key != "folder"
        ]
    lines = [("shows", study.summary)]
    if study.sizes is not None:
        sizes = study.sizes
        lines.append(
            ("events", f"{sizes.full:,} {sizes.of}; {sizes.quick:,} with --quick; --set events=N for others")
        )
    lines.append(
        ("--quick", study.quick or ("fewer events" if study.sizes else "changes nothing: it is quick"))
    )
    lines += [(f"--{option}", OPTIONS[option]) for option in study.uses]
    if study.detectors:
        files = " and ".join(f"detectors/data/{file}.toml" for file in study.detectors)
        lines.append(("--set", f"a number of {files}, as cuts.pt.min='140 MeV'"))
    return lines


def changes_of(name: str, settings: Mapping[str, Any]) -> Changes:
    """Changes of the data files that a study rests on, for `darkpair.gen.data_files.altered`.

    Parameters
    ----------
    name : str
    settings : mapping of str to object
        By ``cuts.pt.min`` or another key of the files; ``koto.cuts.pt.min`` where one of several is meant.

    Raises
    ------
    UnknownNameError
        For a key that none of the files has.
    InputError
        For a study without data files, and a value that is of another kind than the one there.
    """
    entry = STUDIES.ours.get(name)
    files = entry.detectors if isinstance(entry, Study) else ()
    changes: dict[str, dict[str, Any]] = {}
    for key, value in settings.items():
        if not files:
            having = [
                word for word, study in STUDIES.ours.items() if isinstance(study, Study) and study.detectors
            ]
            raise InputError(
                f"--set {key}: study {name} has no detector whose data file could be changed; "
                f"allowed: for {', '.join(having)}; leave it out"
            )
        first, _, rest = key.partition(".")
        of_one = first in files and bool(rest)
        inside = rest if of_one else key
        kept, error = [], None
        for file in (first,) if of_one else files:
            try:
                _try(file, inside, value)
                kept.append(file)
            except UnknownNameError as refusal:
                error = error or refusal
        if error is not None and not kept:
            raise error
        for file in kept:
            changes.setdefault(f"{file}.toml", {})[inside] = value
    return changes


def _try(file: str, key: str, value: Any) -> None:
    """Refuse a change that the data file of a detector, or the detector, does not take."""
    from darkpair.detectors import DETECTORS
    from darkpair.detectors.belle2 import Belle2

    with altered({f"{file}.toml": {key: value}}):
        _ = DETECTORS[file]() if file in DETECTORS else Belle2(experiment=file)


def _listed(able: Mapping[str, Parameter]) -> str:
    return ", ".join(able) or "no options"
