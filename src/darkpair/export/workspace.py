"""A counting experiment as a pyhf workspace (HistFactory's JSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from darkpair.statistics import Counting

__all__ = ["counting_workspace"]


def counting_workspace(
    experiment: Counting, *, signal: float = 1.0, name: str = "counting", largest: float = 1e6
) -> dict[str, Any]:
    """HistFactory workspace of one bin, with the strength ``mu`` as its parameter of interest.

    The background's error is a Poisson constraint (shapesys), the efficiency's a log-normal one (normsys).

    Parameters
    ----------
    experiment : Counting
    signal : float
        Events at mu = 1.
    name : str
        Of the channel.
    largest : float
        Upper bound of mu.

    References
    ----------
    HistFactory, CERN-OPEN-2012-016; pyhf, JOSS 6 (2021) 2823.
    """
    error = experiment.efficiency_error
    of_signal: list[dict[str, Any]] = [{"name": "mu", "type": "normfactor", "data": None}]
    if error > 0.0:
        spread = {"hi": 1.0 + error, "lo": 1.0 / (1.0 + error)}
        of_signal.append({"name": "efficiency", "type": "normsys", "data": spread})
    samples: list[dict[str, Any]] = [{"name": "signal", "data": [signal], "modifiers": of_signal}]
    if experiment.background > 0.0:
        of_background: list[dict[str, Any]] = []
        if experiment.background_error > 0.0:
            of_background.append(
                {"name": "background", "type": "shapesys", "data": [experiment.background_error]}
            )
        samples.append({"name": "background", "data": [experiment.background], "modifiers": of_background})
    start = {"name": "mu", "bounds": [[0.0, largest]], "inits": [1.0]}
    return {
        "channels": [{"name": name, "samples": samples}],
        "observations": [{"name": name, "data": [float(experiment.observed)]}],
        "measurements": [{"name": "strength", "config": {"poi": "mu", "parameters": [start]}}],
        "version": "1.0.0",
    }
