"""Searches that are data files: `load_search`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.parameters import arguments, checked
from darkpair.gen.units import exactly
from darkpair.searches.rate import RateSearch, Stated

if TYPE_CHECKING:
    import os

    from darkpair.searches.measurements import Measurement

__all__ = ["KINDS", "DumpSearch", "load_search"]

_NOT_COMPUTED: Final = "; it is stated, not computed from observed and background events"


@checked
@dataclass(frozen=True, kw_only=True)
class DumpSearch:
    """A search behind a target: eta -> X1 X2, X2 -> X1 pi0 in a fixed-target detector, whose samples `limits` makes.

    Parameters
    ----------
    experiment : str
        Detector's data file: a name of the package's, or a path that ends with .toml, from the folder of this file.
    exposure : Stated [protons on target], optional
        Protons on target; the detector's own unless given.
    signal_limit : Stated [events], optional
        Signal excluded at 90 %; the detector's own unless given.
    data : sequence of {"2020", "today"}
        Sets of data that it belongs to.
    summary : str
        What it is, in a line.
    """

    experiment: str
    exposure: Stated | None = None
    signal_limit: Stated | None = None
    data: tuple[Literal["2020", "today"], ...] = ("today",)
    summary: str = "A search behind a target, of a data file."

    def __post_init__(self) -> None:
        from darkpair.detectors.fixed_target import FixedTarget

        run = FixedTarget(experiment=self.experiment).run
        for key, own in (("pot", self.exposure), ("n_90", self.signal_limit)):
            if own is None and key not in run:
                raise InputError(
                    f"the data file {self.experiment} has no run.{key}; give it there, or "
                    f"{'exposure' if key == 'pot' else 'signal_limit'} in the search's file{_NOT_COMPUTED if key == 'n_90' else ''}"
                )
            if own is not None and not own.value > 0.0:
                raise InputError(
                    f"{'exposure' if key == 'pot' else 'signal_limit'} = {own.value:g}; allowed: above 0"
                )
        _ = self.protons, self.stated_limit

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of data that it belongs to."""
        return self.data

    @property
    def protons(self) -> float | None:
        """Protons on target; None for the detector's own."""
        if self.exposure is None:
            return None
        return self.exposure.measurement("protons on target", "exposure").value

    @property
    def stated_limit(self) -> Measurement | None:
        """Signal excluded at 90 % [events]; None for the detector's own."""
        if self.signal_limit is None:
            return None
        return self.signal_limit.measurement("events", "signal_limit", 0.90)


#: What a file may be, by its ``kind``.
KINDS: Final[Mapping[str, Callable[..., RateSearch | DumpSearch]]] = {"rate": RateSearch, "dump": DumpSearch}


def load_search(path: str | os.PathLike[str]) -> RateSearch | DumpSearch:
    """Search of a TOML file: ``kind = "rate"`` or ``"dump"``, and the parameters of `RateSearch` or `DumpSearch` as keys.

    Parameters
    ----------
    path : str or path
        The file, in TOML.

    Raises
    ------
    InputError
        In one line, with the file and the key.

    Examples
    --------
    The contents of a file:

    .. code:: toml

       kind = "rate"
       parent = "K_L0"
       mode = "X1 X2"
       then = "X1 pi0"
       [upper_limit]
       value = 2.2e-9
       unit = "1"
       source = "KOTO, arXiv:2411.11237"
       confidence = "read"
    """
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text("utf-8"), parse_float=exactly)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); give the file of a search") from error
    except DarkpairError as error:
        raise InputError(f"{file}: {error}") from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # not TOML, not UTF-8, nested too deep, a null character in the name
        raise InputError(f"{file}: not a TOML file ({error}); docs/limits.md has one of a search") from error
    kind = table.pop("kind", None)
    try:
        if not isinstance(kind, str):
            raise InputError(f"needs kind = one of {', '.join(map(repr, KINDS))}")
        if kind not in KINDS:
            raise UnknownNameError("kind of search", kind, KINDS)
        return KINDS[kind](**arguments(KINDS[kind], _placed(table, file)))
    except DarkpairError as error:
        raise InputError(f"{file}: {error}") from error


def _placed(table: dict[str, Any], file: Path) -> dict[str, Any]:
    """The table with the path of another file counted from the folder of this one."""
    other = table.get("experiment")
    if not isinstance(other, str) or not other.endswith(".toml"):
        return table
    return table | {"experiment": str(file.parent / other)}
