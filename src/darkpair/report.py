"""Tables for the terminal."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from darkpair.chains.models.rates import RateRow
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.gen.recipe import PHASE_SPACE
from darkpair.gen.registry import Plugin
from darkpair.limits import LimitRow, strongest_row
from darkpair.schema import Key
from darkpair.studies.parameter_space import PRODUCTION

__all__ = [
    "cutflow_table",
    "keys_table",
    "limits_table",
    "object_lines",
    "plugin_table",
    "production_lines",
    "rate_rows_table",
    "recipe_lines",
    "result_lines",
    "sample_lines",
    "strongest_table",
]

#: c tau [mm] below which a particle that is left whole is a mistake rather than a long flight.
_SHORT_LIVED: Final = 1.0


def cutflow_table(result: dict[str, Any]) -> Table:
    """Table of the cut flow of a run's summary."""
    table = Table(title="Cut flow", title_justify="left", box=SIMPLE_HEAD)
    for name in ("cut", "events", "sum of weights", "of all", "of previous"):
        table.add_column(name, justify="left" if name == "cut" else "right", no_wrap=True)
    before = result["cutflow"][0]["sum_w"]
    for row in result["cutflow"]:
        share = _share(row["sum_w"] / before) if before > 0.0 else "-"
        table.add_row(
            row["cut"],
            f"{row['n']:,}",
            f"{row['sum_w']:.6g}",
            _share(row["sum_w"] / result["generated"]),
            share,
        )
        before = row["sum_w"]
    return table


def _share(value: float) -> str:
    """Part of the sample with four significant digits, however small it is."""
    return "0" if value == 0.0 else f"{value:#.4g}"


def result_lines(result: dict[str, Any], seconds: float | None = None) -> list[str]:
    """The numbers that a run comes down to, one a line."""
    lines = [
        f"acceptance             {result['acceptance']:.5g} {_error(result)}",
        f"effective sample size  {result['effective_sample_size']:,.0f} of {result['accepted']:,} accepted events",
    ]
    if result["acceptance"] <= 0.0:
        lines.insert(1, _limit(result, "acceptance_upper_limit"))
    elif result["acceptance_error"] is None or 0.0 < result["effective_sample_size"] < EFFECTIVE_MIN:
        level = 100.0 * result["acceptance_interval_level"]
        lines.insert(
            1,
            f"interval               {result['acceptance_low']:.3g} to {result['acceptance_high']:.3g} at {level:.0f} % "
            "confidence",
        )
    if "largest_weight_assumed" in result:
        lines.append(
            f"assumed                weights of at most {result['largest_weight_assumed']:.3g}: the largest is "
            "not known"
        )
    if "flat_factors" in result:
        named = " ".join(f"{name} {value:g}" for name, value in result["flat_factors"].items())
        lines.append(f"with flat factors      {result['acceptance_with_factors']:.5g} ({named})")
        if result["acceptance"] <= 0.0:
            lines.append(_limit(result, "upper_limit_with_factors") + " with them")
    if seconds is not None:
        lines.append(
            f"throughput             {result['generated'] / seconds:,.0f} events/s ({seconds:.1f} s)"
        )
    return lines


def sample_lines(told: Mapping[str, Any]) -> list[str]:
    """What the acceptance of a file with that provenance does not hold, one a line; most have little to say."""
    lines = []
    source, chain = (told.get(name) or {} for name in ("source", "chain"))
    chains = chain.get("chains", [chain])
    beams = [
        (table or {}).get("beam_energy") for table in (source.get("source", source), told.get("detector"))
    ]
    if None not in beams and beams[0] != beams[1]:
        lines.append(
            f"two beams              {beams[0]:g} GeV of the source, {beams[1]:g} GeV of the detector"
        )
    if source.get("decay_probability", 1.0) != 1.0:
        counted = "a parent of the source decays where events are generated"
        if "z_min" in source:
            counted = (
                f"decays at z = {source['z_min']:g} to {source['z_max']:g} mm for each K_L at the beam exit"
            )
        lines.append(f"not in it              {source['decay_probability']:.5g}, {counted}")
    for one in chains:
        generated = _generated(one)
        if generated != 1.0:
            lines.append(
                f"not in it              {generated:.5g}, the branching ratio of the modes below "
                f"{one['decay'].split(' ->')[0]}, which alone are generated"
            )
        visible = one.get("visible_branching_ratio", generated)
        if "generated_branching_ratio" in one and visible < (1.0 - 1e-9) * generated:
            lines.append(
                f"visible                {visible / generated:.5g} of what is generated: the rest leaves neutrinos and dark "
                "states alone"
            )
        flat = [name for name, recipe in one.get("modes", {}).items() if PHASE_SPACE in recipe.split("; or ")]
        if flat:
            lines.append(
                f"flat                   {'; '.join(flat)}: phase space, without a matrix element (darkpair inspect says how "
                "every decay is made)"
            )
        for name, law in one.get("lifetimes", {}).items():
            if law.get("type") == "Scan" and law.get("ctau") == 0.0:
                lines.append(
                    f"no lifetime            c tau of {name} is scanned: numbers mean something after weighting to one "
                    "(docs/analysis.md)"
                )
        for name, law in one.get("line_shapes", {}).items():
            lines.append(
                f"natural width          {name}: {law['law']}, m0 = {law['mass']:g} GeV, width {law['width']:g} GeV, "
                f"R = {law['radius']:g} per GeV (docs/line_shapes.md)"
            )
        for name, particle in one.get("particles", {}).items():
            if float(particle["ctau"]) < _SHORT_LIVED and f"{name} ->" not in one["decay"]:
                lines.append(
                    f"left whole             {name} (c tau {float(particle['ctau']):.2g} mm) has no decay in the chain, "
                    "so no detector sees anything of it; write its decay where it stands"
                )
    return lines


def _generated(chain: Mapping[str, Any]) -> float:
    """Branching ratio of what is generated; files of earlier versions call it the visible one."""
    return float(chain.get("generated_branching_ratio", chain.get("visible_branching_ratio", 1.0)))


def _error(result: Mapping[str, Any]) -> str:
    """What stands behind an acceptance."""
    if not result["accepted"]:
        return f"of {result['generated']:,} generated events{_last_cut(result['cutflow'])}"
    error = result["acceptance_error"]
    return "per generated event" if error is None else f"± {error:.2g} per generated event"


def _limit(result: Mapping[str, Any], key: str) -> str:
    level = 100.0 * result["acceptance_upper_limit_level"]
    return f"upper limit            {result[key]:.3g} at {level:.0f} % confidence"


def recipe_lines(told: Mapping[str, Any]) -> list[str]:
    """How every decay of a file with that provenance is made, one a line; nothing of a file that does not say."""
    chain = told.get("chain") or {}
    modes: dict[str, str] = {}
    for one in chain.get("chains", [chain]):
        modes |= one.get("modes", {})
    return [f"made                   {name}: {recipe}" for name, recipe in modes.items()]


def object_lines(section: str, said: Mapping[str, Any] | None, name: str = "") -> list[str]:
    """An object of a job, as a file's provenance describes it: its name or its type, and its plain parameters."""
    if said is None:
        return [f"{section:<23}none"]
    if "chains" in said:
        return [line for one in said["chains"] for line in object_lines(section, one)]
    plain = [
        f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {value}"
        for key, value in said.items()
        if key not in ("type", "decay") and isinstance(value, bool | int | float | str)
    ]
    lines = [
        f"{section:<23}{said.get('decay') if section == 'chain' else name or said.get('type', '')}",
        *_wrapped(", ".join(plain)),
    ]
    for word, law in said.get("lifetimes", {}).items():
        lines.append(f"{'lifetime':<23}{word}: {law.get('type', law)}")
    for word, particle in said.get("particles", {}).items():
        if particle.get("ctau") not in (None, "inf") and f"{word} ->" in said.get("decay", ""):
            lines.append(f"{'':<23}{word}: {particle['mass']:g} GeV, c tau {particle['ctau']:g} mm")
    return lines


def _wrapped(text: str) -> list[str]:
    """Text beneath a name of the left column."""
    return [f"{'':<23}{line}" for line in textwrap.wrap(text, 96)]


def _last_cut(cutflow: Sequence[Mapping[str, Any]]) -> str:
    """Which cut left nothing, and of how much."""
    for before, row in pairwise(cutflow):
        if before["n"] and not row["n"]:
            return f"; {row['cut']} leaves none of {before['n']:,}"
    return ""


def rate_rows_table(rows: Sequence[RateRow], title: str) -> Table:
    """Table of partial widths, branching ratios and lifetimes."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for name in ("decay", "width [GeV]", "BR", "c tau [mm]", "eq."):
        table.add_column(name, justify="left" if name in ("decay", "eq.") else "right", no_wrap=name != "eq.")
    for row in rows:
        ratio = "-" if row.branching_ratio is None else f"{row.branching_ratio:.4g}"
        width = "closed" if row.closed else f"{row.width:.4g}"
        table.add_row(f"{row.parent} -> {row.mode}", width, ratio, f"{row.ctau:.4g}", row.equation)
    return table


def limits_table(
    rows: Sequence[LimitRow], title: str, along: str | None = None, unit: tuple[str, float] = ("", 1.0)
) -> Table:
    """Table of what every constraint says of a point, the strongest first.

    Parameters
    ----------
    rows : sequence of LimitRow
    title : str
    along : str, optional
        Parameter whose ranges are shown, instead of the limits.
    unit : (str, float)
        What its ranges are multiples of: text and value.
    """
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    shown = [row for row in rows if not row.production]
    names = ["constraint", "ratio", "events", "verdict"]
    if along is None:
        names[1:1] = ["value", "limit"]
    else:
        names.append(f"range of {along} [{unit[0]}]")
    for name in names:
        right = name in ("value", "limit", "ratio", "events")
        table.add_column(name, justify="right" if right else "left", no_wrap=name == "constraint")
    for row in sorted(shown, key=lambda row: math.inf if math.isnan(row.value) else -row.ratio):
        cells = {name: _number(getattr(row, name)) for name in ("value", "limit", "events")}
        cells |= {"constraint": row.constraint, "ratio": _number(row.ratio), "verdict": row.verdict}
        ranges = "; ".join(str(one.over(unit[1])) for one in row.ranges) or "-"
        table.add_row(*(cells.get(name, ranges) for name in names))
    return table


def production_lines(rows: Sequence[LimitRow]) -> list[str]:
    """Expected events of beam dumps at both ends of the production uncertainty, one dump a line."""
    events = {
        row.constraint: row.events for row in rows if row.events is not None and not math.isnan(row.events)
    }
    low, high = f"{PRODUCTION}low", f"{PRODUCTION}high"
    return [
        f"{name}: {_number(events[name + low])} to {_number(events[name + high])} events with the uncertainty of "
        "the number and spectrum of eta"
        for name in events
        if name + low in events and name + high in events
    ]


def _number(value: float | None) -> str:
    return "" if value is None else "?" if math.isnan(value) else f"{value:.3g}"


def strongest_table(
    points: Sequence[tuple[dict[str, str], Any]], found: Sequence[Sequence[LimitRow]], title: str
) -> Table:
    """Table of the strongest measurement at each point of a grid."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    for name in points[0][0]:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("strongest", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("")
    for (varied, _), rows in zip(points, found, strict=True):
        row = strongest_row(rows)
        cells = ["-", "", ""] if row is None else [row.constraint, f"{row.ratio:.3g}", row.verdict]
        table.add_row(*varied.values(), *cells)
    return table


def keys_table(rows: Sequence[Key]) -> Table:
    """Table of the keys of a job file."""
    table = Table(title="keys of a job file, or of --set", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("key", no_wrap=True)
    table.add_column("default", overflow="fold", max_width=16)
    table.add_column("what it is", overflow="fold")
    owner = ""
    for row in rows:
        if row.owner != owner:
            owner = row.owner
            table.add_row(Text(owner or "every job", style="bold"), "", "")
        words = Text(row.words)
        what = Text.assemble(row.what, ": " if row.what and row.words else "", words)
        table.add_row(f"  {row.key}", "needed" if row.required else row.default, what)
    return table


def plugin_table(kind: str, plugins: list[Plugin]) -> Table:
    """Table of what may be named."""
    table = Table(title=kind, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("name", no_wrap=True)
    table.add_column("what it is", overflow="fold")
    table.add_column("from", no_wrap=True)
    for plugin in plugins:
        made = [f"  {name}: {recipe}" for name, recipe in plugin.recipes.items()]
        what = f"BROKEN: {plugin.summary}" if plugin.broken else "\n".join([plugin.summary, *made])
        table.add_row(plugin.name, what, plugin.origin)
    return table
