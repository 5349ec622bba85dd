"""Which names a text of a job may be, where the package knows them: selections, cuts, mesons, models; made from what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

from darkpair.chains.models import MODELS
from darkpair.detectors.data_cuts import selections
from darkpair.detectors.data_file import data_files, detector_data, read_data
from darkpair.detectors.file_detector import FileDetector
from darkpair.gen.importance import Aimable
from darkpair.gen.parameters import parameters
from darkpair.gen.sources.bmpt import TARGETS
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.meson_files import stored
from darkpair.gen.sources.meson_table import every_meson

__all__ = ["can_be_aimed", "names_of", "names_of_chain"]


def names_of(factory: Any, parameter: str) -> tuple[str, ...]:
    """Names that a text parameter of a source or a detector may be, as far as the package has them; none where it may be anything.

    Parameters
    ----------
    factory : callable
        What makes it: a class, or a partial of one.
    parameter : str
        Name of the parameter.
    """
    made = _class(factory)
    if made is DumpMesons:
        return tuple(dict.fromkeys(_MESON_TABLES[parameter]())) if parameter in _MESON_TABLES else ()
    if not issubclass(made, FileDetector) or parameter not in (*_OF_DATA, "experiment"):
        return ()
    if parameter == "experiment":
        return tuple(name for name in data_files() if read_data(name)["kind"] in made.kinds)
    takes = parameters(factory)  # (one that needs a file has none to look into)
    needs_file = "experiment" in takes and takes["experiment"].required
    return () if needs_file else tuple(dict.fromkeys(_OF_DATA[parameter](factory())))


def names_of_chain(key: str) -> tuple[str, ...]:
    """Names that a key of ``[chain]`` may be: of a model's decays those of any model of the package.

    Parameters
    ----------
    key : str
        Name of the key.
    """
    if key == "model":
        return tuple(MODELS)
    modes = _modes()
    parents = tuple(dict.fromkeys(parent for parent, _ in modes if parent not in ("X2", "h")))
    kept: Mapping[str, Iterable[str]] = {
        "parent": parents,
        "production": (mode for parent, mode in modes if parent in parents),
        "modes": (mode for parent, mode in modes if parent == "X2"),
    }
    return tuple(dict.fromkeys(kept.get(key, ())))


def can_be_aimed(factory: Any) -> bool:
    """Whether ``aim = true`` stands beside a source: one of ours, or a stranger's with a density.

    Parameters
    ----------
    factory : callable
        What makes the source.
    """
    made = _class(factory)
    members = [name for name in vars(Aimable) if not name.startswith("_")]
    return made in (KotoKL, Gun) or all(hasattr(made, name) for name in members)


def _class(factory: Any) -> type:
    """The class behind partials; `object` where a function makes the thing."""
    made = factory
    while hasattr(made, "func"):
        made = made.func
    return made if isinstance(made, type) else object


@cache
def _modes() -> tuple[tuple[str, str], ...]:
    """Every decay of every model of the package."""
    return tuple(dict.fromkeys(key for name in MODELS.ours for key in MODELS.factory(name).MODES))


#: What the tables of mesons at a target have; "bmpt" is a parametrisation, which takes beryllium.
_MESON_TABLES: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "meson": every_meson,
    "generator": lambda: [*(key.generator for key in stored()), "bmpt"],
    "target": lambda: [*(key.target for key in stored()), *TARGETS],
}


def _cuts(detector: Any) -> Iterable[str]:
    """Of every selection of its data file; of a detector without selections its own."""
    if not hasattr(detector, "selection"):
        return [cut.name for cut in detector.cuts.cuts]
    made = selections(detector_data(detector.experiment)).values()
    return [cut.name for make in made for cut in make().cuts]


#: What the data file of a detector has.
_OF_DATA: Final[Mapping[str, Callable[[Any], Iterable[str]]]] = {
    "selection": lambda detector: detector_data(detector.experiment).get("selections", ()),
    "factors": lambda detector: detector_data(detector.experiment).get("factors", ()),
    "without": _cuts,
}
