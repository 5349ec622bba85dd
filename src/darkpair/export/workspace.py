"""A counting experiment, and a model point at KOTO, as pyhf workspaces (HistFactory's JSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.detectors.normalisation import relative_error
from darkpair.gen.errors import InputError
from darkpair.statistics import Counting

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.searches.koto import KotoLimit

__all__ = ["counting_workspace", "koto_counting", "koto_workspace"]


def counting_workspace(
    experiment: Counting,
    *,
    signal: float = 1.0,
    name: str = "counting",
    largest: float = 1e6,
    production: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """HistFactory workspace of one bin, with the strength ``mu`` as its parameter of interest.

    The background's error is a Poisson constraint (shapesys), those of efficiency and production log-normal ones (normsys).

    Parameters
    ----------
    experiment : Counting
        Counts, background and errors.
    signal : float
        Expected signal events at mu = 1.
    name : str
        Name of the channel.
    largest : float
        Upper bound of mu [1].
    production : two float, optional
        Events at one standard deviation of the production below and above, over the central ones [1]
        (`darkpair.limits.production`).

    References
    ----------
    HistFactory, CERN-OPEN-2012-016; pyhf, JOSS 6 (2021) 2823.
    """
    error = experiment.efficiency_error
    of_signal: list[dict[str, Any]] = [{"name": "mu", "type": "normfactor", "data": None}]
    if error > 0.0:
        spread = {"hi": 1.0 + error, "lo": 1.0 / (1.0 + error)}
        of_signal.append({"name": "efficiency", "type": "normsys", "data": spread})
    if production is not None:
        low, high = production
        of_signal.append({"name": "production", "type": "normsys", "data": {"hi": high, "lo": low}})
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


def koto_counting(run: str, *, subtract: bool = True) -> Counting:
    """A run of KOTO as a counting experiment.

    Parameters
    ----------
    run : {"2015", "2016-18", "2021"}
        Run of KOTO.
    subtract : bool
        Whether the expected background counts; the published limits are those without.
    """
    of_run = run_of_koto(run)
    sensitivity = of_run.single_event_sensitivity
    return Counting(
        observed=int(of_run.candidates.value),
        background=of_run.background.value if subtract else 0.0,
        background_error=(of_run.background.error or 0.0) if subtract else 0.0,
        efficiency_error=relative_error(sensitivity) or 0.0,
    )


def koto_workspace(constraint: KotoLimit, model: Model) -> dict[str, Any]:
    """HistFactory workspace of a model point in a run of KOTO: at ``mu`` = 1 its own expected events.

    Parameters
    ----------
    constraint : KotoLimit
        The run, and the efficiency ratio of the model's events.
    model : Model
        The model at one point.

    Raises
    ------
    InputError
        For arrays of points, and for a point without events.
    """
    expected = constraint.value(model)
    if expected.ndim:
        raise InputError(f"{expected.size} model points; a workspace is one point's; give one")
    events = float(constraint.events(expected))
    if not events > 0.0:
        raise InputError(
            f"the model gives {events:g} events in KOTO's run {constraint.run} at m1 = {model.m1}, m2 = {model.m2} GeV: "
            "there is no signal to write; choose an open decay"
        )
    return counting_workspace(koto_counting(constraint.run), signal=events, name=f"koto-{constraint.run}")
