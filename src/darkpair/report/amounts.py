"""Times and sizes as somebody reads them."""

from __future__ import annotations

__all__ = ["bytes_text", "time_text"]


def time_text(seconds: float) -> str:
    """A time [s] in words, two digits of it."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2.0 * length:
            return f"{float(f'{seconds / length:.2g}'):g} {unit}"
    return f"{seconds:.2g} s"


def bytes_text(size: int) -> str:
    """A number of bytes in words, three digits of it."""
    number, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if number < 1000.0:
            break
        number, unit = number / 1000.0, larger
    return f"{number:.3g} {unit}"
