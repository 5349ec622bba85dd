"""What the numbers of a job's events rest on, part by part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from darkpair.gen.errors import DarkpairError
from darkpair.gen.output.formats import format_of_name
from darkpair.gen.provenance import describe_object
from darkpair.gen.references import GENERATOR, cited_in, references_of, sources_in
from darkpair.job.job import Job

if TYPE_CHECKING:
    from darkpair.gen.pipeline import Pipeline

__all__ = ["references_of_job", "references_of_provenance"]


def references_of_job(job: Job, pipeline: Pipeline) -> dict[str, list[str]]:
    """Keys of `darkpair.gen.references`, by the part of the job that rests on them; a part that declares none has none.

    Parameters
    ----------
    job : Job
    pipeline : Pipeline
        The job's.
    """
    chain = describe_object(pipeline.chain) or {}
    out = {
        "generator": list(GENERATOR),
        "source": list(_of(pipeline.source)),
        "chain": list(cited_in(_recipes(chain))),
    }
    if job.chain.model is not None:
        out["model"] = list(_of_model(job.chain.model))
    if pipeline.detector is not None:
        out["detector"] = list(_of(pipeline.detector))
    asked = job.output.format
    # (the parts of a dataset are ROOT files unless asked otherwise)
    kind = format_of_name(f"x.{asked}" if asked else job.output.path) or format_of_name("x.root")
    if kind is not None:
        out["format"] = list(references_of(kind.writer))
    return out


def _of(thing: Any) -> tuple[str, ...]:
    """Of a source or a detector; of one that steers another, that one's."""
    inner = getattr(thing, "source", None)
    return references_of(thing) or (() if inner is None or isinstance(inner, str) else references_of(inner))


def _of_model(name: str) -> tuple[str, ...]:
    """Of a portal: its own, and the table of inputs'; a model that declares none has none."""
    from darkpair.chains.models import MODELS
    from darkpair.gen.data_files import load

    own = tuple(ref for part in name.split("+") for ref in references_of(MODELS.factory(part.strip())))
    inputs = cited_in(sources_in(load("darkpair.chains", "models/data/inputs.toml")))
    return tuple(dict.fromkeys(own + inputs)) if own else ()


def _recipes(chain: Mapping[str, Any]) -> list[str]:
    """How every decay of a chain is made, in words that cite."""
    return [
        str(recipe) for table in chain.get("chains", [chain]) for recipe in table.get("modes", {}).values()
    ]


def references_of_provenance(provenance: Mapping[str, Any]) -> dict[str, list[str]]:
    """The same of a file: what it says itself; of one of before what its job says today, or what is cited in what it says.

    Parameters
    ----------
    provenance : mapping
        As `darkpair.read_provenance` gives it.
    """
    said = provenance.get("references")
    if isinstance(said, Mapping) and all(isinstance(keys, list) for keys in said.values()):
        return {str(part): [str(key) for key in keys] for part, keys in said.items()}
    with suppress(DarkpairError, ValidationError):
        job = Job.model_validate(provenance.get("job"))
        return references_of_job(job, job.pipeline())
    parts = {name: provenance.get(name) for name in ("source", "chain", "detector")}
    texts = {name: json.dumps(part) for name, part in parts.items() if part}
    return {"generator": list(GENERATOR)} | {name: list(cited_in([text])) for name, text in texts.items()}
