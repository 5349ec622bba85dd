"""Sections of a report about where it all comes from: the job, versions, what to cite, how the file is read again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from darkpair.detectors.data_entry import unsourced
from darkpair.detectors.selection import UNSOURCED
from darkpair.gen.output.file_format import FORMAT
from darkpair.gen.references import bibtex, entries, without_references
from darkpair.gen.tables import Table
from darkpair.report.html.markup import Markup, clipped, element, joined, scrolled, table_of
from darkpair.report.run import recipe_lines

if TYPE_CHECKING:
    from darkpair.report.html.material import Material

__all__ = ["citations", "job", "provenance", "reading"]

#: What provenance says in a word, and what that is.
_NAMED: Final = {
    "seed": "seed",
    "arithmetic": "digest of the arithmetic",
    "block": "events of a block of random streams",
}


def _text(text: str, label: str) -> Markup:
    """Text letter by letter."""
    return scrolled(element("pre", element("code", clipped(text))), label)


def _folded(title: str, content: Markup) -> Markup:
    return element("details", element("summary", title), content)


def job(material: Material) -> Markup:
    """The job file, folded."""
    if not material.job:
        return element("p", "The file does not hold the job that made it.", class_="note")
    return _folded("The job file, in TOML", _text(material.job, "The job file, in TOML"))


def provenance(material: Material) -> Markup:
    """What made the file: seed, digest, versions, objects, the command that makes it again."""
    said = material.provenance
    sample = said.get("sample") if isinstance(said.get("sample"), Mapping) else {}
    versions = said.get("versions") if isinstance(said.get("versions"), Mapping) else {}
    rows = [
        ("file", material.path.name),
        ("format", f"{said.get('format', 1)} (today's is {FORMAT})"),
        *((f"output, {name}", _plain(value)) for name, value in material.output.items() if _short(value)),
        *((words, _plain(said[name])) for name, words in _NAMED.items() if name in said),
        *((f"sample, {name}", _plain(value)) for name, value in (sample or {}).items()),
        ("versions", ", ".join(f"{name} {value}" for name, value in (versions or {}).items())),
        *((f"plug-in, {part}", _package(entry)) for part, entry in _plugins(said).items()),
        *_unsourced_rows(said),
        *(("decay", line[23:]) for line in recipe_lines(said)),
    ]
    again = (
        "Save the job file above as job.toml; the same versions make the same events: "
        if material.job
        else "The file does not say which job made it. "
    )
    command = [element("code", "darkpair run job.toml")] if material.job else []
    return joined(
        [
            table_of(Table(columns=("what", "value"), rows=rows), "How the file was made"),
            element("p", again, *command),
        ]
    )


def _plugins(said: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What a file says of strangers' plug-ins, by the part of the job."""
    plugins = said.get("plugins")
    rows = plugins.items() if isinstance(plugins, Mapping) else ()
    return {str(part): entry for part, entry in rows if isinstance(entry, Mapping)}


def _package(entry: Mapping[str, Any]) -> str:
    """A plug-in with its package, version and module."""
    package = " ".join(str(entry[key]) for key in ("package", "version") if key in entry)
    module = f" ({entry['module']})" if "module" in entry else ""
    return f"{entry.get('name', 'no name')} of {package or 'an unknown package'}{module}"


def _unsourced_rows(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Numbers of a detector's own file that say no source."""
    detector = said.get("detector")
    data = detector.get("data") if isinstance(detector, Mapping) else None
    keys = list(unsourced(data)) if isinstance(data, Mapping) else []
    if keys:
        yield UNSOURCED, f"{len(keys)} numbers of the detector's file: {', '.join(keys)}"


def _short(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) or (
        isinstance(value, Mapping) and bool(value) and all(isinstance(entry, str) for entry in value.values())
    )


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(entry)}" for name, entry in value.items())
    if isinstance(value, list | tuple):
        return " to ".join(map(_plain, value))
    return str(value)


def citations(material: Material) -> Markup:
    """What the numbers rest on, part by part, with BibTeX to take along."""
    rows = [
        (part, ", ".join(_words(keys)) or _nothing(part, material))
        for part, keys in material.references.items()
    ]
    table = table_of(Table(columns=("part", "rests on"), rows=rows), "What the numbers rest on")
    text = "\n\n".join(bibtex(key for keys in material.references.values() for key in keys))
    return joined([table, _folded("BibTeX", _text(text, "BibTeX of what the numbers rest on"))])


def _nothing(part: str, material: Material) -> str:
    """What is said of a part that cites nothing: that a stranger's numbers have no source, too."""
    said = without_references(part)
    return f"{said}: its numbers are {UNSOURCED}" if part in _plugins(material.provenance) else said


def _words(keys: Any) -> Iterator[str]:
    """Each key with its title, where the package has it."""
    for key in keys:
        entry = entries().get(key)
        title = "" if entry is None else entry.fields.get("title", "").replace("{", "").replace("}", "")
        yield f"{title} ({key})" if title else str(key)


def reading(material: Material) -> Markup:
    """Lines that read the file again."""
    name = material.path.name
    output = material.output
    whole = output.get("layout") == "cartesian" and output.get("format") != "hepmc3"
    read = "read_events" if whole else "read_provenance"
    python = f"import darkpair\n\n{'events' if whole else 'provenance'} = darkpair.{read}({name!r})"
    words = " ".join(("darkpair inspect", shlex.quote(name)))
    cite = " ".join(("darkpair cite", shlex.quote(name)))
    return joined(
        [
            element("p", "In Python:"),
            _text(python, "Python that reads the file"),
            element("p", "On the command line, counts and cut flow, and what to cite:"),
            _text(f"{words}\n{cite}", "Commands that read the file"),
        ]
    )
