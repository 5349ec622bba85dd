"""Pages whose numbers are those of runs: docs/*.md and README.md from the outputs stored in docs/results.

How to, in ten lines.  `darkpair study NAME` (or any command) leaves NAME.json with ``rows``; its line in
docs/results/runs.toml says how, and ``python -m darkpair.pages remake NAME`` runs it and stores docs/results/NAME.json
(and its pictures that docs/ has).
docs/results/PAGE.toml binds a page; ``python -m darkpair.pages`` rewrites the pages, ``check`` (and a test) compares:

    [[table]]                                  # a table that is `export.files.markdown` of the rows, all columns
    under = "Heading"                          # the first table below it (number = 2: the second)
    rows = "inputs"                            # or "inputs | file = koto.toml", or "charm | production_uncertainty"
    columns = ["entry", "effect"]              # some of them; or cells = ["{entry}", "{ratio +- ratio error:1}", ...]
    [[says]]                                   # a sentence: fields are expressions of the names that follow
    text = "median {m:.1f} MeV, {b / a - 1:.0%} more"       # as on the page, once; lines may break elsewhere
    m = "fig7 | curves | curve = K_L -> 2pi0 | median [MeV]"    # output | key or filter | ... | column
    [given]                                    # what no run made: a kind of `KINDS`, where, and the page's words
    "published: arXiv:1702.03224" = ["1.6e-5 (charged and neutral)"]

``[labels]`` says what names of an output are called in a page's tables (charm = "CHARM").  A table of given numbers is
``[[given_table]]`` with ``under``, ``number``, ``why`` and maybe ``columns = [1, 3]``; in a table of rows ``across`` is the
column whose values are the page's columns, and ``value`` the template of a cell.
Whatever looks like a result and is neither is an error, as is an output that no page uses; see `problems`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from darkpair.gen.errors import DarkpairError
from darkpair.pages.law import loose_numbers
from darkpair.pages.outputs import Outputs
from darkpair.pages.page import KINDS, Page

__all__ = ["KINDS", "Outputs", "Page", "page_files", "problems", "rewrite"]


def page_files(root: Path) -> list[Path]:
    """Every page of a source tree."""
    return [*sorted((root / "docs").glob("*.md")), root / "README.md"]


def rewrite(path: Path, outputs: Outputs, wrong: list[str] | None = None) -> list[str]:
    """What was written anew on a page, a line each.

    Parameters
    ----------
    path : Path
    outputs : Outputs
    wrong : list of str, optional
        See `Page.changes`.
    """
    page = Page.read(path, outputs.folder)
    text, lines = page.text, []
    for change in reversed(page.changes(outputs, wrong)):
        if change.old != change.new:
            text = text[: change.span[0]] + change.new + text[change.span[1] :]
            lines.append(
                f"{page.at(change.span[0])}: {_difference(change.old, change.new)} ({change.source})"
            )
    if text != page.text:
        path.write_text(text, encoding="utf-8")
    return lines[::-1]


def problems(files: Sequence[Path], folder: Path, *, known: Sequence[str] | None = None) -> list[str]:
    """What is wrong with pages and the outputs of a folder, a line each.

    Parameters
    ----------
    files : sequence of Path
        Of the pages.
    folder : Path
        Of outputs and bindings.
    known : sequence of str, optional
        Outputs that have a command; asked if given.
    """
    outputs = Outputs(folder=folder)
    lines: list[str] = []
    for path in files:
        try:
            page = Page.read(path, folder)
            changes, given = page.changes(outputs, lines), page.given()
        except DarkpairError as error:
            lines.append(str(error))
            continue
        lines += [
            f"{page.at(one.span[0])}: {_difference(one.old, one.new)}, says {one.source}; "
            "write the pages again (python -m darkpair.pages)"
            for one in changes
            if one.old != one.new
        ]
        lines += [
            f"{page.at(place)}: {text!r} is bound to no run; bind it in {folder.name}/{path.stem}.toml, "
            "or say there what it is (given)"
            for place, text in loose_numbers(
                page, [*given, *(one.span for one in changes)], (one.around for one in changes)
            )
        ]
    stems = {path.stem for path in files}
    lines += [
        f"{name}.json is an output that no page uses; leave it out"
        for name in outputs.names()
        if name not in outputs.used
    ]
    lines += [
        f"{path.name} binds a page that does not exist"
        for path in sorted(folder.glob("*.toml"))
        if path.stem not in {*stems, "runs"}
    ]
    if known is not None:
        lines += [f"{name}.json has no command in runs.toml" for name in outputs.names() if name not in known]
        lines += [
            f"{name} has a command in runs.toml and no output"
            for name in known
            if name not in outputs.names()
        ]
    return lines


def _difference(old: str, new: str) -> str:
    """The first line that differs."""
    if "\n" not in old + new:
        return f"{old!r} should be {new!r}"
    pairs = zip([*old.split("\n"), ""], [*new.split("\n"), ""], strict=False)
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return f"a table has {one!r} for {other!r}"
