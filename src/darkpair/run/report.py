"""A report of a file of events: what it says of itself and some of its events, as one HTML page beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from darkpair.detectors.rebuilt import detector_of
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.output.formats import format_of_name
from darkpair.gen.output.part_names import require_parts
from darkpair.gen.output.target import check_writable, put
from darkpair.gen.sources.written_files import read_written
from darkpair.gen.toml_text import toml_of
from darkpair.job.job import Job
from darkpair.job.plugins import PLUGINS
from darkpair.job.references import references_of_provenance
from darkpair.report.display import fragment
from darkpair.report.html.material import Material
from darkpair.report.html.page import page
from darkpair.run.beside import require_own_page
from darkpair.run.dataset import name_of
from darkpair.run.joined import joined
from darkpair.run.picture import require_matplotlib
from darkpair.run.summary import completed

if TYPE_CHECKING:
    from darkpair.gen.sources.written import Written

__all__ = ["ENDING", "LARGEST", "write_report"]

#: What the name of a report ends in.
ENDING: Final = ".report.html"
#: Bytes of a report, of which none has more.
LARGEST: Final = 1_500_000
#: Events that are looked at: a second's work.
_MOST: Final = 50_000


def write_report(
    path: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    *,
    replace: bool = False,
) -> Path:
    """Write one self-contained HTML page about a file of events, or about a dataset; its path.

    Parameters
    ----------
    path : str or path
        File of a run, in any format whose reader says how its events were made, or the folder of a dataset.
    output : str or path, optional
        The page; unless given it stands beside the file, or in the folder, and is called as it with ``.report.html``.
    replace : bool
        Whether a file that is there under the page's own name and is no report is replaced; one that `output` names is.

    Raises
    ------
    InputError
        For a file that is missing, damaged or not of this package, an output that cannot be written or, unless named, is
        somebody's file, and without matplotlib.
    """
    source = Path(path)
    target = _beside(source) if output is None else Path(output)
    check_writable(target)
    if target.resolve() == source.resolve():
        raise InputError(f"output {str(target)!r} is the file itself; give another name")
    if output is None:
        require_own_page(target, replace=replace)
    require_matplotlib("")
    text = page(gathered(source))
    if len(text.encode()) > LARGEST:  # (of the display: the rest is cut where it is long)
        text = page(gathered(source, display=False))
    put({target: text})
    return target


def _beside(path: Path) -> Path:
    """Where a report stands, beside a file's pictures."""
    if path.is_dir():
        return path / f"{name_of(path)}{ENDING}"
    kind = format_of_name(path)
    return path.with_name(f"{path.stem if kind is None else kind.stem(path)}{ENDING}")


def gathered(path: Path, *, display: bool = True) -> Material:
    """What a report of a file is made of.

    Parameters
    ----------
    path : Path
        The file, or the folder of a dataset.
    display : bool
        Whether it has the event display.

    Raises
    ------
    InputError
        For a file that is missing, damaged or not of this package.
    """
    paths = require_parts(path) if path.is_dir() else [path]
    total = joined(paths, str(path))
    provenance = total.provenance
    if isinstance(result := provenance.get("result"), dict) and "cutflow" in result:
        provenance["result"] = completed(result)
    missing: dict[str, str] = {}
    histograms = {} if total.tally is None else total.tally.histograms
    if not histograms:
        missing["histograms"] = (
            "The file's format does not keep histograms; ROOT and Parquet files do."
            if total.tally is None
            else "The file has no histograms: the job had neither a detector nor a picture."
        )
    job = _job(provenance)
    return Material(
        path=path,
        provenance=provenance,
        job=_job_text(provenance, job),
        histograms=histograms,
        events=_events(paths, provenance, histograms, missing),
        detector=_detector(provenance, job, missing),
        rates=_rates(job, missing),
        references=references_of_provenance(provenance),
        missing=missing,
        display=fragment(path) if display else "",
    )


def _job(provenance: Mapping[str, Any]) -> Job | None:
    """The job that made a file; None where it says none that is one today."""
    try:
        return Job.model_validate(provenance.get("job"))
    except (DarkpairError, ValidationError):
        return None


def _job_text(provenance: Mapping[str, Any], job: Job | None) -> str:
    """The job in TOML, without what is so anyway; as it stands where it is no job of today."""
    said = provenance.get("job")
    if job is not None:
        said = job.model_dump(mode="json", exclude_defaults=True)
    return toml_of(said) if isinstance(said, Mapping) else ""


def _events(
    paths: Sequence[Path],
    provenance: Mapping[str, Any],
    histograms: Mapping[str, Any],
    missing: dict[str, str],
) -> Written | None:
    """The first events, with what the histograms are of."""
    names = {axis.name for histogram in histograms.values() for axis in histogram.axes if axis.name}
    try:
        return read_written(paths, provenance, most=_MOST, variables=sorted(names))
    except DarkpairError as error:
        missing["events"] = f"The events are not shown: {error}"
        return None


def _detector(provenance: Mapping[str, Any], job: Job | None, missing: dict[str, str]) -> Any:
    """The detector that a file describes, or that its job asks for; None where it has none, or cannot be made here."""
    made = detector_of(provenance)
    if made is not None or job is None or job.detector is None:
        return made
    table = dict(job.detector)
    try:  # (a stranger's)
        return PLUGINS["detectors"].make(str(table.pop("name", "")), table, where="detector")
    except DarkpairError as error:
        missing["detector"] = f"The detector's outline is not shown: {error}"
        return None


def _rates(job: Job | None, missing: dict[str, str]) -> Sequence[Any]:
    """Rates of the model of a job; none where it has none, or cannot be made here."""
    if job is None or job.chain.model is None:
        return ()
    from darkpair.chains.models.rates import build_model, rate_table  # (only a model needs rates)

    try:
        return tuple(rate_table(build_model(job.chain.model, job.chain.parameters, job.chain.inputs)))
    except DarkpairError as error:
        missing["rates"] = f"The rates of the model are not shown: {error}"
        return ()
