"""Which parts of a job are somebody's plug-ins: their packages, versions and modules, for the file to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from darkpair.chains.elements_by_name import MATRIX_ELEMENTS
from darkpair.chains.models import MODELS
from darkpair.gen.output.formats import FORMATS, format_of_name
from darkpair.gen.registry import Registry
from darkpair.job.job import Job
from darkpair.job.plugins import PLUGINS

__all__ = ["plugins_of_job"]

_REGISTRIES: Final[Mapping[str, Registry]] = {
    "source": PLUGINS["sources"],
    "chain": PLUGINS["chains"],
    "model": MODELS,
    "matrix element": MATRIX_ELEMENTS,
    "detector": PLUGINS["detectors"],
    "format": FORMATS,
}


def plugins_of_job(job: Job) -> dict[str, dict[str, str]]:
    """Name, package, version and module of each stranger's plug-in that a job names, by its part; none of ours.

    Parameters
    ----------
    job : Job
    """
    out: dict[str, dict[str, str]] = {}
    for part, name in _names(job):
        if package := _REGISTRIES[part].package(name):
            key = part if part not in out else f"{part} {name}"
            out[key] = {"name": name} | package
    return out


def _names(job: Job) -> Iterator[tuple[str, str]]:
    """What a job names, with the part that it is."""
    yield "source", str(job.source.get("name"))
    if job.chain.name is not None:
        yield "chain", job.chain.name
    for name in (job.chain.model or "").split("+"):
        yield "model", name.strip()
    elements = job.chain.matrix_elements.values()
    for name in dict.fromkeys(str(e.get("name")) if isinstance(e, Mapping) else e for e in elements):
        yield "matrix element", name
    if job.detector is not None:
        yield "detector", str(job.detector.get("name"))
    written = format_of_name(job.output.path)
    if written is not None:
        yield "format", written.name
