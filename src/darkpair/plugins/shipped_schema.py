"""The JSON schema of a job as it comes with the package, for an editor to read and for a command that has not to import all.

To look at every parameter of ours takes as long as to import all of it.  ``python -m darkpair.plugins.shipped_schema`` makes the
file anew, and a test fails where it is old; where strangers' plug-ins are installed, the schema is made of what there is.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Final

from darkpair.gen.output.target import put
from darkpair.plugins.registries import REGISTRIES

__all__ = ["NAME", "job_schema_text"]

#: The file.
NAME: Final = "job.schema.json"

#: Kinds whose parameters stand in it.
_KINDS: Final = ("chains", "sources", "detectors", "models", "matrix_elements", "formats")


def job_schema_text() -> str:
    """JSON schema (draft 2020-12) of a job file, with the parameters of every plug-in that is installed."""
    if any(len(REGISTRIES[kind]) > len(REGISTRIES[kind].ours) for kind in _KINDS):
        return _made()
    return files("darkpair.plugins").joinpath(NAME).read_text(encoding="utf-8")


def _made() -> str:
    from darkpair.plugins.schema import job_schema

    return json.dumps(job_schema(), indent=1) + "\n"


if __name__ == "__main__":
    put({Path(str(files("darkpair.plugins").joinpath(NAME))): _made()})
