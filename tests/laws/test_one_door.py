"""Nothing in the package writes a file past its one door, `replacing` and `put` of gen/output/target.py; read from the sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.shared.trees import nodes, trees

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "gen").is_dir(), reason="no source tree")

#: The door itself, and why others may write where they do.
ALLOWED = {
    "gen/output/unfinished.py": "the door",
    "gen/remote.py": "into a temporary folder, to read what is elsewhere",
    "src/darkpair/cli/terminal.py": "the null device, for a program without an output",
    "src/darkpair/cli/machine.py": "the null device, for a program whose output is full",
}

#: Methods and functions that write into the file of their first argument, or of what they are called on where it has none.
WRITES = {
    "write_text", "write_bytes", "touch", "symlink_to", "hardlink_to", "rename", "renames", "link", "symlink",
    "savefig", "imsave", "to_file", "tofile", "save", "savez", "savez_compressed", "savetxt", "memmap", "to_csv", "to_json",
    "to_parquet", "to_feather", "to_hdf", "to_excel", "to_pickle", "create", "recreate", "update_file", "dump_file", "copyfile", "copy2",
    "copytree", "move", "make_archive", "mkstemp", "truncate", "mkfifo", "mknod",
}  # fmt: skip

#: What a file is called that has no name of its own yet, and what is open on one or in memory.
PARTIAL, OPEN = "partial", {"file", "content"}


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the package, and every start for a plug-in, by its path; links are not followed."""
    door = ROOT / "src" / "darkpair"
    paths = [path for room in ("gen", "chains", "detectors") for path in (ROOT / room).rglob("*.py")]
    linked = [path.name for path in door.iterdir() if path.is_symlink()]
    paths += [path for path in door.rglob("*.py") if path.relative_to(door).parts[0] not in linked]
    paths += (door / "plugins" / "starts").glob("*.py.in")
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}
    return trees(
        (name, text.replace("@", "") if name.endswith(".in") else text) for name, text in texts.items()
    )


def _word(node: ast.AST) -> str:
    """The last name of an expression: ``partial`` of ``self.partial``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _opened(call: ast.Call) -> tuple[ast.AST, str] | None:
    """What a call of ``open`` opens, and how; None for another call, and where the mode cannot be told it counts as writing."""
    match call.func:
        case ast.Name(id="open"):
            what, *rest = call.args
        case ast.Attribute(value=ast.Name(id="os"), attr="open"):
            return call.args[0], "r" if "O_RDONLY" in ast.dump(call) else "w"
        case ast.Attribute(value=ast.Name(id="io" | "gzip" | "bz2" | "lzma" | "codecs"), attr="open"):
            what, *rest = call.args
        case ast.Attribute(value=ast.Name(id="uproot" | "fsspec" | "webbrowser"), attr="open"):
            return None
        case ast.Attribute(value=what, attr="open"):
            rest = call.args
        case _:
            return None
    modes = [*rest[:1], *(word.value for word in call.keywords if word.arg == "mode")]
    if not modes:
        return what, "r"
    return what, str(modes[0].value) if isinstance(modes[0], ast.Constant) else "w"


def breaches(tree: ast.AST) -> Iterator[str]:
    """Where a module writes a file that is not an unfinished one."""
    for call in nodes(tree):
        if not isinstance(call, ast.Call):
            continue
        opened = _opened(call)
        if opened is not None and set(opened[1]) & set("wax+") and _word(opened[0]) != PARTIAL:
            yield f"line {call.lineno}: {ast.unparse(call)}"
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        of = _word(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        first = _word(call.args[0]) if call.args else ""
        if method in WRITES and PARTIAL not in (of, first) and first not in OPEN:
            yield f"line {call.lineno}: {ast.unparse(call)}"
        # of a path: a text's takes two arguments, those of dataclasses and dates take keywords
        if method == "replace" and len(call.args) == 1 and not call.keywords:
            yield f"line {call.lineno}: {ast.unparse(call)}"


def test_nothing_is_written_past_the_door() -> None:
    wrong = [
        f"{name}, {line}"
        for name, tree in sources().items()
        if name not in ALLOWED
        for line in breaches(tree)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_list_of_who_may_is_short() -> None:
    trees = sources()
    assert [name for name in ALLOWED if not list(breaches(trees[name]))] == []


@pytest.mark.parametrize(
    "line",
    [
        "path.write_text(text)",
        "open(path, 'w')",
        "open(path, mode='a')",
        "path.open('xb')",
        "self.path.open('r+b')",
        "path.open(mode)",
        "gzip.open(path, 'wt')",
        "os.open(path, os.O_WRONLY)",
        "figure.savefig(path, dpi=150)",
        "plt.savefig(folder / 'a.png')",
        "np.save(path, array)",
        "ak.to_parquet(array, path)",
        "uproot.recreate(path)",
        "uproot.create(path)",
        "shutil.copyfile(a, b)",
        "a.rename(b)",
        "a.replace(b)",
        "os.rename(a, b)",
        "path.touch()",
        "file.open('w')",
    ],
)
def test_what_the_law_sees(line: str) -> None:
    assert len(list(breaches(ast.parse(line)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "self.partial.open('w')",
        "uproot.recreate(file)",
        "figure.savefig(content, format='png')",
        "path.open('rb')",
        "open(path)",
        "text.replace('a', 'b')",
        "replace(self, path=path)",
        "uproot.open(path)",
        "self.file.write(text)",
    ],
)
def test_what_it_allows(line: str) -> None:
    assert not list(breaches(ast.parse(line)))
