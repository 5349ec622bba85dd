"""What numbers rest on: keys of ``gen/data/references.bib``, as declared by a thing or cited in its texts, and their BibTeX.

A source, model, detector, search or format declares them as ``references``, a tuple of keys: ``"arXiv:2005.07102"``,
``"doi:10.17182/hepdata.166082"``, or the key of an entry of the file.  Data files cite in the ``source`` of each number; whatever
is named there and has an entry, or is an identifier of arXiv or a DOI, counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from darkpair.gen.data_files import written
from darkpair.gen.errors import InputError, shown

__all__ = [
    "GENERATOR",
    "Reference",
    "bibtex",
    "cited_in",
    "entries",
    "references_of",
    "sources_in",
    "without_references",
]

#: What every event rests on: the program, and the paper that it implements.
GENERATOR: Final = ("darkpair", "arXiv:2005.07102")

#: Identifiers in texts: arXiv's, new and old, and DOIs.
_NEW: Final = r"\b\d{4}\.\d{4,5}(?!\d)"
_OLD: Final = r"\b(?:hep-(?:ph|ex|th|lat)|nucl-(?:th|ex)|physics|astro-ph)/\d{7}(?!\d)"
_IDENTIFIER: Final = re.compile(rf"arXiv:({_NEW})|({_OLD})|\b(10\.\d{{4,9}}/[^\s;,)]*[^\s;,.)])")
_KEY: Final = re.compile(rf"arXiv:(?P<arxiv>{_NEW}|{_OLD})|doi:(?P<doi>10\.\d{{4,9}}/\S+)")

_ENTRY: Final = re.compile(r"^@(\w+)\{([^,\s]+),\n((?:  .*\n)*)\}$", re.MULTILINE)
_FIELD: Final = re.compile(r"^  (\w+) = \{(.*)\},$", re.MULTILINE)

#: Fields that are notes of the package to itself.
_OURS: Final = ("cited", "note")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An entry of the file.

    Parameters
    ----------
    kind, key : str
        Type and key of the BibTeX entry.
    fields : mapping of str to str
        Its fields.
    """

    kind: str
    key: str
    fields: Mapping[str, str]

    @property
    def words(self) -> str:
        """By what texts cite it where they do not by an identifier; empty where they do."""
        return self.fields.get("cited", "")

    def text(self) -> str:
        """The entry as BibTeX; without `note`, where the package has title or identifier from, and `cited`."""
        lines = [f"  {name} = {{{value}}}," for name, value in self.fields.items() if name not in _OURS]
        return "\n".join((f"@{self.kind}{{{self.key},", *lines, "}"))


@cache
def entries() -> Mapping[str, Reference]:
    """Every entry of ``gen/data/references.bib`` by its key."""
    text = written("darkpair.gen", "data/references.bib")
    return {
        key: Reference(kind=kind, key=key, fields=dict(_FIELD.findall(fields)))
        for kind, key, fields in _ENTRY.findall(text)
    }


def cited_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Keys of what some texts cite, in the order of their first words."""
    out: dict[str, None] = {}
    for text in texts:
        places = {m.start(): _key_of(m) for m in _IDENTIFIER.finditer(text)}
        places |= {
            at: entry.key
            for entry in entries().values()
            if entry.words and (at := text.find(entry.words)) >= 0
        }
        out |= dict.fromkeys(places[at] for at in sorted(places))
    return tuple(out)


def _key_of(match: re.Match[str]) -> str:
    new, old, doi = match.groups()
    return f"doi:{doi}" if doi else f"arXiv:{new or old}"


def references_of(thing: Any) -> tuple[str, ...]:
    """What a source, model, detector, search or format says that it rests on; nothing where it says nothing.

    Raises
    ------
    InputError
        For what is no list of keys.
    """
    declared = getattr(thing, "references", ())
    wrong = isinstance(declared, str) or not isinstance(declared, Iterable)
    keys = () if wrong else tuple(declared)
    if wrong or not all(isinstance(key, str) and (key in entries() or _KEY.fullmatch(key)) for key in keys):
        raise InputError(
            f"{type(thing).__name__}.references = {shown(declared)}; allowed: a tuple of keys, as 'arXiv:2005.07102', "
            "'doi:10.17182/hepdata.166082' or one of gen/data/references.bib"
        )
    return keys


def without_references(part: str) -> str:
    """What is said of a part of a job without references, where that is no omission and where it is."""
    if part == "chain":
        return "cites nothing for how its decays are made (darkpair inspect says how)"
    return "declares no references; ask who made it"


def bibtex(keys: Iterable[str]) -> Iterator[str]:
    """BibTeX entries of some keys, each once; an identifier without an entry becomes one that has no title."""
    for key in dict.fromkeys(keys):
        entry = entries().get(key)
        if entry is not None:
            yield entry.text()
        elif (match := _KEY.fullmatch(key)) is not None and match["arxiv"]:
            number = match["arxiv"]
            fields = {"eprint": number, "archivePrefix": "arXiv", "url": f"https://arxiv.org/abs/{number}"}
            yield Reference(kind="misc", key=key, fields=fields).text()
        elif match is not None:
            fields = {"doi": match["doi"], "url": f"https://doi.org/{match['doi']}"}
            yield Reference(kind="misc", key=key, fields=fields).text()


def sources_in(data: Any) -> Iterator[str]:
    """What the numbers of a data file say of where they come from, and its titles: texts of ``source``, ``title``, ``summary``."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            if name in ("source", "title", "summary") and isinstance(value, str):
                yield value
            else:
                yield from sources_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from sources_in(value)
