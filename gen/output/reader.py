"""Event records and provenance from the files that `RootWriter` wrote; provenance of `HepMCWriter`'s too."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import awkward as ak

from darkpair.gen.errors import InputError
from darkpair.gen.output.file_format import format_of
from darkpair.gen.output.formats import ENDINGS, Format, format_of_name
from darkpair.gen.output.layouts import GENPART, OF_FILE, ORIGINAL
from darkpair.gen.output.opened import open_root, title_of
from darkpair.gen.output.part_names import require_parts
from darkpair.gen.output.parts import RUNS, Row, combined
from darkpair.gen.output.root import PROVENANCE, TREE
from darkpair.gen.output.spelling import SAMPLE
from darkpair.gen.output.target import EventWriter
from darkpair.gen.output.titles import FILE_NAME, untitled
from darkpair.gen.paths import is_file, no_file
from darkpair.gen.record import ROLE_FIELDS, named_record
from darkpair.gen.sample_name import NAME

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

__all__ = [
    "provenance_of",
    "provenances_of",
    "read_branches",
    "read_events",
    "read_provenance",
    "read_rows",
    "reco_record",
    "rows_of",
]

#: Names of events by number: in the sample, and in the file that they are from.
_Names: TypeAlias = "tuple[dict[str, ak.Array], dict[str, ak.Array]]"


def read_provenance(path: str | os.PathLike[str]) -> dict[str, Any]:
    """How the events of a file were made, or those of a dataset's parts together: what its writer was given, and its ``output``.

    Raises
    ------
    InputError
        For a file that is missing, damaged, not of this writer or of a newer format.
    """
    if Path(path).is_dir():
        return combined([row for part in require_parts(Path(path)) for row in read_rows(part)], str(path))
    kind = format_of_name(path)
    if kind is None or kind.name == "root":
        with _opened(path) as (_, provenance):
            return provenance
    return _of_format(kind, path)


def read_events(
    path: str | os.PathLike[str], *, entry_start: int | None = None, entry_stop: int | None = None
) -> ak.Array:
    """Event record of a file in the cartesian layout, TTree, RNTuple or Parquet, or of a dataset's; see `darkpair.gen.record`.

    A detector's quantities stand in the field ``reco``, if there are any. ``weights`` and ``proper_length`` are as
    they were; so are the roles, with momentum and vertex, where all events have the same particles.

    Parameters
    ----------
    path : str or path
        The file, or the folder of the parts.
    entry_start, entry_stop : int, optional
        Index of the first event, and of the one after the last.

    Raises
    ------
    InputError
        For a file that is missing, damaged, not of this writer, of another layout or of a newer format.
    """
    if Path(path).is_dir():
        parts = ak.concatenate([read_events(part) for part in require_parts(Path(path))])
        return parts[entry_start:entry_stop]
    kind = format_of_name(path)
    if kind is not None and kind.name != "root":
        _require_file(path)
        return kind.writer.read_events(path, entry_start, entry_stop)
    with _opened(path) as (file, provenance):
        output = provenance["output"]
        EventWriter.require_cartesian(path, output["layout"])
        tree = file[TREE]
        columns = tree.arrays(entry_start=entry_start, entry_stop=entry_stop, how=dict)
        number = format_of(provenance, str(path))
        titles = {} if number < 2 else {name: title_of(tree[name]) for name in columns}
        names = _event_names(columns, titles if number > 2 else {})
        return _record(
            columns, [row["role"] for row in output["particles"]], output["spelled"], titles, names
        )


def read_branches(
    path: str | os.PathLike[str],
    entry_start: int | None = None,
    entry_stop: int | None = None,
    names: str | Callable[[str], bool] | None = None,
) -> dict[str, ak.Array]:
    """Branches of a ROOT file of any layout as they stand in it, by name.

    Parameters
    ----------
    path : str or path
        The file.
    entry_start, entry_stop : int, optional
        Index of the first event, and of the one after the last.
    names : str or callable, optional
        Names of the branches, a pattern or what says whether one is read; all unless given.

    Raises
    ------
    InputError
        As `read_events`, for another layout not.
    """
    with _opened(path) as (file, _):
        columns: dict[str, ak.Array] = file[TREE].arrays(
            filter_name=names, entry_start=entry_start, entry_stop=entry_stop, how=dict
        )
        return columns


def _require_file(path: str | os.PathLike[str]) -> None:
    """Refuse what is not there."""
    if not is_file(path):
        raise InputError(f"{no_file(path)}; give the file of a run")


def _of_format(kind: Format, path: str | os.PathLike[str]) -> dict[str, Any]:
    """What the reader of another format says, checked."""
    _require_file(path)
    try:
        provenance: Any = kind.writer.read_provenance(path)
    except InputError:
        raise
    except Exception as error:  # (a stranger's reader of a damaged file may fail in any way)
        raise InputError(
            f"{str(path)!r} cannot be read as a file of the format {kind.name!r} ({type(error).__name__}: {error}); it is "
            "damaged, or something else"
        ) from error
    output = provenance.get("output") if isinstance(provenance, dict) else None
    if not isinstance(output, dict) or not isinstance(output.get("events"), int):
        raise InputError(
            f"the reader of the format {kind.name!r} does not say how many events {str(path)!r} has; it has to return a table "
            "with output = { events = ... }"
        )
    checked: dict[str, Any] = provenance
    return checked


def _require_root(file: Path) -> None:
    """Refuse a file whose name says that it is of another format, or of none and that is no ROOT file either."""
    kind = format_of_name(file)
    try:
        with file.open("rb") as opened:
            begins = opened.read(4) == b"root"
    except OSError as error:
        raise InputError(
            f"{str(file)!r} cannot be read ({error.strerror}); give a file that may be"
        ) from error
    if kind is None and not begins:
        raise InputError(
            f"{file.name!r} is no ROOT file, and its name ends as those of no format; give the file of a run"
        )


def _record(
    columns: dict[str, ak.Array],
    roles: list[str],
    spelled: dict[str, str],
    titles: dict[str, str],
    event_names: _Names,
) -> ak.Array:
    every = {f"GenPart_{branch}": name for name, branch in (GENPART | OF_FILE).items()}
    names = {branch: name for branch, name in every.items() if branch in columns}
    of_file = "File_entry" in columns
    names_in_sample, original = event_names
    original |= {name: columns.pop(b) for name, b in ORIGINAL.items() if of_file and b in columns}
    particles = ak.zip({name: columns.pop(branch) for branch, name in names.items()}, with_name="Momentum4D")
    for name in ("nGenPart", "genWeight"):  # both follow from the rest
        del columns[name]
    fields = names_in_sample | {
        "particles": particles,
        "weights": _named(columns, len(particles), spelled, prefix="weight_"),
        "proper_length": _named(columns, len(particles), spelled, suffix="_properLength"),
    }
    for position, role in enumerate(roles):
        fields[role] = ak.with_name(particles[:, position][list(ROLE_FIELDS)], "Momentum4D")
    if original:
        fields["original"] = ak.zip(original, depth_limit=1)
    if columns:
        said = {name: title for name, title in titles.items() if title != untitled(name)}
        fields["reco"] = reco_record({name: _documented(c, said.get(name)) for name, c in columns.items()})
    return ak.zip(fields, depth_limit=1)


def _event_names(columns: dict[str, ak.Array], titles: dict[str, str]) -> _Names:
    """Names of the events in the sample, and what a file says of its own, which leave the columns.

    Files of old formats, whose titles say nothing of names, have those that a file said.
    """
    of_file = "File_entry" in columns
    plain = {name: columns.pop(name) for name in NAME if name in columns and (of_file or titles)}
    if not of_file:
        return plain, {}
    sample = {name: columns.pop(branch) for name, branch in SAMPLE.items() if titles and branch in columns}
    own = {
        name: column for name, column in plain.items() if titles.get(name, FILE_NAME[name]) == FILE_NAME[name]
    }
    return sample, own


def _named(
    columns: dict[str, ak.Array], n: int, spelled: dict[str, str], *, prefix: str = "", suffix: str = ""
) -> ak.Array:
    """Record of the per-event numbers of that prefix or suffix, which leave the columns."""
    branches = [name for name in columns if name.startswith(prefix) and name.endswith(suffix)]
    words = [name.removeprefix(prefix).removesuffix(suffix) for name in branches]
    contents = [columns.pop(name).layout for name in branches]
    short = [spelled.get(word, word) for word in words]
    return ak.Array(named_record(dict(zip(short, contents, strict=True)), n))


def reco_record(columns: dict[str, ak.Array]) -> ak.Array:
    """Detector's record of its branches by name: a collection for each counter, plain numbers otherwise."""
    collections = []
    for counter in [name for name in columns if name.startswith("n")]:
        name = counter.removeprefix("n")
        members = {
            b.removeprefix(f"{name}_"): b
            for b in columns
            if b.startswith(f"{name}_") and columns[b].ndim == 2
        }
        if members:
            collections.append((name, members))
    fields = dict(columns)
    for name, members in collections:
        lists = ak.zip({field: columns[branch] for field, branch in members.items()})
        fields = {  # the collection stands where its counter stood
            (name if key == f"n{name}" else key): (lists if key == f"n{name}" else column)
            for key, column in fields.items()
            if key not in members.values()
        }
    for name in [key for key, column in fields.items() if column.ndim == 2 and f"n{key}" in fields]:
        del fields[f"n{name}"]
    return ak.zip(fields, depth_limit=1)


def _documented(column: ak.Array, title: str | None) -> ak.Array:
    """The column with what it is, as the detector said it."""
    if title is None:
        return column

    def leaf(layout: ak.contents.Content, **_: Any) -> ak.contents.Content | None:
        return layout.copy(parameters={"__doc__": title}) if layout.is_numpy else None

    return ak.transform(leaf, column)


def provenance_of(file: Any, path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Provenance in an open ROOT file, with the sums of its parts; None where the file is not of this package.

    Raises
    ------
    InputError
        For a newer format, and for parts that do not fit each other or the tree.
    """
    rows = rows_of(file, path)
    if not rows:
        return None
    entries = int(file[TREE].num_entries) if TREE in file else None
    return combined(rows, str(path), entries=entries)


def read_rows(path: str | os.PathLike[str]) -> list[Row]:
    """Parts that a file holds, one of most; with their exact sums, where the format keeps them.

    Raises
    ------
    InputError
        As `read_provenance`.
    """
    kind = format_of_name(path)
    if kind is not None and kind.name != "root":
        said = _of_format(kind, path)
        return kind.writer.read_rows(path) if kind.name in ENDINGS else [Row(provenance=said)]
    with _opened(path) as (file, _):
        return rows_of(file, path)


def rows_of(file: Any, path: str | os.PathLike[str]) -> list[Row]:
    """Parts in an open ROOT file, as its tree ``Runs`` says; a file of before says it in its provenance.

    Raises
    ------
    InputError
        For a newer format.
    """
    if RUNS in file and "tally" in file[RUNS]:
        return Row.read(file[RUNS], str(path))
    return [Row(provenance=provenance) for provenance in reversed(provenances_of(file, path))]


def provenances_of(file: Any, path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Provenances in an open ROOT file, the last first: hadd keeps that of each part as a cycle of one name.

    Raises
    ------
    InputError
        For a newer format.
    """
    cycles = [key for key in file.keys(recursive=False) if key.partition(";")[0] == PROVENANCE]
    out = []
    for key in sorted(cycles, key=lambda key: -int(key.partition(";")[2])):
        try:
            provenance = json.loads(str(file[key]))
        except (ValueError, RecursionError):
            continue
        if isinstance(provenance, dict) and isinstance(provenance.get("output"), dict):
            format_of(provenance, str(path))
            out.append(provenance)
    return out


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """File of ours and its provenance; whatever a foreign or damaged one makes go wrong is told in one line."""
    file = Path(path)
    if not is_file(file):
        raise InputError(f"{no_file(path)}; give the ROOT file of a run")
    _require_root(file)
    try:
        with open_root(file) as directory:
            yield directory, _checked(directory, file)
    except InputError:
        raise
    except (
        Exception
    ) as error:  # a damaged file raises whatever its bytes run into: struct.error, IndexError ..
        raise InputError(
            f"{str(path)!r} cannot be read as a ROOT file ({type(error).__name__}); it is damaged, or something "
            "else: run the job again, or give another file"
        ) from error


def _checked(directory: Any, file: Path) -> dict[str, Any]:
    """Provenance of a file of ours."""
    provenance = provenance_of(directory, file)
    missing = [key for key in (TREE, PROVENANCE) if key not in directory]
    if missing or provenance is None:
        raise InputError(
            f"{str(file)!r} lacks {' and '.join(map(repr, missing or ['its provenance']))}: it was not written by "
            "darkpair; give the ROOT file of a run (the source event_file reads those of others)"
        )
    return provenance
