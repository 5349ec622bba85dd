"""The folder ``examples`` of the repository, as the package carries it: jobs, data files and scripts that the pages name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from darkpair.gen.errors import InputError
from darkpair.gen.output.target import put

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["example_summaries", "example_texts", "write_examples"]

#: What an example says of itself at its beginning: the lines of a comment, or a docstring.
_COMMENT = re.compile(r"(?:#!.*\n)?((?:#.*\n)+)")
_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)


def example_texts() -> dict[str, str]:
    """Texts of all examples by their names, as ``koto_pi0.toml`` or ``slurm/submit.sh``, in the order of the alphabet."""
    return {
        name: source.read_text(encoding="utf-8")
        for name, source in sorted(_below(files("darkpair.examples")))
    }


def example_summaries() -> dict[str, str]:
    """What each example is, in the first sentence that it says of itself."""
    return {name: _summary(text) for name, text in example_texts().items()}


def write_examples(folder: Path) -> list[Path]:
    """Put all examples into a folder, which is made if need be; what is there already is left as it is.

    Parameters
    ----------
    folder : Path
        The folder; the pages run their commands beside one that is called ``examples``.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    InputError
        If a file of such a name is there with another text; nothing is written then.
    UnwrittenError
        If the system does not let us write; as `darkpair.gen.output.target.put`.
    """
    texts = {folder / name: text for name, text in example_texts().items()}
    missing = {path: text for path, text in texts.items() if not path.exists()}
    for path, text in texts.items():
        if path not in missing and not _says(path, text):
            raise InputError(
                f"{str(path)!r} is there and differs from the example, and nothing is overwritten; give another folder"
            )
    written = put(missing)
    for path in written:
        if texts[path].startswith("#!"):
            with suppress(OSError):  # (of a disk that has no such bit)
                path.chmod(path.stat().st_mode | 0o111)
    return written


def _below(folder: Traversable, before: str = "") -> Iterator[tuple[str, Traversable]]:
    """Files of a folder and of those in it, with their names from there."""
    for entry in folder.iterdir():
        if entry.is_file() and not entry.name.endswith(".pyc"):
            yield f"{before}{entry.name}", entry
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _below(entry, f"{before}{entry.name}/")


def _says(path: Path, text: str) -> bool:
    """Whether a file has that text."""
    try:
        return path.read_text(encoding="utf-8") == text
    except (OSError, UnicodeDecodeError):
        return False


def _summary(text: str) -> str:
    comment, docstring = _COMMENT.match(text), _DOCSTRING.match(text)
    said = (
        docstring[1] if docstring else re.sub(r"^#+ ?", "", comment[1], flags=re.MULTILINE) if comment else ""
    )
    sentence = re.split(r"(?<=\.)\s|\n\n", said.strip(), maxsplit=1)[0]
    return " ".join(sentence.split()).removesuffix(".")
