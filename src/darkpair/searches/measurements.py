"""Measurements that constraints rest on, each number with its source, read from ``measurements.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from darkpair.detectors.koto_results import Number
from darkpair.gen.data_files import load
from darkpair.gen.errors import UnknownNameError

__all__ = ["Measurement", "measurement", "regions"]


@dataclass(frozen=True, kw_only=True)
class Measurement(Number):
    """A measured number, or a limit.

    Parameters
    ----------
    confidence_level : float, optional
        Confidence level of an upper limit [1]; None for a measurement with its error.
    """

    confidence_level: float | None = None


def _data() -> dict[str, Any]:
    return load("darkpair.searches", "measurements.toml")


def measurement(topic: str, name: str) -> Measurement:
    """Measurement of a topic.

    Parameters
    ----------
    topic, name : str
        Table and entry of ``measurements.toml``.

    Raises
    ------
    UnknownNameError
    """
    data = _data()
    if topic not in data:
        raise UnknownNameError("topic of measurements", topic, data)
    if name not in data[topic]:
        raise UnknownNameError(f"measurement of {topic}", name, data[topic])
    return Measurement(**data[topic][name])


def regions(topic: str, name: str) -> tuple[tuple[float, float], ...]:
    """Ranges that a search accepts: of the squared missing mass [GeV^2], or of the mass that it looked for [GeV]."""
    ranges = _data()[topic]["regions"]
    if name not in ranges:
        raise UnknownNameError(f"regions of {topic}", name, ranges)
    return tuple((float(entry["low"]), float(entry["high"])) for entry in ranges[name])
