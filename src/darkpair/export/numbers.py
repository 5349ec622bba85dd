"""How a number of a run is written on a page: digits, value(error), per cent, powers of ten, groups of three."""

from __future__ import annotations

import math
from typing import Any, Final

from darkpair.gen.errors import InputError

__all__ = ["WRITTEN", "written"]

#: Pattern of what `written` makes of a number, and of what people write.
WRITTEN: Final = r"[+−-]?(?:\d{1,3}(?: \d{3})+(?!\d)|\d*\.?\d+)(?:\(\d+(?:\.\d+)?\))?(?: ± \d*\.?\d+)?(?:e[−-]?\d+)?(?: %)?"


def written(value: Any, spec: str = "", error: Any = None) -> str:
    """The value in the format that a template asks for.

    Parameters
    ----------
    value : float, str, bool or None
        The value; None is an empty cell.
    spec : str
        Format of the value. Without an error, of Python's format (``.3f``, ``+.2e``, ``.4g``), where ``%`` is per
        cent with a space and ``,`` groups digits by spaces; with one, how many digits of it (``1``, ``2e``: power of
        ten, ``+1%``).
    error : float, optional
        Standard error, written in brackets behind the value; a zero whose error is zero is written without.
    """
    if value is None:
        return ""
    if isinstance(value, str | bool):
        return str(value).replace("|", "\\|")
    if not isinstance(value, int | float):
        raise InputError(f"{value!r} is not a number; a template shows single values; narrow its path")
    try:
        text = (
            _plain(value, spec or ".4g") if error is None else _with_error(value, float(error), spec or "1")
        )
    except InputError:  # a ValueError too
        raise
    except ValueError:
        raise InputError(
            f"{spec!r} is no format of the number {value:g}; allowed are .3f, .1%, ,.3g"
        ) from None
    return text.replace("-", "−", 1) if text.startswith("-") else text


def _plain(value: float, spec: str) -> str:
    if spec.endswith("%"):
        return f"{100.0 * value:{spec[:-1]}f} %"
    if "," in spec:
        spec = spec.replace(",", "")
        rounded = float(f"{value:{spec}}") if spec else value
        return f"{rounded:,.0f}".replace(",", " ")
    return _short(f"{value:{spec}}")


def _short(text: str) -> str:
    """Powers of ten without plus and zeros: 1e-09 becomes 1e-9."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def _with_error(value: float, error: float, spec: str) -> str:
    sign = "+" if spec.startswith("+") else ""
    spec = spec.removeprefix("+")
    if spec.endswith("%"):
        return _with_error(100.0 * value, 100.0 * error, sign + spec[:-1]) + " %"
    if spec.endswith("e"):
        power = math.floor(math.log10(abs(value))) if value else 0
        return f"{_with_error(value / 10.0**power, error / 10.0**power, sign + spec[:-1])}e{power}"
    digits = int(spec)
    if error == 0.0 == value:
        return "0"  # exact: not one event changed
    if not error > 0.0:
        raise InputError(f"the error {error:g} of {value:g} is not positive; write the value without it")
    places = digits - 1 - math.floor(math.log10(float(f"{error:.{digits - 1}e}")))
    if places <= 0:
        return f"{round(value, places):{sign}.0f}({round(error, places):.0f})"
    scaled = round(error * 10.0**places)
    inside = f"{error:.{places}f}" if scaled >= 10**places else f"{scaled}"
    return f"{value:{sign}.{places}f}({inside})"
