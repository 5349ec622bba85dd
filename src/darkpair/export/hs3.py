"""A HistFactory workspace as HS3, the JSON that RooFit reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from darkpair.gen.errors import InputError

__all__ = ["hs3_workspace"]

#: What is fitted beside the strength, by the modifier that has it: where it begins, and between which ends it is sought.
_FITTED: Final = {"normsys": (0.0, (-5.0, 5.0)), "shapesys": (1.0, (0.0, 10.0))}

#: What RooFit calls the domain and the point that it begins with: a file without that domain it refuses.
_RANGES, _START = "default_domain", "default_values"


def hs3_workspace(workspace: Mapping[str, Any]) -> dict[str, Any]:
    """The same likelihood in the HEP Statistics Serialization Standard (HS3), as RooFit reads it.

    An error of the background (shapesys) is relative there, and absolute in HistFactory's JSON.

    Parameters
    ----------
    workspace : mapping
        Of `darkpair.export.workspace.counting_workspace` or `koto_workspace`: channels, observations, one measurement.

    Raises
    ------
    InputError
        For a modifier that our workspaces do not have.

    References
    ----------
    HS3, https://github.com/hep-statistics-serialization-standard; RooFit's ``RooJSONFactoryWSTool``.
    """
    (measurement,) = workspace["measurements"]
    poi = measurement["config"]["poi"]
    (strength,) = measurement["config"]["parameters"]
    fitted = {poi: (strength["inits"][0], tuple(strength["bounds"][0]))}
    distributions, data = [], []
    for channel, observed in zip(workspace["channels"], workspace["observations"], strict=True):
        name, n = channel["name"], len(observed["data"])
        axes = [{"name": f"bin_{name}", "min": 0.0, "max": float(n), "nbins": n}]
        samples = [_sample(sample, fitted) for sample in channel["samples"]]
        distributions.append({"name": name, "type": "histfactory_dist", "axes": axes, "samples": samples})
        data.append(
            {"name": f"observed_{name}", "type": "binned", "axes": axes, "contents": observed["data"]}
        )
    names = {
        "distributions": [entry["name"] for entry in distributions],
        "data": [entry["name"] for entry in data],
    }
    analysis = {
        "likelihood": "likelihood",
        "parameters_of_interest": [poi],
        "domains": [_RANGES],
        "init": _START,
    }
    return {
        "metadata": {"hs3_version": "0.2.0"},
        "distributions": distributions,
        "data": data,
        "likelihoods": [{"name": "likelihood"} | names],
        "domains": [_ranges(fitted)],
        "parameter_points": [_start(fitted)],
        "analyses": [{"name": measurement["name"]} | analysis],
    }


def _ranges(fitted: Mapping[str, Any]) -> dict[str, Any]:
    """Ends between which each parameter is sought."""
    axes = [{"name": name, "min": low, "max": high} for name, (_, (low, high)) in fitted.items()]
    return {"name": _RANGES, "type": "product_domain", "axes": axes}


def _start(fitted: Mapping[str, Any]) -> dict[str, Any]:
    """Where each parameter begins."""
    values = [{"name": name, "value": value} for name, (value, _) in fitted.items()]
    return {"name": _START, "parameters": values}


def _sample(sample: Mapping[str, Any], fitted: dict[str, Any]) -> dict[str, Any]:
    """Sample of a channel; what its modifiers fit is added to `fitted`."""
    modifiers = []
    for modifier in sample["modifiers"]:
        name, kind = modifier["name"], modifier["type"]
        if kind == "normfactor":
            modifiers.append({"name": name, "type": kind, "parameter": name})
            continue
        if kind not in _FITTED:
            raise InputError(
                f"the modifier {name!r} is of the type {kind!r}; allowed: normfactor, {', '.join(_FITTED)}"
            )
        entry = {"name": name, "type": kind}
        if kind == "normsys":
            entry |= {"parameter": f"alpha_{name}", "constraint": "Gauss", "data": modifier["data"]}
            fitted[f"alpha_{name}"] = _FITTED[kind]
        else:
            relative = [error / mean for error, mean in zip(modifier["data"], sample["data"], strict=True)]
            names = [f"gamma_{name}_bin_{i}" for i, _ in enumerate(relative)]
            entry |= {"parameters": names, "constraint": "Poisson", "data": {"vals": relative}}
            fitted |= dict.fromkeys(names, _FITTED[kind])
        modifiers.append(entry)
    return {"name": sample["name"], "data": {"contents": sample["data"]}, "modifiers": modifiers}
