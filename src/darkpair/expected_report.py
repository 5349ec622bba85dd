"""Expected events in lines for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from darkpair.detectors.normalisation import ERRORS, WAYS

__all__ = ["expected_lines"]

#: What an error is of, by way where it differs.
_MEANS: Final = {
    "statistical": "the sample's size",
    "multiplicity": "the number of parents",
    "spectrum": "half the spread of the spectra",
    "efficiency": "published efficiencies",
}


def expected_lines(rows: Mapping[str, Any] | None) -> list[str]:
    """The expected events of a sample with their errors apart, one a line.

    Parameters
    ----------
    rows : mapping or None
        Of `darkpair.expected.expected_rows`.
    """
    if rows is None:
        return []
    if "reason" in rows:
        return [f"expected events        not told: {rows['reason']}"]
    ratio = rows["branching_ratio"]
    unit = (
        "x branching ratio of the first decay"
        if ratio is None
        else f"at a branching ratio of {ratio:.4g} ({rows['branching_ratio_of']})"
    )
    counted = rows["normalisation"]
    if rows["value"] <= 0.0:
        level = 100.0 * rows["upper_limit_level"]
        lines = [
            f"expected events        below {rows['upper_limit']:.3g} {unit}, at {level:.0f} % confidence, {_by(counted)}"
        ]
    else:
        lines = [f"expected events        {rows['value']:.4g} {unit}, {_by(counted)}"]
        lines += [_error(rows, name) for name in ERRORS if rows[name] is not None]
        if rows["total"] is not None and sum(rows[name] is not None for name in ERRORS) > 1:
            lines.append(f"  together             ± {rows['total']:.3g} ({_percent(rows, 'total')})")
    for name, reason in rows["untold_spectra"].items():
        lines.append(f"  not told             the spectrum of {name}: {reason}")
    for name, value in rows["measured"].items():
        lines.append(f"  in it                {value:.5g}, {name}, which the chain forces")
    for name in rows["taken_as_one"]:
        lines.append(
            f"  taken as 1           {name}, which the chain forces; no branching ratio is known here"
        )
    for name, other in rows["beside"].items():
        number = f"below {other['upper_limit']:.3g}" if other["value"] <= 0.0 else f"{other['value']:.4g}"
        kinematic = (
            "" if other["normalisation"]["factors"] else "; vetoes and shapes of clusters are not simulated"
        )
        lines.append(
            f"by {name:<20}{number}, {other['ratio']:.3g} times as many: {_by(other['normalisation'])}{kinematic}"
        )
    return lines


def _error(rows: Mapping[str, Any], name: str) -> str:
    line = f"  {name:<21}± {rows[name]:.3g} ({_percent(rows, name)}), {_means(rows, name)}"
    if name == "spectrum":
        line += ": " + ", ".join(f"{value:.3g} {generator}" for generator, value in rows["spectra"].items())
    return line


def _means(rows: Mapping[str, Any], name: str) -> str:
    sensitivity = rows["normalisation"]["way"] == "sensitivity"
    return "the published sensitivity" if sensitivity and name == "efficiency" else _MEANS[name]


def _percent(rows: Mapping[str, Any], name: str) -> str:
    return f"{100.0 * rows[name] / rows['value']:.2g} %"


def _by(counted: Mapping[str, Any]) -> str:
    """What was counted; 1 is a number per piece."""
    way, number = counted["way"], counted["exposure"]
    if way == "sensitivity":
        return f"by {WAYS[way]} {1.0 / number:.3g}"
    what = f"for each of the {WAYS[way]}" if number == 1.0 else f"for {number:.4g} {WAYS[way]}"
    factors = counted["factors"]
    return what + (f" with {', '.join(f'{k} {v:g}' for k, v in factors.items())}" if factors else "")
