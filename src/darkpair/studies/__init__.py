"""Figures and tables of arXiv:2005.07102, one a module; each leaves its data before its picture."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

from darkpair.chains.models.zprime_fermions import CONVENTIONS
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.searches import DATA
from darkpair.studies import (
    audit,
    belle2,
    charm,
    fig1,
    fig2,
    fig3,
    fig4,
    fig5,
    fig6,
    fig7,
    fig8,
    fig9,
    inputs,
    koto_band,
    koto_limits,
    koto_shifts,
    koto_statements,
    koto_upstream,
    mesons,
    relic,
    table1,
    validation,
)

__all__ = ["STUDIES", "Study", "options_for"]

#: (folder, inputs, quick=...) -> paths of what it wrote; the first line of its module says what it is.
#: A study that draws limits takes data="2020" or "today" (of `darkpair.searches.DATA`) as well.
Study = Callable[..., list[Path]]

#: Every study by name.
STUDIES: dict[str, Study] = {
    "audit": audit.run,
    "belle2": belle2.run,
    "charm": charm.run,
    "table1": table1.run,
    "fig1": fig1.run,
    "fig2": fig2.run,
    "fig3": fig3.run,
    "fig4": fig4.run,
    "fig5": fig5.run,
    "fig6": fig6.run,
    "fig7": fig7.run,
    "fig8": fig8.run,
    "fig9": fig9.run,
    "inputs": inputs.run,
    "koto-band": koto_band.run,
    "koto-limits": koto_limits.run,
    "koto-shifts": koto_shifts.run,
    "koto-statements": koto_statements.run,
    "koto-upstream": koto_upstream.run,
    "relic": relic.run,
    "mesons": mesons.run,
    "validation": validation.run,
}


def _describe() -> None:
    """Give each study its module's first line, which `darkpair list` shows."""
    for study in STUDIES.values():
        first = (sys.modules[study.__module__].__doc__ or "").partition("\n")[0]
        setattr(study, "summary", first.partition(": ")[2])  # noqa: B010 (a function has no declared attribute)


_describe()


def options_for(name: str, **options: Any) -> dict[str, Any]:
    """Those options of a study that are given, checked.

    Parameters
    ----------
    name : str
        Of a study in `STUDIES`.
    **options
        ``data`` ("2020" or "today"), ``convention`` ("literal" or "printed"), ``cache`` (a folder); None where
        it is not given.

    Raises
    ------
    UnknownNameError
        For a set of data or a convention that does not exist.
    InputError
        If the study would do nothing with an option.
    """
    given = {option: value for option, value in options.items() if value is not None}
    for option, value in given.items():
        if option in _ALLOWED and value not in _ALLOWED[option][1]:
            raise UnknownNameError(_ALLOWED[option][0], value, _ALLOWED[option][1])
        if option not in _parameters(name):
            able = [other for other in STUDIES if option in _parameters(other)]
            raise InputError(
                f"--{option} {value} would change nothing in study {name}; allowed for: {', '.join(able)}; "
                "leave it out"
            )
    return given


#: Options with a list of names: what they are, and the names.
_ALLOWED: Final = {
    "data": ("set of data", tuple(DATA)),
    "convention": ("Majorana convention", CONVENTIONS),
}


def _parameters(name: str) -> Collection[str]:
    return inspect.signature(STUDIES[name]).parameters
