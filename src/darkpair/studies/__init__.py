"""Figures and tables of arXiv:2005.07102, one a module; each leaves its data before its picture."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

from darkpair.constraints import DATA
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.studies import (
    audit,
    belle2,
    charm,
    fig1,
    fig2,
    fig6,
    fig7,
    fig8,
    fig9,
    koto_band,
    koto_limits,
    koto_shifts,
    mesons,
    relic,
    table1,
)

__all__ = ["STUDIES", "Study", "data_for"]

#: (folder, inputs, quick=...) -> paths of what it wrote; the first line of its module says what it is.
#: A study that draws limits takes data="2020" or "today" (of `darkpair.constraints.DATA`) as well.
Study = Callable[..., list[Path]]

#: Every study by name.
STUDIES: dict[str, Study] = {
    "audit": audit.run,
    "belle2": belle2.run,
    "charm": charm.run,
    "table1": table1.run,
    "fig1": fig1.run,
    "fig2": fig2.run,
    "fig6": fig6.run,
    "fig7": fig7.run,
    "fig8": fig8.run,
    "fig9": fig9.run,
    "koto-band": koto_band.run,
    "koto-limits": koto_limits.run,
    "koto-shifts": koto_shifts.run,
    "relic": relic.run,
    "mesons": mesons.run,
}


def data_for(name: str, data: str) -> str:
    """Set of measurements for a study, checked.

    Parameters
    ----------
    name : str
        Of a study in `STUDIES`.
    data : {"2020", "today"}

    Raises
    ------
    UnknownNameError
        For another set.
    InputError
        If the study draws no limits.
    """
    if data not in DATA:
        raise UnknownNameError("set of data", data, DATA)
    if "data" not in inspect.signature(STUDIES[name]).parameters:
        able = [other for other, study in STUDIES.items() if "data" in inspect.signature(study).parameters]
        raise InputError(
            f"study {name} draws no limits, so --data {data} would change nothing; allowed for: "
            f"{', '.join(able) or 'no study yet'}; leave it out"
        )
    return data
