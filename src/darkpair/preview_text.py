"""What ``darkpair check`` shows and what a `Preview` prints: lines and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from darkpair.gen.tables import Table

if TYPE_CHECKING:
    from darkpair.check import Preview

__all__ = ["preview_parts"]


def preview_parts(preview: Preview) -> Iterator[Table | str]:
    """Objects, rates, cut flow, numbers and warnings of a job's first events; a table, or a line."""
    from darkpair.chains.models.rate_text import rates_of
    from darkpair.expected_report import expected_lines
    from darkpair.report import cutflow_table, object_lines, recipe_lines, result_lines, sample_lines

    provenance, result, job = preview.provenance, preview.provenance["result"], preview.provenance["job"]
    names = {"source": job["source"], "chain": {}, "detector": job["detector"] or {}}
    for section, table in names.items():
        yield from object_lines(section, provenance[section], str(table.get("name", "")))
    yield from recipe_lines(provenance)
    if preview.rates:
        yield rates_of(preview.rates, f"{job['chain']['model']}, inputs {job['chain']['inputs']}")
    yield cutflow_table(result)
    yield from result_lines(result)
    yield from sample_lines(provenance)
    yield from expected_lines(result.get("expected"))
    run, size = job["run"], "not known: too few events are kept"
    if preview.size is not None:
        size = f"about {_bytes(preview.size)}"
    yield f"these are the first    {result['generated']:,} of {preview.events:,} events, seed {run['seed']}"
    workers = f"{run['workers']} worker{'s' if run['workers'] > 1 else ''}"
    yield f"time of all            about {_time(preview.seconds)} with {workers}"
    yield f"file                   {job['output']['path']}, {size}; nothing is written now"
    yield from (f"warning                {line}" for line in preview.warnings)


def _time(seconds: float) -> str:
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2.0 * length:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds:.2g} s"


def _bytes(size: int) -> str:
    number, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if number < 1000.0:
            break
        number, unit = number / 1000.0, larger
    return f"{number:.3g} {unit}"
