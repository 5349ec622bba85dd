"""What a job would do, by its first events, and how it is shown: lines and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from darkpair.chains.models.rate_text import rates_of
from darkpair.chains.models.rates import RateRow
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.shapes import size_of
from darkpair.gen.half_made import of_half_made
from darkpair.gen.pipeline import Pipeline
from darkpair.gen.tables import Table, as_html
from darkpair.report.amounts import bytes_text, time_text
from darkpair.report.expected import expected_lines
from darkpair.report.run import cutflow_table, object_lines, recipe_lines, result_lines, sample_lines

__all__ = ["Preview", "preview_parts"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Preview:
    """What a job would do, by its first events.

    Parameters
    ----------
    pipeline : Pipeline
        What the run would generate.
    events : int
        Events of the whole run.
    rates : tuple of RateRow
        Rates of the model that the chain comes from; none of another chain.
    provenance : dict
        Provenance as the file would have it, with the ``result`` of the pilot.
    seconds : float
        Expected time of the whole run on this machine [s], without its start and its pictures.
    size : int or None
        Expected size of the file [bytes]; None where too few events of the pilot are written.
    warnings : tuple of str
        What somebody should know before the run.
    """

    pipeline: Pipeline
    events: int
    rates: tuple[RateRow, ...]
    provenance: dict[str, Any]
    seconds: float
    size: int | None
    warnings: tuple[str, ...]

    @of_half_made
    def __repr__(self) -> str:
        return "\n".join(
            part if isinstance(part, str) else f"{part.text(120)}\n" for part in preview_parts(self)
        )

    _repr_html_ = as_html


def preview_parts(preview: Preview, width: int | None = None) -> Iterator[Table | str]:
    """Objects, rates, cut flow, numbers and warnings of a job's first events; a table, or a line of that width, of 120 unless given."""
    provenance, result, job = preview.provenance, preview.provenance["result"], preview.provenance["job"]
    names = {"source": job["source"], "chain": {}, "detector": job["detector"] or {}}
    for section, table in names.items():
        yield from object_lines(section, provenance[section], str(table.get("name", "")), width=width or 120)
    yield from _size_lines(preview.pipeline.detector)
    yield from recipe_lines(provenance)
    if preview.rates:
        yield rates_of(preview.rates, f"{job['chain']['model']}, inputs {job['chain']['inputs']}")
    yield cutflow_table(result)
    yield from result_lines(result, provenance=provenance)
    yield from sample_lines(provenance)
    yield from expected_lines(result.get("expected"))
    run, size = job["run"], "not known: too few events are kept"
    if preview.size is not None:
        size = f"about {bytes_text(preview.size)}"
    yield f"these are the first    {result['generated']:,} of {preview.events:,} events, seed {run['seed']}"
    workers = f"{run['workers']} worker{'s' if run['workers'] > 1 else ''}"
    yield f"time of all            about {time_text(preview.seconds)} with {workers}"
    yield f"file                   {job['output']['path']}, {size}; nothing is written now"
    yield from (f"warning                {line}" for line in preview.warnings)


def _size_lines(detector: object) -> list[str]:
    """The decay volume of a fixed-target detector, with its full widths."""
    return [f"decay volume           {size_of(detector.region)}"] if isinstance(detector, FixedTarget) else []
