"""Everything that a job may name: the tables of our own chains, sources and detectors, and strangers' plug-ins."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from darkpair.chains.catalogue import CHAINS
from darkpair.chains.models import MODELS
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.fixed_target import FixedTarget, experiments
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.registry import Registry
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.units import quantity
from darkpair.studies import STUDIES

__all__ = ["REGISTRIES", "make"]

#: A number with a unit, as in "-1 m".
_WITH_UNIT = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?\s+[A-Za-z]+")

#: Registries by kind.
REGISTRIES: dict[str, Registry] = {
    "chains": Registry("chains", CHAINS),
    "sources": Registry(
        "sources",
        {
            "dump_mesons": DumpMesons,
            "event_file": EventFile,
            "gun": Gun,
            "koto_kl": KotoKL,
            "upsilon4s": Upsilon4S,
        },
    ),
    "detectors": Registry(
        "detectors",
        {
            "koto": Koto,
            "koto_kaon": KotoKaon,
            "belle2": Belle2,
            "fixed_target": FixedTarget,
            **experiments(),
        },
    ),
    "models": Registry("models", MODELS),
    "studies": Registry("studies", STUDIES),
}


def make(kind: str, name: str, parameters: Mapping[str, Any], *, where: str) -> Any:
    """Object of a plug-in, its parameters checked against what it takes; texts with a unit become numbers.

    Parameters
    ----------
    kind : {"chains", "sources", "detectors"}
    name : str
    parameters : mapping
    where : str
        For messages: the table of the job file.

    Raises
    ------
    UnknownNameError
        For a plug-in or a parameter that does not exist.
    InputError
        For a value that it refuses.
    """
    factory = REGISTRIES[kind].factory(name)
    takes = inspect.signature(factory).parameters
    if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in takes.values()):
        for key in parameters:
            if key not in takes:
                raise UnknownNameError(f"key of [{where}]", key, ["name", *takes])
    lacking = [
        key
        for key, p in takes.items()
        if p.default is p.empty and key not in parameters and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if lacking:
        raise InputError(
            f"[{where}] {name} needs {', '.join(lacking)}; give a value, as in {lacking[0]} = ..."
        )
    try:
        return factory(
            **{
                k: _plain(v, f"{where}.{k}", takes[k].annotation if k in takes else "")
                for k, v in parameters.items()
            }
        )
    except TypeError as error:
        raise InputError(f"[{where}] {name}: {error}; allowed: {', '.join(takes)}") from error


def _is_number(annotation: Any) -> bool:
    """Whether a parameter takes a number, or none, and nothing else."""
    written = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return {kind.strip() for kind in written.split("|")} <= {"float", "None"}


def _plain(value: Any, what: str, annotation: Any = "") -> Any:
    """Numbers of texts like "5 cm", texts of numbers where a text is wanted, tuples of lists."""
    if annotation in (str, "str") and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)  # a bare word of the command line that looks like a number, as the selection 2015
    if isinstance(value, str) and (_is_number(annotation) or _WITH_UNIT.fullmatch(value)):
        return quantity(value, "any", what=what)
    if isinstance(value, list):
        return tuple(_plain(v, what) for v in value)
    return value
