"""A published likelihood with one more signal: a spectrum in q2 through the densities that are published beside it, by pyhf."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.searches.likelihood_fit import Fits

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["NAME", "Likelihood", "read_json", "read_numbers"]

#: Name of the signal that is added, and of its strength.
NAME: Final = "pairs"

#: Largest strength in units in which the signal is as large as the root of all that is observed.
_LARGEST: Final = 1e4


def read_json(path: str) -> Any:
    """Contents of a JSON file.

    Parameters
    ----------
    path : str
        The file.

    Raises
    ------
    InputError
    """
    try:
        return json.loads(Path(path).read_text("utf-8-sig"), parse_constant=_not_a_number)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: no JSON that can be read ({error}); give a pyhf workspace") from error


def read_numbers(path: str) -> Array:
    """Numbers of a file without a header, separated by commas, as rows and columns.

    Parameters
    ----------
    path : str
        The file.

    Raises
    ------
    InputError
    """
    try:
        with warnings.catch_warnings():  # (of a file without any)
            warnings.simplefilter("ignore", UserWarning)
            numbers = np.loadtxt(path, delimiter=",", ndmin=2, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        line = " ".join(str(error).split())
        raise InputError(f"{path}: no table of numbers ({line}); give a density") from error
    if not numbers.size or not np.all(np.isfinite(numbers)):
        what = "a number that is not finite" if numbers.size else "no number"
        raise InputError(f"{path}: {what} is in it; give a density")
    return numbers


def _not_a_number(word: str) -> NoReturn:
    """Refuse what JSON has no word for, and Python's reader takes."""
    raise ValueError(f"{word} is no number")


@dataclass(frozen=True, kw_only=True, eq=False)
class Likelihood:
    """A pyhf workspace, and how its signal answers to q2.

    Parameters
    ----------
    specification : mapping
        The workspace in HistFactory's JSON, with its observations.
    densities : mapping of str to (str, ndarray)
        For each channel with signal the signal's sample, and its events, (bins of the channel, bins of q2); the first
        column is of events whose q2 is not known.
    simulated : ndarray
        Branching ratio of the simulated signal in each bin of q2 at a strength of 1 [1], (bins of q2,).
    strength : str
        Strength of the simulated signal, which stays at 1: a Standard Model beside what is added.
    drop : tuple of str
        Modifiers of the simulated signal that the added one does not have: those of its own form factors.
    """

    specification: Mapping[str, Any]
    densities: Mapping[str, tuple[str, Array]]
    simulated: Array
    strength: str = "mu"
    drop: tuple[str, ...] = ()
    _limits: dict[tuple[bytes, float], float] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for channel, (sample, density) in self.densities.items():
            bins = len(self._signal(channel, sample)["data"])
            if density.shape != (bins, len(self.simulated) + 1) or not np.all(density >= 0.0):
                raise InputError(
                    f"the density of {channel} has {density.shape[0]} rows and {density.shape[1]} columns; allowed: {bins}, the "
                    f"channel's bins, and {len(self.simulated) + 1}, those of q2 and before them what has none, 0 or more"
                )

    def _signal(self, channel: str, sample: str) -> Mapping[str, Any]:
        """Sample of a channel."""
        channels = {entry["name"]: entry for entry in self.specification["channels"]}
        if channel not in channels:
            raise UnknownNameError("channel of the workspace", channel, channels)
        samples = {entry["name"]: entry for entry in channels[channel]["samples"]}
        if sample not in samples:
            raise UnknownNameError(f"sample of {channel}", sample, samples)
        return dict(samples[sample])

    def factors(self, spectrum: Array) -> dict[str, Array]:
        """Events of a spectrum over those of the simulated signal, in each bin of each channel [1].

        Parameters
        ----------
        spectrum : ndarray
            Branching ratio in each bin of q2 [1], (bins of q2,).
        """
        weight = np.divide(spectrum, self.simulated, out=np.zeros(len(spectrum)), where=self.simulated > 0.0)
        weights = np.concatenate([[np.sum(spectrum) / np.sum(self.simulated)], weight])
        out = {}
        for channel, (_, density) in self.densities.items():
            whole = density.sum(axis=1)
            out[channel] = np.divide(density @ weights, whole, out=np.zeros(len(whole)), where=whole > 0.0)
        return out

    def with_signal(self, spectrum: Array) -> dict[str, Any]:
        """The workspace with one more signal, whose strength is `NAME` and parameter of interest.

        Shapes of the simulated signal's uncertainties go with its events, its own statistical error too, which is too small for
        a narrow spectrum, of which few events were simulated.

        Parameters
        ----------
        spectrum : ndarray
            Branching ratio in each bin of q2 at a strength of 1 [1], (bins of q2,).
        """
        workspace = deepcopy(dict(self.specification))
        factors = self.factors(spectrum)
        for channel in workspace["channels"]:
            if channel["name"] in factors:
                sample, _ = self.densities[channel["name"]]
                simulated = self._signal(channel["name"], sample)
                channel["samples"].append(self._added(simulated, factors[channel["name"]]))
        measurement = workspace["measurements"][0]
        own = measurement["config"].get("parameters", [])
        others = [entry for entry in own if entry["name"] not in {NAME, self.strength}]
        fixed = {"name": self.strength, "inits": [1.0], "fixed": True}
        added = {"name": NAME, "inits": [1.0], "bounds": [[0.0, _LARGEST]]}
        config = {**measurement["config"], "poi": NAME, "parameters": [*others, fixed, added]}
        workspace["measurements"] = [{**measurement, "config": config}]
        return workspace

    def _added(self, simulated: Mapping[str, Any], factor: Array) -> dict[str, Any]:
        """The added signal's sample in a channel."""
        modifiers = [{"name": NAME, "type": "normfactor", "data": None}]
        for modifier in simulated["modifiers"]:
            name, kind, data = modifier["name"], modifier["type"], modifier["data"]
            if name in {self.strength, *self.drop}:
                continue
            if kind == "histosys":
                data = {key: (factor * np.asarray(values)).tolist() for key, values in data.items()}
            elif kind in {"staterror", "shapesys"}:  # (of the sample alone)
                name, data = f"{name}_{NAME}", (factor * np.asarray(data)).tolist()
            elif kind not in {"normsys", "normfactor", "lumi"}:
                raise InputError(
                    f"the simulated signal has a modifier {name!r} of type {kind}, which nobody here can re-weight; name it in drop"
                )
            modifiers.append({"name": name, "type": kind, "data": data})
        return {
            "name": NAME,
            "data": (factor * np.asarray(simulated["data"])).tolist(),
            "modifiers": modifiers,
        }

    @cached_property
    def _root(self) -> float:
        """Root of all that is observed in channels with signal [events]."""
        observed = {entry["name"]: entry["data"] for entry in self.specification["observations"]}
        return math.sqrt(max(sum(sum(observed[name]) for name in self.densities), 1.0))

    def _scaled(self, spectrum: Array) -> tuple[Array, float]:
        """A spectrum that gives as many events as `_root`, and its branching ratio [1]; an error for one that gives none."""
        factors = self.factors(spectrum)
        events = sum(
            float(np.sum(factors[name] * np.asarray(self._signal(name, sample)["data"])))
            for name, (sample, _) in self.densities.items()
        )
        if not events > 0.0:
            raise InputError(
                "a spectrum of which the densities see nothing; choose masses within their range of q2"
            )
        scaled = spectrum * (self._root / events)
        return scaled, float(np.sum(scaled))

    def fit(self, spectrum: Array) -> tuple[float, float]:
        """Branching ratio that fits best beside the simulated signal, and twice the negative logarithm of the likelihood.

        Parameters
        ----------
        spectrum : ndarray
            Spectrum of any size, (bins of q2,).
        """
        scaled, ratio = self._scaled(spectrum)
        fits = self._fits(scaled)
        least, best = fits.free
        return float(best[fits.model.config.poi_index]) * ratio, 2.0 * least

    def limit(self, spectrum: Array, confidence_level: float = 0.90) -> float:
        """Upper limit on the branching ratio of a spectrum by CLs and the asymptotic law [1].

        Parameters
        ----------
        spectrum : ndarray
            Spectrum of any size, (bins of q2,).
        confidence_level : float
            Confidence level [1].
        """
        from scipy.optimize import brentq

        scaled, ratio = self._scaled(spectrum)
        key = np.round(scaled / ratio, 9).tobytes(), confidence_level
        if key not in self._limits:
            fits = self._fits(scaled)

            def excess(strength: float) -> float:
                return math.log(max(fits.cls(strength), 1e-12)) - math.log(1.0 - confidence_level)

            high = 1.0
            while excess(high) > 0.0:
                high *= 2.0
                if high > 0.1 * _LARGEST:
                    raise InputError("no rate of that spectrum is excluded; look at the workspace")
            self._limits[key] = ratio * float(brentq(excess, 1e-3, high, xtol=1e-3))
        return self._limits[key]

    def _fits(self, spectrum: Array) -> Fits:
        """Fits of the workspace with a signal."""
        try:
            import pyhf
        except ImportError as error:
            raise InputError("a likelihood needs pyhf; install 'darkpair[limits]'") from error
        try:
            with warnings.catch_warnings():  # (what pyhf takes of jsonschema)
                warnings.simplefilter("ignore", DeprecationWarning)
                return Fits(pyhf.Workspace(self.with_signal(spectrum)))
        except (pyhf.exceptions.InvalidSpecification, pyhf.exceptions.InvalidModel, KeyError) as error:
            line = str(error).split("\n", maxsplit=1)[0]
            raise InputError(f"no workspace that pyhf reads ({line}); give a published one") from error
