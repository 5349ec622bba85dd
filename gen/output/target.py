"""Where a file may be written, and the name it has until it is complete."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from darkpair.gen.errors import InputError

__all__ = ["check_writable", "unfinished"]


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse an output path that cannot be written, before anything is generated.

    Raises
    ------
    InputError
        If the folder is missing or closed to us, or if something stands there that is no writable file.
    """
    try:
        refusal = _refusal(Path(path))
    except (
        OSError,
        ValueError,
        RuntimeError,
    ) as error:  # ValueError: a null character; RuntimeError: a loop of links
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"output {str(path)!r} cannot be written: {reason}; choose another place") from error
    if refusal is not None:
        raise InputError(f"output {str(path)!r} {refusal}")


def _refusal(path: Path) -> str | None:
    """Why a file may not be written there; None after a trial in its folder."""
    target = path.resolve()
    if target.is_dir():
        return "is a folder; give the name of a file"
    if target.exists() and not (target.is_file() and os.access(target, os.W_OK)):
        return "exists and may not be overwritten; choose another name"
    if not target.parent.is_dir():
        return f"cannot be written: there is no folder {str(path.parent)!r}; make it, or choose another"
    trial = unfinished(target)
    trial.touch(exist_ok=False)
    trial.unlink()
    return None


def unfinished(path: Path) -> Path:
    """Name of an unfinished file beside the finished one, so that renaming it is one step."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
