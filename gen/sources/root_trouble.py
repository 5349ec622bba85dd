"""What goes wrong in a ROOT file, in one line that says what it is: damage, a missing module, a class that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from darkpair.gen.errors import DarkpairError, InputError, shown

__all__ = ["root_trouble"]

#: Modules that uproot needs for some kinds of compression, by what they unpack.
_MODULES = {
    "cramjam": "lz4 or zstd",
    "xxhash": "lz4",
    "lz4": "lz4",
    "zstandard": "zstd",
    "lzma": "lzma",
    "isal": "zlib",
}


@contextmanager
def root_trouble(what: str, meaning: str = "") -> Iterator[None]:
    """Tell in one line whatever a foreign or damaged file makes go wrong in uproot.

    Parameters
    ----------
    what : str
        What is read: the file, or a branch of it.
    meaning : str
        What any trouble means here, where that is clear.

    Raises
    ------
    InputError
        For every exception but ours, and those that ask the process to stop.
    """
    try:
        yield
    except (DarkpairError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # (a panic of a decompressor in Rust is no Exception)
        raise InputError(f"{what} {meaning or _meaning(error)}") from error


def _meaning(error: BaseException) -> str:
    """What an exception of uproot says of the file."""
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 (uproot's errors show half-read objects)
        text = ""
    if isinstance(error, ImportError):
        module = (getattr(error, "name", None) or "").partition(".")[0]
        for candidate, packing in _MODULES.items():
            if candidate == module or candidate in text:
                return (
                    f"is compressed by {packing}, which needs the module {candidate}; pip install {candidate}"
                )
        return f"needs a module that is not installed ({shown(text)}); install it"
    if name == "UnknownInterpretation":
        return "holds a class whose bytes uproot cannot read; write its numbers as plain branches"
    if "unsupported compression algorithm" in text:
        return "has ROOT's compression of before 2005, which nothing but ROOT unpacks; let ROOT write it again (hadd)"
    if isinstance(error, NotImplementedError):
        return f"is of a kind that uproot cannot read ({shown(text)}); write its numbers as plain branches"
    if name == "DeserializationError" and "expected" not in text:
        return "holds objects that uproot cannot take apart; write their numbers as plain branches, or copy the file again"
    if isinstance(error, MemoryError):
        return "claims more numbers than there is memory; it is damaged, or its events are too long: copy it again"
    if isinstance(error, FileNotFoundError):
        return "is not there any more; give another file"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror}); give a file that may be"
    return f"cannot be read ({name}); it is damaged, cut short or something else: copy it again, or give another file"
