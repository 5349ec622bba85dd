"""Pages whose numbers are those of runs: docs/*.md and READMEs from the outputs stored in docs/results.

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

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from darkpair.gen.errors import DarkpairError
from darkpair.gen.output.target import put
from darkpair.pages.law import loose_numbers
from darkpair.pages.outputs import Outputs
from darkpair.pages.page import KINDS, Page, binding_name

__all__ = ["FOLDERS", "KINDS", "Outputs", "Page", "page_files", "problems", "rewrite"]

#: Folders of docs/ that have pages as docs/ itself has; names of pages differ over all of them.
FOLDERS: Final = ("tutorial", "howto", "explanation")


def page_files(root: Path) -> list[Path]:
    """Every page of a source tree that somebody writes, but for those of `docs/extending`, which have tests of their own."""
    benchmarks = root / "benchmarks" / "README.md"
    folders = [root / "docs", *(root / "docs" / name for name in FOLDERS)]
    pages = [page for folder in folders for page in sorted(folder.glob("*.md"))]
    return [*pages, root / "README.md", *[benchmarks] * benchmarks.is_file()]


def rewrite(path: Path, outputs: Outputs, wrong: list[str] | None = None) -> list[str]:
    """What was written anew on a page, a line each.

    Parameters
    ----------
    path : Path
        Path of the page.
    outputs : Outputs
        Stored outputs that the page's numbers are taken from.
    wrong : list of str, optional
        Gets a line for each binding that does not hold, which is an error unless it is given.
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
        put({path: text})
    return lines[::-1]


def problems(files: Sequence[Path], folder: Path, *, with_command: Sequence[str] | None = None) -> list[str]:
    """What is wrong with pages and the outputs of a folder, a line each.

    Parameters
    ----------
    files : sequence of Path
        Paths of the pages.
    folder : Path
        Folder of the outputs and of the pages' bindings.
    with_command : sequence of str, optional
        Names of the outputs that a command of ``runs.toml`` makes; compared with those of the folder if given.
    """
    outputs = Outputs(folder=folder)
    lines = [line for path in files for line in _page_problems(path, outputs)]
    return [*lines, *_folder_problems({binding_name(path) for path in files}, outputs, with_command)]


def _page_problems(path: Path, outputs: Outputs) -> list[str]:
    """What is wrong with one page: numbers that differ from their outputs, or that are bound to none."""
    lines: list[str] = []
    try:
        page = Page.read(path, outputs.folder)
        changes, given = page.changes(outputs, lines), page.given()
    except DarkpairError as error:
        return [*lines, str(error)]
    lines += [
        f"{page.at(change.span[0])}: {_difference(change.old, change.new)}, says {change.source}; "
        "write the pages again (python -m darkpair.pages)"
        for change in changes
        if change.old != change.new
    ]
    bound = [*given, *(change.span for change in changes)]
    lines += [
        f"{page.at(place)}: {text!r} is bound to no run; bind it in {outputs.folder.name}/{binding_name(path)}.toml, "
        "or say there what it is (given)"
        for place, text in loose_numbers(page, bound, (change.around for change in changes))
    ]
    return lines


def _folder_problems(
    pages: Collection[str], outputs: Outputs, with_command: Sequence[str] | None
) -> Iterator[str]:
    """Outputs that no page uses, bindings without a page, and outputs and commands without each other."""
    names = outputs.names()
    for name in names:
        if name not in outputs.used:
            yield f"{name}.json is an output that no page uses; leave it out"
    for path in sorted(outputs.folder.glob("*.toml")):
        if path.stem not in {*pages, "runs"}:
            yield f"{path.name} binds a page that does not exist"
    if with_command is not None:
        yield from (f"{name}.json has no command in runs.toml" for name in names if name not in with_command)
        yield from (
            f"{name} has a command in runs.toml and no output" for name in with_command if name not in names
        )


def _difference(old: str, new: str) -> str:
    """The first line that differs."""
    if "\n" not in old + new:
        return f"{old!r} should be {new!r}"
    pairs = zip([*old.split("\n"), ""], [*new.split("\n"), ""], strict=False)
    before, after = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    return f"a table has {before!r} for {after!r}"
