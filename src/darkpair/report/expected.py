"""Expected events in lines for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from darkpair.detectors.expected_events import ERRORS

__all__ = ["expected_lines"]

#: What each of an exposure makes of what the acceptance counts.
_EACH: Final = {
    "kaons": "generated decays",
    "protons": "mesons",
    "pairs": "B mesons of that kind",
    "events": "parents",
}


def expected_lines(rows: Mapping[str, Any] | None) -> list[str]:
    """The expected events of a sample with their errors apart, one a line; nothing where nothing normalises it.

    Parameters
    ----------
    rows : mapping or None
        What `darkpair.run.expected.expected_rows` gives.
    """
    if rows is None:
        return []
    if "reason" in rows:
        return [f"expected events        not told: {rows['reason']}"]
    ratio = rows["branching_ratio"]
    lines = [
        f"expected events        {_number(rows)} "
        + (
            "x the branching ratio of the first decay"
            if ratio is None
            else f"at a branching ratio of {ratio:.4g}"
        )
    ]
    if ratio is not None:
        lines.append(f"  branching ratio      {rows['branching_ratio_of']}")
    lines += _counted(rows)
    listed = rows["daughters"] / math.prod(rows["measured"].values())
    if not math.isclose(listed, 1.0, rel_tol=1e-9):
        lines.append(
            f"  in it                {listed:.5g}, the branching ratio of the modes below the first decay"
        )
    lines += [f"  in it                {value:.5g}, {name}" for name, value in rows["measured"].items()]
    lines += [f"  taken as 1           {name}" for name in rows["taken_as_one"]]
    for name in ERRORS:
        if rows[name] == 0.0:
            lines.append(f"  {name:<21}none: nothing was asked of the events")
        elif rows[name] is not None:
            lines.append(f"  {name:<21}± {rows[name]:.3g} ({_percent(rows, name)})")
            if name == "spectrum":
                lines += [f"    {generator:<19}{value:.4g}" for generator, value in rows["spectra"].items()]
    if sum(rows[name] is not None for name in ERRORS) > 1:
        lines.append(f"  together             ± {rows['total']:.3g} ({_percent(rows, 'total')})")
    lines += [f"  no spectrum          {name}: {reason}" for name, reason in rows["untold_spectra"].items()]
    for name, other in rows["beside"].items():
        lines.append(f"by {name:<20}{_number(other)}, {other['ratio']:.3g} times as many")
        lines += _counted(other)
        if name == "kaons" and not other["normalisation"]["factors"]:
            lines.append("  not simulated        vetoes, shapes of clusters: ratios are what to use")
    return lines


def _number(rows: Mapping[str, Any]) -> str:
    """The number, or of nothing accepted its limit."""
    if rows["value"] != 0.0:
        return f"{rows['value']:.4g}"
    return f"below {rows['upper_limit']:.3g} ({100.0 * rows['upper_limit_level']:.0f} %)"


def _percent(rows: Mapping[str, Any], name: str) -> str:
    return f"{100.0 * rows[name] / abs(rows['value']):.2g} %"


def _counted(rows: Mapping[str, Any]) -> list[str]:
    """What was counted, and the factors; an exposure of 1 is a number for each of them."""
    counted = rows["normalisation"]
    number, way = counted["exposure"], counted["way"]
    if way == "sensitivity":
        of = "of the exposure that was given" if rows["exposure_given"] else "published"
        return [f"  by sensitivity       {1.0 / number:.3g} for one event, {of}"]
    return [
        f"  for                  {number:.4g} {counted['unit']}, {counted['parents'] / number:.4g} {_EACH[way]} each"
    ] + [f"  with                 {name} {value:g}" for name, value in counted["factors"].items()]
