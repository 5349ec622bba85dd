"""Sections of a report about what a run came to: the cut flow, the acceptance, expected events, the model's rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from darkpair.chains.models.rate_text import rates_of
from darkpair.detectors.efficiency import estimate
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.tables import Table
from darkpair.report.expected import expected_lines
from darkpair.report.html.figures import bars_of_cuts
from darkpair.report.html.markup import Markup, element, figure, table_of
from darkpair.report.run import part_lines, result_lines, sample_lines

if TYPE_CHECKING:
    from darkpair.report.html.material import Material

__all__ = ["acceptance", "cuts", "rates", "summary"]

#: Letters of a line of a terminal that name what the rest says.
_NAMES = 23


def summary(material: Material) -> Markup:
    """What somebody wants to know first."""
    result, output = material.result, material.output
    rows = [("Decay", material.decay or "not stated")]
    if result.get("generated"):
        rows += [
            ("Generated events", f"{result['generated']:,}"),
            ("Accepted", f"{result['accepted']:,}"),
            ("Acceptance", _acceptance(result)),
            ("Effective number", f"{result['effective_sample_size']:,.8g} accepted events of equal weight"),
        ]
    rows.append(("In the file", f"{output['events']:,} events"))
    for name, key in (("Detector", "detector"), ("Source", "source")):
        table = material.provenance.get(key)
        if isinstance(table, dict):
            words = [table.get(word) for word in ("experiment", "selection")]
            own = ", ".join(str(word) for word in words if isinstance(word, str) and word)
            rows.append((name, own or str(table.get("type", ""))))
    if "seed" in material.provenance:
        rows.append(("Seed", str(material.provenance["seed"])))
    pairs = [element("div", element("dt", name), element("dd", text)) for name, text in rows]
    return element("dl", *pairs, class_="facts")


def _acceptance(rows: Mapping[str, Any]) -> str:
    """The acceptance with its interval, or its limit."""
    if not rows["accepted"]:
        level = 100.0 * rows["acceptance_upper_limit_level"]
        return f"below {rows['acceptance_upper_limit']:.4g} at {level:.0f} % confidence"
    level = 100.0 * rows["acceptance_interval_level"]
    return f"{rows['acceptance']:.5g} ({rows['acceptance_low']:.4g} to {rows['acceptance_high']:.4g} at {level:.0f} % confidence)"


def cuts(material: Material) -> Markup:
    """The cut flow as a table and as bars."""
    flow = material.flow
    if flow is None:
        return element("p", "The file does not say how many events each cut left.", class_="note")
    if not flow.generated:
        return element("p", "This part of the sample has no events.", class_="note")
    table = table_of(_flow_table(flow), "Events, and sums of their weights, that are left after each cut")
    bars = figure(
        bars_of_cuts(flow),
        "Part of all generated events that is left after each cut, by weight; beside a bar the efficiency of its step.",
    )
    return element("div", table, bars, class_="beside")


def _flow_table(flow: Cutflow) -> Table:
    """The cut flow's own table, with the interval of each efficiency."""
    plain = flow.table()
    intervals = []
    for i in range(len(flow.stages)):
        so_far = estimate(Cutflow(flow.stages[: i + 1]))
        intervals.append(f"{so_far.low:.4g} to {so_far.high:.4g}" if i else "-")
    head = "of all, 68 % interval"
    rows = [(*row, interval) for row, interval in zip(plain.rows, intervals, strict=True)]
    return Table(columns=(*plain.columns, head), rows=rows, right=(*plain.right, head))


def acceptance(material: Material) -> Markup:
    """The numbers that a run comes down to, as ``darkpair inspect`` says them."""
    result = dict(material.result)
    lines = result_lines(result, provenance=material.provenance) if result else []
    lines += [*sample_lines(material.provenance), *expected_lines(result.get("expected"))]
    lines += part_lines(material.provenance)
    rows = list(_pairs(lines))
    if not rows:
        return element("p", "The file does not say what its events came to.", class_="note")
    return table_of(
        Table(columns=("what", "value"), rows=rows), "What the run came to, and what is not in it"
    )


def _pairs(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names and values of lines for a terminal."""
    for line in lines:
        below = "- " * (line[:2] == "  ")
        yield below + line[:_NAMES].strip(), line[_NAMES:].strip()


def rates(material: Material) -> Markup:
    """The model's widths, branching ratios and lifetimes at the job's point; nothing of a job without a model."""
    if not material.rates:
        why = material.missing.get("rates")
        return element("p", why, class_="note") if why else Markup()
    chain = material.provenance["job"]["chain"]
    title = f"Rates of {chain['model']} at the job's couplings and masses, table of inputs {chain.get('inputs', 'pdg')}"
    return table_of(rates_of(material.rates, ""), title)
